//! The RFCs that the book may cite, from `book/rfcs.toml`, and the form of a link to one.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::problem::Complaint;

/// The numbers of the RFCs that the book knows.
#[derive(Debug, Default)]
pub(crate) struct Rfcs {
    /// `None`: the book keeps no list, and any number will do.
    numbers: Option<Vec<u16>>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default, rename = "rfc")]
    rfcs: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    number: u16,
}

impl Rfcs {
    /// Where they are listed, from the root of the checkout.
    pub(crate) const FILE: &'static str = "book/rfcs.toml";

    /// Reads the list of a checkout, if there is one.
    pub(crate) fn read(root: &Path) -> Result<Self, Complaint> {
        let Ok(text) = std::fs::read_to_string(root.join(Self::FILE)) else { return Ok(Self::default()) };
        let File { rfcs } =
            toml::from_str(&text).map_err(|error| Complaint::toml(Self::FILE, &text, &error))?;
        Ok(Self { numbers: Some(rfcs.into_iter().map(|rfc| rfc.number).collect()) })
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

    fn known(&self, number: &str) -> Result<(), Complaint> {
        let Some(numbers) = &self.numbers else { return Ok(()) };
        if number.parse().is_ok_and(|number| numbers.contains(&number)) {
            return Ok(());
        }
        let known: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        Err(Complaint::new(format!("RFC {number} is not in {}", Self::FILE))
            .help("add an [[rfc]] with its number, title and status")
            .nearest(number, known.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_an_rfc_has_a_known_number_and_a_section() {
        let rfcs = Rfcs { numbers: Some(vec![8489, 5780]) };
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
    }
}
