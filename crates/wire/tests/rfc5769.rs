//! The sample messages of RFC 5769, byte for byte.

use wire::stun::STUN;
use wire::{Context, Dissection, Severity, Tree};

mod rfc5769_samples;
use rfc5769_samples::{IPV4, IPV6, LONG_TERM, LONG_TERM_PASSWORD, REQUEST, SHORT_TERM_PASSWORD};

const ALL: [(&str, &[u8], &str); 4] = [
    ("request", REQUEST, SHORT_TERM_PASSWORD),
    ("ipv4_response", IPV4, SHORT_TERM_PASSWORD),
    ("ipv6_response", IPV6, SHORT_TERM_PASSWORD),
    ("long_term_request", LONG_TERM, LONG_TERM_PASSWORD),
];

fn dissect<'a>(bytes: &'a [u8], password: &str) -> Dissection<'a> {
    STUN.dissect_in(Tree::default(), bytes, &Context { password: Some(password), ..Context::default() })
}

#[test]
fn every_sample_is_free_of_complaints_and_proves_its_sums() {
    for (name, bytes, password) in ALL {
        let d = dissect(bytes, password);
        let good: Vec<_> = d.notes().iter().filter(|n| n.severity == Severity::Good).collect();
        assert_eq!(good.len(), if name == "long_term_request" { 1 } else { 2 }, "{name}: {:?}", d.notes());
        assert_eq!(good.len(), d.notes().len(), "{name}: {:?}", d.notes());
    }
}

#[test]
fn another_password_or_a_changed_byte_shows() {
    for (name, bytes, password) in ALL {
        assert_eq!(dissect(bytes, "wrong").worst(), Some(Severity::Error), "{name}");
        let mut changed = bytes.to_vec();
        changed[20 + 4] ^= 1;
        let d = dissect(&changed, password).into_owned();
        assert_eq!(d.worst(), Some(Severity::Error), "{name}");
    }
}

#[test]
fn addresses_come_out_of_their_xor() {
    for (bytes, address) in
        [(IPV4, "192.0.2.1:32853"), (IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    {
        let d = STUN.dissect(bytes);
        let mapped = d.find("XOR-MAPPED-ADDRESS").and_then(wire::Node::addr);
        assert_eq!(mapped, Some(address.parse().unwrap()));
    }
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    let mut checked = 0;
    for (_, bytes, _) in ALL {
        for len in 0..=bytes.len() {
            tiles(&bytes[..len]);
            for bit in 0..len * 8 {
                let mut flipped = bytes[..len].to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                tiles(&flipped);
                checked += 1;
            }
        }
    }
    assert!(checked > 100_000, "{checked}");
}

fn tiles(bytes: &[u8]) {
    let d = STUN.dissect(bytes);
    let mut at = 0;
    for (_, leaf) in d.leaves() {
        assert_eq!(leaf.span.start, at, "gap or overlap before {} in {bytes:02x?}", leaf.field.name);
        at = leaf.span.end;
    }
    assert_eq!(at as usize, bytes.len(), "{bytes:02x?}");
}
