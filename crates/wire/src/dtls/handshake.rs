//! Handshake messages: RFC 6347 section 4.2.2, and RFC 5246 section 7.4 for what is in them.
//!
//! ```text
//! +----------+--------+-------------+-----------------+-----------------+-----------+
//! | msg_type | length | message_seq | fragment_offset | fragment_length | this part |
//! |    1     |   3    |      2      |        3        |        3        |           |
//! +----------+--------+-------------+-----------------+-----------------+-----------+
//! ```

use super::{certificate, hello, key_exchange};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning};

/// The header of a message, or of a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) msg_type: u8,
    pub(crate) length: u32,
    pub(crate) message_seq: u16,
    pub(crate) fragment_offset: u32,
    pub(crate) fragment_length: u32,
}

impl Header {
    /// Whether the message is here whole.
    pub(crate) fn is_whole(&self) -> bool {
        self.fragment_offset == 0 && self.fragment_length == self.length
    }
}

static MSG_TYPE: Field =
    Field::new("msg_type", rfc(6347, "4.2.2"), "Which message of the handshake this is.");
static LENGTH: Field =
    Field::new("length", rfc(6347, "4.2.2"), "How long the whole message is, whatever part of it is here.");
static MESSAGE_SEQ: Field = Field::new(
    "message_seq",
    rfc(6347, "4.2.2"),
    "Counts the sender's messages. A retransmission keeps the number, so that a receiver knows what it has, and puts \
     in order what came out of order.",
);
static FRAGMENT_OFFSET: Field = Field::new(
    "fragment_offset",
    rfc(6347, "4.2.3"),
    "Where in the message this part begins. A message can be longer than a datagram may be.",
);
static FRAGMENT_LENGTH: Field = Field::new(
    "fragment_length",
    rfc(6347, "4.2.3"),
    "How many bytes of the message are here; all of them where it equals the length.",
);
/// A part of a message.
pub(crate) static FRAGMENT: Field = Field::new(
    "Fragment",
    rfc(6347, "4.2.3"),
    "A part of the message. With all of its parts together it can be read.",
);
/// The message that parts made.
pub(crate) static REASSEMBLED: Field = Field::new(
    "Reassembled",
    rfc(6347, "4.2.3"),
    "The message, put together of the parts in this packet and in those before.",
);
static CONTENT: Field = Field::new("Body", rfc(5246, "7.4"), "What the message says.");

/// A kind of message.
struct Kind {
    msg_type: u8,
    field: Field,
    body: fn(&mut Cursor<'_>) -> Step,
}

const fn kind(
    msg_type: u8,
    name: &'static str,
    spec: Spec,
    body: fn(&mut Cursor<'_>) -> Step,
    about: &'static str,
) -> Kind {
    Kind { msg_type, field: Field::new(name, spec, about), body }
}

static KINDS: &[Kind] = &[
    kind(
        0,
        "HelloRequest",
        rfc(5246, "7.4.1.1"),
        empty,
        "The server wants to begin again; WebRTC does not use it.",
    ),
    kind(
        1,
        "ClientHello",
        rfc(5246, "7.4.1.2"),
        hello::client,
        "Begins: what the client can do, most wanted first. Who is client, the SDP's a=setup said: active.",
    ),
    kind(
        2,
        "ServerHello",
        rfc(5246, "7.4.1.3"),
        hello::server,
        "What the server chose of all that was offered: one cipher suite, one SRTP profile.",
    ),
    kind(
        3,
        "HelloVerifyRequest",
        rfc(6347, "4.2.1"),
        hello::verify,
        "Say it again, with this cookie: proof that the client gets what is sent to its address. ICE has proved that \
         already, so that not every stack asks.",
    ),
    kind(
        4,
        "NewSessionTicket",
        rfc(5077, "3.3"),
        hello::ticket,
        "What the server would remember of this association, sealed, for the client to keep and bring again.",
    ),
    kind(
        8,
        "EncryptedExtensions",
        rfc(8446, "4.3.1"),
        opaque,
        "DTLS 1.3: what of the ServerHello nobody else need see.",
    ),
    kind(
        11,
        "Certificate",
        rfc(5246, "7.4.2"),
        certificate::certificate,
        "Whose key it is. In WebRTC a certificate signs itself; what counts is that its fingerprint is in the SDP.",
    ),
    kind(
        12,
        "ServerKeyExchange",
        rfc(8422, "5.4"),
        key_exchange::server,
        "The server's half of the key agreement, made for this association only and signed with the certificate's key.",
    ),
    kind(
        13,
        "CertificateRequest",
        rfc(5246, "7.4.4"),
        key_exchange::certificate_request,
        "The client shall show a certificate too. In WebRTC both ends do, as both named a fingerprint.",
    ),
    kind(
        14,
        "ServerHelloDone",
        rfc(5246, "7.4.5"),
        empty,
        "The server has said all that it says before the client's keys.",
    ),
    kind(
        15,
        "CertificateVerify",
        rfc(5246, "7.4.8"),
        key_exchange::certificate_verify,
        "A signature over the handshake so far: the client holds the key of the certificate that it showed.",
    ),
    kind(
        16,
        "ClientKeyExchange",
        rfc(8422, "5.7"),
        key_exchange::client,
        "The client's half of the key agreement. Now both ends can make the master secret.",
    ),
    kind(
        20,
        "Finished",
        rfc(5246, "7.4.9"),
        key_exchange::finished,
        "A sum over the whole handshake, under the new keys: whoever changed a byte on the way is found out now.",
    ),
    kind(24, "KeyUpdate", rfc(8446, "4.6.3"), opaque, "DTLS 1.3: the sender goes on with new keys."),
];
static UNKNOWN: Kind =
    kind(255, "Handshake message", rfc(5246, "7.4"), opaque, "A message whose type is not known here.");

/// Whether a field is that of a handshake message.
pub(super) fn is_message(field: &'static Field) -> bool {
    KINDS.iter().chain([&UNKNOWN]).any(|kind| std::ptr::eq(&kind.field, field))
}

fn of_type(msg_type: u8) -> &'static Kind {
    KINDS.iter().find(|kind| kind.msg_type == msg_type).unwrap_or(&UNKNOWN)
}

/// Reads a message, or a part of one; `inside` reads what stands behind the header.
pub(crate) fn message(c: &mut Cursor<'_>, inside: &mut dyn FnMut(&mut Cursor<'_>, &Header) -> Step) -> Step {
    let msg_type = c.peek(1).first().copied().unwrap_or_default();
    let kind = of_type(msg_type);
    c.group(&kind.field, |c| {
        c.u8(&MSG_TYPE)?.means(match std::ptr::eq(kind, &UNKNOWN) {
            true => Meaning::Plain,
            false => Meaning::Name(kind.field.name),
        });
        let length = c.uint(&LENGTH, 3)?.value() as u32;
        let message_seq = c.u16(&MESSAGE_SEQ)?.value() as u16;
        let fragment_offset = c.uint(&FRAGMENT_OFFSET, 3)?.value() as u32;
        let fits = |n: u64| n + u64::from(fragment_offset) <= u64::from(length);
        let fragment_length = c
            .uint(&FRAGMENT_LENGTH, 3)?
            .expect(fits, "the part would end behind the message", rfc(6347, "4.2.3"))
            .value() as u32;
        let header = Header { msg_type, length, message_seq, fragment_offset, fragment_length };
        c.inline(fragment_length as usize, |c| inside(c, &header))
    })
}

/// Reads what stands behind the header, where nothing is known of other parts.
pub(crate) fn body(c: &mut Cursor<'_>, header: &Header) -> Step {
    if header.is_whole() { whole(c, header.msg_type) } else { c.rest(&FRAGMENT).map(drop) }
}

/// Reads a whole message without its header.
pub(crate) fn whole(c: &mut Cursor<'_>, msg_type: u8) -> Step {
    (of_type(msg_type).body)(c)
}

fn empty(_: &mut Cursor<'_>) -> Step {
    Ok(())
}

fn opaque(c: &mut Cursor<'_>) -> Step {
    if c.left() > 0 { c.rest(&CONTENT).map(drop) } else { Ok(()) }
}
