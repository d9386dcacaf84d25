//! The words of the book, from `book/glossary.toml`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::problem::{Complaint, Problem, line_at};
use super::rfcs::Rfcs;
use super::stack::Layer;

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
    /// Where it is defined, or best explained, if that is no RFC.
    pub(crate) source: Option<String>,
    /// The page where a reader meets it first.
    pub(crate) chapter: String,
    pub(crate) layer: Layer,
    /// Where its bytes can be seen.
    pub(crate) bytes: Bytes,
    /// Other names, such as an older one. A plural that ends in s needs none.
    #[serde(default)]
    aka: Vec<String>,
    /// Other names that are English words too: they get a card only where a page marks them by hand.
    #[serde(default)]
    by_hand: Vec<String>,
    /// Whether its first use on each page gets a card. `false`: an English word too, which pages mark by hand.
    #[serde(default = "yes")]
    auto: bool,
    /// The pages where the word has this meaning; empty for all. Elsewhere it gets a card only by hand.
    #[serde(default)]
    only: Vec<String>,
    /// Where its name stands in the file.
    #[serde(skip)]
    pub(crate) line: usize,
}

/// Where the bytes of a word can be seen: the one form or the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected bytes = { packet = \"stun.pcapng 2\", field = \"Message Type\" }, \
    { sdp = \"sdp.pcapng 4\", line = \"a=mid\" }, { trace = \"ice.pcapng\", filter = \"use-candidate\" } \
    or { none = \"why it has none\" }"
)]
pub(crate) enum Bytes {
    /// A field of a packet that a page shows.
    Field(FieldOf),
    /// A line of a session description that a page shows.
    Line(LineOf),
    /// Packets of a trace, which no page shows.
    Filter(FilterOf),
    /// It has none, and why.
    None(NoneOf),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldOf {
    pub(crate) packet: String,
    pub(crate) field: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineOf {
    pub(crate) sdp: String,
    pub(crate) line: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterOf {
    pub(crate) trace: String,
    pub(crate) filter: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoneOf {
    pub(crate) none: String,
}

fn yes() -> bool {
    true
}

impl Term {
    pub(crate) fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// The names by which it is found in prose: its own, and all that are not marked by hand.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.aka.iter().map(String::as_str).chain([self.name()])
    }

    fn all_names(&self) -> impl Iterator<Item = &str> {
        self.names().chain(self.by_hand.iter().map(String::as_str))
    }

    /// The anchor of the entry on the glossary's page.
    pub(crate) fn id(&self) -> String {
        let slug: String =
            self.name().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        format!("term-{slug}")
    }

    /// Whether its first use on that page gets a card by itself.
    pub(crate) fn is_marked_on(&self, page: &str) -> bool {
        self.auto && (self.only.is_empty() || self.only.iter().any(|only| only == page))
    }

    /// What the entry lacks, or says that is not so.
    fn mistakes(&self, rfcs: &Rfcs) -> Vec<Complaint> {
        let name = self.name();
        let mut found = Vec::new();
        let mut tell = |holds: bool, what: &str, help: &str| {
            if !holds {
                found.push(Complaint::new(format!("the term `{name}` {what}")).help(help));
            }
        };
        tell(
            self.rfc.is_some() != self.source.is_some(),
            "names neither an RFC nor a source, or both",
            "write rfc = 8489, and section = \"14.2\" where there is one; or source = \"https://…\" if no RFC defines it",
        );
        tell(self.section.is_none() || self.rfc.is_some(), "has a section of no RFC", "add rfc = …");
        tell(
            self.source.as_deref().is_none_or(|url| url.starts_with("https://")),
            "has a source that is no web address",
            "write source = \"https://…\"",
        );
        tell(self.meaning.ends_with('.'), "has a meaning that is no sentence", "end it with a period");
        tell(
            self.auto || self.only.is_empty(),
            "says both `auto = false` and `only`",
            "`only` names the pages where it is marked; with `auto = false` there are none",
        );
        if let Some(Err(complaint)) = self.rfc.map(|rfc| rfcs.known(&rfc.to_string())) {
            found.push(complaint);
        }
        found.into_iter().map(|complaint| complaint.elsewhere(Glossary::FILE, self.line)).collect()
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
    /// By the name in lower case: as it is written, and its place.
    by_name: HashMap<String, Vec<(String, usize)>>,
}

impl Glossary {
    /// Where they are written, from the root of the checkout.
    pub(crate) const FILE: &'static str = "book/glossary.toml";
    /// The page that lists them by letter, from the folder of the pages.
    pub(crate) const PAGE: &'static str = "glossary.md";
    /// The page that lists them by layer.
    pub(crate) const BY_LAYER: &'static str = "glossary-layers.md";

    /// Reads the file of a checkout.
    pub(crate) fn read(root: &Path) -> Result<Self, Complaint> {
        let text = std::fs::read_to_string(root.join(Self::FILE))
            .map_err(|error| Complaint::new(format!("{} cannot be read: {error}", Self::FILE)))?;
        Self::parse(&text)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Complaint> {
        let File { mut terms } =
            toml::from_str(text).map_err(|error| Complaint::toml(Self::FILE, text, &error))?;
        for term in &mut terms {
            term.line = line_at(text, term.name.span().start);
        }
        terms.sort_by_cached_key(|term| term.name().to_lowercase());
        let mut by_name: HashMap<String, Vec<(String, usize)>> = HashMap::new();
        for (place, term) in terms.iter().enumerate() {
            for name in term.all_names() {
                let alike = by_name.entry(name.to_lowercase()).or_default();
                if alike.iter().any(|(other, at)| *at != place && !are_apart(other, name)) {
                    return Err(Complaint::new(format!("the term `{name}` is there twice"))
                        .help("each `name` and each word of an `aka` stands once")
                        .elsewhere(Self::FILE, term.line));
                }
                alike.push((name.to_owned(), place));
            }
        }
        Ok(Self { terms, by_name })
    }

    /// All words, sorted by name.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What is wrong with entries: a page that is none of the book's, an RFC that it does not know.
    pub(crate) fn mistakes(&self, pages: &BTreeMap<String, String>, rfcs: &Rfcs) -> Vec<Problem> {
        let known: Vec<&str> = pages.keys().map(String::as_str).collect();
        let stray = |term: &Term, page: &str| {
            let what = format!("the term `{}` names a chapter that SUMMARY.md lacks: {page}", term.name());
            Complaint::new(what).choose(page, &known).elsewhere(Self::FILE, term.line)
        };
        let of = |term: &Term| {
            let named = [&term.chapter].into_iter().chain(&term.only);
            let strays = named.filter(|page| !pages.contains_key(*page)).map(|page| stray(term, page));
            strays.chain(term.mistakes(rfcs)).collect::<Vec<_>>()
        };
        self.terms.iter().flat_map(of).map(|complaint| complaint.at(Self::FILE, None)).collect()
    }

    /// The word of that name, in upper or lower case.
    pub(crate) fn find(&self, name: &str) -> Result<&Term, Complaint> {
        self.place(name).and_then(|place| self.terms.get(place)).ok_or_else(|| {
            Complaint::new(format!("no term `{name}` in {}", Self::FILE))
                .help("add a [[term]] with this name, or with this in its `aka`")
                .nearest(name, self.terms.iter().flat_map(Term::all_names))
        })
    }

    /// The place of that word among [`Glossary::terms`].
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let alike = self.by_name.get(&name.to_lowercase())?;
        alike.iter().find(|(written, _)| written == name).or(alike.first()).map(|(_, place)| *place)
    }
}

/// Whether two names that differ in case only are two words all the same: STUN's FINGERPRINT is no fingerprint of SDP.
fn are_apart(one: &str, other: &str) -> bool {
    let is_lower = |name: &str| !name.chars().any(char::is_uppercase);
    let is_upper = |name: &str| !name.chars().any(char::is_lowercase);
    is_lower(one) && is_upper(other) || is_upper(one) && is_lower(other)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A glossary of these words; each line after the first of one is more of its entry.
    pub(crate) fn words(entries: &[&str]) -> Glossary {
        let whole = |entry: &&str| {
            let (name, more) = entry.split_once('\n').unwrap_or((entry, ""));
            format!(
                "[[term]]\nname = '{name}'\nmeaning = 'M.'\nrfc = 8489\nlayer = 'stun'\nchapter = 'a.md'\n\
                 bytes = {{ none = 'W.' }}\n{more}\n"
            )
        };
        Glossary::parse(&entries.iter().map(whole).collect::<String>()).unwrap()
    }

    #[test]
    fn a_word_is_found_by_its_names_in_any_case() {
        let glossary = words(&["STUN", "NAT\naka = ['NATs']"]);
        for name in ["NAT", "nat", "NATs"] {
            assert_eq!(glossary.find(name).unwrap().name(), "NAT");
        }
        let glossary = words(&["FINGERPRINT", "hash\naka = ['fingerprint']"]);
        assert_eq!(glossary.find("fingerprint").unwrap().name(), "hash");
        assert_eq!(glossary.find("FINGERPRINT").unwrap().name(), "FINGERPRINT");
        assert_eq!(glossary.find("HASHH").unwrap_err().help.unwrap(), "did you mean `hash`?");
    }

    #[test]
    fn a_name_that_two_words_claim_is_refused() {
        let entry = "meaning = 'X.'\nrfc = 1\nlayer = 'nat'\nchapter = 'a.md'\nbytes = { none = 'W.' }\n";
        let text = format!("[[term]]\nname = 'NAT'\naka = ['NATs']\n{entry}[[term]]\nname = 'nats'\n{entry}");
        let complaint = Glossary::parse(&text).unwrap_err();
        assert_eq!(complaint.what, "the term `nats` is there twice");
        assert_eq!(complaint.elsewhere, Some((Glossary::FILE.into(), Some(10))));
    }

    #[test]
    fn an_entry_names_an_rfc_or_a_source_and_pages_that_are_there() {
        let pages = BTreeMap::from([("a.md".to_owned(), "A".to_owned())]);
        let said = |glossary: &Glossary| {
            glossary
                .mistakes(&pages, &Rfcs::default())
                .into_iter()
                .map(|problem| problem.what)
                .collect::<Vec<_>>()
        };
        assert!(said(&words(&["STUN\nsection = '5'\nonly = ['a.md']"])).is_empty());
        for (entry, what) in [
            ("X\nsource = 'https://x.example/'", "names neither an RFC nor a source, or both"),
            ("X\nonly = ['b.md']", "names a chapter that SUMMARY.md lacks: b.md"),
            ("X\nauto = false\nonly = ['a.md']", "says both `auto = false` and `only`"),
        ] {
            assert_eq!(said(&words(&[entry])), [format!("the term `X` {what}")], "{entry}");
        }
    }
}
