//! The RFCs that the book may cite, from `book/rfcs.toml`, and the form of a link to one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::problem::{Complaint, Problem, line_at};

/// The RFCs that the book knows.
#[derive(Debug, Default)]
pub(crate) struct Rfcs {
    /// `None`: the book keeps no list, and any number will do.
    entries: Option<BTreeMap<u16, Entry>>,
    /// What is wrong with the list itself.
    problems: Vec<Problem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "rfc")]
    rfcs: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    number: Spanned<u16>,
    title: String,
    status: Status,
    /// The RFCs to read instead of one that is obsolete.
    #[serde(default)]
    replaced_by: Vec<u16>,
    /// Why dissectors still cite one that is obsolete.
    still: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Current,
    Obsolete,
}

impl Rfcs {
    /// Where they are listed, from the root of the checkout.
    pub(crate) const FILE: &'static str = "book/rfcs.toml";

    /// Reads the list of a checkout, if there is one.
    pub(crate) fn read(root: &Path) -> Result<Self, Complaint> {
        match std::fs::read_to_string(root.join(Self::FILE)) {
            Ok(text) => Self::parse(&text),
            Err(_) => Ok(Self::default()),
        }
    }

    fn parse(text: &str) -> Result<Self, Complaint> {
        let File { rfcs } =
            toml::from_str(text).map_err(|error| Complaint::toml(Self::FILE, text, &error))?;
        let mut entries = BTreeMap::new();
        let mut problems = Vec::new();
        for entry in rfcs {
            let (number, line) = (*entry.number.get_ref(), line_at(text, entry.number.span().start));
            if entries.insert(number, entry).is_some() {
                problems.push(Complaint::new(format!("RFC {number} is there twice")).at(Self::FILE, line));
            }
        }
        for entry in entries.values() {
            let line = line_at(text, entry.number.span().start);
            problems.extend(entry.mistakes(&entries).into_iter().map(|wrong| wrong.at(Self::FILE, line)));
        }
        Ok(Self { entries: Some(entries), problems })
    }

    /// What is wrong with the list: an obsolete RFC without one to read instead, or with one that is obsolete too.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The RFCs to read instead of that one; empty if it is in force.
    pub(crate) fn replacements(&self, number: u16) -> &[u16] {
        self.entries.as_ref().and_then(|entries| entries.get(&number)).map_or(&[], |entry| &entry.replaced_by)
    }

    /// Whether `link`, if it leads to an RFC, has a known number and a fragment of the form that RFCs have.
    pub(crate) fn check(&self, link: &str) -> Result<(), Complaint> {
        static RFC: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^https://www\.rfc-editor\.org/rfc/rfc(?<number>\d+)(#(?<fragment>.*))?$")
                .expect("the pattern is a constant")
        });
        static SECTION: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(section-\d+(\.\d+)*|appendix-[A-Z](\.\d+)*|page-\d+)$")
                .expect("the pattern is a constant")
        });
        // Wherever it is kept: one place for all, in one form.
        static COPY: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)^https?://[^?#]*/rfc-?\d+(\.\w+)?/?([?#]|$)").expect("the pattern is a constant")
        });
        if !COPY.is_match(link) && !link.contains("rfc-editor.org/rfc/") {
            return Ok(());
        }
        let form = "https://www.rfc-editor.org/rfc/rfc8489#section-14.2";
        let captures = RFC.captures(link).ok_or_else(|| {
            Complaint::new(format!("`{link}` is no link to an RFC")).help(format!("write it like {form}"))
        })?;
        if let Some(fragment) = captures.name("fragment").filter(|id| !SECTION.is_match(id.as_str())) {
            return Err(Complaint::new(format!("`#{}` is no section of an RFC", fragment.as_str()))
                .help(format!("write it like {form}, or #appendix-A.1")));
        }
        self.known(captures.name("number").map_or("", |number| number.as_str()))
    }

    /// Whether the book knows an RFC of that number.
    pub(crate) fn known(&self, number: &str) -> Result<(), Complaint> {
        let Some(entries) = &self.entries else { return Ok(()) };
        if number.parse().is_ok_and(|number: u16| entries.contains_key(&number)) {
            return Ok(());
        }
        let known: Vec<String> = entries.keys().map(ToString::to_string).collect();
        Err(Complaint::new(format!("RFC {number} is not in {}", Self::FILE))
            .help("add an [[rfc]] with its number, title and status")
            .nearest(number, known.iter().map(String::as_str)))
    }
}

impl Entry {
    fn mistakes(&self, all: &BTreeMap<u16, Self>) -> Vec<Complaint> {
        let number = self.number.get_ref();
        let mut found = Vec::new();
        let mut tell = |holds: bool, what: &str, help: &str| {
            if !holds {
                found.push(Complaint::new(format!("RFC {number} {what}")).help(help));
            }
        };
        let obsolete = self.status == Status::Obsolete;
        tell(!self.title.trim().is_empty(), "has no title", "copy it from the RFC's first page");
        tell(
            obsolete != self.replaced_by.is_empty(),
            "is obsolete and says not what to read instead, or the other way around",
            "an obsolete one has replaced_by = [ … ], a current one has none",
        );
        tell(
            obsolete || self.still.is_none(),
            "is in force, and says why it is cited still",
            "`still` is for one that is obsolete",
        );
        for next in &self.replaced_by {
            let status = all.get(next).map(|entry| entry.status);
            tell(
                status == Some(Status::Current),
                &format!("is replaced by RFC {next}, which the list lacks or calls obsolete"),
                "name the RFCs that are in force today, and list each",
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[rfc]]\nnumber = 8489\ntitle = 'S'\nstatus = 'current'\n\
        [[rfc]]\nnumber = 5780\ntitle = 'N'\nstatus = 'current'\n\
        [[rfc]]\nnumber = 3489\ntitle = 'O'\nstatus = 'obsolete'\nreplaced_by = [8489, 5780]\nstill = 'w'\n";

    #[test]
    fn a_link_to_an_rfc_has_a_known_number_and_a_section() {
        let rfcs = Rfcs::parse(LIST).unwrap();
        for (link, fine) in [
            ("https://www.rfc-editor.org/rfc/rfc8489", true),
            ("https://www.rfc-editor.org/rfc/rfc8489#section-14.2", true),
            ("https://www.rfc-editor.org/rfc/rfc8489#appendix-B.1", true),
            ("https://www.rfc-editor.org/rfc/rfc8498", false),
            ("https://www.rfc-editor.org/rfc/rfc8489#14.2", false),
            ("https://www.rfc-editor.org/rfc/rfc8489#section-14.", false),
            ("http://www.rfc-editor.org/rfc/rfc8489", false),
            ("https://www.rfc-editor.org/rfc/rfc8489.html", false),
            ("https://www.rfc-editor.org/rfc/rfc8489.txt#section-14.2", false),
            ("https://www.rfc-editor.org/info/rfc8489", false),
            ("https://rfc-editor.org/rfc/rfc8489", false),
            ("https://datatracker.ietf.org/doc/html/rfc8489#section-14.2", false),
            ("https://tools.ietf.org/html/rfc8489", false),
            ("https://example.org/rfc1", false),
            ("https://datatracker.ietf.org/doc/html/draft-ietf-behave-rfc3489bis-02", true),
            ("https://example.org/rfcs", true),
        ] {
            assert_eq!(rfcs.check(link).is_ok(), fine, "{link}");
        }
        let help = rfcs.known("8498").unwrap_err().help.unwrap();
        assert_eq!(help, "did you mean `8489`?");
        assert_eq!(rfcs.replacements(3489), [8489, 5780]);
    }

    #[test]
    fn what_is_obsolete_leads_to_what_is_in_force() {
        let said = |more: &str| {
            let list = format!("{LIST}[[rfc]]\nnumber = 1\ntitle = 'T'\n{more}\n");
            Rfcs::parse(&list).unwrap().problems.into_iter().map(|wrong| wrong.what).collect::<Vec<_>>()
        };
        assert!(said("status = 'current'").is_empty());
        let unsaid = "RFC 1 is obsolete and says not what to read instead, or the other way around";
        for (more, what) in [
            ("status = 'obsolete'", unsaid),
            ("status = 'current'\nreplaced_by = [8489]", unsaid),
            ("status = 'current'\nstill = 'x'", "RFC 1 is in force, and says why it is cited still"),
            (
                "status = 'obsolete'\nreplaced_by = [3489]",
                "RFC 1 is replaced by RFC 3489, which the list lacks or calls obsolete",
            ),
            (
                "status = 'obsolete'\nreplaced_by = [2]",
                "RFC 1 is replaced by RFC 2, which the list lacks or calls obsolete",
            ),
        ] {
            assert_eq!(said(more), [what], "{more}");
        }
        assert_eq!(
            said("status = 'current'\n[[rfc]]\nnumber = 1\ntitle = 'T'\nstatus = 'current'"),
            ["RFC 1 is there twice"]
        );
    }
}
