//! Where a fact is written down.

use std::fmt;

/// The section of a specification that says what a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spec {
    /// A section of an RFC.
    Rfc {
        /// 8489
        number: u16,
        /// "14.2", or "" for the document as a whole.
        section: &'static str,
    },
    /// The workbook's own word, which no specification defines.
    Own,
    /// A specification that is not an RFC.
    Page {
        /// "Engine.IO protocol, revision 4"
        title: &'static str,
        /// Where it is published.
        url: &'static str,
    },
}

/// RFC `number`, section `section`.
#[must_use]
pub const fn rfc(number: u16, section: &'static str) -> Spec {
    Spec::Rfc { number, section }
}

impl Spec {
    /// Where a reader can open it; empty for [`Spec::Own`].
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Rfc { number, section: "" } => format!("https://www.rfc-editor.org/rfc/rfc{number}"),
            Self::Rfc { number, section } => {
                format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}")
            }
            Self::Own => String::new(),
            Self::Page { url, .. } => (*url).to_owned(),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rfc { number, section: "" } => write!(f, "RFC {number}"),
            Self::Rfc { number, section } => write!(f, "RFC {number} section {section}"),
            Self::Own => Ok(()),
            Self::Page { title, .. } => f.write_str(title),
        }
    }
}
