//! The server's answer to Sec-WebSocket-Key: RFC 6455 sections 1.3 and 4.2.2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use wire::http::accept;
use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// What the student writes: the value of Sec-WebSocket-Key, to the value of Sec-WebSocket-Accept.
pub type Accept = fn(&str) -> String;

const SPEC: Spec = rfc(6455, "4.2.2");
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// SHA-1 (RFC 3174): any number of bytes to 20.
#[must_use]
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

/// Base64 (RFC 4648 section 4): each three bytes as four characters.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Puts keys to `student`: as they are, and as they stand in a request, with space around them.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, student: Accept) -> Result<(), Box<Failure>> {
    let cases = [
        ("the example of RFC 6455 section 1.3", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("another key", "cGluZy1wb25nLW51bWJlcg=="),
        ("a key with + and / in it", "+++/ping+pong/ping+++g=="),
        ("the space after the colon came along", " dGhlIHNhbXBsZSBub25jZQ=="),
        ("a tab before the key, and a space behind it", "\tcGluZy1wb25nLW51bWJlcg== "),
    ];
    for (name, value) in cases {
        let right = accept(value.trim().as_bytes());
        exam.case(name, value.as_bytes(), format!("{right:?}"), SPEC).text().expect(
            &right,
            || student(value),
            |returned| format!("{returned:?}"),
            |returned| explain(value, &right, returned),
        )?;
    }
    Ok(())
}

/// What came of a mistake, what happened to the key, and why that is wrong.
type Told = (String, &'static str, &'static str);

fn explain(value: &str, right: &str, returned: &str) -> Reason {
    let key = value.trim();
    let start = value.len() - value.trim_start().len();
    if let Some((from, to, label)) = space_kept(value, returned) {
        let why =
            "the space around a header's value is no part of the value: the client hashes the key without it";
        return Reason::new(rfc(6455, "1.3"), why).at(from..to, label);
    }
    if let Some((_, label, why)) = mistakes(key, right).into_iter().find(|(wrong, ..)| wrong == returned) {
        return Reason::new(SPEC, why).at(start..start + key.len(), label);
    }
    let why = "the answer is base64(sha1(key and GUID)): the key as it came, its 24 characters, and right behind them \
               the 36 characters of the GUID";
    Reason::new(SPEC, why).at(start..start + key.len(), "the key: these 24 characters")
}

/// Where space was hashed as part of the key.
fn space_kept(value: &str, returned: &str) -> Option<(usize, usize, &'static str)> {
    let (start, end) = (value.len() - value.trim_start().len(), value.trim_end().len());
    let is = |key: &str| key != value.trim() && accept(key.as_bytes()) == returned;
    if start > 0 && (is(value) || is(value.trim_end())) {
        Some((0, start, "hashed, and should not be"))
    } else if is(value) || is(value.trim_start()) {
        Some((end, value.len(), "hashed, and should not be"))
    } else {
        None
    }
}

fn mistakes(key: &str, right: &str) -> Vec<Told> {
    let with = |key: &[u8], guid: &str| base64(&sha1(&[key, guid.as_bytes()].concat()));
    let hex: String =
        sha1(format!("{key}{GUID}").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut told = vec![
        (
            base64(&sha1(key.as_bytes())),
            "hashed without the GUID",
            "the GUID is the point: a server of another kind, or a cache, may hash what it gets, but nobody adds this \
             GUID who does not speak WebSocket",
        ),
        (
            with(key.as_bytes(), &GUID.to_lowercase()),
            "followed by the GUID in lower case",
            "a hash knows no case: other letters are other bytes. The GUID's letters are capitals, as the RFC prints it",
        ),
        (
            with(key.as_bytes(), &GUID.replace('-', "")),
            "followed by the GUID without its dashes",
            "the GUID is hashed as a text of 36 characters, dashes and all. Nobody reads it as a number",
        ),
        (
            base64(&sha1(format!("{GUID}{key}").as_bytes())),
            "hashed after the GUID",
            "the key comes first and the GUID behind it",
        ),
        (
            base64(format!("{key}{GUID}").as_bytes()),
            "not hashed at all",
            "between the two steps is SHA-1: base64 of its 20 bytes has 28 characters, always",
        ),
        (
            base64(hex.as_bytes()),
            "hashed well, then written in hex before base64",
            "base64 takes the 20 bytes of the hash. Written in hex they are 40 letters, and base64 of those has 56",
        ),
        (
            with(key.trim_end_matches('=').as_bytes(), GUID),
            "the = at its end left out",
            "the key is hashed as the 24 characters that came, and = is one of them",
        ),
        (
            right.trim_end_matches('=').to_owned(),
            "hashed well; the = at the end of the answer is missing",
            "20 bytes are six groups of three and a group of two, which base64 fills up with =. The client compares \
             all 28 characters",
        ),
        (
            right.replace('+', "-").replace('/', "_"),
            "hashed well, then written in another base64",
            "this is base64 for addresses, with - and _ (RFC 4648 section 5). The answer is in the usual one, with + \
             and /",
        ),
        (
            hex,
            "hashed well, then written in hex",
            "the hash has 20 bytes, and the header's value is their base64: 28 characters in place of 40",
        ),
        (
            key.to_owned(),
            "sent back as it came",
            "any server that repeats what it hears could answer that. The hash with the GUID shows that this one knows \
             WebSocket",
        ),
    ];
    if let Ok(decoded) = STANDARD.decode(key) {
        told.push((
            with(&decoded, GUID),
            "decoded before it was hashed",
            "the key is hashed as the text that came. What it means in base64 matters to nobody: 16 random bytes",
        ));
    }
    told
}
