//! Whatever arrives: no panic, no answer that grows, no answer to a third party, and the dissector's opinion.

use std::net::{IpAddr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use stun_server::{Authentication, Credential, Endpoint, MAX_RESPONSE, Server};
use wire::stun::{Class, Message, STUN, kind};
use wire::{Node, Severity};

proptest! {
    #[test]
    fn random_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..1500), from in any::<(IpAddr, u16)>()) {
        harmless(&bytes, from.into());
    }

    /// Bytes that get past the first checks.
    #[test]
    fn random_attributes_do_no_harm(
        classic in any::<bool>(),
        attributes in vec((kinds(), 0..40_u16, vec(any::<u8>(), 0..40)), 0..12),
        from in any::<(IpAddr, u16)>(),
    ) {
        let mut bytes = request(|m| m);
        bytes[4] ^= u8::from(classic);
        for (kind, length, mut value) in attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend(length.to_be_bytes());
            value.resize(value.len().next_multiple_of(4), 0);
            bytes.extend(value);
        }
        let length = (bytes.len() - 20) as u16;
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        harmless(&bytes, from.into());
    }

    /// A good request with a few bytes changed, cut, or appended.
    #[test]
    fn mutations_do_no_harm(
        changes in vec((0..200_usize, any::<u8>()), 0..4),
        cut in 0..200_usize,
        appended in vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = request(|m| {
            m.attribute(kind::USERNAME, b"student")
                .attribute(kind::CHANGE_REQUEST, &[0, 0, 0, 6])
                .attribute(kind::RESPONSE_PORT, &[0x13, 0x88])
                .integrity(b"wirebook")
                .integrity_sha256(b"wirebook")
                .fingerprint()
        });
        bytes.truncate(cut.max(20));
        bytes.extend(appended);
        let length = (bytes.len() - 20) as u16;
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        for (at, byte) in changes {
            if let Some(here) = bytes.get_mut(at) {
                *here = byte;
            }
        }
        harmless(&bytes, "192.0.2.1:32853".parse().unwrap());
    }

    /// The fast path and the dissector agree on what a request is.
    #[test]
    fn who_gets_an_address_sent_what_the_dissector_accepts(
        attributes in vec((kinds(), vec(any::<u8>(), 0..9)), 0..4),
    ) {
        let bytes = request(|m| attributes.iter().fold(m, |m, (kind, value)| m.attribute(*kind, value)));
        let mut out = Vec::new();
        let server = Server::new("198.51.100.3:3478".parse().unwrap());
        let from = "192.0.2.1:32853".parse().unwrap();
        if server.respond(&bytes, from, Endpoint::PRIMARY, &mut out).is_some()
            && STUN.dissect(&out).find("ERROR-CODE").is_none()
        {
            let d = STUN.dissect(&bytes);
            prop_assert_eq!(d.find("Method").and_then(Node::uint), Some(1));
            prop_assert!(d.find("FINGERPRINT").is_none() || d.worst() < Some(Severity::Error));
        }
    }
}

fn harmless(bytes: &[u8], from: SocketAddr) {
    let credential = || Credential { username: "student".into(), password: "wirebook".into() };
    for authentication in [
        Authentication::Never,
        Authentication::WhenOffered(credential()),
        Authentication::Always(credential()),
    ] {
        let server = Server::new("198.51.100.3:3478".parse().unwrap())
            .with_alternate("203.0.113.4:3479".parse().unwrap())
            .unwrap()
            .with_authentication(authentication);
        let mut out = Vec::new();
        let Some(reply) = server.respond(bytes, from, Endpoint::PRIMARY, &mut out) else { continue };
        assert!((20..=MAX_RESPONSE).contains(&out.len()), "{} bytes", out.len());
        assert_eq!(reply.to.ip(), from.ip());
        assert_eq!(out[4..20], bytes[4..20]);
        let d = STUN.dissect(&out);
        assert!(d.notes().iter().all(|note| note.severity <= Severity::Info), "{:?}", d.notes());
        let answered = server.respond(&out, reply.to, Endpoint::PRIMARY, &mut Vec::new());
        assert_eq!(answered, None, "two servers would talk forever");
    }
}

fn request(with: impl for<'b> FnOnce(Message<'b>) -> Message<'b>) -> Vec<u8> {
    let mut bytes = Vec::new();
    with(Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")).finish().unwrap();
    bytes
}

fn kinds() -> impl Strategy<Value = u16> {
    prop_oneof![0..0x30_u16, 0x8020..0x8030_u16, any::<u16>()]
}
