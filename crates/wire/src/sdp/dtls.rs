//! DTLS in SDP: RFC 8842, which takes setup from RFC 4145 and fingerprint from RFC 8122.

use super::attributes::{Known, value};
use super::formats::Formats;
use super::words::{Names, named, one_of, space, text, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=setup", rfc(4145, "4"), setup,
        "Who begins the DTLS handshake. An offer says actpass and leaves it to the answer, which says active or \
         passive."),
    value("a=fingerprint", rfc(8122, "5"), fingerprint,
        "The hash of the certificate that this side will show in the DTLS handshake. It is what makes a call safe, as \
         far as whoever carried this text is honest."),
    value("a=tls-id", rfc(8842, "4"), tls_id,
        "Names the DTLS association: a new value asks for a new one, the same keeps the old."),
];

static ROLE: Field =
    Field::new("role", rfc(4145, "4"), "active sends the ClientHello, passive waits for it.");
static HASH: Field =
    Field::new("hash-func", rfc(8122, "5"), "With which function the certificate was hashed.");
static FINGERPRINT: Field =
    Field::new("fingerprint", rfc(8122, "5"), "The hash: two hexadecimal digits a byte, colons between.");
static TLS_ID: Field = Field::new("tls-id-value", rfc(8842, "4"), "20 to 255 characters, random.");

const ROLES: Names = &[
    ("actpass", "either: the answer chooses"),
    ("active", "this side is the DTLS client"),
    ("passive", "this side is the DTLS server"),
    ("holdconn", "no connection for now, which DTLS does not allow"),
];
const HASHES: Names = &[
    ("sha-1", ""),
    ("sha-224", ""),
    ("sha-256", ""),
    ("sha-384", ""),
    ("sha-512", ""),
    ("md5", ""),
    ("md2", ""),
];

fn setup(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    one_of(c, &ROLE, len, ROLES, rfc(4145, "4")).map(drop)
}

fn fingerprint(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let (at, len) = (c.nodes(), word_len(c));
    let hash = c.peek(len).to_ascii_lowercase();
    let known = named(c, &HASH, len, HASHES)?;
    let bytes = match &*hash {
        b"sha-1" => 20,
        b"sha-224" => 28,
        b"sha-256" => 32,
        b"sha-384" => 48,
        b"sha-512" => 64,
        b"md5" | b"md2" => 16,
        _ => 0,
    };
    if bytes == 16 {
        let why = "must not be used: others can be made that have the same hash";
        c.remark_at(at, Severity::Error, why, rfc(8122, "5"));
    } else if bytes == 0 && !known {
        c.remark_at(at, Severity::Warning, "not one of the registered hash functions", rfc(8122, "5"));
    }
    space(c)?;
    let len = c.left();
    let given = hex_bytes(c.peek(len));
    let lower = c.peek(len).iter().any(u8::is_ascii_lowercase);
    let read = text(c, &FINGERPRINT, len)?;
    match given {
        None => {
            let why = "must be pairs of hexadecimal digits with colons between";
            read.note(Severity::Error, why, Some(rfc(8122, "5")));
        }
        Some(given) if bytes > 0 && given != bytes => {
            let why = format!("{given} bytes, but this hash has {bytes}");
            read.note(Severity::Error, why, Some(rfc(8122, "5")));
        }
        Some(_) if lower => {
            let why = "in small letters: the grammar has capitals, though most receivers take both";
            read.note(Severity::Warning, why, Some(rfc(8122, "5")));
        }
        Some(_) => {}
    }
    Ok(())
}

/// How many bytes `AB:CD` spells out.
fn hex_bytes(text: &[u8]) -> Option<usize> {
    let pairs = || text.split(|byte| *byte == b':');
    pairs().all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit)).then(|| pairs().count())
}

fn tls_id(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    let fine = (20..=255).contains(&len)
        && c.peek(len).iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte));
    let read = text(c, &TLS_ID, len)?;
    if !fine {
        let why = "must be 20 to 255 letters, digits, \"+\", \"/\", \"-\" and \"_\"";
        read.note(Severity::Error, why, Some(rfc(8842, "4")));
    }
    Ok(())
}
