//! The words of the book, from `book/glossary.toml`.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::problem::Complaint;

/// One word and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Term {
    pub(crate) name: String,
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
    pub(crate) aka: Vec<String>,
}

impl Term {
    /// The anchor of the entry on the glossary's page.
    pub(crate) fn id(&self) -> String {
        let slug: String =
            self.name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
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
    /// Where they are written, from the folder of the pages.
    pub(crate) const FILE: &'static str = "glossary.toml";

    pub(crate) fn read(path: &Path) -> Result<Self, Complaint> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Complaint::new(format!("book/{} cannot be read: {error}", Self::FILE)))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, Complaint> {
        let File { mut terms } = toml::from_str(text).map_err(|error| {
            Complaint::new(format!("book/{}: {}", Self::FILE, error.to_string().trim_end()))
        })?;
        terms.sort_by_cached_key(|term| term.name.to_lowercase());
        let mut by_name = HashMap::new();
        for (place, term) in terms.iter().enumerate() {
            for name in term.aka.iter().chain([&term.name]) {
                if by_name.insert(name.to_lowercase(), place).is_some_and(|other| other != place) {
                    return Err(Complaint::new(format!("book/{} has `{name}` twice", Self::FILE)));
                }
            }
        }
        Ok(Self { terms, by_name })
    }

    /// All words, sorted by name.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The word of that name, in upper or lower case.
    pub(crate) fn find(&self, name: &str) -> Result<&Term, Complaint> {
        self.by_name.get(&name.to_lowercase()).and_then(|&place| self.terms.get(place)).ok_or_else(|| {
            let known = self.terms.iter().flat_map(|term| term.aka.iter().chain([&term.name]));
            Complaint::new(format!("no term `{name}` in book/{}", Self::FILE))
                .help("add a [[term]] with this name, or with this in its `aka`")
                .nearest(name, known.map(String::as_str))
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
            assert_eq!(glossary.find(name).unwrap().name, "NAT");
        }
        assert_eq!(glossary.find("STUNN").unwrap_err().help.unwrap(), "did you mean `STUN`?");
    }

    #[test]
    fn a_name_that_two_words_claim_is_refused() {
        let text = format!("{TWO}[[term]]\nname = 'nats'\nmeaning = 'X.'\n");
        assert!(Glossary::parse(&text).unwrap_err().what.contains("twice"));
    }
}
