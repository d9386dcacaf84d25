//! DTLS across packets: real handshakes of OpenSSL, with their keys and without, forged and sent again.

#![cfg(feature = "decrypt")]

use wire::trace::{Event, Secrets, Trace};
use wire::{Dissection, Session, Severity};

mod common;
use common::{complaints, tiles};

const ECDSA: &[u8] = include_bytes!("data/dtls-ecdsa.pcapng");
const AES128: &[u8] = include_bytes!("data/dtls-aes128.pcapng");
const RSA: &[u8] = include_bytes!("data/dtls-rsa.pcapng");

fn trace(bytes: &[u8]) -> Trace {
    Trace::read(bytes).unwrap()
}

fn dissect(trace: &Trace) -> Vec<Dissection<'_>> {
    let mut session = Session::of(trace, None);
    trace.events.iter().map(|event| session.dissect(event)).collect()
}

fn notes<'d>(d: &'d Dissection<'_>, severity: Severity) -> Vec<&'d str> {
    d.notes().iter().filter(|note| note.severity == severity).map(|note| &*note.text).collect()
}

#[test]
fn a_handshake_reads_as_a_ladder_of_messages_and_its_data_is_opened() {
    let trace = trace(ECDSA);
    let all = dissect(&trace);
    let said: Vec<_> = all.iter().map(Dissection::summary).collect();
    assert_eq!(
        said,
        [
            "ClientHello",
            "HelloVerifyRequest",
            "ClientHello",
            "ServerHello, Certificate (part)",
            "Certificate (part)",
            "Certificate, ServerKeyExchange (part)",
            "ServerKeyExchange, CertificateRequest, ServerHelloDone",
            "Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, Finished",
            "NewSessionTicket (part)",
            "NewSessionTicket (part)",
            "NewSessionTicket, ChangeCipherSpec, Finished (part)",
            "Finished",
            "application data, 5 bytes",
            "application data, 5 bytes",
            "Alert close_notify",
            "Alert close_notify",
        ]
    );
    for d in &all {
        tiles(d);
        assert!(complaints(d).is_empty(), "{:?}", d.notes());
    }
}

#[test]
fn each_cipher_opens_and_each_finished_fits_the_handshake() {
    for (name, bytes, cipher) in [
        ("ecdsa", ECDSA, "AES-256-GCM"),
        ("aes128", AES128, "AES-128-GCM"),
        ("rsa", RSA, "ChaCha20-Poly1305"),
    ] {
        let trace = trace(bytes);
        let all = dissect(&trace);
        let words: Vec<_> =
            all.iter().filter_map(|d| Some(d.bytes(d.find("Application data")?.span))).collect();
        assert_eq!(words, [b"ping\n", b"pong\n"], "{name}");
        let good: Vec<_> = all.iter().flat_map(|d| notes(d, Severity::Good)).collect();
        let verified = good.iter().filter(|note| note.contains(cipher)).count();
        assert!(verified >= 6, "{name}: Finished, a word and an alert each way: {good:#?}");
        let finished = good.iter().filter(|note| note.starts_with("verify_data fits")).count();
        assert_eq!(finished, 2, "{name}: {good:#?}");
        assert!(all.iter().all(|d| complaints(d).is_empty()), "{name}");
    }
}

#[test]
fn flights_are_numbered_and_say_what_they_answer() {
    let trace = trace(ECDSA);
    let all = dissect(&trace);
    let flight = |packet: usize| {
        let said =
            notes(&all[packet - 1], Severity::Info).into_iter().find(|note| note.starts_with("flight"));
        said.map(|note| note.split(" later").next().unwrap_or_default().to_owned())
    };
    let numbered = |packet| flight(packet).map(|note| note.chars().nth(7).unwrap_or_default());
    let numbers: String = (1..=12).map(|packet| numbered(packet).unwrap_or('-')).collect();
    assert_eq!(numbers, "123444456666");
    assert_eq!(flight(8).as_deref(), Some("flight 5 of the handshake: answers packet 7, 1.47 ms"));
    assert_eq!(flight(13), None);
}

#[test]
fn without_its_key_a_record_says_how_to_bring_one() {
    let mut trace = trace(ECDSA);
    trace.secrets.clear();
    let all = dissect(&trace);
    assert_eq!(all[12].summary(), "encrypted application data, 5 bytes");
    assert!(notes(&all[12], Severity::Info)[0].contains("--keylog"), "{:?}", all[12].notes());
    // Alone, nobody knows how it was encrypted.
    let mut session = Session::new(None);
    let d = session.dissect(&trace.events[12]);
    assert!(notes(&d, Severity::Info)[0].contains("not in this trace"), "{:?}", d.notes());
}

#[test]
fn a_key_that_comes_late_opens_what_comes_after() {
    let mut trace = trace(ECDSA);
    let secrets = trace.secrets.pop().unwrap();
    let mut session = Session::new(None);
    let shut = trace.events.iter().take(13).map(|event| session.dissect(event)).last().unwrap();
    assert_eq!(shut.summary(), "encrypted application data, 5 bytes");
    session.learn(&secrets);
    assert_eq!(session.dissect(&trace.events[13]).summary(), "application data, 5 bytes");
}

#[test]
fn another_handshakes_key_or_a_wrong_one_opens_nothing() {
    let mut trace = trace(ECDSA);
    let right = String::from_utf8(trace.secrets[0].bytes.clone()).unwrap();
    let wrong = right.trim_end().rsplit_once(' ').unwrap().0.to_owned() + " " + &"00".repeat(48);
    trace.secrets = vec![Secrets::tls_key_log(wrong)];
    let all = dissect(&trace);
    assert!(complaints(&all[12])[0].0.starts_with("does not verify"), "{:?}", all[12].notes());
    trace.secrets = trace_secrets(RSA);
    assert_eq!(dissect(&trace)[12].summary(), "encrypted application data, 5 bytes");
}

fn trace_secrets(bytes: &[u8]) -> Vec<Secrets> {
    trace(bytes).secrets
}

#[test]
fn no_forged_record_is_opened() {
    for bytes in [ECDSA, RSA] {
        let trace = trace(bytes);
        let data = trace.events.iter().position(|event| event.bytes[0] == 23).unwrap();
        let (handshake, record) = (&trace.events[..data], &trace.events[data]);
        let mut session = Session::of(&trace, None);
        handshake.iter().for_each(|event| drop(session.dissect(event)));
        let mut forged = |what: &str, bytes: Vec<u8>| {
            let event = Event { bytes, ..record.clone() };
            let d = session.dissect(&event);
            tiles(&d);
            assert!(notes(&d, Severity::Good).is_empty(), "{what}: {:?}", d.notes());
        };
        for bit in 0..record.bytes.len() * 8 {
            let mut bytes = record.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            forged(&format!("bit {bit} flipped"), bytes);
        }
        for len in 0..record.bytes.len() {
            forged(&format!("cut to {len}"), record.bytes[..len].to_vec());
        }
        assert_eq!(notes(&session.dissect(record), Severity::Good).len(), 1, "the true one still opens");
    }
}

#[test]
fn a_handshake_damaged_anywhere_still_gives_trees() {
    let whole = trace(AES128);
    for (at, event) in whole.events.iter().enumerate() {
        for byte in (0..event.bytes.len()).step_by(3) {
            let mut trace = whole.clone();
            trace.events[at].bytes[byte] ^= 0xff;
            dissect(&trace).iter().for_each(tiles);
        }
    }
}

/// openssl x509 -noout -fingerprint -sha256
const FINGERPRINT: &str =
    "77:7C:AE:7E:CD:0F:41:BE:16:AF:8D:0B:92:67:39:EA:5D:C1:B3:49:2D:EC:D0:88:F4:8A:21:35:04:68:AD:4D";

/// The same handshake, after an HTTP request whose SDP has this fingerprint.
fn after_signaling(fingerprint: &str) -> Trace {
    let mut trace = trace(ECDSA);
    let sdp =
        format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 {fingerprint}\r\n");
    let head = "POST /offer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sdp\r\nContent-Length: ";
    let request = format!("{head}{}\r\n\r\n{sdp}", sdp.len());
    let addr = |text: &str| text.parse().unwrap();
    let at = trace.events[0].at;
    trace.events.insert(0, Event::tcp(at, addr("127.0.0.1:40000"), addr("127.0.0.1:80"), request));
    trace.events.iter_mut().for_each(|event| event.packet = None);
    trace
}

#[test]
fn a_certificate_is_the_one_that_the_sdp_named_or_an_error() {
    let of_certificate = |trace: &Trace, severity| -> Vec<String> {
        let all = dissect(trace);
        let said = all.iter().flat_map(|d| notes(d, severity)).filter(|note| note.contains("fingerprint"));
        said.map(str::to_owned).collect()
    };
    let good = of_certificate(&after_signaling(FINGERPRINT), Severity::Good);
    assert_eq!(good.len(), 2, "both ends have the same here: {good:?}");
    assert!(good[0].starts_with("its sha-256 fingerprint is the one in packet 1's SDP"), "{good:?}");
    let forged = FINGERPRINT.replace("77:7C", "77:7D");
    assert!(of_certificate(&after_signaling(&forged), Severity::Good).is_empty());
    let errors = of_certificate(&after_signaling(&forged), Severity::Error);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(of_certificate(&trace(ECDSA), Severity::Error).is_empty(), "nothing was signaled");
}

#[test]
fn what_is_sent_again_says_so() {
    let mut trace = trace(ECDSA);
    // The network doubled packet 13; packet 4 was sent again in a new record.
    let copy = trace.events[12].clone();
    let mut again = trace.events[3].clone();
    again.bytes[10] = 99;
    trace.events.insert(13, copy);
    trace.events.insert(14, again);
    trace.events.iter_mut().for_each(|event| event.packet = None);
    let all = dissect(&trace);
    let copies = notes(&all[13], Severity::Info);
    assert_eq!(copies[0], "the record of packet 13 again: a copy or a replay, which a receiver drops");
    assert!(
        notes(&all[14], Severity::Info).contains(&"packet 4 again: a retransmission"),
        "{:?}",
        all[14].notes()
    );
    assert!(
        !notes(&all[14], Severity::Info).iter().any(|note| note.starts_with("flight")),
        "{:?}",
        all[14].notes()
    );
}

#[test]
fn a_strangers_client_hello_does_not_shut_what_is_open() {
    let mut trace = trace(ECDSA);
    let mut hello = trace.events[0].clone();
    hello.bytes[0x1b] ^= 1; // another random
    trace.events.insert(12, hello);
    let all = dissect(&trace);
    assert_eq!(all[13].summary(), "application data, 5 bytes");
}

#[test]
fn an_association_goes_on_over_another_pair_of_addresses() {
    let whole = trace(ECDSA);
    let (client, server) = (whole.events[0].from, whole.events[0].to);
    // Lesser than both, and greater: whichever end is the lesser one now.
    for other in ["10.0.0.1:9", "192.0.2.1:9"] {
        for moves in [client, server] {
            for from in [4, 8, 12] {
                let mut trace = whole.clone();
                for event in &mut trace.events[from..] {
                    for end in [&mut event.from, &mut event.to] {
                        if *end == moves {
                            *end = other.parse().unwrap();
                        }
                    }
                }
                let all = dissect(&trace);
                assert_eq!(
                    all[12].summary(),
                    "application data, 5 bytes",
                    "{moves} becomes {other} at {from}"
                );
                let moved = |d: &Dissection<'_>| {
                    notes(d, Severity::Info).iter().any(|n| n.starts_with("goes on with"))
                };
                let said: Vec<_> = (0..all.len()).filter(|at| moved(&all[*at])).collect();
                assert_eq!(said, [from], "said once");
            }
        }
    }
    // Whoever shares no end and opens nothing is another.
    let mut stranger = whole.events[12].clone();
    stranger.from = "10.0.0.1:9".parse().unwrap();
    stranger.bytes[30] ^= 1;
    let mut session = Session::of(&whole, None);
    whole.events.iter().for_each(|event| drop(session.dissect(event)));
    assert!(complaints(&session.dissect(&stranger)).is_empty());
}

#[test]
fn the_same_addresses_can_meet_again() {
    let (mut first, second) = (trace(ECDSA), trace(AES128));
    let ends = (first.events[0].from, first.events[0].to);
    for event in second.events {
        let client = event.from.port() != 7103;
        let (from, to) = if client { ends } else { (ends.1, ends.0) };
        first.events.push(Event { from, to, ..event });
    }
    first.secrets.extend(second.secrets);
    let said: Vec<_> = dissect(&first).iter().map(Dissection::summary).collect();
    assert_eq!(said.iter().filter(|said| *said == "application data, 5 bytes").count(), 4, "{said:#?}");
}

#[test]
fn parts_that_never_join_and_strangers_without_end_are_forgotten() {
    let mut session = Session::new(None);
    let part = |seq: u16| {
        let head = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 11, 0, 0xff, 0xff];
        [&head[..], &seq.to_be_bytes(), &[0, 0, 0, 0, 0, 1, 7]].concat()
    };
    let server = "192.0.2.1:1000".parse().unwrap();
    for number in 0..20_000_u32 {
        let client = std::net::SocketAddr::from(([10, 0, 0, 1], 1000 + (number / 20) as u16 * 7 % 50_000));
        let event = Event::udp(std::time::Duration::ZERO, client, server, part(number as u16 % 64));
        tiles(&session.dissect(&event));
    }
    let held = format!("{session:?}").len();
    assert!(held < 100 << 20, "{held} characters");
}
