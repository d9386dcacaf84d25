//! Each attribute as its specification has it: number, name, section, and the fields of one crafted value.

use wire::stun::{Class, Message, STUN, TooLong, attributes, kind};
use wire::{Context, Dissection, Meaning, Radix, Severity, Spec, Tree, Value, rfc};

/// An attribute: its number, its name, the section that defines it, a value, and what its fields say.
type Case = (u16, &'static str, Spec, &'static [u8], &'static str);

const IANA: Spec = Spec::Page {
    title: "IANA, STUN Parameters",
    url: "https://www.iana.org/assignments/stun-parameters/stun-parameters.xhtml",
};
const WEBRTC: Spec = Spec::Page {
    title: "WebRTC source, stun.h",
    url: "https://webrtc.googlesource.com/src/+/refs/heads/main/api/transport/stun.h",
};
const DRAFT: Spec = Spec::Page {
    title: "draft-ietf-behave-rfc3489bis-02 section 10.2.12",
    url: "https://datatracker.ietf.org/doc/html/draft-ietf-behave-rfc3489bis-02#section-10.2.12",
};

const V4: &[u8] = b"\x00\x01\x80\x55\xc0\x00\x02\x01";
const CLEAR: &str = "Reserved=0 Family=0x1(IPv4) Port=32853 Address=c0000201(192.0.2.1)";
const X_V4: &[u8] = b"\x00\x01\xa1\x47\xe1\x12\xa6\x43";
const MASKED: &str = "Reserved=0 Family=0x1(IPv4) X-Port=0xa147(32853) X-Address=e112a643(192.0.2.1)";
const RANDOM: &[u8] = b"\x93\x2f\xf9\xb1\x51\x26\x3b\x36";
const TIE: &str = "tiebreaker value=0x932ff9b151263b36";

/// A value that breaks its format, and the note it gets.
type Broken<'t> = (u16, &'t [u8], Severity, &'t str, Option<Spec>);

/// Attributes in an order, and the note that the last of them gets.
type Order<'t> = (&'t [(u16, &'t [u8])], Option<(&'t str, Spec)>);

/// In the order of their numbers.
#[rustfmt::skip]
const CASES: &[Case] = &[
    (0x0001, "MAPPED-ADDRESS", rfc(8489, "14.1"), V4, CLEAR),
    (0x0002, "RESPONSE-ADDRESS", rfc(3489, "11.2.2"), V4, CLEAR),
    (0x0003, "CHANGE-REQUEST", rfc(5780, "7.2"), b"\0\0\0\x04",
        "Flags=0x4 Reserved=0 Change IP=1(change IP) Change port=0"),
    (0x0004, "SOURCE-ADDRESS", rfc(3489, "11.2.5"), V4, CLEAR),
    (0x0005, "CHANGED-ADDRESS", rfc(3489, "11.2.3"), V4, CLEAR),
    (0x0006, "USERNAME", rfc(8489, "14.3"), b"pong:ping", "Value=pong:ping"),
    (0x0007, "PASSWORD", rfc(3489, "11.2.7"), b"secret", "Value=secret"),
    (0x0008, "MESSAGE-INTEGRITY", rfc(8489, "14.5"), b"twenty bytes of HMAC", "HMAC-SHA1=7477656e7479206279746573206f6620484d4143"),
    (0x0009, "ERROR-CODE", rfc(8489, "14.8"), b"\0\0\x04\x14Unknown",
        "Code=0x414 Reserved=0 Class=4 Number=20 Reason Phrase=Unknown"),
    (0x000a, "UNKNOWN-ATTRIBUTES", rfc(8489, "14.13"), b"\0\x26\x7f\x01",
        "Attribute Type=0x26(PADDING) Attribute Type=0x7f01"),
    (0x000b, "REFLECTED-FROM", rfc(3489, "11.2.11"), V4, CLEAR),
    (0x000c, "CHANNEL-NUMBER", rfc(8656, "18.1"), b"\x40\x01\0\0", "Channel Number=0x4001 RFFU=0x0"),
    (0x000d, "LIFETIME", rfc(8656, "18.2"), b"\0\0\x02\x58", "Seconds=600"),
    (0x0010, "BANDWIDTH", rfc(8656, "18"), b"\0\0\0\x07", "Value=00000007"),
    (0x0012, "XOR-PEER-ADDRESS", rfc(8656, "18.3"), X_V4, MASKED),
    (0x0013, "DATA", rfc(8656, "18.4"), b"ping", "Value=70696e67"),
    (0x0014, "REALM", rfc(8489, "14.9"), b"example.org", "Value=example.org"),
    (0x0015, "NONCE", rfc(8489, "14.10"), b"obMatJos2AAAC", "Value=obMatJos2AAAC"),
    (0x0016, "XOR-RELAYED-ADDRESS", rfc(8656, "18.5"), X_V4, MASKED),
    (0x0017, "REQUESTED-ADDRESS-FAMILY", rfc(8656, "18.6"), b"\x02\0\0\0", "Family=0x2(IPv6) Reserved=000000"),
    (0x0018, "EVEN-PORT", rfc(8656, "18.7"), b"\x80", "Flags=0x80 R=1 RFFU=0"),
    (0x0019, "REQUESTED-TRANSPORT", rfc(8656, "18.8"), b"\x11\0\0\0", "Protocol=17(UDP) RFFU=000000"),
    (0x001a, "DONT-FRAGMENT", rfc(8656, "18.9"), b"", ""),
    (0x001b, "ACCESS-TOKEN", rfc(7635, ""), b"\x01\x02", "Value=0102"),
    (0x001c, "MESSAGE-INTEGRITY-SHA256", rfc(8489, "14.6"), b"sixteen bytes of", "HMAC-SHA256=7369787465656e206279746573206f66"),
    (0x001d, "PASSWORD-ALGORITHM", rfc(8489, "14.12"), b"\0\x02\0\0", "Algorithm=0x2(SHA-256) Algorithm Parameters Length=0"),
    (0x001e, "USERHASH", rfc(8489, "14.4"), b"0123456789abcdef0123456789abcdef",
        "userhash=3031323334353637383961626364656630313233343536373839616263646566"),
    (0x0020, "XOR-MAPPED-ADDRESS", rfc(8489, "14.2"), X_V4, MASKED),
    (0x0021, "TIMER-VAL", rfc(8656, "18"), b"\0\0\0\x07", "Value=00000007"),
    (0x0022, "RESERVATION-TOKEN", rfc(8656, "18.10"), RANDOM, "Token=0x932ff9b151263b36"),
    (0x0024, "PRIORITY", rfc(8445, "16.1"), b"\x6e\x7f\xff\xff",
        "Priority=1853882367 Type preference=110 Local preference=32767 256 - component ID=255"),
    (0x0025, "USE-CANDIDATE", rfc(8445, "16.1"), b"", ""),
    (0x0026, "PADDING", rfc(5780, "7.6"), b"any", "Value=616e79"),
    (0x0027, "RESPONSE-PORT", rfc(5780, "7.5"), b"\x13\x88\0\0", "Port=5000 Padding=0000"),
    (0x002a, "CONNECTION-ID", rfc(6062, "6.2.1"), b"\0\0\0\x2a", "Connection ID=0x2a"),
    (0x8000, "ADDITIONAL-ADDRESS-FAMILY", rfc(8656, "18.11"), b"\x02\0\0\0", "Family=0x2(IPv6) Reserved=000000"),
    (0x8001, "ADDRESS-ERROR-CODE", rfc(8656, "18.12"), b"\x02\0\x04\x28No IPv6",
        "Family and code=0x2000428 Family=2(IPv6) Reserved=0 Class=4 Number=40 Reason Phrase=No IPv6"),
    (0x8002, "PASSWORD-ALGORITHMS", rfc(8489, "14.11"), b"\0\x02\0\0\0\x01\0\x01x\0\0\0\0\x01\0\0",
        "Algorithm=0x2(SHA-256) Algorithm Parameters Length=0 \
         Algorithm=0x1(MD5) Algorithm Parameters Length=1 Algorithm Parameters=78 Padding=000000 \
         Algorithm=0x1(MD5) Algorithm Parameters Length=0"),
    (0x8003, "ALTERNATE-DOMAIN", rfc(8489, "14.16"), b"example.org", "Value=example.org"),
    (0x8004, "ICMP", rfc(8656, "18.13"), b"\0\0\x03\x04\0\0\x05\xdc",
        "Reserved=0000 ICMP Type=3 ICMP Code=4 Error Data=1500"),
    (0x8020, "XOR-MAPPED-ADDRESS (draft)", DRAFT, X_V4, MASKED),
    (0x8022, "SOFTWARE", rfc(8489, "14.14"), b"wirebook", "Value=wirebook"),
    (0x8023, "ALTERNATE-SERVER", rfc(8489, "14.15"), V4, CLEAR),
    (0x8025, "TRANSACTION_TRANSMIT_COUNTER", rfc(7982, ""), b"\0\0\x02\x01", "Value=00000201"),
    (0x8027, "CACHE-TIMEOUT", rfc(5780, "9.1"), b"\0\0\0\x07", "Value=00000007"),
    (0x8028, "FINGERPRINT", rfc(8489, "14.7"), b"\x66\x75\xcc\x98", "CRC-32=0x6675cc98"),
    (0x8029, "ICE-CONTROLLED", rfc(8445, "16.1"), RANDOM, TIE),
    (0x802a, "ICE-CONTROLLING", rfc(8445, "16.1"), RANDOM, TIE),
    (0x802b, "RESPONSE-ORIGIN", rfc(5780, "7.3"), V4, CLEAR),
    (0x802c, "OTHER-ADDRESS", rfc(5780, "7.4"), V4, CLEAR),
    (0x802d, "ECN-CHECK STUN", rfc(6679, ""), b"\0\0\0\x01", "Value=00000001"),
    (0x802e, "THIRD-PARTY-AUTHORIZATION", rfc(7635, ""), b"example.org", "Value=example.org"),
    (0x8030, "MOBILITY-TICKET", rfc(8016, ""), b"\x01", "Value=01"),
    (0xc000, "CISCO-STUN-FLOWDATA", IANA, b"\x01", "Value=01"),
    (0xc001, "ENF-FLOW-DESCRIPTION", IANA, b"\x01", "Value=01"),
    (0xc002, "ENF-NETWORK-STATUS", IANA, b"\x01", "Value=01"),
    (0xc003, "CISCO-WEBEX-FLOW-INFO", IANA, b"\x01", "Value=01"),
    (0xc056, "CITRIX-TRANSACTION-ID", IANA, b"\x01", "Value=01"),
    (0xc057, "GOOG-NETWORK-INFO", WEBRTC, b"\0\x01\0\x0a", "Network ID=1 Network cost=10(Wi-Fi)"),
    (0xc058, "GOOG-LAST-ICE-CHECK-RECEIVED", WEBRTC, b"ping-pong-01", "Transaction ID=70696e672d706f6e672d3031"),
    (0xc059, "GOOG-MISC-INFO", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc05a, "GOOG-OBSOLETE-1", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc05b, "GOOG-CONNECTION-ID", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc05c, "GOOG-DELTA", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc05d, "GOOG-DELTA-ACK", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc05e, "GOOG-DELTA-SYNC-REQ", WEBRTC, b"\0\x01", "Value=0001"),
    (0xc060, "GOOG-MESSAGE-INTEGRITY-32", WEBRTC, b"\x01\x02\x03\x04", "Value=01020304"),
    (0xc070, "META-DTLS-IN-STUN", WEBRTC, b"\x16\xfe\xfd", "Value=16fefd"),
    (0xc071, "META-DTLS-IN-STUN-ACKNOWLEDGEMENT", WEBRTC, b"\x01", "Value=01"),
];

#[test]
fn each_attribute_has_the_number_name_section_and_fields_of_its_specification() -> Result<(), TooLong> {
    for &(kind, name, spec, value, fields) in CASES {
        let attribute = attributes::named(kind);
        assert_eq!((attribute.field.name, attribute.field.spec), (name, spec), "{kind:#06x}");
        let bytes = holding(&[(kind, value)])?;
        let d = STUN.dissect(&bytes[..]);
        assert_eq!(said(&d, 20), fields, "{name}");
        let complaints: Vec<_> = d.notes().iter().filter(|n| n.severity > Severity::Info).collect();
        assert!(complaints.is_empty(), "{name}: {complaints:?}");
    }
    Ok(())
}

#[test]
fn no_attribute_is_left_out_of_these_cases() {
    let known: Vec<u16> = attributes::ATTRIBUTES.iter().map(|a| a.kind).collect();
    let cases: Vec<u16> = CASES.iter().map(|case| case.0).collect();
    assert_eq!(known, cases);
}

#[test]
fn leaves_tile_each_case_cut_anywhere_and_with_each_bit_flipped() -> Result<(), TooLong> {
    for &(kind, name, _, value, _) in CASES {
        let bytes = holding(&[(kind, value)])?;
        for len in 20..=bytes.len() {
            for bit in 16 * 8..len * 8 {
                let mut flipped = bytes[..len].to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let d = STUN.dissect(&flipped[..]);
                let end = d.leaves().fold(0, |end, (_, leaf)| {
                    assert_eq!(leaf.span.start, end, "{name}: before {} in {flipped:02x?}", leaf.field.name);
                    leaf.span.end
                });
                assert_eq!(end as usize, len, "{name}: {flipped:02x?}");
            }
        }
    }
    Ok(())
}

#[test]
fn values_that_break_their_format_are_marked_and_cite_the_rule() -> Result<(), TooLong> {
    use Severity::{Error, Warning};
    let long = [b'x'; 509];
    #[rustfmt::skip]
    let cases: &[Broken<'_>] = &[
        (0x0001, b"\0\x03\0\0\0\0\0\0", Error, "the family is neither 0x01 (IPv4) nor 0x02 (IPv6)", Some(rfc(8489, "14.1"))),
        (0x0001, b"\0\x02\0\0\0\0\0\0", Error, "Address needs 16 bytes, 4 left", None),
        (0x0006, &long, Error, "must be shorter than 509 bytes", Some(rfc(8489, "14.3"))),
        (0x0009, b"\0\0\x02\x14", Error, "the class must be 3 to 6", Some(rfc(8489, "14.8"))),
        (0x0009, b"\0\0\x04\x64", Error, "the number must be 0 to 99", Some(rfc(8489, "14.8"))),
        (0x000c, b"\x50\0\0\0", Error, "a channel number is 0x4000 to 0x4FFF", Some(rfc(8656, "12"))),
        (0x0014, &long[..128], Error, "must be shorter than 128 characters", Some(rfc(8489, "14.9"))),
        (0x0015, &long[..128], Error, "must be shorter than 128 characters", Some(rfc(8489, "14.10"))),
        (0x0017, b"\x03\0\0\0", Error, "the family is neither 0x01 (IPv4) nor 0x02 (IPv6)", Some(rfc(8656, "18.6"))),
        (0x001c, b"seventeen bytes..", Error, "must be 16 to 32 bytes, and a multiple of 4", Some(rfc(8489, "14.6"))),
        (0x0022, b"four", Error, "Token needs 8 bytes, 4 left", None),
        (0x0025, b"four", Warning, "4 bytes are left over", None),
        (0x002a, RANDOM, Warning, "4 bytes are left over", None),
        (0x8000, b"\x01\0\0\0", Error, "only 0x02 (IPv6) is allowed here", Some(rfc(8656, "18.11"))),
        (0x8003, &[b'x'; 256], Error, "must be at most 255 bytes", Some(rfc(8489, "14.16"))),
        (0x8022, &long[..128], Error, "must be shorter than 128 characters", Some(rfc(8489, "14.14"))),
        (0x8029, b"four", Error, "tiebreaker value needs 8 bytes, 4 left", None),
    ];
    for &(kind, value, severity, text, spec) in cases {
        let bytes = holding(&[(kind, value)])?;
        let d = STUN.dissect(&bytes[..]);
        let notes: Vec<_> = d.notes().iter().map(|n| (n.severity, &*n.text, n.spec)).collect();
        assert!(notes.contains(&(severity, text, spec)), "{kind:#06x}: {notes:?}");
    }
    Ok(())
}

#[test]
fn lengths_that_are_allowed_get_no_complaint() -> Result<(), TooLong> {
    let umlauts = "\u{fc}".repeat(127);
    let cases: &[(u16, &[u8])] = &[
        (0x0006, &[b'x'; 508]),
        (0x0014, umlauts.as_bytes()),
        // RFC 5780 does not say whether its two bytes of padding are counted.
        (0x0027, b"\x13\x88"),
        (0x8003, &[b'x'; 255]),
    ];
    for &(kind, value) in cases {
        let bytes = holding(&[(kind, value)])?;
        assert_eq!(STUN.dissect(&bytes[..]).notes(), [], "{kind:#06x}");
    }
    Ok(())
}

#[test]
fn only_what_its_specification_repeats_may_stand_twice() -> Result<(), TooLong> {
    for &(kind, name, _, value, _) in CASES.iter().filter(|case| case.0 < 0xc000) {
        let bytes = holding(&[(kind, value), (kind, value)])?;
        let d = STUN.dissect(&bytes[..]);
        let complaints = d.notes().iter().filter(|n| n.severity > Severity::Info).count();
        // The peers of one CreatePermission, both families of an allocation, the second family's server:
        // RFC 8656 sections 10.1 and 7.3, RFC 8489 section 10.
        let repeats = matches!(kind, 0x0012 | 0x0016 | 0x8023);
        assert_eq!(complaints == 0, repeats, "{name}: {:?}", d.notes());
    }
    Ok(())
}

#[test]
fn what_stands_after_the_integrity_attributes_is_ignored() -> Result<(), TooLong> {
    let ignored = "ignored: it stands after the integrity attribute, which does not protect it";
    let last = "stands after FINGERPRINT, which must be the last attribute";
    let sha1 = (kind::MESSAGE_INTEGRITY, &[0_u8; 20][..]);
    let sha256 = (kind::MESSAGE_INTEGRITY_SHA256, &[0_u8; 32][..]);
    let (software, crc) = ((kind::SOFTWARE, &b"late"[..]), (kind::FINGERPRINT, &[0_u8; 4][..]));
    #[rustfmt::skip]
    let cases: &[Order<'_>] = &[
        (&[software, sha1, sha256], None),
        (&[software, sha1], None),
        (&[software, sha256], None),
        (&[sha1, software], Some((ignored, rfc(8489, "9")))),
        (&[sha256, software], Some((ignored, rfc(8489, "9")))),
        (&[sha256, sha1], Some((ignored, rfc(8489, "9")))),
        (&[sha1, sha256, software], Some((ignored, rfc(8489, "9")))),
        (&[crc, software], Some((last, rfc(8489, "14.7")))),
        (&[crc, sha1], Some((last, rfc(8489, "14.7")))),
    ];
    for (attributes, expected) in cases {
        let bytes = holding(attributes)?;
        let d = STUN.dissect(&bytes[..]);
        let order: Vec<_> = d.notes().iter().filter(|n| n.text == ignored || n.text == last).collect();
        let found = order.first().map(|n| (&*n.text, n.spec));
        assert_eq!(found, expected.map(|(text, spec)| (text, Some(spec))), "{attributes:?}");
    }
    Ok(())
}

#[test]
fn without_a_cookie_the_draft_attribute_is_masked_by_the_transaction_id_instead() -> Result<(), TooLong> {
    let id = *b"sixteen bytes ID";
    let address = "192.0.2.1:32853".parse().unwrap();
    let masked = [0, 1, 0x80 ^ b's', 0x55 ^ b'i', 0xc0 ^ b's', b'i', 2 ^ b'x', 1 ^ b't'];
    let mut bytes = Vec::new();
    Message::begin_classic(&mut bytes, Class::SuccessResponse, kind::BINDING, id)
        .attribute(0x8020, &masked)
        .xor_address(kind::XOR_MAPPED_ADDRESS, address)
        .finish()?;
    let d = STUN.dissect(&bytes[..]);
    for name in ["XOR-MAPPED-ADDRESS (draft)", "XOR-MAPPED-ADDRESS"] {
        assert_eq!(d.find(name).and_then(wire::Node::addr), Some(address), "{name}");
    }
    Ok(())
}

#[test]
fn without_a_cookie_the_hmac_is_over_a_text_filled_up_to_64_bytes() -> Result<(), TooLong> {
    use hmac::{Hmac, Mac};
    for length in [0, 16, 20, 100] {
        let mut bytes = Vec::new();
        let write = |bytes: &mut Vec<u8>, sum: &[u8]| {
            Message::begin_classic(bytes, Class::Request, kind::BINDING, *b"sixteen bytes ID")
                .attribute(kind::USERNAME, &vec![b'x'; length])
                .attribute(kind::MESSAGE_INTEGRITY, sum)
                .finish()
        };
        write(&mut bytes, &[0; 20])?;
        bytes.truncate(bytes.len() - 24);
        bytes.resize(bytes.len().next_multiple_of(64), 0);
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"secret").unwrap();
        mac.update(&bytes);
        write(&mut bytes, &mac.finalize().into_bytes())?;
        let context = Context { password: Some("secret"), ..Context::default() };
        let d = STUN.dissect_in(Tree::default(), &bytes[..], &context);
        let good = d.notes().iter().find(|note| note.severity == Severity::Good);
        assert_eq!(good.and_then(|note| note.spec), Some(rfc(3489, "11.2.8")), "{:?}", d.notes());
    }
    Ok(())
}

#[test]
fn methods_and_error_codes_have_the_names_of_the_registry() -> Result<(), TooLong> {
    #[rustfmt::skip]
    let methods = [
        (0x001, "Binding"), (0x002, "SharedSecret"), (0x003, "Allocate"), (0x004, "Refresh"), (0x006, "Send"),
        (0x007, "Data"), (0x008, "CreatePermission"), (0x009, "ChannelBind"), (0x00a, "Connect"),
        (0x00b, "ConnectionBind"), (0x00c, "ConnectionAttempt"), (0x080, "GOOG-PING"),
    ];
    let mut bytes = Vec::new();
    for (method, name) in methods {
        Message::begin(&mut bytes, Class::Request, method, *b"ping-pong-01").finish()?;
        let d = STUN.dissect(&bytes[..]);
        assert_eq!(d.find("Method").map(|n| n.meaning), Some(Meaning::Name(name)), "{method:#05x}");
    }
    #[rustfmt::skip]
    let codes = [
        (300, "Try Alternate"), (400, "Bad Request"), (401, "Unauthenticated"), (403, "Forbidden"),
        (405, "Mobility Forbidden"), (420, "Unknown Attribute"), (430, "Stale Credentials"),
        (431, "Integrity Check Failure"), (432, "Missing Username"), (433, "Use TLS"),
        (437, "Allocation Mismatch"), (438, "Stale Nonce"), (440, "Address Family not Supported"),
        (441, "Wrong Credentials"), (442, "Unsupported Transport Protocol"),
        (443, "Peer Address Family Mismatch"), (446, "Connection Already Exists"),
        (447, "Connection Timeout or Failure"), (486, "Allocation Quota Reached"), (487, "Role Conflict"),
        (500, "Server Error"), (508, "Insufficient Capacity"), (600, "Global Failure"),
    ];
    for (code, name) in codes {
        Message::begin(&mut bytes, Class::ErrorResponse, kind::BINDING, *b"ping-pong-01")
            .error_code(code, "")
            .finish()?;
        let d = STUN.dissect(&bytes[..]);
        assert_eq!(d.find("ERROR-CODE").map(|n| n.meaning), Some(Meaning::Name(name)), "{code}");
    }
    Ok(())
}

/// A Binding success response that holds these attributes and nothing else.
fn holding(attributes: &[(u16, &[u8])]) -> Result<Vec<u8>, TooLong> {
    let mut bytes = Vec::new();
    let message = Message::begin(&mut bytes, Class::SuccessResponse, kind::BINDING, *b"ping-pong-01");
    attributes.iter().fold(message, |m, (kind, value)| m.attribute(*kind, value)).finish()?;
    Ok(bytes)
}

/// The fields of the attribute that begins at byte `start`, after its Type and Length, without the padding
/// that ends every attribute.
fn said(d: &Dissection<'_>, start: u32) -> String {
    let attribute = d.children(0).find(|&at| d.nodes()[at as usize].span.start == start).unwrap();
    let mut words = Vec::new();
    let fields: Vec<u32> = d.children(attribute).skip(2).collect();
    let value_end = start + 4 + d.nodes()[attribute as usize + 2].uint().unwrap() as u32;
    for field in fields.into_iter().filter(|&at| d.nodes()[at as usize].span.end <= value_end) {
        words.push(word(d, field));
        words.extend(d.children(field).map(|bits| word(d, bits)));
    }
    words.join(" ")
}

fn word(d: &Dissection<'_>, at: u32) -> String {
    let node = &d.nodes()[at as usize];
    let bytes = d.bytes(node.span);
    let value = match node.value {
        Value::Uint(n) if node.field.radix == Radix::Hex => format!("{n:#x}"),
        Value::Uint(n) => n.to_string(),
        Value::Text => String::from_utf8_lossy(bytes).into_owned(),
        _ => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let meaning = match node.meaning {
        Meaning::Plain => String::new(),
        Meaning::Name(name) => format!("({name})"),
        Meaning::Number(n) => format!("({n})"),
        Meaning::Ip(ip) => format!("({ip})"),
    };
    format!("{}={value}{meaning}", node.field.name)
}
