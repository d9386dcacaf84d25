//! Vectors, the one shape in which TLS writes anything of no fixed length: RFC 5246 section 4.3.

use super::registry;
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Meaning};

pub(super) static LENGTH: Field = Field::new(
    "Length",
    rfc(5246, "4.3"),
    "How many bytes follow of what has no fixed length: bytes, even where they are numbers of two bytes each.",
);

/// A length of `size` bytes, and what it bounds.
pub(super) fn vector(
    c: &mut Cursor<'_>,
    field: &'static Field,
    size: usize,
    body: impl FnOnce(&mut Cursor<'_>) -> Step,
) -> Step {
    c.group(field, |c| {
        let length = c.uint(&LENGTH, size)?.value() as usize;
        c.inline(length, body)
    })
}

/// A length of `size` bytes, and so many bytes. They have a node even where there are none: a length alone would not say
/// of what.
pub(super) fn opaque(c: &mut Cursor<'_>, field: &'static Field, size: usize) -> Step {
    let length = c.uint(&LENGTH, size)?.value() as usize;
    c.bytes(field, length).map(drop)
}

/// A list of registered numbers of two bytes.
pub(super) fn numbers(c: &mut Cursor<'_>, list: &'static Field, item: &'static Field) -> Step {
    vector(c, list, 2, |c| c.repeat(|c| number(c, item).map(drop)))
}

/// A registered number of two bytes, which may be one of those that mean nothing.
pub(super) fn number(c: &mut Cursor<'_>, field: &'static Field) -> Step<u64> {
    let read = c.u16(field)?;
    let value = read.value();
    if registry::is_grease(value) {
        read.means(Meaning::Name("GREASE"));
    }
    Ok(value)
}
