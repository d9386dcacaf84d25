//! What keeps the book from building, in the form that the Rust compiler made familiar.

use std::fmt;
use std::path::PathBuf;

/// One mistake in the book's sources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file that holds it, from the root of the checkout.
    pub file: PathBuf,
    /// The line, from 1, if it can be told.
    pub line: Option<usize>,
    /// What is wrong: what was asked for, and what there is.
    pub what: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  --> {}", self.what, self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  = help: {help}")?;
        }
        Ok(())
    }
}

/// A mistake before it is known where it stands: what a directive answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// As [`Problem::what`].
    pub what: String,
    /// As [`Problem::help`].
    pub help: Option<String>,
    /// The file and line of the mistake, where it is not the page that suffers from it.
    pub elsewhere: Option<(PathBuf, Option<usize>)>,
}

impl Complaint {
    /// A complaint without help.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None, elsewhere: None }
    }

    /// The same complaint, of another file than the page's.
    #[must_use]
    pub fn elsewhere(mut self, file: impl Into<PathBuf>, line: impl Into<Option<usize>>) -> Self {
        self.elsewhere = Some((file.into(), line.into()));
        self
    }

    /// The same complaint, with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same complaint, with the name that the author probably meant.
    #[must_use]
    pub fn nearest<'a>(self, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(wanted, known) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The same complaint, with all that there is to choose from beside the nearest name.
    #[must_use]
    pub fn choose(self, wanted: &str, known: &[&str]) -> Self {
        if known.is_empty() {
            return self.help("there are none yet");
        }
        let all = format!("there is {}", listed(known));
        match nearest(wanted, known.iter().copied()) {
            Some(name) if known.len() > 1 => self.help(format!("did you mean `{name}`? ({all})")),
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self.help(all),
        }
    }

    /// Says where it stands, unless it knows better itself.
    #[must_use]
    pub fn at(self, file: impl Into<PathBuf>, line: impl Into<Option<usize>>) -> Problem {
        let (file, line) = self.elsewhere.unwrap_or_else(|| (file.into(), line.into()));
        Problem { file, line, what: self.what, help: self.help }
    }

    /// A file of data that TOML cannot read. `file` is from the root of the checkout.
    pub(crate) fn toml(file: impl Into<PathBuf>, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_at(text, span.start));
        Self::new(error.message().trim_end()).elsewhere(file, line)
    }
}

/// So many names are listed in a help line; a reader who wants more opens the folder.
const LISTED: usize = 8;

fn listed(names: &[&str]) -> String {
    let mut text = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text.push_str(&format!(" and {} more", names.len() - LISTED));
    }
    text
}

/// The known name most like `wanted`, if one is like enough to be what was meant.
fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LIKE_ENOUGH: f64 = 0.55;
    let wanted = wanted.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The line, from 1, that holds the byte at `offset`.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

/// Why there is no book.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The pages have mistakes: every one found, by file and line.
    #[error("{}", shown(.0))]
    Pages(Vec<Problem>),
    /// mdBook stopped before there were pages to look at.
    #[error("error: {0:#}")]
    Mdbook(anyhow::Error),
}

impl Broken {
    /// Sorted and without repetition, so that the same book gives the same report.
    pub(crate) fn pages(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self::Pages(problems)
    }
}

fn shown(problems: &[Problem]) -> String {
    let count = match problems.len() {
        1 => "error: the book does not build: 1 mistake".to_owned(),
        n => format!("error: the book does not build: {n} mistakes"),
    };
    problems.iter().map(ToString::to_string).chain([count]).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_like_one_of_the_compiler() {
        let problem = Complaint::new("no packet 13").help("the last is 12").at("book/stun.md", 41);
        assert_eq!(
            problem.to_string(),
            "error: no packet 13\n  --> book/stun.md:41\n  = help: the last is 12"
        );
    }

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["stun::message_type", "stun::xor_address"];
        assert_eq!(nearest("stun::mesage_type", known), Some("stun::message_type"));
        assert_eq!(nearest("STUN::XOR_ADDRESS", known), Some("stun::xor_address"));
        assert_eq!(nearest("ice", known), None);
    }

    #[test]
    fn lines_are_counted_from_one() {
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (3, 3), (99, 3)] {
            assert_eq!(line_at("a\n\nb", offset), line, "offset {offset}");
        }
    }
}
