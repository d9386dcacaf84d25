//! Taking the mask off a payload that comes in pieces: RFC 6455 section 5.3.

use std::ops::Range;

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason, hex};

/// What the student writes: a piece of a payload, the frame's key, and where in the payload the piece begins.
/// The piece is changed in place.
pub type Unmask = fn(&mut [u8], [u8; 4], u64);

const SPEC: Spec = rfc(6455, "5.3");
/// The key of RFC 6455 section 5.7.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const OTHER_KEY: [u8; 4] = [0xa1, 0x02, 0x5c, 0x90];
const RALLY: &[u8] = b"ping pong ping";

/// A payload on its way.
struct Payload {
    name: &'static str,
    key: [u8; 4],
    masked: Vec<u8>,
    /// Where its first byte stands in the frame's payload: not 0, where only the end of a long one is shown.
    at: u64,
}

/// Puts payloads to `unmask`: whole, then cut into pieces as a socket would cut them.
///
/// # Errors
/// The first piece that does not hold.
pub fn check(exam: &Exam, unmask: Unmask) -> Result<(), Box<Failure>> {
    let whole = |name, key, plain| payload(name, key, plain, 0);
    let hello = whole("\"Hello\" of RFC 6455 section 5.7", KEY, b"Hello");
    ask(exam, unmask, &whole("\"ping\"", KEY, b"ping"), &[])?;
    ask(exam, unmask, &whole("\"ping pong ping\"", OTHER_KEY, RALLY), &[])?;
    ask(exam, unmask, &hello, &[])?;
    ask(exam, unmask, &whole("a payload of no bytes", KEY, b""), &[])?;
    ask(exam, unmask, &hello, &[3])?;
    ask(exam, unmask, &whole("the next frame, which has its own key", OTHER_KEY, b"pong"), &[2])?;
    ask(exam, unmask, &hello, &[1, 2, 3, 4])?;
    ask(exam, unmask, &whole("\"ping pong ping\"", KEY, RALLY), &[5, 5, 6, 13])?;
    ask(exam, unmask, &payload("the end of a payload of 5 GiB", OTHER_KEY, RALLY, 0x1_4000_0003), &[6])?;
    let long = whole("a payload of 35 bytes", KEY, [&[b'.'; 21], RALLY].concat().as_slice());
    for first in 0..=35 {
        for second in first..=35 {
            ask(exam, unmask, &long, &[first, second])?;
        }
    }
    Ok(())
}

fn payload(name: &'static str, key: [u8; 4], plain: &[u8], at: u64) -> Payload {
    Payload { name, key, masked: xor(plain, |i| key[((at + i) % 4) as usize]), at }
}

/// One frame, piece by piece. No cut: one piece.
fn ask(exam: &Exam, unmask: Unmask, payload: &Payload, cuts: &[usize]) -> Result<(), Box<Failure>> {
    let ends = cuts.iter().copied().chain([payload.masked.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    for (start, end) in starts.zip(ends) {
        ask_piece(exam, unmask, payload, start..end)?;
    }
    Ok(())
}

fn ask_piece(
    exam: &Exam,
    unmask: Unmask,
    payload: &Payload,
    piece: Range<usize>,
) -> Result<(), Box<Failure>> {
    let (masked, offset) = (&payload.masked[piece.clone()], payload.at + piece.start as u64);
    let right = xor(masked, |i| payload.key[((offset + i) % 4) as usize]);
    let pieces = match piece.len() {
        all if all == payload.masked.len() && offset == 0 => String::new(),
        length => format!(", the {length} bytes from {offset} on"),
    };
    let name = format!("{}{pieces}, key {}", payload.name, hex(&payload.key));
    let case = exam.case(&name, &payload.masked, show(&right), SPEC);
    let end = payload.masked.len();
    let case =
        if pieces.is_empty() { case.at(end..end, "ends here") } else { case.at(piece.clone(), "this piece") };
    case.expect(
        &right,
        || {
            let mut bytes = masked.to_vec();
            unmask(&mut bytes, payload.key, offset);
            bytes
        },
        |returned| show(returned),
        |returned| explain(payload, &piece, returned, &right),
    )
}

fn explain(payload: &Payload, piece: &Range<usize>, returned: &[u8], right: &[u8]) -> Reason {
    let (key, offset) = (payload.key, payload.at + piece.start as u64);
    let masked = &payload.masked[piece.clone()];
    let came_of = |key: &dyn Fn(u64) -> u8| returned == xor(masked, key);
    let whole_words = masked.len() / 4 * 4;
    let (range, label, why) = if returned == masked {
        (
            piece.clone(),
            "still masked",
            "each byte is XORed with one byte of the key; the same XOR takes it off again",
        )
    } else if masked.len() > 4 && returned[..4] == right[..4] && returned[4..] == masked[4..] {
        (
            piece.start + 4..piece.end,
            "still masked",
            "the key has four bytes and goes round: byte 4 of the payload goes with key[0] again, as byte 0 did",
        )
    } else if returned[..whole_words] == right[..whole_words]
        && returned[whole_words..] == masked[whole_words..]
    {
        (
            piece.start + whole_words..piece.end,
            "still masked",
            "four bytes at a time is a good way, but the last group may have fewer. `chunks_exact_mut` leaves it out, \
             `chunks_mut` does not",
        )
    } else if came_of(&|i| key[(i % 4) as usize]) {
        (
            piece.clone(),
            "the key began again with this piece",
            "TCP cut the payload here, the sender did not: it went on with the key where it was. Only the next frame \
             begins with key[0] again. So byte i of this piece goes with key[(offset + i) % 4]",
        )
    } else if came_of(&|i| key[((i + 4 - offset % 4) % 4) as usize]) {
        (
            piece.clone(),
            "the key was turned the wrong way",
            "the piece begins later in the payload, so it begins later in the key: offset is added to i, and not taken \
             away",
        )
    } else if came_of(&|i| key[((offset + i + 3) % 4) as usize])
        || came_of(&|i| key[((offset + i + 1) % 4) as usize])
    {
        (
            piece.clone(),
            "the key is one byte off",
            "counting begins at 0: the first byte of the payload goes with the first of the key, key[0]",
        )
    } else if came_of(&|i| key[3 - ((offset + i) % 4) as usize]) {
        (
            piece.clone(),
            "XORed with the key from its last byte to its first",
            "the key is four bytes in the order of the wire, and no number: key[0] is the byte that came first. Who \
             makes a u32 of it must make bytes of it the same way, from_be_bytes and to_be_bytes",
        )
    } else if came_of(&|_| key[0]) {
        (
            piece.clone(),
            "XORed with key[0] alone",
            "the four bytes of the key take turns: byte i goes with key[i % 4]",
        )
    } else {
        return one_byte(payload, piece.start, returned, right);
    };
    Reason::new(SPEC, why).at(range, label)
}

/// No mistake that is known: the first byte that is wrong.
fn one_byte(payload: &Payload, start: usize, returned: &[u8], right: &[u8]) -> Reason {
    let same = returned.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (at, place) = (start + same, payload.at + (start + same) as u64);
    let key = payload.key[(place % 4) as usize];
    let masked = payload.masked.get(at).copied().unwrap_or_default();
    let why = format!(
        "this is byte {place} of the payload, and {place} % 4 is {}: {masked:02x} XOR {key:02x} is {:02x}",
        place % 4,
        masked ^ key
    );
    Reason::new(SPEC, why).at(at..at + 1, format!("goes with {key:02x}"))
}

fn xor(bytes: &[u8], key: impl Fn(u64) -> u8) -> Vec<u8> {
    (0..).zip(bytes).map(|(i, byte)| byte ^ key(i)).collect()
}

/// `48 65 6c 6c 6f "Hello"`
fn show(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => "nothing".to_owned(),
        Ok(text) if text.chars().all(|c| c.is_ascii_graphic() || c == ' ') => {
            format!("{} {text:?}", hex(bytes))
        }
        _ => hex(bytes),
    }
}
