//! The words of the book, from `book/glossary.toml`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::problem::{Complaint, Problem, line_at};

/// One word and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Term {
    name: Spanned<String>,
    /// What the letters of the name stand for.
    pub(crate) expansion: Option<String>,
    /// One sentence.
    pub(crate) meaning: String,
    /// The RFC that defines it, and the section there.
    pub(crate) rfc: Option<u16>,
    pub(crate) section: Option<String>,
    /// The page where a reader meets it first.
    pub(crate) chapter: Option<String>,
    /// Other names, such as the plural.
    #[serde(default)]
    aka: Vec<String>,
    /// Where its name stands in the file.
    #[serde(skip)]
    pub(crate) line: usize,
}

impl Term {
    pub(crate) fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// Its name and all others.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.aka.iter().map(String::as_str).chain([self.name()])
    }

    /// The anchor of the entry on the glossary's page.
    pub(crate) fn id(&self) -> String {
        let slug: String =
            self.name().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        format!("term-{slug}")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "term")]
    terms: Vec<Term>,
}

/// All words, and by which names they are found.
#[derive(Debug)]
pub(crate) struct Glossary {
    terms: Vec<Term>,
    by_name: HashMap<String, usize>,
}

impl Glossary {
    /// Where they are written, from the root of the checkout.
    pub(crate) const FILE: &'static str = "book/glossary.toml";

    /// Reads the file of a checkout.
    pub(crate) fn read(root: &Path) -> Result<Self, Complaint> {
        let text = std::fs::read_to_string(root.join(Self::FILE))
            .map_err(|error| Complaint::new(format!("{} cannot be read: {error}", Self::FILE)))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, Complaint> {
        let File { mut terms } =
            toml::from_str(text).map_err(|error| Complaint::toml(Self::FILE, text, &error))?;
        for term in &mut terms {
            term.line = line_at(text, term.name.span().start);
        }
        terms.sort_by_cached_key(|term| term.name().to_lowercase());
        let mut by_name = HashMap::new();
        for (place, term) in terms.iter().enumerate() {
            for name in term.names() {
                if by_name.insert(name.to_lowercase(), place).is_some_and(|other| other != place) {
                    return Err(Complaint::new(format!("the term `{name}` is there twice"))
                        .help("each `name` and each word of an `aka` stands once")
                        .elsewhere(Self::FILE, term.line));
                }
            }
        }
        Ok(Self { terms, by_name })
    }

    /// All words, sorted by name.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The words whose chapter is none of the book's pages.
    pub(crate) fn strays(&self, pages: &BTreeMap<String, String>) -> Vec<Problem> {
        let known: Vec<&str> = pages.keys().map(String::as_str).collect();
        let stray = |term: &Term| {
            let chapter = term.chapter.as_deref().filter(|chapter| !pages.contains_key(*chapter))?;
            let what = format!("the term `{}` names a chapter that SUMMARY.md lacks: {chapter}", term.name());
            Some(Complaint::new(what).choose(chapter, &known).at(Self::FILE, term.line))
        };
        self.terms.iter().filter_map(stray).collect()
    }

    /// The word of that name, in upper or lower case.
    pub(crate) fn find(&self, name: &str) -> Result<&Term, Complaint> {
        self.by_name.get(&name.to_lowercase()).and_then(|&place| self.terms.get(place)).ok_or_else(|| {
            Complaint::new(format!("no term `{name}` in {}", Self::FILE))
                .help("add a [[term]] with this name, or with this in its `aka`")
                .nearest(name, self.terms.iter().flat_map(Term::names))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str =
        "[[term]]\nname = 'STUN'\nmeaning = 'M.'\n[[term]]\nname = 'NAT'\naka = ['NATs']\nmeaning = 'N.'\n";

    #[test]
    fn a_word_is_found_by_its_names_in_any_case() {
        let glossary = Glossary::parse(TWO).unwrap();
        for name in ["NAT", "nat", "NATs"] {
            assert_eq!(glossary.find(name).unwrap().name(), "NAT");
        }
        assert_eq!(glossary.find("STUNN").unwrap_err().help.unwrap(), "did you mean `STUN`?");
    }

    #[test]
    fn a_name_that_two_words_claim_is_refused() {
        let text = format!("{TWO}[[term]]\nname = 'nats'\nmeaning = 'X.'\n");
        let complaint = Glossary::parse(&text).unwrap_err();
        assert_eq!(complaint.what, "the term `nats` is there twice");
        assert_eq!(complaint.elsewhere, Some((Glossary::FILE.into(), Some(9))));
    }
}
