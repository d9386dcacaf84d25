//! What a session knows of a packet from the packets before it.

use std::net::SocketAddr;
use std::time::Duration;

use wire::trace::{Event, Transport};
use wire::{Dissection, Session, Severity};

const REQUEST: &[u8] = b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
const RESPONSE: &[u8] =
    b"\x01\x01\x00\x0c\x21\x12\xa4\x42ping-pong-01\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43";

fn event(at: u64, from: &str, to: &str, transport: Transport, bytes: &[u8]) -> Event {
    let addr = |text: &str| text.parse::<SocketAddr>().unwrap();
    let mut event = Event::udp(Duration::from_micros(at), addr(from), addr(to), bytes.to_vec());
    event.transport = transport;
    event
}

fn udp(at: u64, from: &str, to: &str, bytes: &[u8]) -> Event {
    event(at, from, to, Transport::Udp, bytes)
}

fn remarks<'d>(d: &'d Dissection<'_>) -> Vec<&'d str> {
    d.notes().iter().filter(|n| n.severity == Severity::Info).map(|n| &*n.text).collect()
}

const CLIENT: &str = "10.0.0.2:5000";
const SERVER: &str = "192.0.2.9:3478";

#[test]
fn a_response_is_joined_to_its_request_and_the_nat_shows() {
    let mut session = Session::new(None);
    assert!(remarks(&session.dissect(&udp(0, CLIENT, SERVER, REQUEST))).is_empty());
    let again = udp(500_000, CLIENT, SERVER, REQUEST);
    assert_eq!(remarks(&session.dissect(&again)), ["packet 1 again, 500 ms later: a retransmission"]);
    let response = udp(501_230, "192.0.2.9:3479", CLIENT, RESPONSE);
    assert_eq!(
        remarks(&session.dissect(&response)),
        [
            "answers packet 1, 501 ms later",
            "comes from 192.0.2.9:3479, though the request went to 192.0.2.9:3478",
            "the server saw 192.0.2.1:32853, this trace 10.0.0.2:5000: a NAT stands between",
        ]
    );
    let stray = udp(501_230, SERVER, "10.0.0.3:5000", RESPONSE);
    assert_eq!(remarks(&session.dissect(&stray)), ["answers no request of this trace"]);
}

#[test]
fn a_stream_cut_anywhere_gives_every_message_whole() {
    let stream =
        [REQUEST, b"\x40\x00\x00\x04ping", RESPONSE, b"\x40\x01\x00\x05pong!\x00\x00\x00", REQUEST].concat();
    for size in 1..=stream.len() {
        let mut session = Session::new(None);
        let (mut whole, mut data) = (0, Vec::new());
        for piece in stream.chunks(size) {
            let event = event(0, CLIENT, SERVER, Transport::Tcp, piece);
            let d = session.dissect(&event);
            assert!(d.worst() < Some(Severity::Warning), "pieces of {size}: {:?}", d.notes());
            whole += d.nodes().iter().filter(|n| n.field.name == "STUN").count();
            let payloads = d.nodes().iter().filter(|n| n.field.name == "Application Data");
            data.extend(payloads.flat_map(|n| d.bytes(n.span).to_vec()));
        }
        assert_eq!((whole, &data[..]), (3, &b"pingpong!"[..]), "pieces of {size}");
    }
}

#[test]
fn a_response_is_checked_with_the_credential_that_its_request_named() {
    use wire::stun::{Algorithm, long_term_key, message_integrity};
    let mut request = b"\x00\x01\x00\x18\x21\x12\xa4\x42ping-pong-02".to_vec();
    request.extend(b"\x00\x06\x00\x04user\x00\x14\x00\x04home");
    // The length as it will be once MESSAGE-INTEGRITY stands behind the two attributes.
    request[3] = 16 + 24;
    let key = long_term_key(Algorithm::Md5, b"user", b"home", b"secret");
    let sum = message_integrity(&request, &key);
    request.extend(b"\x00\x08\x00\x14");
    request.extend(sum);
    let mut response = b"\x01\x01\x00\x18\x21\x12\xa4\x42ping-pong-02".to_vec();
    let sum = message_integrity(&response, &key);
    response.extend(b"\x00\x08\x00\x14");
    response.extend(sum);
    let mut session = Session::new(Some("secret".into()));
    for (from, to, bytes) in [(CLIENT, SERVER, &request), (SERVER, CLIENT, &response)] {
        let event = udp(0, from, to, bytes);
        let d = session.dissect(&event);
        assert!(d.notes().iter().any(|n| n.severity == Severity::Good), "{:?}", d.notes());
        assert_ne!(d.worst(), Some(Severity::Error), "{:?}", d.notes());
    }
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut session = Session::new(None);
    for n in 0..200_000_u32 {
        let mut request = REQUEST.to_vec();
        request[8..12].copy_from_slice(&n.to_be_bytes());
        drop(session.dissect(&udp(0, CLIENT, SERVER, &request)));
    }
    let mut first = RESPONSE.to_vec();
    first[8..12].copy_from_slice(&0_u32.to_be_bytes());
    let event = udp(0, SERVER, CLIENT, &first);
    assert_eq!(
        remarks(&session.dissect(&event)),
        ["answers no request of this trace"],
        "the oldest is forgotten"
    );
}
