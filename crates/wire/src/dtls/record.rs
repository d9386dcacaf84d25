//! The record layer: RFC 6347 section 4.1, and the short header of DTLS 1.3 (RFC 9147 section 4).

use super::content;
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

/// How many bytes stand before the fragment.
pub(crate) const HEADER_LEN: usize = 13;

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) content_type: u8,
    pub(crate) version: u16,
    pub(crate) epoch: u16,
    /// Of 48 bits.
    pub(crate) sequence_number: u64,
}

static RECORD: Field = Field::new(
    "DTLSPlaintext",
    rfc(6347, "4.1"),
    "A record that nothing protects: 13 bytes of header, then a piece of a handshake, an alert or the like.",
);
static CIPHERTEXT: Field = Field::new(
    "DTLSCiphertext",
    rfc(6347, "4.1"),
    "A record whose fragment is encrypted. The header stays readable, and the tag at the end protects both.",
);
static CONTENT_TYPE: Field = Field::new(
    "type",
    rfc(6347, "4.1"),
    "What the fragment holds. 20 to 63 as the first byte of a datagram tells DTLS from STUN and RTP on the same port.",
)
.names(&[
    (20, "change_cipher_spec"),
    (21, "alert"),
    (22, "handshake"),
    (23, "application_data"),
    (24, "heartbeat"),
    (25, "tls12_cid"),
    (26, "ACK"),
]);
static VERSION: Field = Field::new(
    "version",
    rfc(6347, "4.1"),
    "Two bytes, the one's complement of the version: 1.2 is 254.253, so that no TLS record looks like this one. The \
     first ClientHello may say 1.0 here; the version that counts is inside.",
)
.hex()
.names(VERSIONS);
static EPOCH: Field = Field::new(
    "epoch",
    rfc(6347, "4.1"),
    "Counts how often the keys changed: 0 is plaintext, 1 is what follows ChangeCipherSpec.",
);
static SEQUENCE_NUMBER: Field = Field::new(
    "sequence_number",
    rfc(6347, "4.1"),
    "Counts the records of this epoch and sender. TLS counts silently; datagrams get lost, so DTLS writes it down. A \
     retransmission gets a new number, a replay shows by its old one.",
);
static LENGTH: Field = Field::new(
    "length",
    rfc(6347, "4.1"),
    "How many bytes of fragment follow. The next record of the datagram begins behind them.",
);
static CID_AND_REST: Field = Field::new(
    "cid, length, encrypted record",
    rfc(9146, "4"),
    "A connection ID stands before the length. How long it is, only the handshake told.",
);

/// The versions there are, as they are written.
pub(super) const VERSIONS: &[(u64, &str)] = &[
    (0xfeff, "DTLS 1.0"),
    (0xfefd, "DTLS 1.2"),
    (0xfefc, "DTLS 1.3"),
    (0x0304, "TLS 1.3"),
    (0x0303, "TLS 1.2"),
];

/// More than 2^14 bytes of plaintext and what encryption adds to it: RFC 5246 section 6.2.3.
const LONGEST: u64 = (1 << 14) + 2048;

/// Reads the next record; `fragment` reads what it holds.
pub(super) fn record(c: &mut Cursor<'_>, fragment: &mut dyn FnMut(&mut Cursor<'_>, &Record) -> Step) -> Step {
    match c.peek(5) {
        [first, ..] if is_unified(*first) => unified(c),
        [_, _, _, 0, 0] => c.group(&RECORD, |c| with_header(c, fragment)),
        [_, _, _, _, _] => c.group(&CIPHERTEXT, |c| with_header(c, fragment)),
        _ => c.group(&RECORD, |c| with_header(c, fragment)),
    }
}

fn with_header(c: &mut Cursor<'_>, fragment: &mut dyn FnMut(&mut Cursor<'_>, &Record) -> Step) -> Step {
    let known = |n| (20..=26).contains(&n);
    let content_type =
        c.u8(&CONTENT_TYPE)?.expect(known, "no content type of DTLS", rfc(6347, "4.1")).value();
    let dtls = |n| (0xfefc..=0xfeff).contains(&n) && n != 0xfefe;
    let version = c.u16(&VERSION)?.expect(dtls, "no version of DTLS", rfc(6347, "4.1")).value();
    let epoch = c.u16(&EPOCH)?.value();
    let sequence_number = c.uint(&SEQUENCE_NUMBER, 6)?.value();
    if content_type == 25 {
        return c.rest(&CID_AND_REST).map(drop);
    }
    let fits = |n| n <= LONGEST;
    let length = c.u16(&LENGTH)?.expect(fits, "longer than a record may be", rfc(5246, "6.2.3")).value();
    let record = Record {
        content_type: content_type as u8,
        version: version as u16,
        epoch: epoch as u16,
        sequence_number,
    };
    c.inline(length as usize, |c| fragment(c, &record))
}

static UNIFIED: Field = Field::new(
    "DTLSCiphertext",
    rfc(9147, "4"),
    "An encrypted record of DTLS 1.3: as few as three bytes of header. What it holds is encrypted too, even its type.",
);
static FIRST: Field = Field::new(
    "First byte",
    rfc(9147, "4"),
    "Three bits that mark the short header, and what of the header is left out.",
)
.hex();
static FIRST_BITS: [Field; 5] = [
    Field::new("Mark", rfc(9147, "4"), "Always 001: the first byte is 32 to 63.").bits(0xe0),
    Field::new("C", rfc(9147, "4"), "Whether a connection ID follows.").bits(0x10),
    Field::new("S", rfc(9147, "4"), "Whether the sequence number has 16 bits; or 8.").bits(0x08),
    Field::new("L", rfc(9147, "4"), "Whether the length is there; without it the record fills the datagram.")
        .bits(0x04),
    Field::new("E", rfc(9147, "4"), "The low two bits of the epoch: 2 is the handshake, 3 the data.")
        .bits(0x03),
];
static SHORT_NUMBER: Field = Field::new(
    "Sequence number",
    rfc(9147, "4.2.3"),
    "The low bits of the record's number, themselves encrypted, so that nobody on the way can follow them.",
)
.hex();
static CID: Field = Field::new(
    "Connection ID and the rest",
    rfc(9147, "4"),
    "How long the connection ID is, only the handshake told.",
);

/// Whether a byte begins the short header of DTLS 1.3.
pub(super) fn is_unified(first: u8) -> bool {
    first & 0xe0 == 0x20
}

/// Whether short headers and their lengths lead to the end of the datagram. One without a length could be anything.
pub(super) fn unified_fits(mut bytes: &[u8]) -> bool {
    /// A tag has at least eight bytes, and the type one.
    const SHORTEST: usize = 9;
    while let [first, after @ ..] = bytes {
        let after = if first & 0x08 != 0 { after.get(1..) } else { Some(after) };
        let (Some([_, high, low, after @ ..]), 0x24) = (after, first & 0xf4) else { return false };
        let length = usize::from(*high) << 8 | usize::from(*low);
        match after.get(length..) {
            Some(next) if length >= SHORTEST => bytes = next,
            _ => return false,
        }
    }
    true
}

fn unified(c: &mut Cursor<'_>) -> Step {
    c.group(&UNIFIED, |c| {
        let first = c.word(&FIRST, 1, &FIRST_BITS)?.value();
        if first & 0x10 != 0 {
            return c.rest(&CID).map(drop);
        }
        c.uint(&SHORT_NUMBER, if first & 0x08 != 0 { 2 } else { 1 })?;
        let length = if first & 0x04 != 0 { c.u16(&LENGTH)?.value() as usize } else { c.left() };
        c.inline(length, |c| {
            c.rest(&content::ENCRYPTED)?.note(
                Severity::Info,
                "encrypted by DTLS 1.3, whose keys this dissector does not make",
                Some(rfc(9147, "4")),
            );
            Ok(())
        })
    })
}
