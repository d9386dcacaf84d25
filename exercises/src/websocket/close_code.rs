//! What a Close frame may say: RFC 6455 sections 5.5.1 and 7.4.

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// What makes a receiver fail the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// One byte, which is half a code; or more than the 125 that a control frame may have.
    Size,
    /// A code that nobody may send.
    Code,
    /// A reason that is not UTF-8.
    Reason,
}

/// The code and the reason that the application is told.
type Answer<'b> = Result<(u16, &'b str), Broken>;
/// What the student writes: the payload of a Close frame, to what it says.
pub type Read = for<'b> fn(&'b [u8]) -> Answer<'b>;

const CODES: Spec = rfc(6455, "7.4.1");
const RANGES: Spec = rfc(6455, "7.4.2");
const BODY: Spec = rfc(6455, "5.5.1");

/// Puts payloads to `read`: named ones, then all codes there are.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, read: Read) -> Result<(), Box<Failure>> {
    let longest = [b"\x03\xe8".as_slice(), &[b'.'; 123]].concat();
    let too_long = [b"\x03\xe8".as_slice(), &[b'.'; 124]].concat();
    let cut_in_a_letter = [b"\x03\xe8".as_slice(), &[b'.'; 122], b"\xc3"].concat();
    let cases: [(&str, &[u8], Answer<'_>); 24] = [
        ("1000: all went well", b"\x03\xe8", Ok((1000, ""))),
        ("1001 and a reason", b"\x03\xe9bye, ping", Ok((1001, "bye, ping"))),
        ("an empty payload", b"", Ok((1005, ""))),
        ("one byte", b"\x03", Err(Broken::Size)),
        ("1005 on the wire", b"\x03\xed", Err(Broken::Code)),
        ("1006 on the wire", b"\x03\xee", Err(Broken::Code)),
        ("1015 on the wire", b"\x03\xf7", Err(Broken::Code)),
        ("1004, which has no meaning", b"\x03\xec", Err(Broken::Code)),
        ("999", b"\x03\xe7", Err(Broken::Code)),
        ("0", b"\x00\x00", Err(Broken::Code)),
        ("1003, the last one before 1004", b"\x03\xeb", Ok((1003, ""))),
        ("1007: a text was not UTF-8", b"\x03\xef", Ok((1007, ""))),
        ("1011: an error in the server", b"\x03\xf3", Ok((1011, ""))),
        ("1012: the service restarts", b"\x03\xf4", Ok((1012, ""))),
        ("1014: a gateway got a bad answer", b"\x03\xf6", Ok((1014, ""))),
        ("1016", b"\x03\xf8", Err(Broken::Code)),
        ("2999", b"\x0b\xb7", Err(Broken::Code)),
        ("3000: registered by a library", b"\x0b\xb8", Ok((3000, ""))),
        ("4999: between this client and this server", b"\x13\x87pong", Ok((4999, "pong"))),
        ("5000", b"\x13\x88", Err(Broken::Code)),
        ("a reason that is not UTF-8", b"\x03\xe8caf\xe9", Err(Broken::Reason)),
        ("the longest reason", &longest, Ok((1000, text(&longest)))),
        ("a reason that ends inside a letter", &cut_in_a_letter, Err(Broken::Reason)),
        ("one byte more than a control frame has", &too_long, Err(Broken::Size)),
    ];
    for (name, body, right) in cases {
        ask(exam, read, name, body, right)?;
    }
    // One case for all: a case of its own for each would take longer than compiling.
    let wrong = |code: &u16| read(&code.to_be_bytes()) != alone(*code);
    let all = exam.case("all 65,536 codes, one after another", &[], "Ok or Err(Code)", RANGES);
    match all.ask(|| (0..=u16::MAX).find(wrong))? {
        Some(code) => ask(exam, read, &format!("{code}"), &code.to_be_bytes(), alone(code)),
        None => Ok(()),
    }
}

/// The answer to a code without a reason.
fn alone(code: u16) -> Answer<'static> {
    if is_sendable(code) { Ok((code, "")) } else { Err(Broken::Code) }
}

fn ask(exam: &Exam, read: Read, name: &str, body: &[u8], right: Answer<'_>) -> Result<(), Box<Failure>> {
    let case = exam.case(name, body, show(&right), BODY);
    let case = if body.len() < 2 { case.at(body.len()..body.len(), "ends here") } else { case };
    case.expect(&right, || read(body), show, |returned| explain(body, &right, returned))
}

/// What may be on the wire, as RFC 6455 and the registry that it founded have it.
#[must_use]
pub fn is_sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn text(body: &[u8]) -> &str {
    body.get(2..).and_then(|reason| std::str::from_utf8(reason).ok()).unwrap_or_default()
}

/// How many bytes of the reason are UTF-8.
fn text_until(body: &[u8]) -> usize {
    let reason = body.get(2..).unwrap_or_default();
    std::str::from_utf8(reason).map_or_else(|error| error.valid_up_to(), str::len)
}

fn explain(body: &[u8], right: &Answer<'_>, returned: &Answer<'_>) -> Reason {
    match (right, returned) {
        (Ok((right, _)), Ok((code, _))) if right != code => explain_code(body, *code),
        (Ok(_), Ok((_, reason))) => explain_reason(body, reason),
        (Ok((code, _)), Err(broken)) => explain_refusal(body, *code, *broken),
        (Err(Broken::Size), _) if body.len() == 1 => {
            let why = "a payload begins with a code of two bytes, or it is empty. Half a code is neither: the receiver \
                       fails the connection";
            Reason::new(BODY, why).at(0..1, "half a code")
        }
        (Err(Broken::Size), _) => {
            let why = "a control frame has at most 125 bytes of payload. Two are the code, so a reason has at most 123";
            Reason::new(rfc(6455, "5.5"), why).at(125..body.len(), "byte 126")
        }
        (Err(Broken::Reason), Ok(_)) => {
            let why =
                "a reason is UTF-8, as every text of this protocol. Repairing it hands on what nobody wrote";
            let bad = 2 + text_until(body);
            Reason::new(BODY, why).at(bad..body.len(), "not UTF-8")
        }
        (Err(Broken::Reason), Err(_)) => {
            let why = "the code may be sent, and the size is right: what is wrong here is the reason, which is not UTF-8";
            let bad = 2 + text_until(body);
            Reason::new(BODY, why).at(bad..body.len(), "not UTF-8")
        }
        (Err(Broken::Code), Err(_)) => {
            let why = "two bytes are a whole code: the size is right. What is wrong is that nobody may send this one";
            Reason::new(CODES, why).at(0..2, "a code that nobody may send")
        }
        (Err(Broken::Code), Ok((returned, _))) => explain_acceptance(body, *returned),
    }
}

fn explain_code(body: &[u8], returned: u16) -> Reason {
    let Some(&[high, low]) = body.first_chunk::<2>() else {
        let why = "no code is not 1000: the peer said nothing. 1005 tells the application that no code came; that is all \
                   it is for, and why it is never sent";
        return Reason::new(rfc(6455, "7.1.5"), why).at(0..0, "no code");
    };
    let (label, why) = if returned == u16::from_le_bytes([high, low]) {
        (
            "read from the last byte to the first",
            "numbers on the wire are big-endian: u16::from_be_bytes reads them",
        )
    } else {
        ("the code", "the code is a u16 in the first two bytes, big-endian")
    };
    Reason::new(BODY, why).at(0..2, label)
}

fn explain_reason(body: &[u8], returned: &str) -> Reason {
    let why = if returned.is_empty() {
        "what follows the code is the reason, for whoever reads the log"
    } else {
        "the reason is all that follows the two bytes of the code, as it is"
    };
    Reason::new(BODY, why).at(2..body.len(), "the reason")
}

fn explain_refusal(body: &[u8], code: u16, broken: Broken) -> Reason {
    if body.is_empty() {
        let why = "a Close need not say why. The application is told 1005, which stands for \"no code came\"";
        return Reason::new(rfc(6455, "7.1.5"), why).at(0..0, "empty, and that is allowed");
    }
    let (range, label, why) = match (broken, code) {
        (Broken::Size, _) => {
            (0..body.len(), format!("{} bytes", body.len()), "0 bytes and 2 to 125 bytes are good sizes")
        }
        (Broken::Reason, _) => {
            (2..body.len(), "UTF-8".to_owned(), "this reason is UTF-8, also where it is empty")
        }
        (_, 1012..=1014) => (
            0..2,
            format!("{code} came later"),
            "the RFC ends at 1011 and 1015, and founded a registry for what comes later (section 11.7). IANA has entered \
             1012, 1013 and 1014 since; a peer may send them",
        ),
        (_, 3000..=3999) => (
            0..2,
            "for libraries and applications".to_owned(),
            "3000 to 3999 are for libraries, frameworks and applications, which register them with IANA. The protocol \
             need not know what they mean",
        ),
        (_, 4000..=4999) => (
            0..2,
            "for private use".to_owned(),
            "4000 to 4999 are for what client and server agree on between themselves",
        ),
        _ => (0..2, format!("{code}"), "this code has a meaning, and may be sent"),
    };
    let spec = match broken {
        Broken::Code if code >= 3000 => RANGES,
        Broken::Code => CODES,
        Broken::Size | Broken::Reason => BODY,
    };
    Reason::new(spec, why).at(range, label)
}

fn explain_acceptance(body: &[u8], returned: u16) -> Reason {
    let code = body.first_chunk::<2>().map_or(0, |code| u16::from_be_bytes(*code));
    let (spec, label, why) = match code {
        _ if returned != code => {
            return Reason::new(
                CODES,
                "this code is never sent, however one reads it: big-endian, in two bytes",
            )
            .at(0..2, code.to_string());
        }
        1004 => (
            CODES,
            "reserved",
            "the RFC keeps 1004 for a meaning that nobody has given it since. A range from 1000 to 1011 lets it through",
        ),
        1005 => (
            CODES,
            "1005",
            "1005 is what an application is told when no code came. Who sends it says \"I did not send this\"",
        ),
        1006 => (
            CODES,
            "1006",
            "1006 is what an application is told when the connection ended without a Close. Here is one",
        ),
        1015 => (
            CODES,
            "1015",
            "1015 is what an application is told when TLS failed. Then there was no WebSocket to send it on",
        ),
        0..=999 => (RANGES, "below 1000", "codes below 1000 are not used: 404 and the like are HTTP's"),
        1016..=2999 => (
            RANGES,
            "given no meaning yet",
            "1000 to 2999 are for the protocol and its extensions, and this one has no meaning yet. Who sends it speaks \
             of something that the receiver cannot know",
        ),
        _ => (RANGES, "from 5000 on", "the ranges end with 4999, so no code from 5000 on belongs to anyone"),
    };
    Reason::new(spec, why).at(0..2, label)
}

fn show(answer: &Answer<'_>) -> String {
    match answer {
        Ok((code, reason)) if reason.len() > 40 => format!("Ok(({code}, {} bytes))", reason.len()),
        Ok((code, reason)) => format!("Ok(({code}, {reason:?}))"),
        Err(broken) => format!("Err({broken:?})"),
    }
}
