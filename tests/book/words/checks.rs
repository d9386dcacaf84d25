//! The checks, on a whole checkout and the book that it builds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::Deserialize;
use wirebook::book::{self, Site};
use wirebook::workbook::Workbook;

use super::prose;

/// A checkout and its book.
pub(crate) struct Whole {
    root: PathBuf,
    pub(crate) terms: Vec<Term>,
    rfcs: BTreeMap<u16, Rfc>,
    /// Each page that SUMMARY.md lists, as it is written.
    pages: BTreeMap<String, String>,
    site: OnceLock<Site>,
}

#[derive(Deserialize)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) expansion: Option<String>,
    meaning: String,
    chapter: String,
    #[serde(default)]
    aka: Vec<String>,
    #[serde(default)]
    by_hand: Vec<String>,
}

#[derive(Deserialize)]
struct Rfc {
    number: u16,
    #[serde(default)]
    replaced_by: Vec<u16>,
    still: Option<String>,
}

#[derive(Default, Deserialize)]
struct Exceptions {
    /// Words that the glossary need not explain.
    #[serde(default)]
    exception: Vec<Exception>,
    /// Words of the glossary in capitals that stand for nothing longer.
    #[serde(default)]
    unexpanded: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    words: Vec<String>,
    why: String,
}

const EXCEPTIONS: &str = "tests/book/words/exceptions.toml";

/// Pages that list all words, and so use none.
const LISTS: [&str; 2] = ["glossary.md", "glossary-layers.md"];

impl Whole {
    pub(crate) fn of(root: &Path) -> Self {
        #[derive(Deserialize)]
        struct Terms {
            #[serde(default)]
            term: Vec<Term>,
        }
        #[derive(Deserialize)]
        struct Rfcs {
            rfc: Vec<Rfc>,
        }
        let read = |name: &str| {
            fs::read_to_string(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let Terms { term: terms } = toml::from_str(&read("book/glossary.toml")).unwrap();
        let Rfcs { rfc } = toml::from_str(&read("book/rfcs.toml")).unwrap();
        let link = Regex::new(r"\]\(([\w/-]+\.md)\)").unwrap();
        let summary = read("book/SUMMARY.md");
        let names = link.captures_iter(&summary).map(|link| link[1].to_owned());
        let pages: BTreeMap<String, String> =
            names.map(|name| (name.clone(), read(&format!("book/{name}")))).collect();
        let rfcs = rfc.into_iter().map(|rfc| (rfc.number, rfc)).collect();
        Self { root: root.to_owned(), terms, rfcs, pages, site: OnceLock::new() }
    }

    /// The book as it is built.
    pub(crate) fn site(&self) -> &Site {
        let build =
            || book::build(&Workbook::at(&self.root)).unwrap_or_else(|broken| panic!("{broken}")).site;
        self.site.get_or_init(build)
    }

    /// The pages on which each word has a card, by the word's anchor.
    fn cards(&self) -> BTreeMap<String, BTreeSet<String>> {
        static CARD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"<a class="term" href="(?:\.\./)*glossary\.html#([^"]+)">"#).unwrap()
        });
        let mut cards: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for page in self.pages.keys().filter(|page| !LISTS.contains(&page.as_str())) {
            let html = self.site().file(&page.replace(".md", ".html")).unwrap();
            for card in CARD.captures_iter(&String::from_utf8_lossy(html)) {
                cards.entry(card[1].to_owned()).or_default().insert(page.clone());
            }
        }
        cards
    }

    pub(crate) fn orphans(&self) -> Vec<String> {
        let cards = self.cards();
        let orphans = self.terms.iter().filter(|term| !cards.contains_key(&term.id()));
        orphans
            .map(|Term { name, .. }| {
                format!("the term `{name}` has no card on any page: use it, mark it with {{{{#term {name}}}}}, or take it out")
            })
            .collect()
    }

    pub(crate) fn unmet(&self) -> Vec<String> {
        let cards = self.cards();
        let is_met = |term: &Term| cards.get(&term.id()).is_some_and(|pages| pages.contains(&term.chapter));
        let unmet = self.terms.iter().filter(|term| !is_met(term));
        unmet
            .map(|Term { name, chapter, .. }| {
                format!("the term `{name}` says that it is met on {chapter}, where it has no card")
            })
            .collect()
    }

    fn exceptions(&self) -> Exceptions {
        let text = fs::read_to_string(self.root.join(EXCEPTIONS)).unwrap_or_default();
        toml::from_str(&text).unwrap()
    }

    pub(crate) fn strangers(&self) -> Vec<String> {
        let Exceptions { exception, .. } = self.exceptions();
        let named: BTreeSet<&str> = self.terms.iter().flat_map(Term::names).collect();
        let excepted: BTreeSet<&str> =
            exception.iter().flat_map(|one| &one.words).map(String::as_str).collect();
        let fields = self.fields();
        let singular = |name: &str| name.strip_suffix('s').unwrap_or(name).to_owned();
        let is_known = |name: &str| named.contains(name) || fields.contains(name) || excepted.contains(name);
        let mut used = BTreeSet::new();
        let mut told = Vec::new();
        for (page, text) in self.pages.iter().filter(|(page, _)| !LISTS.contains(&page.as_str())) {
            for name in prose::names(&prose::of(text)) {
                let one = singular(&name);
                if !is_known(&name) && !is_known(&one) {
                    told.push(format!("{page} uses `{one}`: add a [[term]], or a reason to {EXCEPTIONS}"));
                }
                used.extend([name, one]);
            }
        }
        for (one, word) in exception.iter().flat_map(|one| one.words.iter().map(move |word| (one, word))) {
            let wrong = match () {
                () if named.contains(word.as_str()) => "is in the glossary",
                () if one.why.trim().is_empty() => "has no reason",
                () if !used.contains(word) => "",
                () => continue,
            };
            told.push(match wrong {
                "" => format!("exceptions.toml: no page uses `{word}`"),
                wrong => format!("exceptions.toml: `{word}` {wrong}"),
            });
        }
        told.dedup();
        told
    }

    /// The names in capitals that a dissector prints, and explains where it prints them.
    fn fields(&self) -> BTreeSet<String> {
        static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""([A-Z][A-Z0-9 _.-]+)""#).unwrap());
        let mut names = BTreeSet::new();
        for (_, code) in self.code() {
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            for named in NAMED.captures_iter(code) {
                names.extend(named[1].split([' ', '_']).map(str::to_owned));
                names.insert(named[1].to_owned());
            }
        }
        names
    }

    pub(crate) fn unexpanded(&self) -> Vec<String> {
        static LETTERS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"[A-Z]{2}|[A-Z]-[A-Z]|[A-Z]+\d").unwrap());
        let Exceptions { unexpanded, .. } = self.exceptions();
        let expanded: BTreeSet<&str> =
            self.terms.iter().filter(|term| term.expansion.is_some()).flat_map(Term::names).collect();
        let excepted: BTreeSet<&str> =
            unexpanded.iter().flat_map(|one| &one.words).map(String::as_str).collect();
        let parts = |term: &Term| term.name.split([' ', '(', ')']).map(str::to_owned).collect::<Vec<_>>();
        let is_short = |term: &&Term| {
            let mut letters = parts(term).into_iter().filter(|word| LETTERS.is_match(word));
            let unsaid =
                |word: &String| !expanded.contains(word.as_str()) && !excepted.contains(word.as_str());
            term.expansion.is_none() && letters.any(|word| unsaid(&word))
        };
        let mut told: Vec<String> = self
            .terms
            .iter()
            .filter(is_short)
            .map(|term| format!("the term `{}` does not say what its letters stand for", term.name))
            .collect();
        for word in unexpanded.iter().flat_map(|one| &one.words) {
            let needed = self.terms.iter().any(|term| term.expansion.is_none() && parts(term).contains(word));
            if !needed {
                told.push(format!("exceptions.toml: no term `{word}` goes without its words"));
            }
        }
        told
    }

    pub(crate) fn rfcs_of_pages(&self) -> Vec<String> {
        self.pages.iter().flat_map(|(page, text)| self.rfcs_of_page(page, text)).collect()
    }

    fn rfcs_of_page(&self, page: &str, text: &str) -> Vec<String> {
        let lines = lines(text);
        let mut told = Vec::new();
        for number in rfcs_in(text) {
            let Some(rfc) = self.rfcs.get(&number) else {
                told.push(format!("{page} names RFC {number}, which book/rfcs.toml lacks"));
                continue;
            };
            let instead = |line: &str| rfcs_in(line).iter().any(|other| rfc.replaced_by.contains(other));
            let is_said = |line: &String| rfcs_in(line).contains(&number) && is_replaced(line);
            let is_told = lines.iter().any(is_said) && instead(text);
            if !rfc.replaced_by.is_empty() && !is_told {
                told.push(format!(
                    "{page} names RFC {number}, and no line of it says that it was replaced, by RFC {}",
                    list(&rfc.replaced_by)
                ));
            }
        }
        told
    }

    /// What the meanings name. Of what `rfc =` names, the page of the glossary says itself what replaced it.
    pub(crate) fn rfcs_of_words(&self) -> Vec<String> {
        let of = |term: &Term| {
            let name = &term.name;
            let wrong = |number: u16| match self.rfcs.get(&number) {
                None => Some(format!("the term `{name}` names RFC {number}, which book/rfcs.toml lacks")),
                Some(rfc) if !rfc.replaced_by.is_empty() && !is_replaced(&term.meaning) => Some(format!(
                    "the term `{name}` names RFC {number} and does not say that it was replaced"
                )),
                Some(_) => None,
            };
            rfcs_in(&term.meaning).into_iter().filter_map(wrong).collect::<Vec<_>>()
        };
        self.terms.iter().flat_map(of).collect()
    }

    pub(crate) fn rfcs_of_fields(&self) -> Vec<String> {
        static CITED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\brfc\(\s*(\d+)").unwrap());
        let mut told = BTreeSet::new();
        let mut cited = BTreeSet::new();
        for (file, code) in self.code() {
            for number in CITED.captures_iter(&code).filter_map(|cited| cited[1].parse::<u16>().ok()) {
                cited.insert(number);
                match self.rfcs.get(&number) {
                    None => drop(told.insert(format!("{file} cites RFC {number}, which book/rfcs.toml lacks"))),
                    Some(rfc) if !rfc.replaced_by.is_empty() && rfc.still.is_none() => drop(told.insert(format!(
                        "{file} cites RFC {number}, which is obsolete, and book/rfcs.toml does not say why still"
                    ))),
                    Some(_) => {}
                }
            }
        }
        let unused = self.rfcs.values().filter(|rfc| rfc.still.is_some() && !cited.contains(&rfc.number));
        let unused = unused.map(|rfc| format!("book/rfcs.toml: no field cites RFC {} still", rfc.number));
        told.into_iter().chain(unused).collect()
    }

    /// Every file of the dissectors, by its path from the root.
    fn code(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        sources(&self.root.join("crates/wire/src"), &mut files);
        let shown = |path: &Path| path.strip_prefix(&self.root).unwrap_or(path).display().to_string();
        files.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())).collect()
    }
}

impl Term {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.aka.iter().chain(&self.by_hand).map(String::as_str).chain([self.name.as_str()])
    }

    fn id(&self) -> String {
        let hyphened = |c: char| if c.is_alphanumeric() { c } else { '-' };
        format!("term-{}", self.name.to_lowercase().chars().map(hyphened).collect::<String>())
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

/// The RFCs that a text names, one or several at once, or links to.
fn rfcs_in(text: &str) -> BTreeSet<u16> {
    static RFC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\bRFC\s+(\d{2,5}(?:/\d{2,5})*)|\bRFCs\s+(\d{2,5}(?:(?:/|,|,?\s+(?:and|or|to))\s*\d{2,5})*)|/rfc(\d{2,5})\b",
        )
        .unwrap()
    });
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d+").unwrap());
    let named = RFC.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    let numbers = |all: regex::Match<'_>| {
        NUMBER.find_iter(all.as_str()).filter_map(|number| number.as_str().parse().ok()).collect::<Vec<_>>()
    };
    named.flat_map(numbers).collect()
}

/// Whether a line says that something it names is not in force.
fn is_replaced(line: &str) -> bool {
    static SAID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)\b(obsoletes?|replace[sd]|now it is)\b").unwrap());
    SAID.is_match(line)
}

/// A page's lines; those of a table with its head.
fn lines(text: &str) -> Vec<String> {
    let mut head = "";
    let mut lines = Vec::new();
    for line in text.lines() {
        if !line.starts_with('|') {
            head = "";
        } else if head.is_empty() {
            head = line;
        }
        lines.push(format!("{head} {line}"));
    }
    lines
}

fn list(numbers: &[u16]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", RFC ")
}
