//! The two to fourteen bytes before a payload: RFC 6455 section 5.2.

use std::ops::Range;

use wire::{Spec, rfc, websocket};

use crate::{Exam, Failure, Reason, hex};

/// What stands before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// Four bits: 1 text, 2 binary, 9 ping ...
    pub opcode: u8,
    /// How many bytes of payload follow.
    pub length: u64,
    /// The masking key, where the payload is masked.
    pub key: Option<[u8; 4]>,
    /// How many bytes the header itself has: 2 to 14.
    pub size: usize,
}

/// What makes a receiver fail the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// One of the three reserved bits is set, and no extension was agreed on.
    ReservedBits,
    /// The length stands in more bytes than it needs.
    NotShortest,
    /// The highest bit of a length of eight bytes is set.
    HighestBit,
}

/// None: these bytes are the beginning of a header, and more must come.
type Answer = Result<Option<Header>, Broken>;
/// What the student writes: the bytes that are there so far, to the header that they begin with.
pub type Parse = fn(&[u8]) -> Answer;

const SPEC: Spec = rfc(6455, "5.2");

const LONGEST: &[u8] = b"\x02\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x37\xfa\x21\x3d";

/// Headers that are whole, from the everyday to the rare.
const WHOLE: [(&str, &[u8]); 13] = [
    ("\"Hello\" from a server (RFC 6455 section 5.7)", b"\x81\x05Hello"),
    ("\"Hello\" from a client (RFC 6455 section 5.7)", b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
    ("a ping", b"\x89\x04ping"),
    ("the first fragment of a text", b"\x01\x03Hel"),
    ("the last fragment", b"\x80\x02lo"),
    ("a close from a client, without a payload", b"\x88\x80\x37\xfa\x21\x3d"),
    ("258 bytes, the first of which are there", b"\x82\x7e\x01\x02ping ping"),
    ("65,536 bytes from a client, none of which is there yet", b"\x82\xff\0\0\0\0\0\x01\0\0\x37\xfa\x21\x3d"),
    ("125 bytes: the longest for which seven bits do", b"\x82\x7d"),
    ("126 bytes: the shortest for which seven bits are too few", b"\x82\xfe\x00\x7e\x37\xfa\x21\x3d"),
    ("65,535 bytes: the longest for which two bytes do", b"\x82\x7e\xff\xff"),
    ("the longest length there is", LONGEST),
    ("1 byte", b"\x82\x01\xff"),
];

/// Headers that break a rule, and the bytes where they do.
const BROKEN: [(&str, &[u8], Broken, Range<usize>); 8] = [
    ("RSV1 is set, and no extension was agreed on", b"\xc1\x04ping", Broken::ReservedBits, 0..1),
    ("RSV2 is set", b"\xa1\x04ping", Broken::ReservedBits, 0..1),
    ("RSV3 is set", b"\x91\x04ping", Broken::ReservedBits, 0..1),
    ("125 in two bytes", b"\x82\x7e\x00\x7dping", Broken::NotShortest, 1..4),
    ("4 in two bytes, from a client", b"\x81\xfe\x00\x04\x37\xfa\x21\x3d", Broken::NotShortest, 1..4),
    ("65,535 in eight bytes", b"\x82\x7f\0\0\0\0\0\0\xff\xffping", Broken::NotShortest, 1..10),
    ("4 in eight bytes", b"\x81\x7f\0\0\0\0\0\0\0\x04ping", Broken::NotShortest, 1..10),
    ("a length with its highest bit set", b"\x82\x7f\x80\0\0\0\0\0\0\x04ping", Broken::HighestBit, 2..3),
];

/// The headers that are whole, and those that break a rule.
pub fn headers() -> impl Iterator<Item = (&'static str, &'static [u8], bool)> {
    let whole = WHOLE.into_iter().map(|(name, bytes)| (name, bytes, true));
    whole.chain(BROKEN.into_iter().map(|(name, bytes, ..)| (name, bytes, false)))
}

/// Puts whole headers to `parse`, then all their beginnings, then broken ones.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, parse: Parse) -> Result<(), Box<Failure>> {
    for (name, bytes) in WHOLE {
        let size = right(bytes).map_or(bytes.len(), |header| header.size);
        ask(exam, parse, name, bytes, Ok(right(bytes)), &(0..size))?;
    }
    for (name, bytes, broken, place) in BROKEN {
        ask(exam, parse, name, bytes, Err(broken), &place)?;
    }
    for (name, bytes) in WHOLE {
        let size = right(bytes).map_or(0, |header| header.size);
        for end in (0..size).rev() {
            let name = format!("{}: {end} of the header's {size} bytes are there", before_colon(name));
            ask(exam, parse, &name, &bytes[..end], Ok(None), &(end..end))?;
        }
    }
    Ok(())
}

fn before_colon(name: &str) -> &str {
    name.split_once([':', ',']).map_or(name, |(before, _)| before)
}

fn ask(
    exam: &Exam,
    parse: Parse,
    name: &str,
    bytes: &[u8],
    right: Answer,
    place: &Range<usize>,
) -> Result<(), Box<Failure>> {
    let case = exam.case(name, bytes, show(&right), SPEC);
    let case = match right {
        Ok(Some(_)) => case.at(place.clone(), "the header"),
        Ok(None) => case.at(place.clone(), "ends here"),
        Err(_) => case,
    };
    case.expect(&right, || parse(bytes), show, |returned| explain(bytes, right, *returned, place))
}

/// The header, where it is whole.
fn right(bytes: &[u8]) -> Option<Header> {
    let found = websocket::Header::parse(bytes).ok()?;
    let websocket::Header { fin, opcode, key, header: size, len: length, .. } = found;
    Some(Header { fin, opcode, length, key, size })
}

fn explain(bytes: &[u8], right: Answer, returned: Answer, place: &Range<usize>) -> Reason {
    match (right, returned) {
        (Ok(Some(right)), Ok(Some(returned))) => explain_header(bytes, &right, &returned),
        (Ok(Some(right)), Ok(None)) => explain_waiting(bytes, &right),
        (Ok(Some(right)), Err(broken)) => explain_refusal(&right, broken),
        (Ok(None), _) => {
            let why = "the header does not end here: the second byte tells how many bytes it has. Ok(None) says that \
                       more must come; nothing is wrong with that";
            Reason::new(SPEC, why).at(place.clone(), "more must come")
        }
        (Err(broken), _) => explain_acceptance(broken, bytes).at(place.clone(), label(broken)),
    }
}

fn explain_header(bytes: &[u8], right: &Header, returned: &Header) -> Reason {
    if returned.length != right.length {
        return explain_length(bytes, right, returned.length);
    }
    if returned.fin != right.fin {
        let why =
            "FIN is the first bit of the first byte, 0x80: 1 where this is the last frame of its message";
        return Reason::new(SPEC, why).at(0..1, format!("0b{:08b}", bytes[0]));
    }
    if returned.opcode != right.opcode {
        let why = "the opcode is the last four bits of the first byte: `first & 0x0f`. FIN and three reserved bits stand \
                   before it";
        return Reason::new(SPEC, why)
            .at(0..1, format!("0b{:08b}: the opcode is 0b{:04b}", bytes[0], right.opcode));
    }
    let extended = right.size - right.key.map_or(0, |_| 4);
    if returned.key != right.key {
        let why = match (right.key, returned.key) {
            (Some(_), None) => {
                "the first bit of the second byte, 0x80, says that a key of four bytes follows"
            }
            (None, Some(_)) => {
                "the first bit of the second byte is 0: there is no key, and the payload is as it is"
            }
            _ => "the key is the four bytes after the length, whichever of its three forms the length has",
        };
        let mark = if right.key.is_some() { extended..right.size } else { 1..2 };
        let label = if right.key.is_some() { "the key" } else { "no mask" };
        return Reason::new(SPEC, why).at(mark, label);
    }
    let why = "size is how many bytes the header has: two, then two or eight more of length where the seven bits say \
               126 or 127, then four of key where the mask bit is set";
    Reason::new(SPEC, why).at(0..right.size, format!("{} bytes", right.size))
}

/// A length that is wrong: each mistake is made again, and compared with what came.
fn explain_length(bytes: &[u8], right: &Header, returned: u64) -> Reason {
    let extended = right.size - right.key.map_or(0, |_| 4);
    let field = &bytes[2..extended];
    let number = |bytes: &mut dyn Iterator<Item = &u8>| bytes.fold(0, |n, byte| n << 8 | u64::from(*byte));
    let short = u64::from(bytes[1] & 0x7f);
    let (range, label, why) = if returned == u64::from(bytes[1]) && returned >= 0x80 {
        (
            1..2,
            "the mask bit was counted",
            "the first bit of this byte is no part of the length: it says that a key follows. The length is the other \
             seven, `second & 0x7f`",
        )
    } else if field.is_empty() {
        (1..2, "the length", "up to 125, the seven bits are the length: `second & 0x7f`")
    } else if returned == short {
        (
            1..extended,
            "the length is in the bytes that follow",
            "126 and 127 are no lengths: they say that the length stands in the next two, or eight, bytes",
        )
    } else if returned == number(&mut field.iter().rev()) {
        (
            2..extended,
            "read from the last byte to the first",
            "numbers on the wire are big-endian: u16::from_be_bytes and u64::from_be_bytes read them",
        )
    } else if field.len() == 8 && [2, 4].iter().any(|n| returned == number(&mut field[..*n].iter())) {
        (
            2..extended,
            "the length, all eight bytes of it",
            "127 says that eight bytes of length follow, also where four would do: there are three forms and no fourth",
        )
    } else if field.len() == 8 && returned == right.length & 0xffff_ffff {
        (
            2..6,
            "lost",
            "a length of eight bytes is a u64: the upper half went missing on the way through a u32",
        )
    } else {
        (
            2..extended,
            "the length",
            "after 126 the length is a u16 in two bytes, after 127 a u64 in eight, big-endian",
        )
    };
    Reason::new(SPEC, why).at(range, label)
}

/// "More must come", though the header is whole.
fn explain_waiting(bytes: &[u8], right: &Header) -> Reason {
    if (bytes.len() as u64) < right.size as u64 + right.length {
        let why = "only the payload is still on its way. A header that is whole can be read now, and must be: who waits \
                   for a payload first cannot refuse one that is too long";
        return Reason::new(SPEC, why)
            .at(bytes.len()..bytes.len(), "the payload goes on, and the header is whole");
    }
    let why = "the header is whole: two bytes, then two or eight more of length where the seven bits say 126 or 127, \
               then four of key where the mask bit is set";
    Reason::new(SPEC, why).at(0..right.size, format!("all {} bytes", right.size))
}

/// An error, though all rules are kept.
fn explain_refusal(right: &Header, broken: Broken) -> Reason {
    match broken {
        Broken::NotShortest => {
            let why = match right.length {
                0..=125 => "the seven bits hold up to 125, and here they hold the length",
                126..=0xffff => {
                    "the seven bits hold up to 125, so from 126 on two bytes are the shortest form"
                }
                _ => "two bytes hold up to 65,535, so from 65,536 on eight bytes are the shortest form",
            };
            let extended = right.size - right.key.map_or(0, |_| 4);
            Reason::new(SPEC, why).at(1..extended, format!("{} in its shortest form", right.length))
        }
        Broken::HighestBit if right.size < 10 => {
            let why = "only a length of eight bytes has a bit that must be 0, and eight bytes follow only after 127";
            Reason::new(SPEC, why).at(1..2, "not 127")
        }
        Broken::HighestBit => {
            let why =
                "the highest bit is the first one of the eight bytes after 127; in this header it is not set";
            Reason::new(SPEC, why).at(1..3, "not set")
        }
        Broken::ReservedBits => {
            let why = "the reserved bits are 0x70 of the first byte: the three after FIN. Here they are zero";
            Reason::new(SPEC, why).at(0..1, "RSV1, RSV2 and RSV3 are 0")
        }
    }
}

/// No error, or another one, though a rule is broken.
fn explain_acceptance(broken: Broken, bytes: &[u8]) -> Reason {
    let why = match broken {
        Broken::ReservedBits => {
            "these bits are free for extensions. As long as none was agreed on, nobody knows how to read a frame that \
             has one, so the receiver must fail the connection"
        }
        Broken::NotShortest if bytes[1] & 0x7f == 127 => {
            "two bytes hold up to 65,535, so eight are for what is longer. Each length has one form: what can be \
             written in two ways can be read in two ways"
        }
        Broken::NotShortest => {
            "the seven bits hold up to 125, so two bytes are for what is longer. Each length has one form: what can be \
             written in two ways can be read in two ways"
        }
        Broken::HighestBit => {
            "the highest bit of the eight bytes must be 0. In a language whose largest numbers have a sign, such a length \
             would be negative"
        }
    };
    Reason::new(SPEC, why)
}

fn label(broken: Broken) -> &'static str {
    match broken {
        Broken::ReservedBits => "a reserved bit is 1",
        Broken::NotShortest => "a shorter form would do",
        Broken::HighestBit => "0b10000000",
    }
}

fn show(answer: &Answer) -> String {
    match answer {
        Ok(None) => "Ok(None)".to_owned(),
        Err(broken) => format!("Err({broken:?})"),
        Ok(Some(Header { fin, opcode, length, key, size })) => {
            let key = key.map_or("None".to_owned(), |key| hex(&key));
            format!("fin {fin}, opcode {opcode}, length {length}, key {key}, size {size}")
        }
    }
}
