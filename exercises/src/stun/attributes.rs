//! Walking through attributes, with their padding: RFC 8489 section 14.

use std::ops::Range;

use wire::{Spec, rfc};

use super::samples;
use crate::{Exam, Failure, Reason};

/// Type and value of each attribute, in order.
type List<'a> = Option<Vec<(u16, &'a [u8])>>;
/// What the student writes: all that follows the header, to the attributes in it.
pub type Attributes = for<'a> fn(&'a [u8]) -> List<'a>;

const SPEC: Spec = rfc(8489, "14");

/// Puts bodies to `attributes`: one, several, padded, empty, and cut off.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, attributes: Attributes) -> Result<(), Box<Failure>> {
    let cases: [(&str, &[u8]); 12] = [
        ("one attribute that needs no padding", b"\x80\x22\x00\x04ping"),
        ("two attributes that need no padding", b"\x80\x22\x00\x04ping\x80\x22\x00\x04pong"),
        ("a message without attributes", b""),
        ("the response of RFC 5769 section 2.2", &samples::IPV4[20..]),
        ("the request of RFC 5769 section 2.1", &samples::REQUEST[20..]),
        (
            "values of 1, 2 and 3 bytes",
            b"\x80\x22\x00\x01a\x00\x00\x00\x80\x22\x00\x02ab\x00\x00\x80\x22\x00\x03abc\x00",
        ),
        ("padding that is not zero", b"\x80\x22\x00\x01a\xff\xff\xff\x00\x24\x00\x04\x6e\x00\x01\xff"),
        ("an attribute without a value (USE-CANDIDATE)", b"\x00\x25\x00\x00\x00\x24\x00\x04\x6e\x00\x01\xff"),
        ("a type that nobody knows", b"\x7a\xbc\x00\x02hi\x00\x00\x80\x22\x00\x04pong"),
        ("a value that ends too early", b"\x00\x24\x00\x04\x6e\x00\x01\xff\x00\x06\x00\x09evtj"),
        ("a header that ends too early", b"\x00\x24\x00\x04\x6e\x00\x01\xff\x00\x06"),
        ("the largest length there is", b"\x80\x22\xff\xffping"),
    ];
    for (name, bytes) in cases {
        let right = walk(bytes, &RIGHT);
        let case = exam.case(name, bytes, show(&right), SPEC);
        let case = if right.is_none() { case.at(cut(bytes), "cut off") } else { case };
        case.expect(&right, || attributes(bytes), show, |returned| explain(bytes, &right, returned))?;
    }
    Ok(())
}

/// A way to walk, right or wrong: each mistake is walked as a student would, and compared with what came.
struct Way {
    /// From one attribute's start to the next, by its length.
    step: fn(usize) -> usize,
    /// Where the value is, from the attribute's start.
    value: fn(usize) -> Range<usize>,
    /// Whether what is cut off spoils the whole.
    strict: bool,
    big_endian: bool,
}

const fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

const RIGHT: Way =
    Way { step: |length| 4 + padded(length), value: |length| 4..4 + length, strict: true, big_endian: true };

/// A mistake, how it walks, what it does to the bytes marked, and why that is wrong.
struct Mistake {
    way: Way,
    mark: fn(&[u8]) -> Range<usize>,
    label: &'static str,
    why: &'static str,
}

const MISTAKES: [Mistake; 7] = [
    Mistake {
        way: Way { step: |length| 4 + length, ..RIGHT },
        mark: padding,
        label: "padding, read as the next attribute",
        why: "every attribute begins at a multiple of 4. The length leaves the padding out, so the step to the next \
              attribute is 4 + length, rounded up to a multiple of 4",
    },
    Mistake {
        way: Way { value: |length| 4..4 + padded(length), ..RIGHT },
        mark: padding,
        label: "padding, and not part of the value",
        why: "the length says how long the value is. The padding after it only fills up to a multiple of 4; what it \
              holds means nothing",
    },
    Mistake {
        way: Way { step: |length| 4 + length + 4 - length % 4, ..RIGHT },
        mark: |bytes| 4..(4 + length(bytes)).min(bytes.len()),
        label: "a multiple of 4 already",
        why: "4 - length % 4 is 4, and not 0, where the length is a multiple of 4. `length.next_multiple_of(4)` rounds \
              up only where it must",
    },
    Mistake {
        way: Way { step: |length| padded(length).max(4), value: |length| 4..length.max(4), ..RIGHT },
        mark: |_| 2..4,
        label: "counts the value alone",
        why: "the length leaves the four bytes of type and length out",
    },
    Mistake {
        way: Way { value: |length| 0..4 + length, ..RIGHT },
        mark: |_| 0..4,
        label: "type and length, not value",
        why: "the value begins after the four bytes of type and length",
    },
    Mistake {
        way: Way { big_endian: false, ..RIGHT },
        mark: |_| 0..4,
        label: "read from the last byte to the first",
        why: "numbers on the wire are big-endian: u16::from_be_bytes reads them",
    },
    Mistake {
        way: Way { strict: false, ..RIGHT },
        mark: cut,
        label: "cut off",
        why: "here the bytes end before the attribute does. Who hands on the others as if they were all accepts a \
              message that was cut on its way: None says that this is not whole",
    },
];

fn explain(bytes: &[u8], right: &List<'_>, returned: &List<'_>) -> Reason {
    if let Some(mistake) = MISTAKES.iter().find(|mistake| walk(bytes, &mistake.way) == *returned) {
        return Reason::new(SPEC, mistake.why).at((mistake.mark)(bytes), mistake.label);
    }
    match (right, returned) {
        (None, Some(_)) => Reason::new(
            SPEC,
            "here the bytes end before the attribute does: None says that this is not whole",
        )
        .at(cut(bytes), "cut off"),
        (Some(right), None) if right.is_empty() => {
            let why = "a message may have no attributes at all: a Binding request needs none. That is an empty list, \
                       and not a broken one";
            Reason::new(rfc(8489, "6.1"), why)
        }
        (Some(right), None) => {
            let why = "every attribute here is whole: each length fits into what is left. None is for a message whose \
                       bytes end inside an attribute";
            match right.iter().any(|(_, value)| value.is_empty()) {
                true => Reason::new(SPEC, why).at(2..4, "no value, and still an attribute"),
                false => Reason::new(SPEC, why),
            }
        }
        (_, Some(returned)) => {
            let right = right.as_deref().unwrap_or_default();
            let same = right.iter().zip(returned).take_while(|(right, returned)| right == returned).count();
            let why = match (returned.len() < right.len(), same == returned.len()) {
                (true, true) => "the list ends too early: this attribute is missing, and what follows it",
                _ => "from this attribute on, the list differs",
            };
            let start = starts(bytes).get(same).copied().unwrap_or(bytes.len());
            Reason::new(SPEC, why).at(start..(start + 4).min(bytes.len()), format!("attribute {}", same + 1))
        }
        (None, None) => Reason::new(SPEC, ""),
    }
}

fn walk<'a>(bytes: &'a [u8], way: &Way) -> List<'a> {
    let mut list = Vec::new();
    let mut rest = bytes;
    let end = |list| if way.strict { None } else { Some(list) };
    while !rest.is_empty() {
        let Some((&[a, b, c, d], _)) = rest.split_first_chunk::<4>() else { return end(list) };
        let number = if way.big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        let length = usize::from(number([c, d]));
        let Some(value) = rest.get((way.value)(length)) else { return end(list) };
        list.push((number([a, b]), value));
        rest = rest.get((way.step)(length)..).unwrap_or_default();
    }
    Some(list)
}

/// Where each attribute begins.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    while let Some(rest) = bytes.get(starts[starts.len() - 1]..).filter(|rest| rest.len() >= 4) {
        starts.push(starts[starts.len() - 1] + 4 + padded(length(rest)));
    }
    starts.retain(|start| *start < bytes.len());
    starts
}

fn length(attribute: &[u8]) -> usize {
    attribute.get(2..4).map_or(0, |length| usize::from(length[0]) << 8 | usize::from(length[1]))
}

/// The first bytes of padding.
fn padding(bytes: &[u8]) -> Range<usize> {
    let ranges = starts(bytes).into_iter().map(|start| {
        let length = length(&bytes[start..]);
        (start + 4 + length).min(bytes.len())..(start + 4 + padded(length)).min(bytes.len())
    });
    ranges.into_iter().find(|range| !range.is_empty()).unwrap_or(0..0)
}

/// What is there of the last attribute.
fn cut(bytes: &[u8]) -> Range<usize> {
    starts(bytes).last().map_or(0..0, |start| *start..bytes.len())
}

fn show(list: &List<'_>) -> String {
    let Some(list) = list else { return "None".to_owned() };
    let one = |(kind, value): &(u16, &[u8])| match value.len() {
        0 => format!("({kind:#06x}, nothing)"),
        1..=8 => format!("({kind:#06x}, {})", crate::hex(value)),
        length => format!("({kind:#06x}, {length} bytes)"),
    };
    format!("[{}]", list.iter().map(one).collect::<Vec<_>>().join(", "))
}
