//! All that a new chapter makes and changes, thought through before anything is written.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::lists;
use super::name::{Name, Title};

/// Files as they will be.
pub(crate) struct Plan<'a> {
    root: &'a Path,
    name: &'a Name,
    title: &'a Title,
    made: Vec<(PathBuf, String)>,
    changed: Vec<(PathBuf, String)>,
}

/// Where a file goes, and its template.
const FILES: &[(&str, &str)] = &[
    ("book/__name__.md", include_str!("../../templates/page.md")),
    ("examples/__name__/Cargo.toml", include_str!("../../templates/example/Cargo.toml")),
    ("examples/__name__/main.rs", include_str!("../../templates/example/main.rs")),
    ("tests/examples/__name__.rs", include_str!("../../templates/tests/example.rs")),
    ("tests/traces/__name__.rs", include_str!("../../templates/tests/trace.rs")),
    ("exercises/__name__/answer.rs", include_str!("../../templates/exercise/stub.rs")),
    ("exercises/src/__name__/mod.rs", include_str!("../../templates/exercise/mod.rs")),
    ("exercises/src/__name__/answer.rs", include_str!("../../templates/exercise/check.rs")),
    ("exercises/solutions/__name__/answer.rs", include_str!("../../templates/exercise/solution.rs")),
    (
        "exercises/wrong/__name__/answer/answers_everything.rs",
        include_str!("../../templates/exercise/wrong/answers_everything.rs"),
    ),
    ("exercises/wrong/__name__/answer/echoes.rs", include_str!("../../templates/exercise/wrong/echoes.rs")),
    (
        "exercises/wrong/__name__/answer/forgets_the_number.rs",
        include_str!("../../templates/exercise/wrong/forgets_the_number.rs"),
    ),
    (
        "exercises/wrong/__name__/answer/trusts_the_length.rs",
        include_str!("../../templates/exercise/wrong/trusts_the_length.rs"),
    ),
];

/// What joins the lists: their files, what is added, and how.
const LISTS: &[(&str, &str, How)] = &[
    ("book/SUMMARY.md", "- [__title__](__name__.md)", How::AfterLast("- [")),
    ("book/glossary.toml", include_str!("../../templates/term.toml"), How::Term),
    (
        "traces/README.md",
        "| `__name__.pcapng` | TO WRITE: what it holds | `cargo run --example __name__ -- --seed 1 --pcap \
         traces/__name__.pcapng` |",
        How::AfterLast("| `"),
    ),
    (
        "xtask/src/traces.rs",
        "    (\"__name__\", Maker::Example { name: \"__name__\", arguments: &[], seed: SEED }),",
        How::After("// What examples record:"),
    ),
    ("tests/examples/main.rs", "", How::Module("")),
    ("tests/traces/main.rs", "", How::Module("")),
    ("exercises/src/lib.rs", "", How::Module("pub ")),
    ("exercises/Cargo.toml", include_str!("../../templates/exercise/target.toml"), How::Append),
    ("exercises/catalogue.toml", include_str!("../../templates/exercise/catalogue.toml"), How::Append),
];

/// Where in a list something goes.
enum How {
    /// At the end.
    Append,
    /// After the line that is this.
    After(&'static str),
    /// After the last line that begins so.
    AfterLast(&'static str),
    /// Into the sorted list of modules, with this visibility.
    Module(&'static str),
    /// Into the glossary.
    Term,
}

impl<'a> Plan<'a> {
    /// Thinks it through: where anything is in the way, nothing is written at all.
    pub(crate) fn draw(root: &'a Path, name: &'a Name, title: &'a Title) -> Result<Self> {
        let mut plan = Self { root, name, title, made: Vec::new(), changed: Vec::new() };
        for (path, template) in FILES {
            let path = root.join(plan.filled(path));
            ensure!(
                !path.exists(),
                "{} is there already: choose another name, or remove what is left of the old chapter",
                plan.shown(&path).display()
            );
            plan.made.push((path, plan.filled(template)));
        }
        for (file, addition, how) in LISTS {
            let path = root.join(file);
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
            let text = plan.added(&text, addition, how).with_context(|| format!("cannot add to {file}"))?;
            plan.changed.push((path, text));
        }
        Ok(plan)
    }

    fn added(&self, text: &str, addition: &str, how: &How) -> Result<String> {
        let addition = self.filled(addition);
        match how {
            How::Append => Ok(format!("{}\n{addition}", text.trim_end())),
            How::After(marker) => lists::after(text, marker, &addition),
            How::AfterLast(beginning) => lists::after_last(text, beginning, &addition),
            How::Module(visibility) => lists::module(text, self.name.as_str(), visibility),
            How::Term => lists::term(text, &self.name.as_term(), &addition),
        }
    }

    /// Writes it all. Gives a line for each file.
    pub(crate) fn carry_out(&self) -> Result<Vec<String>> {
        let made = self.made.iter().map(|file| ("made", file));
        let changed = self.changed.iter().map(|file| ("changed", file));
        made.chain(changed)
            .map(|(what, (path, text))| {
                let shown = self.shown(path).display();
                let folder = path.parent().context("every file is in a folder")?;
                fs::create_dir_all(folder)
                    .and_then(|()| fs::write(path, text))
                    .with_context(|| format!("cannot write {shown}"))?;
                Ok(format!("{what:<8}{shown}"))
            })
            .collect()
    }

    /// What rustfmt should see.
    pub(crate) fn rust_files(&self) -> Vec<&Path> {
        let all = self.made.iter().chain(&self.changed).map(|(path, _)| path.as_path());
        all.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
    }

    fn filled(&self, template: &str) -> String {
        let named = template.replace("__name__", self.name.as_str());
        named.replace("__term__", &self.name.as_term()).replace("__title__", self.title.as_str())
    }

    fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(self.root).unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn refusal(name: &str) -> String {
        let name: Name = name.parse().unwrap();
        match Plan::draw(root(), &name, &name.as_title()) {
            Ok(_) => "none".to_owned(),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_new_name_is_planned_everywhere_and_no_placeholder_is_left() {
        let (name, title) = ("a_new_one".parse().unwrap(), "A new one: really?".parse().unwrap());
        let plan = Plan::draw(root(), &name, &title).unwrap();
        for (path, text) in plan.made.iter().chain(&plan.changed) {
            assert!(!text.contains("__name__") && !text.contains("__t"), "{}", path.display());
            assert!(text.to_lowercase().replace(' ', "_").contains("a_new_one"), "{}", path.display());
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", path.display());
        }
    }

    #[test]
    fn a_name_that_is_taken_is_refused_before_anything_is_written() {
        assert!(refusal("stun").contains("book/stun.md is there already"));
        assert!(refusal("glossary").contains("book/glossary.md is there already"));
        assert!(refusal("verdict").contains("has a module verdict already"));
        assert!(refusal("redacted").contains("is there already"));
        assert!(refusal("process").contains("is there already"));
    }
}
