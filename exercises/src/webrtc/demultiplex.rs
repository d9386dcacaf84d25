//! One socket, six protocols: RFC 7983, and RFC 5761 section 4 for the last two.

use std::ops::Range;

use wire::{Spec, rfc};

use crate::stun::samples;
use crate::{Bits, Exam, Failure, Reason};

/// Who gets a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Checks and consent: RFC 8489.
    Stun,
    /// Keys for media without a certificate: RFC 6189. No browser speaks it, and the range is its own all the same.
    Zrtp,
    /// Keys, and what travels under them: RFC 6347, RFC 9147.
    Dtls,
    /// Relayed data in a channel: RFC 8656 section 12.
    TurnChannel,
    /// Media: RFC 3550, encrypted by RFC 3711.
    Rtp,
    /// Reports on media, in the same range of first bytes.
    Rtcp,
    /// None of them: to be dropped.
    Nobody,
}

/// What the student writes.
pub type Demultiplex = fn(&[u8]) -> Protocol;

const RANGES: Spec = rfc(7983, "7");
const MUX: Spec = rfc(5761, "4");

/// The first bytes of each protocol.
const FIRST: [(Range<u8>, Protocol); 4] = [
    (0..4, Protocol::Stun),
    (16..20, Protocol::Zrtp),
    (20..64, Protocol::Dtls),
    (64..80, Protocol::TurnChannel),
];

/// Packets as they are met, from the everyday to the rare.
pub const REAL: [(&str, &[u8], Protocol); 16] = [
    ("a connectivity check", samples::REQUEST, Protocol::Stun),
    ("the response to one", samples::IPV4, Protocol::Stun),
    ("a ClientHello of DTLS 1.2", b"\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x7d\x01\0\0\x71", Protocol::Dtls),
    ("Opus, payload type 111", b"\x80\x6f\x2c\x01\0\x01\xe2\x40\x1d\x0c\x8a\x77\x78\x0b", Protocol::Rtp),
    ("a sender report", b"\x80\xc8\0\x06\x1d\x0c\x8a\x77\xe9\xa1\x7c\x21", Protocol::Rtcp),
    ("a receiver report with one block", b"\x81\xc9\0\x07\x4e\x02\x9b\x11\x1d\x0c\x8a\x77", Protocol::Rtcp),
    ("the end of a frame: VP8, payload type 96, and the marker", MARKED, Protocol::Rtp),
    (
        "RTP with payload type 13 and the marker",
        b"\x80\x8d\x2c\x03\0\x01\xe2\x40\x1d\x0c\x8a\x77",
        Protocol::Rtp,
    ),
    ("a picture is lost: PLI", b"\x81\xce\0\x02\x4e\x02\x9b\x11\x3b\x62\x05\x19", Protocol::Rtcp),
    ("packets are lost: NACK", b"\x81\xcd\0\x03\x4e\x02\x9b\x11\x3b\x62\x05\x19\x2c\x04\0\0", Protocol::Rtcp),
    ("data of DTLS 1.2", b"\x17\xfe\xfd\0\x01\0\0\0\0\0\x05\0\x20\0\x01\0\0\0\0\0\x05", Protocol::Dtls),
    ("a record of DTLS 1.3: its header begins with 001", b"\x2c\x1a\x5d\0\x18\x90\xc3\xfe", Protocol::Dtls),
    ("channel 0x4000 of a TURN server", b"\x40\0\0\x04ping", Protocol::TurnChannel),
    ("ZRTP's Hello", b"\x10\0\0\x01ZRTP\x1d\x0c\x8a\x77", Protocol::Zrtp),
    ("a request of RFC 3489: no magic cookie", b"\0\x01\0\0ping-pong-ping-1", Protocol::Stun),
    ("\"ping\", with nothing around it", b"ping", Protocol::Nobody),
];

const MARKED: &[u8] = b"\x90\xe0\x2c\x02\0\x01\xe2\x40\x3b\x62\x05\x19\xbe\xde\0\x01";

/// Real packets, then each first byte there is, then each second byte of what may be RTP or RTCP, then what is cut off.
///
/// # Errors
/// The first datagram that was given to the wrong one.
pub fn check(exam: &Exam, demultiplex: Demultiplex) -> Result<(), Box<Failure>> {
    for (name, datagram, right) in REAL {
        ask(exam, demultiplex, name, datagram, right)?;
    }
    for first in 0..=u8::MAX {
        // 17 is no type of an RTCP packet, so that this is RTP where it is one of the two.
        let datagram = [&[first, 17][..], b"\0\x04ping-pong-1"].concat();
        let right = of_bytes(first, 17);
        ask(exam, demultiplex, &format!("a datagram that begins with {first}"), &datagram, right)?;
    }
    for (first, second) in [0x80, 0x9f, 0xbf].into_iter().flat_map(|first| seconds().map(move |s| (first, s)))
    {
        let datagram = [&[first, second][..], b"\0\x04ping-pong-1"].concat();
        let name = format!("first byte {first}, second byte {second}");
        ask(exam, demultiplex, &name, &datagram, of_bytes(first, second))?;
    }
    ask(exam, demultiplex, "an empty datagram, which UDP may well bring", b"", Protocol::Nobody)?;
    ask(
        exam,
        demultiplex,
        "one byte in the range of RTP: which of the two it is stands in the next",
        b"\x80",
        Protocol::Nobody,
    )
}

/// RTP with payload type 64 to 95 and no marker is left out: who shares a port must not use those (RFC 5761 section 4),
/// and stacks differ in what they make of it.
fn seconds() -> impl Iterator<Item = u8> {
    (0..=u8::MAX).filter(|second| !(64..96).contains(second))
}

fn of_bytes(first: u8, second: u8) -> Protocol {
    match first {
        128..=191 if (192..=223).contains(&second) => Protocol::Rtcp,
        128..=191 => Protocol::Rtp,
        _ => FIRST.iter().find(|(range, _)| range.contains(&first)).map_or(Protocol::Nobody, |(_, who)| *who),
    }
}

fn ask(
    exam: &Exam,
    demultiplex: Demultiplex,
    name: &str,
    datagram: &[u8],
    right: Protocol,
) -> Result<(), Box<Failure>> {
    let case = exam.case(name, datagram, format!("{right:?}"), RANGES);
    let case = if datagram.len() < 2 { case.at(datagram.len()..datagram.len(), "ends here") } else { case };
    case.expect(
        &right,
        || demultiplex(datagram),
        |returned| format!("{returned:?}"),
        |returned| explain(datagram, right, *returned),
    )
}

fn explain(datagram: &[u8], right: Protocol, returned: Protocol) -> Reason {
    match (datagram, right) {
        ([], _) => {
            let why = "a datagram may be empty. There is no first byte, so nobody is meant";
            Reason::new(RANGES, why).at(0..0, "nothing")
        }
        ([_], _) if datagram[0] >= 128 => {
            let why = "RTP and RTCP share their first bytes, and the second one tells them apart. Here it is missing, \
                       so nobody is meant";
            Reason::new(MUX, why).at(1..1, "the second byte should stand here")
        }
        ([_, second, ..], Protocol::Rtcp | Protocol::Rtp)
            if matches!(returned, Protocol::Rtcp | Protocol::Rtp) =>
        {
            let why = rtp_or_rtcp(*second, right);
            let (marker, payload_type) = (second >> 7, second & 0x7f);
            let bits = match right {
                Protocol::Rtcp => "all eight bits are the type of an RTCP packet",
                _ => "the marker, and the payload type",
            };
            Reason::new(MUX, why)
                .at(1..2, format!("{second}: marker {marker}, payload type {payload_type}, were it RTP"))
                .bits(Bits { word: u64::from(*second), groups: &[1, 7], mask: 0xff, label: bits.to_owned() })
        }
        ([first, ..], _) => {
            let (label, why) = of_the_first(*first, right, returned);
            Reason::new(RANGES, why).at(0..1, label)
        }
    }
}

fn rtp_or_rtcp(second: u8, right: Protocol) -> &'static str {
    match (right, second) {
        (Protocol::Rtcp, 200..=204) => {
            "200 to 204 are reports, descriptions and goodbyes. In RTP this byte is the marker and the payload type, and \
             who shares a port leaves out the payload types that look like RTCP: 64 to 95"
        }
        (Protocol::Rtcp, 205..=207) => {
            "205 and 206 are feedback (NACK, PLI, transport-wide reports), 207 is an extended report: RTCP did not end \
             with 204"
        }
        (Protocol::Rtcp, _) => {
            "192 to 223 is RTCP, all of it, also where no type has been given out yet: a type that is new tomorrow must \
             not be taken for media"
        }
        (_, 128..) => {
            "the first bit is RTP's marker. It is set on the last packet of a frame, and alone it makes no RTCP: with it, \
             the payload types 0 to 63 are 128 to 191, and 96 to 127 are 224 to 255"
        }
        _ => "192 to 223 is RTCP, and this is below it: a payload type without the marker",
    }
}

fn of_the_first(first: u8, right: Protocol, returned: Protocol) -> (String, &'static str) {
    let range = match first {
        0..=3 => "0 to 3",
        4..=15 => "4 to 15",
        16..=19 => "16 to 19",
        20..=63 => "20 to 63",
        64..=79 => "64 to 79",
        80..=127 => "80 to 127",
        128..=191 => "128 to 191",
        192.. => "192 to 255",
    };
    let why = match (right, returned) {
        (Protocol::Stun, Protocol::Nobody) => {
            "0 to 3 is STUN's, by the first byte alone. Whether the magic cookie and all else are right is for STUN to \
             say, which may know older clients"
        }
        (Protocol::Stun, _) => "0 to 3 is STUN's: its first two bits are zero, and so are the next four",
        (Protocol::Zrtp, Protocol::Stun) => {
            "STUN's types do not fill all that begins with two zero bits: 0 to 3 is STUN's, 16 to 19 is ZRTP's"
        }
        (Protocol::Zrtp, _) => "16 to 19 is ZRTP's",
        (Protocol::Dtls, Protocol::Stun) => {
            "two zero bits are not enough for STUN: its range ends with 3. From 20 to 63 the first byte is DTLS's type of \
             record"
        }
        (Protocol::Dtls, _) if first >= 32 => {
            "20 to 63 is DTLS's. 20 to 26 are types of records with a name; 32 to 63, 001 and five more bits, begin the short \
             header of DTLS 1.3 (RFC 9147 section 4)"
        }
        (Protocol::Dtls, _) => {
            "20 to 63 is DTLS's, also where no type of record has been given out yet: DTLS knows what to do with it"
        }
        (Protocol::TurnChannel, _) => {
            "64 to 79 is a channel of TURN: the first two bytes are its number, 0x4000 to 0x4fff"
        }
        (Protocol::Rtp | Protocol::Rtcp, _) => {
            "128 to 191 is RTP or RTCP: version 2 stands in the first two bits"
        }
        (Protocol::Nobody, Protocol::Stun) => {
            "0 to 3 is STUN's: after its two zero bits comes a type, and no method that is known sets the next four bits"
        }
        (Protocol::Nobody, Protocol::TurnChannel) => {
            "channels end with 0x4fff: RFC 8656 gave back what RFC 5766 had, up to 0x7fff (section 12), so that the first \
             byte is 64 to 79. By RFC 9443, 80 to 127 went to QUIC since, which no call has"
        }
        (Protocol::Nobody, Protocol::Rtp | Protocol::Rtcp) => {
            "RTP's version is 2, the first two bits are 1 and 0: 128 to 191. With both set there is no RTP"
        }
        (Protocol::Nobody, _) => {
            "no protocol here has this first byte, so the datagram is dropped. Who guesses hands a stranger's bytes to a \
             parser that did not ask for them"
        }
    };
    (format!("{first}, in {range}"), why)
}
