//! What was found out, for people and for programs.

use std::fmt;
use std::net::SocketAddr;

use serde::Serialize;

/// How a NAT treats packets, as far as it was found out. `--json` prints this.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// Whom was asked.
    pub(crate) server: Option<SocketAddr>,
    /// A port of ours, and what the server saw in its place.
    pub(crate) local: Option<SocketAddr>,
    pub(crate) mapped: Option<SocketAddr>,
    /// RFC 4787 section 4.1.
    pub(crate) mapping: Depends,
    /// RFC 4787 section 5.
    pub(crate) filtering: Depends,
    /// RFC 4787 section 6; `null` where it makes no sense or could not be told.
    pub(crate) hairpinning: Option<bool>,
    /// Whether each port of ours had the same number outside (section 4.2.1).
    pub(crate) ports_preserved: Option<bool>,
    /// RFC 4787 section 4.3.
    pub(crate) lifetime: Option<Lifetime>,
    /// What RFC 3489 would have called it.
    pub(crate) rfc3489: Option<&'static str>,
    pub(crate) tests: Vec<Test>,
}

/// What something depends on, of the one at the other end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Depends {
    /// Nothing translates: there is no mapping.
    None,
    EndpointIndependent,
    AddressDependent,
    AddressAndPortDependent,
    #[default]
    Unknown,
}

/// A mapping was there after so many seconds of silence, and gone after so many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Lifetime {
    pub(crate) alive_after: f64,
    /// `null` where it outlived the test.
    pub(crate) gone_after: Option<f64>,
}

/// One question, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) section: &'static str,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    /// How often it was sent.
    pub(crate) requests: u32,
    /// Who answered; `null` is silence.
    pub(crate) answered_by: Option<SocketAddr>,
    /// What the answer says that we are.
    pub(crate) mapped: Option<SocketAddr>,
    pub(crate) proves: String,
}

impl Verdict {
    /// A line for each thing that RFC 4787 tells apart, with its section there.
    pub(crate) fn lines(&self) -> Vec<String> {
        let hairpinning = match self.hairpinning {
            _ if self.mapping == Depends::None => "no need of it",
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let ports = match self.ports_preserved {
            _ if self.mapping == Depends::None => "as they are",
            Some(true) => "the same outside as inside",
            Some(false) => "others outside than inside",
            None => "unknown",
        };
        let lifetime = match self.lifetime {
            None => "not tested".to_owned(),
            Some(Lifetime { alive_after, gone_after: None }) => {
                format!("more than {alive_after:.0} s")
            }
            Some(Lifetime { alive_after, gone_after: Some(gone) }) => {
                format!("between {alive_after:.1} s and {gone:.1} s")
            }
        };
        [
            ("mapping", "4.1", self.mapping.to_string()),
            ("ports", "4.2.1", ports.to_owned()),
            ("lifetime", "4.3", lifetime),
            ("filtering", "5", self.filtering.to_string()),
            ("hairpinning", "6", hairpinning.to_owned()),
        ]
        .map(|(what, section, found)| {
            format!("{what:<12} {:<6} {found}", format!("\u{a7}{section}"))
        })
        .into()
    }

    /// Whether what was asked for is known.
    pub(crate) fn is_complete(&self) -> bool {
        self.mapping != Depends::Unknown && self.filtering != Depends::Unknown
    }
}

impl fmt::Display for Depends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address and port-dependent",
            Self::Unknown => "unknown",
        })
    }
}
