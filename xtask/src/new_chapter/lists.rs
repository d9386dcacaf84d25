//! Adding a chapter's lines to the files that list chapters.

use anyhow::{Context, Result, ensure};

/// Adds `mod name;` to a file's sorted list of modules.
pub(crate) fn module(text: &str, name: &str, visibility: &str) -> Result<String> {
    let modules: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            Some((at, line.strip_prefix("mod ")?.strip_suffix(';')?))
        })
        .collect();
    ensure!(
        modules.iter().all(|(_, module)| *module != name),
        "it has a module {name} already: choose another name"
    );
    let (last, _) = *modules.last().context("it has no list of modules")?;
    let at = modules.iter().find(|(_, module)| *module > name).map_or(last + 1, |(at, _)| *at);
    Ok(insert(text, at, &format!("{visibility}mod {name};\n")))
}

/// Adds a line after the last one that begins so.
pub(crate) fn after_last(text: &str, beginning: &str, line: &str) -> Result<String> {
    let last = text.lines().enumerate().filter(|(_, line)| line.starts_with(beginning)).last();
    let (at, _) = last.with_context(|| format!("it has no line that begins with {beginning:?}"))?;
    Ok(insert(text, at + 1, &format!("{line}\n")))
}

/// Adds a line after the first one that is exactly so.
pub(crate) fn after(text: &str, marker: &str, line: &str) -> Result<String> {
    let at = text.lines().position(|line| line.trim() == marker);
    let at = at.with_context(|| format!("it has no line `{marker}`"))?;
    Ok(insert(text, at + 1, &format!("{line}\n")))
}

/// Adds a word to the glossary, which is sorted; leaves it alone where the word is in it.
pub(crate) fn term(text: &str, name: &str, entry: &str) -> Result<String> {
    let glossary: toml::Table = text.parse()?;
    let terms = glossary.get("term").and_then(toml::Value::as_array).context("it has no [[term]]")?;
    let called = |term: &toml::Value, name: &str| {
        let aka = term.get("aka").and_then(toml::Value::as_array).into_iter().flatten();
        let mut names = term.get("name").into_iter().chain(aka).filter_map(toml::Value::as_str);
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    if terms.iter().any(|term| called(term, name)) {
        return Ok(text.to_owned());
    }
    let lines: Vec<&str> = text.lines().collect();
    let later = lines.windows(2).position(|pair| {
        let [head, line] = pair else { return false };
        let known = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        *head == "[[term]]" && known.is_some_and(|known| known.to_lowercase().as_str() > name)
    });
    Ok(match later {
        Some(at) => insert(text, at, &format!("{}\n\n", entry.trim())),
        None => format!("{}\n\n{}\n", text.trim_end(), entry.trim()),
    })
}

fn insert(text: &str, at: usize, new: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    lines.insert(at, new.to_owned());
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_goes_where_rustfmt_would_put_it() {
        let text = "//! x\n\nmod bits;\npub mod stun;\nmod verdict;\n\npub use bits::Bits;\n";
        for (name, before) in [("agora", "mod bits;"), ("sdp", "pub mod stun;"), ("xyz", "\npub use")] {
            let added = module(text, name, "pub ").unwrap();
            assert!(added.contains(&format!("pub mod {name};\n{before}")), "{added}");
        }
        assert!(module(text, "bits", "").unwrap_err().to_string().contains("choose another name"));
        assert!(module("", "sdp", "").is_err());
    }

    #[test]
    fn a_line_goes_after_the_last_of_its_kind() {
        let text = "# Summary\n\n- [a](a.md)\n- [b](b.md)\n\n---\n";
        assert_eq!(
            after_last(text, "- [", "- [c](c.md)").unwrap(),
            "# Summary\n\n- [a](a.md)\n- [b](b.md)\n- [c](c.md)\n\n---\n"
        );
        assert!(after_last(text, "| `", "x").is_err());
        assert_eq!(after("a\n  b\nc\n", "b", "  x").unwrap(), "a\n  b\n  x\nc\n");
    }

    #[test]
    fn a_word_goes_in_its_place_and_in_once() {
        let text = "# x\n\n[[term]]\nname = \"ALG\"\naka = [\"gateway\"]\n\n[[term]]\nname = \"NAT\"\n";
        let entry = |name: &str| format!("[[term]]\nname = \"{name}\"\n\n");
        for known in ["nat", "gateway", "alg"] {
            assert_eq!(term(text, known, &entry(known)).unwrap(), text, "{known}");
        }
        for name in ["aaa", "echo", "zzz"] {
            let added = term(text, name, &entry(name)).unwrap();
            let names: Vec<_> = added.lines().filter(|line| line.starts_with("name")).collect();
            assert!(names.is_sorted_by_key(|line| line.to_lowercase()), "{added}");
            assert_eq!(added.matches("[[term]]\n").count(), 3, "{added}");
            assert!(added.ends_with("\"\n"), "{added}");
        }
    }
}
