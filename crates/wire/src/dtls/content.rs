//! What a record holds: RFC 5246 section 6.2.1.

use super::record::Record;
use super::{alert, handshake};
use crate::cursor::{Cursor, Step, Stop};
use crate::sctp::{SCTP, packet_summary};
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Node, Severity};

static CHANGE_CIPHER_SPEC: Field = Field::new(
    "ChangeCipherSpec",
    rfc(5246, "7.1"),
    "The sender's next record is encrypted with the keys that were agreed on, and its epoch is one more.",
);
static CHANGE_TYPE: Field = Field::new("type", rfc(5246, "7.1"), "Always 1; there is only one thing to say.")
    .names(&[(1, "change_cipher_spec")]);
static APPLICATION_DATA: Field = Field::new(
    "Application data",
    rfc(5246, "10"),
    "What DTLS is for. In WebRTC it is an SCTP packet, which carries data channels.",
);
static ACK: Field = Field::new(
    "ACK",
    rfc(9147, "7"),
    "The records of the handshake that have arrived. DTLS 1.3 has it, so that less must be sent again.",
);
static RECORD_NUMBERS: Field = Field::new(
    "record_numbers",
    rfc(9147, "7"),
    "Epoch and sequence number, eight bytes each, of what has arrived.",
);
static HEARTBEAT: Field =
    Field::new("Heartbeat", rfc(6520, "4"), "Asks whether the other end is still there.");

/// Bytes that only keys open.
pub(crate) static ENCRYPTED: Field = Field::new(
    "Encrypted",
    rfc(6347, "4.1"),
    "Ciphertext, with what its cipher needs beside it. Keys open it: a capture can bring them along.",
);
pub(crate) static NONCE_EXPLICIT: Field = Field::new(
    "nonce_explicit",
    rfc(5288, "3"),
    "The half of the nonce that travels; the other half came out of the handshake. Together they must never repeat \
     under one key.",
);
pub(crate) static CIPHERTEXT: Field = Field::new(
    "Ciphertext",
    rfc(5246, "6.2.3.3"),
    "As long as the plaintext: an AEAD cipher needs no padding.",
);
pub(crate) static TAG: Field = Field::new(
    "Authentication tag",
    rfc(5246, "6.2.3.3"),
    "Proves that ciphertext and header are as the holder of the key wrote them. Where it does not fit, the record is \
     dropped without a word.",
);
pub(crate) static PLAINTEXT: Field = Field::new(
    "Decrypted",
    rfc(5246, "6.2.3.3"),
    "The fragment as it was before encryption, opened with the keys of a key log.",
);

/// Says what must not travel so.
pub(crate) fn in_the_clear(c: &mut Cursor<'_>, record: &Record) {
    if record.epoch == 0 && record.content_type == 23 {
        let text = "application data that nothing protects: a receiver must not take it";
        c.remark(Severity::Error, text, Some(rfc(5246, "10")));
    }
}

/// Reads the fragment of a record of which nothing else is known.
pub(super) fn alone(c: &mut Cursor<'_>, record: &Record) -> Step {
    if record.epoch > 0 {
        c.rest(&ENCRYPTED)?.note(
            Severity::Info,
            "encrypted with what a handshake in other packets agreed on",
            Some(rfc(6347, "4.1")),
        );
        return Ok(());
    }
    in_the_clear(c, record);
    plain(c, record.content_type, &mut |c| handshake::message(c, &mut handshake::body))
}

/// Reads a fragment that is not encrypted, or not any more; `message` reads a handshake message.
pub(crate) fn plain(
    c: &mut Cursor<'_>,
    content_type: u8,
    message: &mut dyn FnMut(&mut Cursor<'_>) -> Step,
) -> Step {
    match content_type {
        20 => c.group(&CHANGE_CIPHER_SPEC, |c| {
            c.u8(&CHANGE_TYPE)?.expect(|n| n == 1, "always 1", rfc(5246, "7.1"));
            Ok(())
        }),
        21 => alert::alert(c),
        22 => c.repeat(|c| message(c)),
        23 => opaque(c),
        24 => c.rest(&HEARTBEAT).map(drop),
        26 => c.group(&ACK, |c| {
            let length = c.u16(&super::vector::LENGTH)?.value() as usize;
            c.inline(length, |c| c.repeat(|c| c.bytes(&RECORD_NUMBERS, 16).map(drop)))
        }),
        _ => Err(Stop),
    }
}

/// Application data of a protocol that nothing here knows.
pub(crate) fn opaque(c: &mut Cursor<'_>) -> Step {
    c.rest(&APPLICATION_DATA).map(drop)
}

/// What a node of these adds to a summary.
pub(super) fn word(d: &Dissection<'_>, at: u32, node: &Node) -> Option<String> {
    if std::ptr::eq(node.field, &APPLICATION_DATA) {
        return Some(format!("application data, {} bytes", node.span.len()));
    }
    if std::ptr::eq(node.field, SCTP.root) {
        return Some(packet_summary(d, at));
    }
    if !std::ptr::eq(node.field, &CIPHERTEXT) && !std::ptr::eq(node.field, &ENCRYPTED) {
        return None;
    }
    let mut after = d.nodes().get(at as usize..)?.iter().take(3);
    if after.any(|node| std::ptr::eq(node.field, &PLAINTEXT)) {
        return None;
    }
    // The record's header stands right before it, and tells what it would be.
    let kind = d.nodes().get(..at as usize)?.iter().rev().find(|node| node.field.name == "type");
    Some(match kind.and_then(Node::uint) {
        Some(21) => "encrypted alert".to_owned(),
        Some(22) => "encrypted handshake message".to_owned(),
        Some(23) => format!("encrypted application data, {} bytes", node.span.len()),
        _ => format!("encrypted record, {} bytes", node.span.len()),
    })
}
