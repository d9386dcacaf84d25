//! The lines of RFC 8866 section 5 that are no attributes.

use super::formats::Formats;
use super::media;
use super::words::{Names, all, before, mark, named, next_number, number, space, word, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

/// What is known of one type of line.
pub(super) struct Known {
    /// Its name is the letter and "=".
    pub(super) field: Field,
    pub(super) read: fn(&mut Cursor<'_>, &Formats) -> Step,
}

/// The line of that letter.
pub(super) fn known(letter: u8) -> Option<&'static Known> {
    LINES.iter().find(|known| known.field.name.as_bytes().first() == Some(&letter))
}

const fn line(
    name: &'static str,
    section: &'static str,
    read: fn(&mut Cursor<'_>, &Formats) -> Step,
    about: &'static str,
) -> Known {
    Known { field: Field::new(name, rfc(8866, section), about), read }
}

#[rustfmt::skip]
static LINES: &[Known] = &[
    line("v=", "5.1", version,
        "The version of the format, always 0. A session description begins with it, and nothing else does."),
    line("o=", "5.2", origin,
        "Who made this description, and which it is: the version grows by one with each that changes something."),
    line("s=", "5.3", session_name,
        "A name for the session. WebRTC has none and writes a dash, since the line may not be left out."),
    line("i=", "5.4", free, "A few words for a person about the session or this medium."),
    line("u=", "5.5", free, "Where to read more about the session."),
    line("e=", "5.6", free, "Whom to write to about the session."),
    line("p=", "5.6", free, "Whom to call about the session."),
    line("c=", "5.7", connection,
        "Where to send. With ICE the candidates say so instead, and this holds a default, or 0.0.0.0 with port 9 \
         where none is known yet."),
    line("b=", "5.8", bandwidth, "How much bandwidth the sender of this description would have used at most."),
    line("t=", "5.9", time,
        "When the session is on. 0 0 means from now on and without end: for announced broadcasts it mattered."),
    line("r=", "5.10", free, "How often the session repeats. A call does not."),
    line("z=", "5.11", free, "Changes of the time zone for sessions that repeat."),
    line("k=", "5.12", old_key, "A key, in the open. Obsolete: WebRTC's keys come out of the DTLS handshake."),
    line("m=", "5.14", media::line,
        "Begins a media description: what kind, at which port, over what, in which formats. The \
         answer has as many, and each answers the one in its own place."),
];

static VERSION: Field = Field::new("proto-version", rfc(8866, "5.1"), "0, for as long as SDP has been.");
static USERNAME: Field =
    Field::new("username", rfc(8866, "5.2"), "Who made it. A dash, since WebRTC tells nobody's name.");
static SESS_ID: Field = Field::new(
    "sess-id",
    rfc(8866, "5.2"),
    "A random number that tells this session from others. It stays while the version grows.",
);
static SESS_VERSION: Field = Field::new(
    "sess-version",
    rfc(8866, "5.2"),
    "Which version of this description: the next offer or answer of the same side counts on where it differs.",
);
static NETTYPE: Field = Field::new("nettype", rfc(8866, "5.2"), "Which network: IN is the Internet.");
static ADDRTYPE: Field = Field::new("addrtype", rfc(8866, "5.2"), "How to read the address after it.");
static UNICAST_ADDRESS: Field = Field::new(
    "unicast-address",
    rfc(8866, "5.2"),
    "The machine that made it. WebRTC writes one that tells nothing, for privacy; nobody sends there.",
);
static CONNECTION_ADDRESS: Field = Field::new(
    "connection-address",
    rfc(8866, "5.7"),
    "Where to send where there is no ICE. 0.0.0.0 says that there is no such address yet.",
);
static SESSION_NAME: Field = Field::new("session-name", rfc(8866, "5.3"), "A dash where there is no name.");
static FREE: Field = Field::new("text", rfc(8866, "5"), "The value, as it stands.");
static BWTYPE: Field = Field::new("bwtype", rfc(8866, "5.8"), "What the number counts.");
static BANDWIDTH: Field = Field::new(
    "bandwidth",
    rfc(8866, "5.8"),
    "How much at most. In kilobits a second; for TIAS, RS and RR in bits.",
);
static START: Field =
    Field::new("start-time", rfc(8866, "5.9"), "When it begins, in seconds since 1900. 0 is not bounded.");
static STOP: Field = Field::new("stop-time", rfc(8866, "5.9"), "When it ends, likewise. 0 is never.");

const NETTYPES: Names = &[("IN", "the Internet")];
const ADDRTYPES: Names = &[("IP4", "an IPv4 address or a name"), ("IP6", "an IPv6 address or a name")];
const BWTYPES: Names = &[
    ("AS", "of this medium with its headers, in kbit/s"),
    ("CT", "of the whole session, in kbit/s"),
    ("TIAS", "of the media alone, without headers, in bit/s: RFC 3890"),
    ("RS", "RTCP of those who send, in bit/s: RFC 3556"),
    ("RR", "RTCP of those who only receive, in bit/s: RFC 3556"),
];
const NO_ADDRESS: Names = &[
    ("0.0.0.0", "none yet: the candidates say where"),
    ("::", "none yet: the candidates say where"),
    ("127.0.0.1", "tells nothing"),
];

fn version(c: &mut Cursor<'_>, _: &Formats) -> Step {
    number(c, &VERSION, 0..=0).map(drop)
}

fn origin(c: &mut Cursor<'_>, _: &Formats) -> Step {
    word(c, &USERNAME)?;
    next_number(c, &SESS_ID, 0..=u64::MAX)?;
    next_number(c, &SESS_VERSION, 0..=u64::MAX)?;
    address(c, &UNICAST_ADDRESS)
}

fn connection(c: &mut Cursor<'_>, _: &Formats) -> Step {
    address(c, &CONNECTION_ADDRESS)
}

/// `IN IP4 127.0.0.1`, after a space where it is not at the beginning.
pub(super) fn address(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    space(c)?;
    named(c, &NETTYPE, word_len(c), NETTYPES)?;
    space(c)?;
    let len = word_len(c);
    let v4 = c.peek(len) == b"IP4";
    named(c, &ADDRTYPE, len, ADDRTYPES)?;
    space(c)?;
    let len = word_len(c);
    let written = std::str::from_utf8(c.peek(len)).unwrap_or_default();
    let other = match written.split('/').next().unwrap_or_default().parse::<std::net::IpAddr>() {
        Ok(ip) => ip.is_ipv4() != v4,
        Err(_) => false,
    };
    let at = c.nodes();
    named(c, field, len, NO_ADDRESS)?;
    if other {
        c.remark_at(at, Severity::Error, "not of the addrtype before it", rfc(8866, "5.7"));
    }
    Ok(())
}

fn session_name(c: &mut Cursor<'_>, _: &Formats) -> Step {
    if c.left() == 0 {
        let why = "an empty name: where there is none, a dash or a space stands for it";
        c.remark(Severity::Error, why, Some(rfc(8866, "5.3")));
        return Ok(());
    }
    let len = c.left();
    named(c, &SESSION_NAME, len, &[("-", "none"), (" ", "none")]).map(drop)
}

fn free(c: &mut Cursor<'_>, _: &Formats) -> Step {
    all(c, &FREE)
}

fn old_key(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let why = "obsolete: nobody may send it, and a receiver ignores it";
    c.remark(Severity::Warning, why, Some(rfc(8866, "5.12")));
    all(c, &FREE)
}

fn bandwidth(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = before(c, b':', c.left());
    named(c, &BWTYPE, len, BWTYPES)?;
    if c.left() > 0 {
        mark(c)?;
    }
    number(c, &BANDWIDTH, 0..=u64::MAX).map(drop)
}

fn time(c: &mut Cursor<'_>, _: &Formats) -> Step {
    number(c, &START, 0..=u64::MAX)?;
    next_number(c, &STOP, 0..=u64::MAX).map(drop)
}
