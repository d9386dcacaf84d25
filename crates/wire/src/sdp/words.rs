//! What values are made of: words, numbers, names from a list.

use crate::cursor::{Cursor, Read, Step, Stop};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Severity, Span};

/// Words that a specification knows, and what they mean.
pub(super) type Names = &'static [(&'static str, &'static str)];

pub(super) static VALUE: Field = Field::new("value", rfc(8866, "5"), "What the line says.");
static SPACE: Field = Field::new("SP", rfc(8866, "5"), "One space, between two parts of a value.");
static MARK: Field = Field::new("separator", rfc(8866, "9"), "Between two parts of a value.");

/// How many bytes stand before the next space, or are left.
pub(super) fn word_len(c: &Cursor<'_>) -> usize {
    before(c, b' ', c.left())
}

/// How many of the next `most` bytes stand before `byte`; all of them where it does not come.
pub(super) fn before(c: &Cursor<'_>, byte: u8, most: usize) -> usize {
    let bytes = c.peek(most);
    bytes.iter().position(|b| *b == byte).unwrap_or(bytes.len())
}

/// `len` bytes of text, of which there must be one at least.
pub(super) fn text<'c>(c: &'c mut Cursor<'_>, field: &'static Field, len: usize) -> Step<Read<'c, Span>> {
    if len == 0 {
        missing(c, field);
        return Err(Stop);
    }
    c.text_of(field, len)
}

/// Says that a part is not there.
pub(super) fn missing(c: &mut Cursor<'_>, field: &'static Field) {
    c.remark(Severity::Error, format!("no {}", field.name), Some(field.spec));
}

/// The next word.
pub(super) fn word<'c>(c: &'c mut Cursor<'_>, field: &'static Field) -> Step<Read<'c, Span>> {
    let len = word_len(c);
    text(c, field, len)
}

/// All that is left.
pub(super) fn all(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let len = c.left();
    text(c, field, len).map(drop)
}

/// The space before a part, which may be missing.
pub(super) fn space(c: &mut Cursor<'_>) -> Step<bool> {
    let spaces = c.peek(c.left()).iter().take_while(|byte| **byte == b' ').count();
    if spaces == 0 {
        return Ok(false);
    }
    let last = spaces == c.left();
    let read = c.bytes(&SPACE, spaces)?;
    if last {
        read.note(
            Severity::Warning,
            "a space at the end, which no grammar here allows",
            Some(rfc(8866, "5")),
        );
    } else if spaces > 1 {
        read.note(Severity::Warning, "more than one space between two parts", Some(rfc(8866, "5")));
    }
    Ok(!last)
}

/// A space and the word after it.
pub(super) fn next<'c>(c: &'c mut Cursor<'_>, field: &'static Field) -> Step<Read<'c, Span>> {
    space(c)?;
    word(c, field)
}

/// One byte between two parts that is no space.
pub(super) fn mark(c: &mut Cursor<'_>) -> Step {
    c.bytes(&MARK, 1).map(drop)
}

/// A decimal number in `range`.
pub(super) fn number(
    c: &mut Cursor<'_>,
    field: &'static Field,
    range: std::ops::RangeInclusive<u64>,
) -> Step<Option<u64>> {
    let len = word_len(c);
    number_of(c, field, len, range)
}

/// As [`number`], after a space.
pub(super) fn next_number(
    c: &mut Cursor<'_>,
    field: &'static Field,
    range: std::ops::RangeInclusive<u64>,
) -> Step<Option<u64>> {
    space(c)?;
    number(c, field, range)
}

/// As [`number`], in the next `len` bytes.
pub(super) fn number_of(
    c: &mut Cursor<'_>,
    field: &'static Field,
    len: usize,
    range: std::ops::RangeInclusive<u64>,
) -> Step<Option<u64>> {
    if len == 0 {
        missing(c, field);
        return Err(Stop);
    }
    let read = c.digits(field, len, 10)?;
    let value = read.value();
    if value.is_some_and(|n| !range.contains(&n)) {
        let why = format!("must be {} to {}", range.start(), range.end());
        read.note(Severity::Error, why, Some(field.spec));
    }
    Ok(value)
}

/// `len` bytes of text that mean what `names` says of them, if they are there. Says whether they are.
pub(super) fn named(c: &mut Cursor<'_>, field: &'static Field, len: usize, names: Names) -> Step<bool> {
    let meaning = names.iter().find(|(name, _)| name.as_bytes() == c.peek(len)).map(|(_, meaning)| *meaning);
    let read = text(c, field, len)?;
    if let Some(meaning) = meaning.filter(|meaning| !meaning.is_empty()) {
        read.means(Meaning::Name(meaning));
    }
    Ok(meaning.is_some())
}

/// As [`named`], where there is no other: a word that is not in the list is an error.
pub(super) fn one_of(
    c: &mut Cursor<'_>,
    field: &'static Field,
    len: usize,
    names: Names,
    spec: Spec,
) -> Step<bool> {
    let at = c.nodes();
    let known = named(c, field, len, names)?;
    if !known {
        let all: Vec<_> = names.iter().map(|(name, _)| *name).collect();
        c.remark_at(at, Severity::Error, format!("must be one of {}", all.join(", ")), spec);
    }
    Ok(known)
}
