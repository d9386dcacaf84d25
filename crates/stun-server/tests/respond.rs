//! What the server answers, read back by the dissector.

use std::net::SocketAddr;

use stun_server::{Authentication, Credential, Endpoint, MAX_RESPONSE, Reply, Server, Side};
use wire::stun::{Class, Message, STUN, kind};
use wire::{Context, Dissection, Node, Severity, Tree};

const ID: [u8; 12] = *b"ping-pong-01";
const OLD_ID: [u8; 16] = *b"ping in the 2003";

#[test]
fn a_request_of_20_bytes_gets_the_address_it_came_from() {
    let Some((reply, d)) = ask(&server(), &binding(|m| m)) else { panic!("no answer") };
    assert_eq!(reply, Reply { from: Endpoint::PRIMARY, to: client() });
    assert_eq!((class(&d), id(&d)), ("success response", &ID[..]));
    assert_eq!(address(&d, "XOR-MAPPED-ADDRESS"), Some(client()));
    assert_eq!(address(&d, "RESPONSE-ORIGIN"), Some(at("198.51.100.3:3478")));
    assert_eq!(address(&d, "OTHER-ADDRESS"), Some(at("203.0.113.4:3479")));
    assert!(d.find("SOFTWARE").is_some());
    for absent in ["MAPPED-ADDRESS", "FINGERPRINT", "MESSAGE-INTEGRITY"] {
        assert!(d.find(absent).is_none(), "{absent}");
    }
}

#[test]
fn a_client_of_2003_gets_its_address_in_clear_and_its_128_bits_back() {
    let Some((_, d)) = ask(&server(), &classic(|m| m)) else { panic!("no answer") };
    assert_eq!((class(&d), id(&d)), ("success response", &OLD_ID[..]));
    assert_eq!(address(&d, "MAPPED-ADDRESS"), Some(client()));
    assert_eq!(address(&d, "SOURCE-ADDRESS"), Some(at("198.51.100.3:3478")));
    assert_eq!(address(&d, "CHANGED-ADDRESS"), Some(at("203.0.113.4:3479")));
    for absent in ["XOR-MAPPED-ADDRESS", "RESPONSE-ORIGIN", "OTHER-ADDRESS", "SOFTWARE", "FINGERPRINT"] {
        assert!(d.find(absent).is_none(), "{absent}");
    }
}

#[test]
fn an_ipv6_client_and_an_ipv4_client_of_a_socket_for_both_see_their_own_address() {
    let v6 = Server::new(at("[2001:db8::3]:3478"));
    for (from, seen) in
        [("[2001:db8::1]:5000", "[2001:db8::1]:5000"), ("[::ffff:192.0.2.1]:5000", "192.0.2.1:5000")]
    {
        let mut out = Vec::new();
        let reply = v6.respond(&binding(|m| m), at(from), Endpoint::PRIMARY, &mut out).unwrap();
        assert_eq!(reply.to, at(from), "the socket needs the address as it gave it");
        assert_eq!(address(&STUN.dissect(&out), "XOR-MAPPED-ADDRESS"), Some(at(seen)));
    }
}

#[test]
fn change_request_moves_the_sender_as_table_1_of_rfc_5780_says() {
    let server = server();
    for (arrived, other) in [
        (Endpoint::ALL[0], "203.0.113.4:3479"),
        (Endpoint::ALL[1], "203.0.113.4:3478"),
        (Endpoint::ALL[2], "198.51.100.3:3479"),
        (Endpoint::ALL[3], "198.51.100.3:3478"),
    ] {
        for (flags, ip, port) in [(0, false, false), (2, false, true), (4, true, false), (6, true, true)] {
            for request in [
                binding(|m| m.attribute(kind::CHANGE_REQUEST, &[0, 0, 0, flags])),
                classic(|m| m.attribute(kind::CHANGE_REQUEST, &[0, 0, 0, flags])),
            ] {
                let mut out = Vec::new();
                let reply = server.respond(&request, client(), arrived, &mut out).unwrap();
                assert_eq!(reply, Reply { from: arrived.changed(ip, port), to: client() });
                let d = STUN.dissect(&out);
                let origin = address(&d, "RESPONSE-ORIGIN").or(address(&d, "SOURCE-ADDRESS"));
                assert_eq!(origin, server.address(reply.from));
                let told = address(&d, "OTHER-ADDRESS").or(address(&d, "CHANGED-ADDRESS"));
                assert_eq!(told, Some(at(other)), "whatever the flags are");
            }
        }
    }
}

#[test]
fn without_a_second_address_there_is_no_other_address_and_change_request_is_unknown() {
    let single = Server::new(at("198.51.100.3:3478"));
    let (_, d) = ask(&single, &binding(|m| m)).unwrap();
    assert!(d.find("OTHER-ADDRESS").is_none());
    let (_, d) = ask(&single, &binding(|m| m.attribute(kind::CHANGE_REQUEST, &[0; 4]))).unwrap();
    assert_eq!((error(&d), unknown(&d)), (Some(420), vec![3]));
}

#[test]
fn an_alternate_must_differ_in_both_parts() {
    for (alternate, fits) in [
        ("203.0.113.4:3479", true),
        ("198.51.100.3:3479", false),
        ("203.0.113.4:3478", false),
        ("[2001:db8::3]:3479", false),
    ] {
        let server = Server::new(at("198.51.100.3:3478")).with_alternate(at(alternate));
        assert_eq!(server.is_ok(), fits, "{alternate}");
    }
}

#[test]
fn response_port_moves_the_port_and_never_the_address() {
    for value in [&[0x13, 0x88][..], &[0x13, 0x88, 0, 0]] {
        let (reply, d) = ask(&server(), &binding(|m| m.attribute(kind::RESPONSE_PORT, value))).unwrap();
        assert_eq!(reply.to, SocketAddr::new(client().ip(), 5000));
        assert_eq!(address(&d, "XOR-MAPPED-ADDRESS"), Some(client()), "still the source of the request");
    }
}

#[test]
fn what_would_make_the_server_a_weapon_is_refused_and_named() {
    let mut victim = vec![0, 1, 0x13, 0x88];
    victim.extend([192, 0, 2, 99]);
    for (kind, value) in [(kind::RESPONSE_ADDRESS, &victim[..]), (kind::PADDING, &[0; 1200])] {
        for request in [binding(|m| m.attribute(kind, value)), classic(|m| m.attribute(kind, value))] {
            let (reply, d) = ask(&server(), &request).unwrap();
            assert_eq!(reply.to, client());
            assert_eq!(error(&d), Some(420));
            assert!(unknown(&d).iter().all(|&named| named == u64::from(kind)), "{:?}", unknown(&d));
        }
    }
}

#[test]
fn unknown_attributes_are_named_once_each_and_no_more_than_eight() {
    let cases: [(&[u16], &[u64]); 5] = [
        (&[0x7777], &[0x7777]),
        (&[0x7777, 0x8777, 0x7778, 0x7777], &[0x7777, 0x7778]),
        (&[0x8777, 0xffff], &[]),
        (&[kind::PRIORITY], &[0x24]),
        (
            &[9000, 1, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9009],
            &[9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007],
        ),
    ];
    for (sent, named) in cases {
        let request = binding(|m| sent.iter().fold(m, |m, &kind| m.attribute(kind, b"1234")));
        let (_, d) = ask(&server(), &request).unwrap();
        assert_eq!(unknown(&d), named, "{sent:x?}");
        assert_eq!(error(&d), (!named.is_empty()).then_some(420), "{sent:x?}");
    }
}

#[test]
fn a_client_of_2003_gets_a_420_without_padding() {
    let request = classic(|m| m.attribute(0x7777, b"").attribute(0x7778, b"").attribute(0x7779, b""));
    let (_, d) = ask(&server(), &request).unwrap();
    assert_eq!((error(&d), unknown(&d)), (Some(420), vec![0x7777, 0x7778, 0x7779, 0x7779]));
    assert!(d.find("Padding").is_none());
}

#[test]
fn fingerprint_is_answered_with_fingerprint_and_a_wrong_one_with_silence() {
    let request = binding(with_fingerprint);
    let (_, d) = ask(&server(), &request).unwrap();
    assert!(d.find("FINGERPRINT").is_some());
    let (_, d) = ask(&server(), &binding(|m| m.attribute(0x7777, b"").fingerprint())).unwrap();
    assert!(d.find("FINGERPRINT").is_some(), "a refusal too");

    let mut wrong = request.clone();
    *wrong.last_mut().unwrap() ^= 1;
    assert!(ask(&server(), &wrong).is_none());
    assert!(ask(&server(), &binding(|m| m.fingerprint().attribute(kind::SOFTWARE, b"late"))).is_none());
}

#[test]
fn what_is_no_binding_request_gets_no_answer() {
    let whole = binding(|m| m);
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let of = |class, method| {
        let mut bytes = Vec::new();
        Message::begin(&mut bytes, class, method, ID).finish().unwrap();
        bytes
    };
    for (what, datagram) in [
        ("nothing", vec![]),
        ("text", b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".to_vec()),
        ("19 bytes", whole[..19].to_vec()),
        ("one byte too many", [&whole[..], b"!"].concat()),
        ("a length beyond the datagram", with(3, 4)),
        ("a length that is no multiple of 4", [&with(3, 2)[..], b"ab"].concat()),
        ("RTP", with(0, 0x80)),
        ("a ChannelData number", with(0, 0x40)),
        ("an indication", of(Class::Indication, kind::BINDING)),
        ("a success response", of(Class::SuccessResponse, kind::BINDING)),
        ("an error response", of(Class::ErrorResponse, kind::BINDING)),
        ("Allocate", of(Class::Request, 0x003)),
        ("Shared Secret", of(Class::Request, 0x002)),
    ] {
        assert!(ask(&server(), &datagram).is_none(), "{what}");
    }
}

#[test]
fn malformed_attributes_get_400() {
    let mut beyond = binding(|m| m.attribute(kind::SOFTWARE, b"wirebook"));
    beyond[23] = 60;
    for (what, request) in [
        ("a value beyond the message", beyond),
        ("CHANGE-REQUEST of 2 bytes", binding(|m| m.attribute(kind::CHANGE_REQUEST, &[0; 2]))),
        ("RESPONSE-PORT of 1 byte", binding(|m| m.attribute(kind::RESPONSE_PORT, &[9]))),
        ("RESPONSE-PORT 0", binding(|m| m.attribute(kind::RESPONSE_PORT, &[0, 0]))),
        ("an HMAC of 19 bytes", binding(|m| m.attribute(kind::MESSAGE_INTEGRITY, &[0; 19]))),
        ("an HMAC of 12 bytes", binding(|m| m.attribute(kind::MESSAGE_INTEGRITY_SHA256, &[0; 12]))),
    ] {
        let (reply, d) = ask(&server(), &request).unwrap();
        assert_eq!((error(&d), reply.from), (Some(400), Endpoint::PRIMARY), "{what}");
    }
}

#[test]
fn a_credential_is_checked_as_section_9_1_3_says() {
    let credential = Credential { username: "student".into(), password: "wirebook".into() };
    let server = |authentication| server().with_authentication(authentication);
    let always = server(Authentication::Always(credential.clone()));
    let offered = server(Authentication::WhenOffered(credential));
    let never = server(Authentication::Never);
    fn user(m: Message<'_>) -> Message<'_> {
        m.attribute(kind::USERNAME, b"student")
    }

    /// The HMAC of the success response, if one is due, or else the error.
    type Expected = Result<Option<&'static str>, u64>;
    let cases: [(&str, Vec<u8>, [Expected; 3]); 8] = [
        ("none", binding(|m| m), [Err(400), Ok(None), Ok(None)]),
        ("a name alone", binding(user), [Err(400), Err(400), Ok(None)]),
        ("an HMAC alone", binding(|m| m.integrity(b"wirebook")), [Err(400), Err(400), Ok(None)]),
        (
            "another name",
            binding(|m| m.attribute(kind::USERNAME, b"teacher").integrity(b"wirebook")),
            [Err(401), Err(401), Ok(None)],
        ),
        ("another password", binding(|m| user(m).integrity(b"Wirebook")), [Err(401), Err(401), Ok(None)]),
        (
            "SHA-1",
            binding(|m| user(m).integrity(b"wirebook").fingerprint()),
            [Ok(Some("MESSAGE-INTEGRITY")), Ok(Some("MESSAGE-INTEGRITY")), Ok(None)],
        ),
        (
            "both: SHA-256 counts",
            binding(|m| user(m).integrity(b"wrong").integrity_sha256(b"wirebook").fingerprint()),
            [Ok(Some("MESSAGE-INTEGRITY-SHA256")), Ok(Some("MESSAGE-INTEGRITY-SHA256")), Ok(None)],
        ),
        (
            "both: a right SHA-1 does not help",
            binding(|m| user(m).integrity(b"wirebook").integrity_sha256(b"wrong")),
            [Err(401), Err(401), Ok(None)],
        ),
    ];
    for (what, request, expected) in cases {
        for (server, expected) in [&always, &offered, &never].into_iter().zip(expected) {
            let (_, d) = ask(server, &request).unwrap();
            assert_eq!(error(&d), expected.err(), "{what}");
            for hmac in ["MESSAGE-INTEGRITY", "MESSAGE-INTEGRITY-SHA256"] {
                assert_eq!(d.find(hmac).is_some(), expected == Ok(Some(hmac)), "{what}: {hmac}");
            }
            assert!(d.find("USERNAME").is_none(), "{what}");
        }
    }
}

#[test]
fn attributes_behind_an_hmac_do_not_count() {
    let request = binding(|m| {
        m.attribute(kind::USERNAME, b"student")
            .integrity(b"wirebook")
            .attribute(kind::CHANGE_REQUEST, &[0, 0, 0, 6])
            .attribute(0x7777, b"")
    });
    let (reply, d) = ask(&server(), &request).unwrap();
    assert_eq!((reply.from, error(&d)), (Endpoint::PRIMARY, None));
}

#[test]
fn of_an_attribute_that_comes_twice_the_first_counts() {
    let request = binding(|m| {
        m.attribute(kind::CHANGE_REQUEST, &[0, 0, 0, 2]).attribute(kind::CHANGE_REQUEST, &[0, 0, 0, 4])
    });
    let (reply, _) = ask(&server(), &request).unwrap();
    assert_eq!(reply.from, Endpoint { ip: Side::Primary, port: Side::Alternate });
}

#[test]
fn a_source_that_is_not_one_host_gets_nothing() {
    for from in ["255.255.255.255:9", "224.0.0.1:9", "0.0.0.0:9", "192.0.2.1:0"] {
        let mut out = Vec::new();
        assert_eq!(server().respond(&binding(|m| m), at(from), Endpoint::PRIMARY, &mut out), None, "{from}");
    }
}

#[test]
fn a_response_over_ipv4_to_a_stranger_has_at_most_76_bytes() {
    let (_, plain) = ask(&server(), &binding(|m| m)).unwrap();
    let (_, fingerprint) = ask(&server(), &binding(with_fingerprint)).unwrap();
    assert_eq!((plain.wire().len(), fingerprint.wire().len()), (68, 76));
}

fn server() -> Server {
    Server::new(at("198.51.100.3:3478")).with_alternate(at("203.0.113.4:3479")).unwrap()
}

fn client() -> SocketAddr {
    at("192.0.2.1:32853")
}

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn binding(with: impl for<'b> FnOnce(Message<'b>) -> Message<'b>) -> Vec<u8> {
    let mut bytes = Vec::new();
    with(Message::begin(&mut bytes, Class::Request, kind::BINDING, ID)).finish().unwrap();
    bytes
}

fn classic(with: impl for<'b> FnOnce(Message<'b>) -> Message<'b>) -> Vec<u8> {
    let mut bytes = Vec::new();
    with(Message::begin_classic(&mut bytes, Class::Request, kind::BINDING, OLD_ID)).finish().unwrap();
    bytes
}

/// The reply and what it says. Each answer must be one that the dissector has nothing against.
fn ask(server: &Server, request: &[u8]) -> Option<(Reply, Dissection<'static>)> {
    let mut out = b"left from another response".to_vec();
    let reply = server.respond(request, client(), Endpoint::PRIMARY, &mut out)?;
    assert!(out.len() <= MAX_RESPONSE);
    let context = Context { password: Some("wirebook"), ..Context::default() };
    let d = STUN.dissect_in(Tree::default(), out, &context);
    assert!(d.notes().iter().all(|note| note.severity <= Severity::Info), "{:?}", d.notes());
    Some((reply, d))
}

fn class(d: &Dissection<'_>) -> &'static str {
    match d.find("Class").unwrap().meaning {
        wire::Meaning::Name(name) => name,
        other => panic!("{other:?}"),
    }
}

fn id<'d>(d: &'d Dissection<'_>) -> &'d [u8] {
    d.bytes(d.find("Transaction ID").unwrap().span)
}

fn address(d: &Dissection<'_>, name: &str) -> Option<SocketAddr> {
    d.find(name)?.addr()
}

fn error(d: &Dissection<'_>) -> Option<u64> {
    d.find("ERROR-CODE")?.uint()
}

fn unknown(d: &Dissection<'_>) -> Vec<u64> {
    d.nodes().iter().filter(|n| n.field.name == "Attribute Type").filter_map(Node::uint).collect()
}

fn with_fingerprint(message: Message<'_>) -> Message<'_> {
    message.fingerprint()
}
