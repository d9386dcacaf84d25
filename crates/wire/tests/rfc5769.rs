//! The sample messages of RFC 5769, byte for byte.

use wire::stun::STUN;
use wire::{Context, Dissection, Severity, Tree};

/// Section 2.1: a request with a short-term credential.
const REQUEST: &[u8] = b"\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
\x80\x22\x00\x10STUN test client\x00\x24\x00\x04\x6e\x00\x01\xff\
\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20\
\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2\
\x80\x28\x00\x04\xe5\x7a\x3b\xcf";
/// Section 2.2: an IPv4 response.
const IPV4: &[u8] = b"\x01\x01\x00\x3c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
\x80\x22\x00\x0btest vector\x20\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43\
\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7\
\x80\x28\x00\x04\xc0\x7d\x4c\x96";
/// Section 2.3: an IPv6 response.
const IPV6: &[u8] = b"\x01\x01\x00\x48\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
\x80\x22\x00\x0btest vector\x20\
\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9\
\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c\x82\x92\xc2\x75\xbf\xe3\xed\x41\
\x80\x28\x00\x04\xc8\xfb\x0b\x4c";
/// Section 2.4: a request with a long-term credential.
const LONG_TERM: &[u8] = b"\x00\x01\x00\x60\x21\x12\xa4\x42\x78\xad\x34\x33\xc6\xad\x72\xc0\x29\xda\x41\x2e\
\x00\x06\x00\x12\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9\x00\x00\
\x00\x15\x00\x1cf//499k954d6OL34oL9FSTvy64sA\x00\x14\x00\x0bexample.org\x00\
\x00\x08\x00\x14\xf6\x70\x24\x65\x6d\xd6\x4a\x3e\x02\xb8\xe0\x71\x2e\x85\xc9\xa2\x8c\xa8\x96\x66";

const SHORT_TERM_PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";
/// What SASLprep makes of the password in section 2.4.
const LONG_TERM_PASSWORD: &str = "TheMatrIX";

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
