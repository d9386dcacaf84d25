//! The attributes of STUN and of the protocols that extend it, by number.
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |             Type              |            Length             |   the value's bytes, without padding
//! +-------------------------------+-------------------------------+
//! |                Value, then 0 to 3 bytes of padding            |
//! ```
//!
//! Numbers below 0x8000 must be understood by whoever receives them; the others may be skipped
//! (RFC 8489 section 14).

use super::integrity;
use super::values::{
    ALGORITHMS, ERRORS, FAMILIES, TRANSPORTS, address, algorithm, algorithms, any, change_request,
    channel_number, error_code, even_port, family, family_code, flag, icmp, id64, lifetime, port, priority,
    text, transport, types, userhash, xor_address,
};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Radix};

/// What is known of one attribute.
#[derive(Debug)]
pub struct Attribute {
    /// Its number in the registry.
    pub kind: u16,
    /// Its name, where it is defined, and what it is for.
    pub field: Field,
    /// Reads the value; the second argument is where in the message the attribute begins.
    pub(super) body: fn(&mut Cursor<'_>, usize) -> Step,
}

/// The attribute of that number.
#[must_use]
pub fn named(kind: u16) -> &'static Attribute {
    match ATTRIBUTES.binary_search_by_key(&kind, |a| a.kind) {
        Ok(at) => &ATTRIBUTES[at],
        Err(_) if kind < 0x8000 => &UNKNOWN_REQUIRED,
        Err(_) => &UNKNOWN_OPTIONAL,
    }
}

pub(super) static TYPE: Field = Field::new(
    "Type",
    rfc(8489, "14"),
    "Which attribute this is. Below 0x8000 the receiver must understand it or refuse the message.",
)
.hex();
pub(super) static LENGTH: Field = Field::new(
    "Length",
    rfc(8489, "14"),
    "How many bytes the value has. Padding is not counted here, though the Message Length counts it.",
);

pub(super) static UNKNOWN_REQUIRED: Attribute = Attribute {
    kind: 0x7fff,
    field: Field::new(
        "Unknown attribute",
        rfc(8489, "14"),
        "Not known here, and below 0x8000: a server must refuse a request that holds it, with error 420.",
    ),
    body: any,
};
static UNKNOWN_OPTIONAL: Attribute = Attribute {
    kind: 0xffff,
    field: Field::new(
        "Unknown attribute",
        rfc(8489, "14"),
        "Not known here, and 0x8000 or above: the receiver skips it.",
    ),
    body: any,
};

const fn attribute(
    kind: u16,
    name: &'static str,
    spec: (u16, &'static str),
    body: fn(&mut Cursor<'_>, usize) -> Step,
    about: &'static str,
) -> Attribute {
    Attribute { kind, field: Field::new(name, rfc(spec.0, spec.1), about), body }
}

impl Attribute {
    const fn names(mut self, names: &'static [(u64, &'static str)]) -> Self {
        self.field.names = names;
        self
    }

    const fn hex(mut self) -> Self {
        self.field.radix = Radix::Hex;
        self
    }
}

/// By number, as the registry has them. One line of numbers each, so that it reads as the registry does.
#[rustfmt::skip]
pub static ATTRIBUTES: &[Attribute] = &[
    attribute(0x0001, "MAPPED-ADDRESS", (8489, "14.1"), address,
        "The address from which the request came, in clear. Some NATs rewrite what looks like an address, so only \
         RFC 3489 clients are answered with it."),
    attribute(0x0002, "RESPONSE-ADDRESS", (3489, "11.2.2"), address,
        "Where RFC 3489 let a client have the response sent. It made servers reflect traffic at anyone; \
         RFC 5389 removed it."),
    attribute(0x0003, "CHANGE-REQUEST", (5780, "7.2"), change_request,
        "Asks the server to answer from its other address, its other port, or both: whether the answer arrives \
         shows what the NAT lets in."),
    attribute(0x0004, "SOURCE-ADDRESS", (3489, "11.2.5"), address,
        "From where an RFC 3489 server sent its response. RESPONSE-ORIGIN replaces it."),
    attribute(0x0005, "CHANGED-ADDRESS", (3489, "11.2.3"), address,
        "The other address and port of an RFC 3489 server. OTHER-ADDRESS replaces it."),
    attribute(0x0006, "USERNAME", (8489, "14.3"), text,
        "Whose password keys the integrity check. In ICE: the peer's fragment, a colon, one's own."),
    attribute(0x0007, "PASSWORD", (3489, "11.2.7"), text,
        "A temporary password, which RFC 3489 fetched over TLS. RFC 5389 removed it."),
    attribute(0x0008, "MESSAGE-INTEGRITY", (8489, "14.5"), integrity::sha1,
        "An HMAC-SHA1 over all that precedes it, with the length field set as if it were the last attribute. Only \
         who knows the password can make it."),
    attribute(0x0009, "ERROR-CODE", (8489, "14.8"), error_code,
        "Why the request failed: a number such as HTTP has, and words for a person.").names(ERRORS),
    attribute(0x000a, "UNKNOWN-ATTRIBUTES", (8489, "14.13"), types,
        "Which attributes of the request the server did not understand; comes with error 420."),
    attribute(0x000b, "REFLECTED-FROM", (3489, "11.2.11"), address,
        "Who asked for a response that RESPONSE-ADDRESS sent elsewhere. RFC 5389 removed it."),
    attribute(0x000c, "CHANNEL-NUMBER", (8656, "18.1"), channel_number,
        "The number that will stand for a peer's address in ChannelData.").hex(),
    attribute(0x000d, "LIFETIME", (8656, "18.2"), lifetime,
        "How many seconds the server keeps the allocation unless it is refreshed; 0 gives it up."),
    attribute(0x0012, "XOR-PEER-ADDRESS", (8656, "18.3"), xor_address,
        "The peer on the far side of the relay, XORed as the mapped address is."),
    attribute(0x0013, "DATA", (8656, "18.4"), any,
        "What is relayed: the payload of one datagram."),
    attribute(0x0014, "REALM", (8489, "14.9"), text,
        "Which set of users the server checks against. Its presence means a long-term credential."),
    attribute(0x0015, "NONCE", (8489, "14.10"), text,
        "The server's word against replays. One that begins with obMatJos2 carries flags that stop a downgrade."),
    attribute(0x0016, "XOR-RELAYED-ADDRESS", (8656, "18.5"), xor_address,
        "The address that the server allocated: what others send to it reaches the client."),
    attribute(0x0017, "REQUESTED-ADDRESS-FAMILY", (8656, "18.6"), family,
        "IPv4 or IPv6: which kind of relayed address the client wants.").names(FAMILIES),
    attribute(0x0018, "EVEN-PORT", (8656, "18.7"), even_port,
        "Asks for an even port, and perhaps to hold the next one: RTP and RTCP once needed such pairs."),
    attribute(0x0019, "REQUESTED-TRANSPORT", (8656, "18.8"), transport,
        "The transport between the server and the peers. 17 is UDP.").names(TRANSPORTS),
    attribute(0x001a, "DONT-FRAGMENT", (8656, "18.9"), flag,
        "Asks the server to set the DF bit toward the peer."),
    attribute(0x001c, "MESSAGE-INTEGRITY-SHA256", (8489, "14.6"), integrity::sha256,
        "As MESSAGE-INTEGRITY, with HMAC-SHA256; it may be cut to no less than 16 bytes."),
    attribute(0x001d, "PASSWORD-ALGORITHM", (8489, "14.12"), algorithm,
        "How the client hashed its password.").names(ALGORITHMS),
    attribute(0x001e, "USERHASH", (8489, "14.4"), userhash,
        "SHA-256 of username and realm, so that who listens does not learn the name."),
    attribute(0x0020, "XOR-MAPPED-ADDRESS", (8489, "14.2"), xor_address,
        "The address from which the request came: the answer to the question. It is XORed so that a NAT that \
         rewrites addresses in payloads does not recognize it."),
    attribute(0x0022, "RESERVATION-TOKEN", (8656, "18.10"), id64,
        "Names the port that EVEN-PORT had the server hold."),
    attribute(0x0024, "PRIORITY", (8445, "7.1.1"), priority,
        "The priority that a candidate learned from this check would have."),
    attribute(0x0025, "USE-CANDIDATE", (8445, "7.1.2"), flag,
        "The controlling agent's choice: use this pair."),
    attribute(0x0026, "PADDING", (5780, "7.6"), any,
        "Makes the request larger than a packet, to see whether fragments pass."),
    attribute(0x0027, "RESPONSE-PORT", (5780, "7.5"), port,
        "Asks for the response at another port of the same address, to learn how long a mapping lives."),
    attribute(0x002a, "CONNECTION-ID", (6062, "6.2.1"), id64,
        "Names a TCP connection between the relay and a peer."),
    attribute(0x8000, "ADDITIONAL-ADDRESS-FAMILY", (8656, "18.11"), family,
        "Asks for an IPv6 relayed address beside the IPv4 one.").names(FAMILIES),
    attribute(0x8001, "ADDRESS-ERROR-CODE", (8656, "18.12"), family_code,
        "Why one of two address families could not be allocated.").names(ERRORS),
    attribute(0x8002, "PASSWORD-ALGORITHMS", (8489, "14.11"), algorithms,
        "How the server can check passwords, best first."),
    attribute(0x8003, "ALTERNATE-DOMAIN", (8489, "14.16"), text,
        "The name to expect in the certificate of the server that ALTERNATE-SERVER names."),
    attribute(0x8004, "ICMP", (8656, "18.13"), icmp,
        "An ICMP error that the relay met on its way to the peer."),
    attribute(0x8020, "XOR-MAPPED-ADDRESS (draft)", (8489, "14.2"), xor_address,
        "The number that drafts of RFC 5389 gave to XOR-MAPPED-ADDRESS; old servers still send it."),
    attribute(0x8022, "SOFTWARE", (8489, "14.14"), text,
        "What the sender runs, for a person who looks into a capture. It has no effect."),
    attribute(0x8023, "ALTERNATE-SERVER", (8489, "14.15"), address,
        "Another server to try; comes with error 300."),
    attribute(0x8028, "FINGERPRINT", (8489, "14.7"), integrity::fingerprint_value,
        "A CRC-32 of all that precedes it, XORed with 0x5354554e. It tells STUN from other packets on the same \
         port; anyone can make it, so it proves nothing."),
    attribute(0x8029, "ICE-CONTROLLED", (8445, "7.1.3"), id64,
        "The sender believes that the peer chooses; the number settles it where both do."),
    attribute(0x802a, "ICE-CONTROLLING", (8445, "7.1.3"), id64,
        "The sender believes that it chooses the pair; the number settles it where both do."),
    attribute(0x802b, "RESPONSE-ORIGIN", (5780, "7.3"), address,
        "From which of its addresses the server sent the response: a NAT in front of the server shows as a \
         difference."),
    attribute(0x802c, "OTHER-ADDRESS", (5780, "7.4"), address,
        "The server's other address and port, from which CHANGE-REQUEST has it answer."),
    attribute(0xc057, "GOOG-NETWORK-INFO", (8489, "18.3"), any,
        "Chromium's own: which network the check went over and what it costs. In no RFC."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_so_that_the_search_finds_them() {
        for pair in ATTRIBUTES.windows(2) {
            assert!(
                pair[0].kind < pair[1].kind,
                "{} stands before {}",
                pair[0].field.name,
                pair[1].field.name
            );
        }
        for attribute in ATTRIBUTES {
            assert_eq!(named(attribute.kind).kind, attribute.kind);
        }
    }

    #[test]
    fn unknown_numbers_are_told_apart_at_0x8000() {
        assert!(named(0x7123).comprehension_required());
        assert!(!named(0x8123).comprehension_required());
    }
}
