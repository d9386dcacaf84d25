//! What the writer writes, the dissector reads back: the samples of RFC 5769 byte for byte, and anything else
//! without a complaint.

use std::net::{IpAddr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use wire::stun::{Algorithm, Class, Message, STUN, TooLong, kind, long_term_key};
use wire::{Context, Node, Severity, Tree};

mod rfc5769_samples;
use rfc5769_samples::{IPV4, IPV6, LONG_TERM, LONG_TERM_PASSWORD, REQUEST, SHORT_TERM_PASSWORD};

#[test]
fn the_request_of_rfc_5769_comes_out_byte_for_byte() -> Result<(), TooLong> {
    let mut bytes = Vec::new();
    Message::begin(&mut bytes, Class::Request, kind::BINDING, id(REQUEST))
        .pad_with(b' ')
        .attribute(kind::SOFTWARE, b"STUN test client")
        .attribute(kind::PRIORITY, &0x6e00_01ff_u32.to_be_bytes())
        .attribute(kind::ICE_CONTROLLED, &0x932f_f9b1_5126_3b36_u64.to_be_bytes())
        .attribute(kind::USERNAME, b"evtj:h6vY")
        .integrity(SHORT_TERM_PASSWORD.as_bytes())
        .fingerprint()
        .finish()?;
    assert_eq!(bytes, REQUEST);
    Ok(())
}

#[test]
fn the_responses_of_rfc_5769_come_out_byte_for_byte() -> Result<(), TooLong> {
    let addresses = ["192.0.2.1:32853", "[2001:db8:1234:5678:11:2233:4455:6677]:32853"];
    for (sample, address) in [IPV4, IPV6].into_iter().zip(addresses) {
        let mut bytes = b"left from another message".to_vec();
        Message::begin(&mut bytes, Class::SuccessResponse, kind::BINDING, id(sample))
            .pad_with(b' ')
            .attribute(kind::SOFTWARE, b"test vector")
            .xor_address(kind::XOR_MAPPED_ADDRESS, address.parse().unwrap())
            .integrity(SHORT_TERM_PASSWORD.as_bytes())
            .fingerprint()
            .finish()?;
        assert_eq!(bytes, sample, "{address}");
    }
    Ok(())
}

#[test]
fn the_long_term_request_of_rfc_5769_comes_out_byte_for_byte() -> Result<(), TooLong> {
    let (username, realm) = ("マトリックス".as_bytes(), b"example.org");
    let mut bytes = Vec::new();
    Message::begin(&mut bytes, Class::Request, kind::BINDING, id(LONG_TERM))
        .attribute(kind::USERNAME, username)
        .attribute(kind::NONCE, b"f//499k954d6OL34oL9FSTvy64sA")
        .attribute(kind::REALM, realm)
        .integrity(&long_term_key(Algorithm::Md5, username, realm, LONG_TERM_PASSWORD.as_bytes()))
        .finish()?;
    assert_eq!(bytes, LONG_TERM);
    Ok(())
}

fn id(message: &[u8]) -> [u8; 12] {
    message[8..20].try_into().unwrap()
}

/// What one attribute is written from.
#[derive(Clone, Debug)]
enum Part {
    Text(u16, String),
    Address(u16, SocketAddr),
    XorAddress(u16, SocketAddr),
    Error(u16, String),
    Unknown(Vec<u16>),
    Bytes(u16, Vec<u8>),
}

impl Part {
    fn write<'b>(&self, message: Message<'b>) -> Message<'b> {
        match self {
            Part::Text(kind, text) => message.attribute(*kind, text.as_bytes()),
            Part::Address(kind, address) => message.address(*kind, *address),
            Part::XorAddress(kind, address) => message.xor_address(*kind, *address),
            Part::Error(code, reason) => message.error_code(*code, reason),
            Part::Unknown(kinds) => message.unknown_attributes(kinds),
            Part::Bytes(kind, bytes) => message.attribute(*kind, bytes),
        }
    }

    fn kind(&self) -> u16 {
        match self {
            Part::Error(..) => kind::ERROR_CODE,
            Part::Unknown(_) => kind::UNKNOWN_ATTRIBUTES,
            Part::Text(kind, _)
            | Part::Address(kind, _)
            | Part::XorAddress(kind, _)
            | Part::Bytes(kind, _) => *kind,
        }
    }
}

fn part() -> impl Strategy<Value = Part> {
    let address = || any::<(IpAddr, u16)>().prop_map(SocketAddr::from);
    let text = || ".{0,40}";
    prop_oneof![
        (prop::sample::select(vec![kind::SOFTWARE, kind::USERNAME, kind::REALM, kind::NONCE]), text())
            .prop_map(|(kind, text)| Part::Text(kind, text)),
        (
            prop::sample::select(vec![
                kind::MAPPED_ADDRESS,
                kind::RESPONSE_ORIGIN,
                kind::OTHER_ADDRESS,
                kind::CHANGED_ADDRESS,
            ]),
            address()
        )
            .prop_map(|(kind, address)| Part::Address(kind, address)),
        address().prop_map(|address| Part::XorAddress(kind::XOR_MAPPED_ADDRESS, address)),
        (300_u16..700, text()).prop_map(|(code, reason)| Part::Error(code, reason)),
        vec(any::<u16>(), 0..9).prop_map(Part::Unknown),
        vec(any::<u8>(), 0..70).prop_map(|bytes| Part::Bytes(kind::PADDING, bytes)),
        (0xc100_u16.., vec(any::<u8>(), 0..70)).prop_map(|(kind, bytes)| Part::Bytes(kind, bytes)),
    ]
}

fn class() -> impl Strategy<Value = Class> {
    prop::sample::select(vec![
        Class::Request,
        Class::Indication,
        Class::SuccessResponse,
        Class::ErrorResponse,
    ])
}

proptest! {
    #[test]
    fn what_is_written_dissects_without_a_complaint_and_reads_back(
        (class, method, id) in (class(), 0_u16..0x1000, any::<[u8; 12]>()),
        mut parts in vec(part(), 0..8),
        (sha1, sha256, crc) in any::<(bool, bool, bool)>(),
    ) {
        let mut seen = std::collections::HashSet::new();
        parts.retain(|part| part.kind() != kind::REALM && seen.insert(part.kind()));
        let mut bytes = Vec::new();
        let mut message = Message::begin(&mut bytes, class, method, id);
        message = parts.iter().fold(message, |message, part| part.write(message));
        if sha1 {
            message = message.integrity(b"wirebook");
        }
        if sha256 {
            message = message.integrity_sha256(b"wirebook");
        }
        if crc {
            message = message.fingerprint();
        }
        message.finish().unwrap();

        let context = Context { password: Some("wirebook"), ..Context::default() };
        let tree = STUN.dissect_in(Tree::default(), &bytes[..], &context);
        prop_assert!(tree.notes().iter().all(|note| note.severity == Severity::Good), "{:?}", tree.notes());
        prop_assert_eq!(tree.notes().len(), usize::from(sha1) + usize::from(sha256) + usize::from(crc));
        prop_assert_eq!(tree.find("Method").and_then(Node::uint), Some(method.into()));
        prop_assert_eq!(tree.find("Class").and_then(Node::uint), Some(class as u64));
        for part in &parts {
            let node = tree.find(wire::stun::attributes::named(part.kind()).field.name);
            match part {
                Part::Address(_, address) | Part::XorAddress(_, address) => {
                    prop_assert_eq!(node.and_then(Node::addr), Some(*address));
                }
                Part::Error(code, _) => prop_assert_eq!(node.and_then(Node::uint), Some((*code).into())),
                _ => prop_assert!(node.is_some()),
            }
        }
    }
}
