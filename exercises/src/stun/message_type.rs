//! The message type, whose two fields are interleaved: RFC 8489 section 5, figure 3.

use wire::{Spec, rfc};

use crate::{Bits, Exam, Failure, Reason, binary};

/// Which part of an exchange a message is: RFC 8489 section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 0b00: an answer is expected.
    Request = 0b00,
    /// 0b01: no answer is expected.
    Indication = 0b01,
    /// 0b10: the answer, when all is well.
    Success = 0b10,
    /// 0b11: the answer, when it is not.
    Error = 0b11,
}

/// What the student writes first: a message type, to class and method.
pub type Decode = fn(u16) -> (Class, u16);
/// What the student writes second: the way back.
pub type Encode = fn(Class, u16) -> u16;

const SPEC: Spec = rfc(8489, "5");
/// As the figure draws it: zeros, method, class, method, class, method.
const GROUPS: &[u32] = &[2, 5, 1, 3, 1, 4];
const CLASSES: [Class; 4] = [Class::Request, Class::Indication, Class::Success, Class::Error];

/// Types that show one trap each, from the everyday to the rare.
const TYPES: [(&str, u16); 10] = [
    ("decode a Binding request", 0x0001),
    ("decode a Binding indication", 0x0011),
    ("decode a Binding success response", 0x0101),
    ("decode a Binding error response", 0x0111),
    ("decode an Allocate success response", 0x0103),
    ("decode an Allocate error response", 0x0113),
    ("decode a GOOG-PING request, whose method is above 0x7f", 0x0200),
    ("decode a success response to method 0x010", 0x0120),
    ("decode an error response to the highest method", 0x3fff),
    ("decode an indication of the highest method", 0x3eff),
];

/// Puts known types to `decode`, then every class of every method to both.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, decode: Decode, encode: Encode) -> Result<(), Box<Failure>> {
    for (name, message_type) in TYPES {
        ask_decode(exam, name, message_type, decode)?;
    }
    for (name, message_type) in TYPES {
        ask_encode(exam, &name.replacen("decode", "encode", 1), message_type, encode)?;
    }
    for method in 0..=0xfff {
        for class in CLASSES {
            let message_type = join(class, method);
            let name = format!("decode {message_type:#06x}, one of all 16,384");
            ask_decode(exam, &name, message_type, decode)?;
            ask_encode(exam, &format!("encode {class:?} of method {method:#05x}"), message_type, encode)?;
        }
    }
    Ok(())
}

fn ask_decode(exam: &Exam, name: &str, message_type: u16, decode: Decode) -> Result<(), Box<Failure>> {
    let right = split(message_type);
    exam.case(name, &message_type.to_be_bytes(), show(&right), SPEC).expect(
        &right,
        || decode(message_type),
        show,
        |returned| explain_decode(message_type, right, *returned),
    )
}

fn ask_encode(exam: &Exam, name: &str, message_type: u16, encode: Encode) -> Result<(), Box<Failure>> {
    let (class, method) = split(message_type);
    exam.case(name, &[], drawn(message_type), SPEC).expect(
        &message_type,
        || encode(class, method),
        |returned| drawn(*returned),
        |returned| explain_encode(class, method, *returned),
    )
}

fn explain_decode(message_type: u16, right: (Class, u16), returned: (Class, u16)) -> Reason {
    let (mask, label, why) = if returned.1 == right.1 {
        explain_class(message_type, right.0, returned.0)
    } else {
        explain_method(message_type, returned.1)
    };
    Reason::new(SPEC, why).bits(Bits { word: message_type.into(), groups: GROUPS, mask, label: label.into() })
}

/// The bits that went wrong, what happened to them, and why that is wrong.
type Told = (u64, &'static str, &'static str);

fn explain_method(message_type: u16, method: u16) -> Told {
    if method == message_type && message_type & 0x0110 != 0 {
        return (
            0x0110,
            "the class bits are still in the method",
            "the class sits at 0x0110, between the bits of the method. Take it out, and close the gaps",
        );
    }
    if method == message_type & 0x3eef {
        return (
            0x3ee0,
            "must move down",
            "without the class bits the method has a gap at bit 4 and one at bit 8. Close them: the bits 0x00e0 move \
             down by one, the bits 0x3e00 by two",
        );
    }
    if method == message_type & 0xff || method == message_type & 0xef || method == message_type & 0xf {
        return (
            0x3e00,
            "not read",
            "for a small method the low bits look like the method, so this works for years. The method has 12 bits, \
             and five of them stand in the high byte",
        );
    }
    if method == (message_type & 0xf) | ((message_type & 0x3ee0) >> 1) {
        return (
            0x3e00,
            "must move by two, not one",
            "there are two gaps. The bits 0x00e0 stand above one of them and move by one; the bits 0x3e00 stand \
             above both and move by two",
        );
    }
    (0x3eef, "the method", "it is 0x3e00 >> 2, 0x00e0 >> 1 and 0x000f of the type, put together")
}

fn explain_class(message_type: u16, right: Class, class: Class) -> Told {
    if class == swapped(right) {
        return (
            0x0110,
            "swapped",
            "the bit on the left, 0x0100, is the high bit of the class. So 0x0101 is class 0b10, a success response, \
             and 0x0011 is class 0b01, an indication",
        );
    }
    if class == Class::Request && message_type & 0x0110 != 0 {
        return (
            0x0110,
            "the class, and not zero",
            "the class is these two bits. The first two bits of the word are not it: they are always zero",
        );
    }
    (
        0x0110,
        "the class",
        "it is two bits, the high one at 0x0100 and the low one at 0x0010, each moved to its place: 0x0100 >> 7 and \
         0x0010 >> 4",
    )
}

fn explain_encode(class: Class, method: u16, returned: u16) -> Reason {
    let (mask, label, why) = if returned == join(class, 0) | method {
        (
            0x3ef0,
            "the method does not step aside",
            "the class bits must stay free of the method: 0x00f of the method keeps its place, 0x070 moves up by one, \
             0xf80 by two",
        )
    } else if returned == join(swapped(class), method) {
        (
            0x0110,
            "the class bits are swapped",
            "the high bit of the class stands on the left, at 0x0100, and the low bit at 0x0010",
        )
    } else if returned == join(Class::Request, method) {
        (0x0110, "the class is missing", "class 0b10 is 0x0100, class 0b01 is 0x0010, class 0b11 is both")
    } else if returned == (class as u16) << 14 | join(Class::Request, method) {
        (
            0xc000,
            "not the place of the class",
            "the first two bits are always zero: they tell STUN from the other protocols on the same port",
        )
    } else {
        let wrong = returned ^ join(class, method);
        (wrong.into(), "wrong", "encode is the way back: what decode moves down, encode moves up by as much")
    };
    Reason::new(SPEC, why).bits(Bits { word: returned.into(), groups: GROUPS, mask, label: label.into() })
}

/// The two bits of the class, and the twelve of the method, by the masks of the RFC's figure.
fn split(message_type: u16) -> (Class, u16) {
    let word = u64::from(message_type);
    (CLASSES[wire::extract(word, 0x0110) as usize], wire::extract(word, 0x3eef) as u16)
}

fn join(class: Class, method: u16) -> u16 {
    let class = class as u16;
    (class & 2) << 7 | (class & 1) << 4 | (method & 0xf80) << 2 | (method & 0x070) << 1 | method & 0x00f
}

fn swapped(class: Class) -> Class {
    match class {
        Class::Indication => Class::Success,
        Class::Success => Class::Indication,
        same => same,
    }
}

fn show((class, method): &(Class, u16)) -> String {
    format!("({class:?}, {method:#05x})")
}

/// `0x0113 = 00 00000 1 000 1 0011`
fn drawn(message_type: u16) -> String {
    format!("{message_type:#06x} = {}", binary(message_type.into(), GROUPS))
}
