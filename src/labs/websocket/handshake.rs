//! The opening handshake: from the head of a request to the 101, or to a refusal that says why.
//!
//! ```text
//! GET / HTTP/1.1                                   HTTP/1.1 101 Switching Protocols
//! Host: 127.0.0.1:9001                             Upgrade: websocket
//! Upgrade: websocket                               Connection: Upgrade
//! Connection: Upgrade                              Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
//! Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
//! Sec-WebSocket-Version: 13
//! ```
//!
//! What a server must find is in RFC 6455 section 4.2.1. That section leaves the status of a refusal open ("such as
//! 400"); here it is the one that says most:
//!
//! | status | when |
//! | --- | --- |
//! | 400 | no HTTP/1.1 request; Host, Sec-WebSocket-Version or Sec-WebSocket-Key missing, twice or malformed; a body |
//! | 403 | Host is not a name of this server, or Origin not that of a page of the workbook (RFC 6455 section 10.2) |
//! | 405 | not GET |
//! | 426 | no upgrade to WebSocket is asked for, or that of another version (RFC 9110 section 15.5.22) |
//! | 431 | more header fields, or longer ones, than are read |
//! | 505 | not HTTP/1 |
//!
//! Pure: no socket, no clock.

use std::fmt::Write;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::labs::{Names, wiretap::Wiretap};

/// So long may the head of a request be.
pub const LONGEST_HEAD: usize = 8 * 1024;
/// So many header fields may it have.
pub const MOST_FIELDS: usize = 64;
/// So much of what was found stands in a refusal.
const QUOTED: usize = 60;

/// Who may come: by which name, and sent by which page.
pub trait Known {
    /// Whether a `Host` header names this server.
    fn has_host(&self, host: &str) -> bool;
    /// Whether an `Origin` header names a page that may use it.
    fn has_origin(&self, origin: &str) -> bool;
    /// The hosts, for a person who used another.
    fn hosts(&self) -> String;
}

impl Known for Wiretap {
    fn has_host(&self, host: &str) -> bool {
        Self::has_host(self, host)
    }
    fn has_origin(&self, origin: &str) -> bool {
        Self::has_origin(self, origin)
    }
    fn hosts(&self) -> String {
        Self::hosts(self)
    }
}

/// A server's own names, and those of the workbook.
impl Known for (Names, Names) {
    fn has_host(&self, host: &str) -> bool {
        self.0.has_host(host)
    }
    fn has_origin(&self, origin: &str) -> bool {
        self.1.has_origin(origin)
    }
    fn hosts(&self) -> String {
        self.0.list()
    }
}

/// What becomes of the bytes that a client began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The head has no end yet.
    Unfinished,
    /// A handshake as it should be.
    Accepted {
        /// The 101, to be sent as it is.
        response: String,
        /// How many bytes the head has; what follows is frames.
        head: usize,
    },
    /// Anything else.
    Refused(Refusal),
}

/// Why there is no WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Header fields beside those that every refusal has.
    pub fields: &'static [(&'static str, &'static str)],
    /// What was expected, what was found, and where that is written.
    pub why: String,
    /// What decided it.
    pub decided_by: Decider,
}

/// The part of a request that decided what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The request line.
    RequestLine,
    /// The header field of this number, counted from 0.
    Field(usize),
    /// A header field that is not there.
    Missing(&'static str),
    /// No one line.
    Whole,
}

const UPGRADE: &[(&str, &str)] =
    &[("Upgrade", "websocket"), ("Connection", "Upgrade, close"), ("Sec-WebSocket-Version", "13")];
const ONLY_GET: &[(&str, &str)] = &[("Allow", "GET")];

/// Answers the head of a request.
#[must_use]
pub fn answer(head: &[u8], known: &impl Known) -> Opening {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(head) {
        Ok(httparse::Status::Complete(length)) if length <= LONGEST_HEAD => length,
        Ok(httparse::Status::Partial) if head.len() < LONGEST_HEAD => return Opening::Unfinished,
        Ok(_) => return Opening::Refused(too_long()),
        Err(error) => return Opening::Refused(unreadable(error)),
    };
    match accept_key(&Request::of(&request), known) {
        Ok(accept) => Opening::Accepted {
            response: format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            ),
            head: length,
        },
        Err(refusal) => Opening::Refused(refusal),
    }
}

/// The Sec-WebSocket-Accept of a handshake that is as RFC 6455 section 4.2.1 wants it.
fn accept_key(request: &Request<'_>, known: &impl Known) -> Result<String, Refusal> {
    request.line()?;
    request.host(known)?;
    request.origin(known)?;
    request.upgrade()?;
    request.version()?;
    request.no_body()?;
    request.key()
}

struct Request<'r> {
    method: &'r str,
    target: &'r str,
    minor: u8,
    fields: &'r [httparse::Header<'r>],
}

impl<'r> Request<'r> {
    fn of(request: &'r httparse::Request<'_, 'r>) -> Self {
        Self {
            method: request.method.unwrap_or_default(),
            target: request.path.unwrap_or_default(),
            minor: request.version.unwrap_or_default(),
            fields: &*request.headers,
        }
    }

    fn line(&self) -> Result<(), Refusal> {
        let refuse =
            |status, fields, why| Err(Refusal { status, fields, why, decided_by: Decider::RequestLine });
        if self.method != "GET" {
            let why =
                format!("expected GET, found {} (RFC 6455 section 4.2.1)", quoted(self.method.as_bytes()));
            return refuse(405, ONLY_GET, why);
        }
        if self.minor == 0 {
            let why = "expected HTTP/1.1, found HTTP/1.0, whose Upgrade means nothing (RFC 9110 section 7.8)";
            return refuse(426, UPGRADE, why.to_owned());
        }
        if !self.target.starts_with('/') {
            let found = quoted(self.target.as_bytes());
            return refuse(400, &[], format!("expected a path, found {found} (RFC 9112 section 3.2.1)"));
        }
        Ok(())
    }

    fn host(&self, known: &impl Known) -> Result<(), Refusal> {
        let (at, host) = self.one("Host", "RFC 9112 section 3.2")?;
        if std::str::from_utf8(host).is_ok_and(|host| known.has_host(host)) {
            return Ok(());
        }
        let why = format!(
            "expected Host to be one of {}, found {} (RFC 6455 section 10.2)",
            known.hosts(),
            quoted(host)
        );
        Err(refusal(403, why, Decider::Field(at)))
    }

    /// A program sends none (RFC 6455 section 10.2); a browser always does, and a page cannot change it.
    fn origin(&self, known: &impl Known) -> Result<(), Refusal> {
        for (at, origin) in self.named("Origin") {
            if !std::str::from_utf8(origin).is_ok_and(|origin| known.has_origin(origin)) {
                let why = format!(
                    "expected the Origin of a page of this workbook, found {} (RFC 6455 section 10.2)",
                    quoted(origin)
                );
                return Err(refusal(403, why, Decider::Field(at)));
            }
        }
        Ok(())
    }

    fn upgrade(&self) -> Result<(), Refusal> {
        for (name, token) in [("Upgrade", "websocket"), ("Connection", "Upgrade")] {
            let lists = |value: &[u8]| {
                value
                    .split(|byte| *byte == b',')
                    .any(|item| item.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
            };
            if self.named(name).any(|(_, value)| lists(value)) {
                continue;
            }
            let (found, decided_by) = match self.named(name).next() {
                Some((at, value)) => (quoted(value), Decider::Field(at)),
                None => ("no such field".to_owned(), Decider::Missing(name)),
            };
            let why = format!("expected {name} to list {token}, found {found} (RFC 6455 section 4.2.1)");
            return Err(Refusal { status: 426, fields: UPGRADE, why, decided_by });
        }
        Ok(())
    }

    fn version(&self) -> Result<(), Refusal> {
        let (at, version) = self.one("Sec-WebSocket-Version", "RFC 6455 section 4.2.1")?;
        if version == b"13" {
            return Ok(());
        }
        let why =
            format!("expected Sec-WebSocket-Version 13, found {} (RFC 6455 section 4.4)", quoted(version));
        Err(Refusal { status: 426, fields: UPGRADE, why, decided_by: Decider::Field(at) })
    }

    /// What follows the head is frames; a body there would be taken for them.
    fn no_body(&self) -> Result<(), Refusal> {
        for name in ["Transfer-Encoding", "Content-Length"] {
            if let Some((at, value)) = self.named(name).find(|(_, value)| *value != b"0") {
                let why = format!("expected no body, found {name} {} (RFC 9112 section 6)", quoted(value));
                return Err(refusal(400, why, Decider::Field(at)));
            }
        }
        Ok(())
    }

    fn key(&self) -> Result<String, Refusal> {
        let (at, key) = self.one("Sec-WebSocket-Key", "RFC 6455 section 4.2.1")?;
        let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
        let found = match GeneralPurpose::new(&STANDARD, config).decode(key) {
            Ok(nonce) if nonce.len() == 16 => return Ok(derive_accept_key(key)),
            Ok(nonce) => format!("{} bytes in {}", nonce.len(), quoted(key)),
            Err(_) => quoted(key),
        };
        let why = format!(
            "expected Sec-WebSocket-Key to be 16 bytes in base64, found {found} (RFC 6455 section 4.2.1)"
        );
        Err(refusal(400, why, Decider::Field(at)))
    }

    /// The value of a field that must be there once.
    fn one(&self, name: &'static str, spec: &str) -> Result<(usize, &'r [u8]), Refusal> {
        let mut all = self.named(name);
        let Some(first) = all.next() else {
            let why = format!("expected a field {name}, found none ({spec})");
            return Err(refusal(400, why, Decider::Missing(name)));
        };
        match all.next() {
            None => Ok(first),
            Some((at, _)) => Err(refusal(
                400,
                format!("expected one field {name}, found more ({spec})"),
                Decider::Field(at),
            )),
        }
    }

    /// Every field of that name, in any case (RFC 9110 section 5.1).
    fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (usize, &'r [u8])> + 's {
        let fields = self.fields.iter().enumerate();
        fields
            .filter(move |(_, field)| field.name.eq_ignore_ascii_case(name))
            .map(|(at, field)| (at, field.value))
    }
}

impl Refusal {
    /// For a handshake that took too long.
    #[must_use]
    pub fn too_slow(seconds: u64) -> Self {
        let why = format!(
            "expected the whole head within {seconds} s, found no end of it (RFC 9110 section 15.5.9)"
        );
        refusal(408, why, Decider::Whole)
    }

    /// For one more than there is room for.
    #[must_use]
    pub fn full(places: usize) -> Self {
        let why = format!(
            "all {places} places are taken: close a connection, then try again (RFC 9110 section 15.6.4)"
        );
        refusal(503, why, Decider::Whole)
    }

    /// The whole HTTP response.
    #[must_use]
    pub fn response(&self) -> String {
        let Self { status, fields, why, .. } = self;
        let mut response = format!("HTTP/1.1 {status} {}\r\n", phrase(*status));
        let upgrades = fields.iter().any(|(name, _)| *name == "Connection");
        let close = [("Connection", "close")];
        for (name, value) in fields.iter().chain(close.iter().filter(|_| !upgrades)) {
            // Writing to a String cannot fail.
            let _ = write!(response, "{name}: {value}\r\n");
        }
        let length = why.len() + 1;
        let _ = write!(
            response,
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{why}\n"
        );
        response
    }
}

fn refusal(status: u16, why: String, decided_by: Decider) -> Refusal {
    Refusal { status, fields: &[], why, decided_by }
}

fn too_long() -> Refusal {
    let why =
        format!("expected a head of at most {LONGEST_HEAD} bytes, found no end of it (RFC 6585 section 5)");
    refusal(431, why, Decider::Whole)
}

fn unreadable(error: httparse::Error) -> Refusal {
    match error {
        httparse::Error::TooManyHeaders => {
            let why =
                format!("expected at most {MOST_FIELDS} header fields, found more (RFC 6585 section 5)");
            refusal(431, why, Decider::Whole)
        }
        httparse::Error::Version => {
            let why = "expected HTTP/1.1, found another version (RFC 9110 section 15.6.6)".to_owned();
            refusal(505, why, Decider::RequestLine)
        }
        error => refusal(
            400,
            format!("expected an HTTP/1.1 request, found: {error} (RFC 9112 section 2.2)"),
            Decider::Whole,
        ),
    }
}

/// What was found, for a person: printable, on one line, not long.
fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..QUOTED).unwrap_or(bytes));
    let more = if bytes.len() > QUOTED { "…" } else { "" };
    format!("{text:?}{more}")
}

fn phrase(status: u16) -> &'static str {
    match status {
        403 => "Forbidden",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Bad Request",
    }
}
