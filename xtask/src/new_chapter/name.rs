//! What a chapter may be called.

use std::fmt;
use std::str::FromStr;

/// A name that can be a file, a Rust module, a cargo target and a word in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(String);

/// The heading of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title(String);

const LONGEST: usize = 24;

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// A module of one of these names would hide the crate from the files beside it.
const CRATES: &[&str] = &["alloc", "core", "exercises", "insta", "std", "tap", "test", "wire", "wirebook"];

/// Pages that mdBook makes itself.
const PAGES: &[&str] = &["index", "print", "readme", "summary", "toc"];

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as the glossary would have it.
    pub(crate) fn as_term(&self) -> String {
        self.0.replace('_', " ")
    }

    /// The name as a heading, where none was given.
    pub(crate) fn as_title(&self) -> Title {
        let words = self.as_term();
        let (first, rest) = words.split_at(1);
        Title(first.to_uppercase() + rest)
    }
}

impl Title {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !text.starts_with(|c: char| c.is_ascii_lowercase())
            || !text.chars().all(good)
            || text.contains("__")
        {
            let near = text.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let near = near.trim_matches(|c: char| c == '_' || c.is_ascii_digit());
            let near = if near.is_empty() || near.contains("__") { "sdp" } else { near };
            return Err(format!(
                "it names Rust modules too: expected lowercase letters, digits and single _, a letter first, such \
                 as {near}"
            ));
        }
        if text.len() > LONGEST {
            return Err(format!("{} letters, {LONGEST} fit: commands repeat it", text.len()));
        }
        let taken =
            [(KEYWORDS, "a word of Rust itself"), (CRATES, "a crate"), (PAGES, "a page that mdBook makes")];
        if let Some((_, what)) = taken.iter().find(|(list, _)| list.contains(&text)) {
            return Err(format!("that is {what}: choose another name, such as {text}_talk"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Title {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |c: char| c.is_control() || "\"\\[]{}<>`".contains(c);
        match text.trim() {
            "" => Err("a heading has at least one word".to_owned()),
            text if text.contains(bad) => {
                Err("it goes into Markdown and TOML: leave out \" \\ [ ] { } < > ` and line breaks"
                    .to_owned())
            }
            text => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_a_module_a_file_and_a_target() {
        for good in ["sdp", "socketio", "nat_traversal", "h264"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for (bad, says) in [
            ("Socket.IO", "such as socket_io"),
            ("3478", "such as sdp"),
            ("", "such as sdp"),
            ("nat-traversal", "such as nat_traversal"),
            ("_sdp", "such as sdp"),
            ("a__b", "single _"),
            ("../sdp", "lowercase"),
            ("é", "lowercase"),
            ("match", "a word of Rust"),
            ("wire", "a crate"),
            ("index", "a page"),
            ("a_name_that_goes_on_and_on", "24 fit"),
        ] {
            let error = bad.parse::<Name>().unwrap_err();
            assert!(error.contains(says), "{bad}: {error}");
        }
    }

    #[test]
    fn without_a_heading_the_name_is_one() {
        assert_eq!("nat_traversal".parse::<Name>().unwrap().as_title().as_str(), "Nat traversal");
    }

    #[test]
    fn a_heading_is_text_and_no_markup() {
        assert_eq!("  SDP: what? ".parse::<Title>().unwrap().as_str(), "SDP: what?");
        for bad in ["", " ", "a\nb", "{{#lab}}", "a \"b\"", "[a](b)"] {
            assert!(bad.parse::<Title>().is_err(), "{bad}");
        }
    }
}
