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

use super::addresses::{FAMILIES, address, draft_xor_address, xor_address};
use super::integrity;
use super::values::{
    ALGORITHMS, ERRORS, TRANSPORTS, additional_family, algorithm, algorithms, any, change_request,
    channel_number, connection_id, domain, error_code, even_port, family, family_code, flag, icmp,
    last_check, lifetime, network_info, nonce, port, priority, realm, software, text, tiebreaker, token,
    transport, types, userhash, username,
};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
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
        "Not known here, and below 0x8000: who does not know it either must refuse a request that holds it, with \
         error 420.",
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
    foreign(kind, name, rfc(spec.0, spec.1), body, about)
}

/// An attribute that no RFC defines.
const fn foreign(
    kind: u16,
    name: &'static str,
    spec: Spec,
    body: fn(&mut Cursor<'_>, usize) -> Step,
    about: &'static str,
) -> Attribute {
    Attribute { kind, field: Field::new(name, spec, about), body }
}

const IANA: Spec = Spec::Page {
    title: "IANA, STUN Parameters",
    url: "https://www.iana.org/assignments/stun-parameters/stun-parameters.xhtml",
};
pub(super) const WEBRTC: Spec = Spec::Page {
    title: "WebRTC source, stun.h",
    url: "https://webrtc.googlesource.com/src/+/refs/heads/main/api/transport/stun.h",
};
pub(super) const DRAFT: Spec = Spec::Page {
    title: "draft-ietf-behave-rfc3489bis-02 section 10.2.12",
    url: "https://datatracker.ietf.org/doc/html/draft-ietf-behave-rfc3489bis-02#section-10.2.12",
};

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
        "The address from which the request came, in clear. Some NATs rewrite what looks like an address, so today \
         it is for RFC 3489 clients only."),
    attribute(0x0002, "RESPONSE-ADDRESS", (3489, "11.2.2"), address,
        "Where RFC 3489 let a client have the response sent. It made servers reflect traffic at anyone; \
         RFC 5389 removed it."),
    attribute(0x0003, "CHANGE-REQUEST", (5780, "7.2"), change_request,
        "Asks the server to answer from its other address, its other port, or both: whether the answer arrives \
         shows what the NAT lets in."),
    attribute(0x0004, "SOURCE-ADDRESS", (3489, "11.2.5"), address,
        "From where an RFC 3489 server sent its response. RESPONSE-ORIGIN says so today."),
    attribute(0x0005, "CHANGED-ADDRESS", (3489, "11.2.3"), address,
        "The other address and port of an RFC 3489 server. OTHER-ADDRESS is its new name and number."),
    attribute(0x0006, "USERNAME", (8489, "14.3"), username,
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
        "How many seconds the server keeps the allocation unless it is refreshed; 0 in a Refresh gives it up."),
    attribute(0x0010, "BANDWIDTH", (8656, "18"), any,
        "From drafts of TURN. Reserved, so that no new attribute is taken for it."),
    attribute(0x0012, "XOR-PEER-ADDRESS", (8656, "18.3"), xor_address,
        "The peer on the far side of the relay, XORed as the mapped address is."),
    attribute(0x0013, "DATA", (8656, "18.4"), any,
        "What is relayed: the payload of one datagram."),
    attribute(0x0014, "REALM", (8489, "14.9"), realm,
        "Which set of users the server checks against. Its presence means a long-term credential."),
    attribute(0x0015, "NONCE", (8489, "14.10"), nonce,
        "The server's word against replays. One that begins with obMatJos2 carries flags that stop a downgrade."),
    attribute(0x0016, "XOR-RELAYED-ADDRESS", (8656, "18.5"), xor_address,
        "The address that the server allocated: what permitted peers send to it reaches the client."),
    attribute(0x0017, "REQUESTED-ADDRESS-FAMILY", (8656, "18.6"), family,
        "IPv4 or IPv6: which kind of relayed address the client wants.").names(FAMILIES),
    attribute(0x0018, "EVEN-PORT", (8656, "18.7"), even_port,
        "Asks for an even port, and perhaps to hold the next one: RTP and RTCP once needed such pairs."),
    attribute(0x0019, "REQUESTED-TRANSPORT", (8656, "18.8"), transport,
        "The transport between the server and the peers. 17 is UDP.").names(TRANSPORTS),
    attribute(0x001a, "DONT-FRAGMENT", (8656, "18.9"), flag,
        "Asks the server to set the DF bit toward the peer."),
    attribute(0x001b, "ACCESS-TOKEN", (7635, ""), any,
        "A token from an authorization server that the STUN server trusts; the key is inside, encrypted."),
    attribute(0x001c, "MESSAGE-INTEGRITY-SHA256", (8489, "14.6"), integrity::sha256,
        "As MESSAGE-INTEGRITY, with HMAC-SHA256. A usage may allow to cut it, to no less than 16 bytes."),
    attribute(0x001d, "PASSWORD-ALGORITHM", (8489, "14.12"), algorithm,
        "The one of PASSWORD-ALGORITHMS that the client chose: how the password becomes a key.").names(ALGORITHMS),
    attribute(0x001e, "USERHASH", (8489, "14.4"), userhash,
        "SHA-256 of username and realm, so that who listens does not learn the name."),
    attribute(0x0020, "XOR-MAPPED-ADDRESS", (8489, "14.2"), xor_address,
        "The address from which the request came: the answer to the question. It is XORed so that a NAT that \
         rewrites addresses in payloads does not recognize it."),
    attribute(0x0021, "TIMER-VAL", (8656, "18"), any,
        "From drafts of TURN. Reserved, so that no new attribute is taken for it."),
    attribute(0x0022, "RESERVATION-TOKEN", (8656, "18.10"), token,
        "Names the port that EVEN-PORT had the server hold."),
    attribute(0x0024, "PRIORITY", (8445, "16.1"), priority,
        "The priority that a peer-reflexive candidate would have, should this check discover one."),
    attribute(0x0025, "USE-CANDIDATE", (8445, "16.1"), flag,
        "The controlling agent's choice: use this pair."),
    attribute(0x0026, "PADDING", (5780, "7.6"), any,
        "Makes the message larger than a packet, to see whether fragments pass."),
    attribute(0x0027, "RESPONSE-PORT", (5780, "7.5"), port,
        "Asks for the response at another port of the same address, to learn how long a mapping lives."),
    attribute(0x002a, "CONNECTION-ID", (6062, "6.2.1"), connection_id,
        "Names a TCP connection between the relay and a peer."),
    attribute(0x8000, "ADDITIONAL-ADDRESS-FAMILY", (8656, "18.11"), additional_family,
        "Asks for an IPv6 relayed address beside the IPv4 one.").names(FAMILIES),
    attribute(0x8001, "ADDRESS-ERROR-CODE", (8656, "18.12"), family_code,
        "Why one of two address families could not be allocated, though the other was.").names(ERRORS),
    attribute(0x8002, "PASSWORD-ALGORITHMS", (8489, "14.11"), algorithms,
        "How the server can check passwords, best first. The client sends the list back, so that nobody on the way \
         can shorten it unseen."),
    attribute(0x8003, "ALTERNATE-DOMAIN", (8489, "14.16"), domain,
        "The name to expect in the certificate of the server that ALTERNATE-SERVER names."),
    attribute(0x8004, "ICMP", (8656, "18.13"), icmp,
        "An ICMP error that came back for a datagram that the relay had sent to the peer."),
    foreign(0x8020, "XOR-MAPPED-ADDRESS (draft)", DRAFT, draft_xor_address,
        "The number of XOR-MAPPED-ADDRESS before RFC 5389; old servers still send it."),
    attribute(0x8022, "SOFTWARE", (8489, "14.14"), software,
        "What the sender runs, for a person who looks into a capture. It has no effect."),
    attribute(0x8023, "ALTERNATE-SERVER", (8489, "14.15"), address,
        "Another server to try; comes with error 300."),
    attribute(0x8025, "TRANSACTION_TRANSMIT_COUNTER", (7982, ""), any,
        "Which retransmission this is, so that loss can be told for each direction."),
    attribute(0x8027, "CACHE-TIMEOUT", (5780, "9.1"), any,
        "Registered by RFC 5780, which says no more of it."),
    attribute(0x8028, "FINGERPRINT", (8489, "14.7"), integrity::fingerprint_value,
        "A CRC-32 of all that precedes it, XORed with 0x5354554e. It tells STUN from other packets on the same \
         port; anyone can make it, so it proves nothing."),
    attribute(0x8029, "ICE-CONTROLLED", (8445, "16.1"), tiebreaker,
        "The sender leaves the choice of the pair to its peer. Where both do, the number settles it."),
    attribute(0x802a, "ICE-CONTROLLING", (8445, "16.1"), tiebreaker,
        "The sender means to choose the pair. Where both do, the number settles it."),
    attribute(0x802b, "RESPONSE-ORIGIN", (5780, "7.3"), address,
        "From which of its addresses the server sent the response. Where the packet seems to come from elsewhere, \
         something on the way rewrote its source."),
    attribute(0x802c, "OTHER-ADDRESS", (5780, "7.4"), address,
        "The server's other address and port, from which CHANGE-REQUEST has it answer."),
    attribute(0x802d, "ECN-CHECK STUN", (6679, ""), any,
        "Tests whether ECN marks survive the way: the response says which mark the request arrived with."),
    attribute(0x802e, "THIRD-PARTY-AUTHORIZATION", (7635, ""), text,
        "The server's name, with which the client asks an authorization server for an ACCESS-TOKEN."),
    attribute(0x8030, "MOBILITY-TICKET", (8016, ""), any,
        "Proves to the TURN server, from a new address, whose allocation to go on with."),
    foreign(0xc000, "CISCO-STUN-FLOWDATA", IANA, any, "Cisco's own. The registry names no specification."),
    foreign(0xc001, "ENF-FLOW-DESCRIPTION", IANA, any,
        "Registered by a person at Cisco, with no specification. WebRTC uses the number for a count of nominations."),
    foreign(0xc002, "ENF-NETWORK-STATUS", IANA, any, "Registered by a person at Cisco, with no specification."),
    foreign(0xc003, "CISCO-WEBEX-FLOW-INFO", IANA, any, "Cisco's own. The registry names no specification."),
    foreign(0xc056, "CITRIX-TRANSACTION-ID", IANA, any, "Citrix's own. The registry names no specification."),
    foreign(0xc057, "GOOG-NETWORK-INFO", WEBRTC, network_info,
        "Chromium's own: which network the check went out by and what it costs, so that the peer can prefer Wi-Fi \
         to a paid network."),
    foreign(0xc058, "GOOG-LAST-ICE-CHECK-RECEIVED", WEBRTC, last_check,
        "Chromium's own, an experiment: acknowledges a check inside one's own check."),
    foreign(0xc059, "GOOG-MISC-INFO", WEBRTC, any,
        "Chromium's own: numbers that announce what it supports, such as GOOG-PING."),
    foreign(0xc05a, "GOOG-OBSOLETE-1", WEBRTC, any, "Chromium's own. No longer used."),
    foreign(0xc05b, "GOOG-CONNECTION-ID", WEBRTC, any, "Chromium's own. Reserved for later."),
    foreign(0xc05c, "GOOG-DELTA", WEBRTC, any, "Chromium's own. Reserved for later."),
    foreign(0xc05d, "GOOG-DELTA-ACK", WEBRTC, any, "Chromium's own. Reserved for later."),
    foreign(0xc05e, "GOOG-DELTA-SYNC-REQ", WEBRTC, any, "Chromium's own. Reserved for later."),
    foreign(0xc060, "GOOG-MESSAGE-INTEGRITY-32", WEBRTC, any,
        "Chromium's own: MESSAGE-INTEGRITY cut to 32 bits, for GOOG-PING."),
    foreign(0xc070, "META-DTLS-IN-STUN", WEBRTC, any,
        "An experiment: a piece of the DTLS handshake inside a check, which saves a round trip."),
    foreign(0xc071, "META-DTLS-IN-STUN-ACKNOWLEDGEMENT", WEBRTC, any,
        "An experiment: says which piece of the DTLS handshake arrived inside a check."),
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
