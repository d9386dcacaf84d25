//! The signature, and what it signs.

use super::services::{self, service};
use super::sign::{self, Certificate};
use super::time::Utc;
use super::{ACCESS_TOKEN_2, LONGEST, RTC_TOKEN_BUILDER_2, TOKEN_SERVER};
use crate::cursor::{Cursor, Step};
use crate::tree::{Field, Severity, Span};

pub(super) static LENGTH: Field =
    Field::new("Length", ACCESS_TOKEN_2, "How many bytes follow; like all numbers here, the low byte first.");
pub(super) static SIGNATURE: Field = Field::new(
    "Signature",
    ACCESS_TOKEN_2,
    "HMAC-SHA256 of all that follows, under a key of App Certificate, issue timestamp and salt. 32 bytes that only \
     who knows the certificate can make.",
);
pub(super) static SIGNING_INFO: Field =
    Field::new("Signing info", ACCESS_TOKEN_2, "What the signature is of: change a bit, and it is wrong.");
pub(super) static APP_ID: Field = Field::new(
    "App ID",
    ACCESS_TOKEN_2,
    "Whose token it is: 32 hex digits. It tells the checker which certificate to check with.",
);
pub(super) static ISSUED: Field = Field::new(
    "Issue timestamp",
    ACCESS_TOKEN_2,
    "When it was issued, in seconds since 1970. All lifetimes count from here.",
);
pub(super) static EXPIRE: Field = Field::new(
    "Expire",
    RTC_TOKEN_BUILDER_2,
    "For how many seconds the token counts; no privilege counts longer.",
);
pub(super) static SALT: Field = Field::new(
    "Salt",
    ACCESS_TOKEN_2,
    "A random number, so that two tokens of the same second differ in key and signature.",
);
pub(super) static COUNT: Field =
    Field::new("Service count", ACCESS_TOKEN_2, "How many services follow; a token can be good for several.");

pub(super) fn read(c: &mut Cursor<'_>) -> Step {
    let len = length(c)?;
    let signature = c.nodes();
    let found = c.bytes(&SIGNATURE, len)?.value();
    verdict(c, signature, found);
    c.within(&SIGNING_INFO, c.left(), signing_info)
}

/// Says on the signature whether it holds, where a certificate was given.
fn verdict(c: &mut Cursor<'_>, node: usize, found: Span) {
    if found.len() != 32 {
        let why = format!("HMAC-SHA256 has 32 bytes, this has {}", found.len());
        return c.remark_at(node, Severity::Error, why, ACCESS_TOKEN_2);
    }
    let Some(certificate) = c.context().app_certificate else { return };
    match verified(c, certificate, found) {
        Some(true) => {
            let why = "verified: made by who knows the App Certificate, and nothing was changed since";
            c.remark_at(node, Severity::Good, why, ACCESS_TOKEN_2);
        }
        Some(false) => {
            let why = "wrong: made with another App Certificate, or the token was changed";
            c.remark_at(node, Severity::Error, why, ACCESS_TOKEN_2);
        }
        None => {}
    }
}

fn verified(c: &Cursor<'_>, certificate: &Certificate, found: Span) -> Option<bool> {
    let signed = c.peek(c.left());
    let app_id = usize::from(u16::from_le_bytes(*signed.first_chunk()?));
    let numbers = signed.get(2 + app_id..)?;
    let issued = u32::from_le_bytes(*numbers.first_chunk()?);
    let salt = u32::from_le_bytes(*numbers.get(8..)?.first_chunk()?);
    Some(sign::holds(certificate, issued, salt, signed, c.slice(found)))
}

fn signing_info(c: &mut Cursor<'_>) -> Step {
    let len = length(c)?;
    let app_id = c.peek(len).to_vec();
    let read = c.text_of(&APP_ID, len)?;
    if app_id.len() != 32 || !app_id.iter().all(u8::is_ascii_hexdigit) {
        read.note(Severity::Error, "an App ID has 32 hex digits", Some(ACCESS_TOKEN_2));
    }
    let read = c.uint_le(&ISSUED, 4)?;
    let issued = read.value();
    read.note(Severity::Info, Utc(issued).to_string(), None);
    let read = c.uint_le(&EXPIRE, 4)?;
    let expire = read.value();
    match expire {
        0 => read.note(
            Severity::Warning,
            "over in the second in which it was issued",
            Some(RTC_TOKEN_BUILDER_2),
        ),
        _ if expire > u64::from(LONGEST) => {
            let until = Utc(issued + u64::from(LONGEST));
            let why = format!("more than the 24 hours for which a token counts: until {until}");
            read.note(Severity::Warning, why, Some(TOKEN_SERVER))
        }
        _ => read.note(Severity::Info, format!("until {}", Utc(issued + expire)), None),
    };
    c.uint_le(&SALT, 4)?;
    let read = c.uint_le(&COUNT, 2)?;
    let count = read.value();
    if count == 0 {
        read.note(Severity::Warning, "good for nothing: no service is named", Some(ACCESS_TOKEN_2));
    }
    let mut before = 0;
    for place in 0..count {
        before = service(c, services::Place { before, left: count - place, expire })?;
    }
    Ok(())
}

/// The length of the text or bytes that follow.
pub(super) fn length(c: &mut Cursor<'_>) -> Step<usize> {
    Ok(c.uint_le(&LENGTH, 2)?.value() as usize)
}
