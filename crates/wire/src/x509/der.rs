//! DER: a tag, a length, and so many bytes; the same again inside.

use crate::cursor::{Cursor, Step, Stop};
use crate::spec::Spec;
use crate::tree::{Field, Meaning, Severity};

/// Tags, as they are written (X.690 section 8.1.2).
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 0x01;
    pub(in super::super) const INTEGER: u8 = 0x02;
    pub(in super::super) const BIT_STRING: u8 = 0x03;
    pub(in super::super) const OCTET_STRING: u8 = 0x04;
    pub(in super::super) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in super::super) const UTC_TIME: u8 = 0x17;
    pub(in super::super) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(in super::super) const BMP_STRING: u8 = 0x1e;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;
    pub(in super::super) const CONTEXT_0: u8 = 0xa0;
    pub(in super::super) const CONTEXT_1: u8 = 0x81;
    pub(in super::super) const CONTEXT_2: u8 = 0x82;
    pub(in super::super) const CONTEXT_3: u8 = 0xa3;
}

const NAMES: &[(u8, &str)] = &[
    (tag::BOOLEAN, "BOOLEAN"),
    (tag::INTEGER, "INTEGER"),
    (tag::BIT_STRING, "BIT STRING"),
    (tag::OCTET_STRING, "OCTET STRING"),
    (0x05, "NULL"),
    (tag::OBJECT_IDENTIFIER, "OBJECT IDENTIFIER"),
    (0x0c, "UTF8String"),
    (0x13, "PrintableString"),
    (0x14, "TeletexString"),
    (0x16, "IA5String"),
    (tag::UTC_TIME, "UTCTime"),
    (0x18, "GeneralizedTime"),
    (tag::UNIVERSAL_STRING, "UniversalString"),
    (tag::BMP_STRING, "BMPString"),
    (tag::SEQUENCE, "SEQUENCE"),
    (tag::SET, "SET"),
    (tag::CONTEXT_0, "[0]"),
    (tag::CONTEXT_1, "[1]"),
    (tag::CONTEXT_2, "[2]"),
    (tag::CONTEXT_3, "[3]"),
];

const X690: Spec =
    Spec::Page { title: "ITU-T X.690 section 8.1", url: "https://www.itu.int/rec/T-REC-X.690" };

static HEADER: Field = Field::new(
    "Tag and length",
    X690,
    "What follows, and how many bytes of it. Up to 127 the length is one byte; else 8n says that n bytes of length follow.",
)
.hex();

/// Whether the next element has this tag.
pub(super) fn next_is(c: &Cursor<'_>, tag: u8) -> bool {
    c.peek(1) == [tag]
}

/// An element of that tag, its contents read by `body`.
pub(super) fn element(
    c: &mut Cursor<'_>,
    field: &'static Field,
    tag: u8,
    body: impl FnOnce(&mut Cursor<'_>) -> Step,
) -> Step {
    c.group(field, |c| primitive(c, tag, body))
}

/// As [`element`], without a group of its own.
pub(super) fn primitive(c: &mut Cursor<'_>, tag: u8, body: impl FnOnce(&mut Cursor<'_>) -> Step) -> Step {
    if c.left() > 0 && !next_is(c, tag) {
        let found = c.peek(1).first().copied().unwrap_or_default();
        let text = match name(found) {
            Some(found) => format!("{} was expected, here is {found}", name(tag).unwrap_or_default()),
            None => format!("{} was expected, here is the tag {found:#04x}", name(tag).unwrap_or_default()),
        };
        c.remark(Severity::Error, text, Some(X690));
        return Err(Stop);
    }
    contents(c, body)
}

/// An element of any tag.
pub(super) fn any(
    c: &mut Cursor<'_>,
    field: &'static Field,
    body: impl FnOnce(&mut Cursor<'_>) -> Step,
) -> Step {
    c.group(field, |c| contents(c, body))
}

fn contents(c: &mut Cursor<'_>, body: impl FnOnce(&mut Cursor<'_>) -> Step) -> Step {
    let (size, length) = match *c.peek(5) {
        [_, n @ ..=0x7f, ..] => (2, usize::from(n)),
        [_, 0x81, n, ..] => (3, usize::from(n)),
        [_, 0x82, high, low, ..] => (4, usize::from(high) << 8 | usize::from(low)),
        [_, 0x83, high, mid, low] => (5, usize::from(high) << 16 | usize::from(mid) << 8 | usize::from(low)),
        [_, n @ 0x81..=0x83, ..] => (usize::from(n - 0x7e), 0),
        [_, _, ..] => {
            c.remark(Severity::Error, "a length that no certificate needs", Some(X690));
            return Err(Stop);
        }
        _ => (2, 0),
    };
    let meaning = c.peek(1).first().and_then(|tag| name(*tag)).map_or(Meaning::Plain, Meaning::Name);
    c.uint(&HEADER, size)?.means(meaning);
    c.inline(length, body)
}

fn name(tag: u8) -> Option<&'static str> {
    NAMES.iter().find(|(number, _)| *number == tag).map(|(_, name)| *name)
}
