//! a= lines: RFC 8866 section 5.13. One table a family; what is in none is kept as it stands.

use super::formats::Formats;
use super::words::{mark, text};
use super::{bundle, dtls, extmap, feedback, ice, payload, rid, rtcp, sctp, ssrc, words};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Severity};

/// Reads the value of an attribute, of which there is a byte at least.
pub(super) type Reader = fn(&mut Cursor<'_>, &Formats) -> Step;

/// What is known of one attribute.
pub(super) struct Known {
    /// Its name begins with "a=".
    pub(super) field: Field,
    pub(super) read: Needs,
}

/// What comes after the name.
pub(super) enum Needs {
    /// Nothing: that it is there says all.
    Nothing,
    /// A value.
    Value(Reader),
    /// Whatever it is.
    Any,
}

/// An attribute with a value.
pub(super) const fn value(name: &'static str, spec: Spec, read: Reader, about: &'static str) -> Known {
    Known { field: Field::new(name, spec, about), read: Needs::Value(read) }
}

/// An attribute without.
pub(super) const fn flag(name: &'static str, spec: Spec, about: &'static str) -> Known {
    Known { field: Field::new(name, spec, about), read: Needs::Nothing }
}

static NAME: Field = Field::new(
    "attribute-name",
    rfc(8866, "5.13"),
    "Which attribute. Who does not know it ignores the line; capitals and small letters differ.",
);
static COLON: Field =
    Field::new(":", rfc(8866, "5.13"), "Between name and value, with no space on either side.");
static VALUE: Field = Field::new("attribute-value", rfc(8866, "5.13"), "What it says.");
static OTHER: Known = Known {
    field: Field::new(
        "a=",
        rfc(8866, "5.13"),
        "An attribute that this workbook has no word for. A receiver that does not know it ignores the line.",
    ),
    read: Needs::Any,
};

static FAMILIES: &[&[Known]] = &[
    ice::ATTRIBUTES,
    payload::ATTRIBUTES,
    feedback::ATTRIBUTES,
    ssrc::ATTRIBUTES,
    extmap::ATTRIBUTES,
    rtcp::ATTRIBUTES,
    dtls::ATTRIBUTES,
    bundle::ATTRIBUTES,
    sctp::ATTRIBUTES,
    rid::ATTRIBUTES,
];

/// The attribute that a line is about, after its "a=".
pub(super) fn known(rest: &[u8]) -> &'static Known {
    let name = rest.iter().position(|byte| *byte == b':').and_then(|colon| rest.get(..colon)).unwrap_or(rest);
    let all = FAMILIES.iter().flat_map(|family| family.iter());
    all.into_iter().find(|known| known.field.name.as_bytes().get(2..) == Some(name)).unwrap_or(&OTHER)
}

/// Name, colon, value.
pub(super) fn read(c: &mut Cursor<'_>, known: &Known, formats: &Formats) -> Step {
    let len = words::before(c, b':', c.left());
    text(c, &NAME, len)?;
    let colon = c.left() > 0;
    if colon {
        c.bytes(&COLON, 1)?;
    }
    match (&known.read, c.left()) {
        (Needs::Nothing | Needs::Any, 0) => Ok(()),
        (Needs::Value(_), 0) => {
            c.remark(Severity::Error, "needs a value after a colon", Some(known.field.spec));
            Ok(())
        }
        (Needs::Value(read), _) => read(c, formats),
        (Needs::Any, _) => words::all(c, &VALUE),
        (Needs::Nothing, _) => {
            c.remark(Severity::Error, "takes no value", Some(known.field.spec));
            words::all(c, &VALUE)
        }
    }
}

/// A value that nothing more is to be said of.
pub(super) fn plain(c: &mut Cursor<'_>, _: &Formats) -> Step {
    words::all(c, &VALUE)
}

/// A part and the mark before it, where there is one.
pub(super) fn after(c: &mut Cursor<'_>, byte: u8) -> Step<bool> {
    let there = c.peek(1) == [byte];
    if there {
        mark(c)?;
    }
    Ok(there)
}
