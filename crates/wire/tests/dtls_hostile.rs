//! DTLS from whoever can send a datagram: nothing of it may take the keys of a handshake away, or time and memory.

#![cfg(feature = "decrypt")]

use std::net::SocketAddr;
use std::time::Duration;

use wire::trace::{Event, Secrets, Trace};
use wire::{Dissection, Session, Severity};

mod common;
use common::{complaints, tiles};

const ECDSA: &[u8] = include_bytes!("data/dtls-ecdsa.pcapng");
const OPENED: &str = "application data, 5 bytes";

/// The first packet of application data, from 0; the server's Finished is the one before.
const DATA: usize = 12;

fn record(content_type: u8, epoch: u16, number: u64, fragment: &[u8]) -> Vec<u8> {
    let mut record = vec![content_type, 0xfe, 0xfd];
    record.extend(epoch.to_be_bytes());
    record.extend(&number.to_be_bytes()[2..]);
    record.extend(u16::try_from(fragment.len()).unwrap().to_be_bytes());
    record.extend(fragment);
    record
}

fn part(msg_type: u8, length: u32, seq: u16, offset: u32, body: &[u8]) -> Vec<u8> {
    let mut part = vec![msg_type];
    part.extend(&length.to_be_bytes()[1..]);
    part.extend(seq.to_be_bytes());
    part.extend(&offset.to_be_bytes()[1..]);
    part.extend(&u32::try_from(body.len()).unwrap().to_be_bytes()[1..]);
    part.extend(body);
    part
}

fn message(msg_type: u8, seq: u16, body: &[u8]) -> Vec<u8> {
    part(msg_type, u32::try_from(body.len()).unwrap(), seq, 0, body)
}

fn client_hello(seq: u16, random: u8) -> Vec<u8> {
    message(1, seq, &[&[0xfe, 0xfd][..], &[random; 32], &[0, 0, 0, 2, 0xc0, 0x2b, 1, 0]].concat())
}

fn server_hello(seq: u16, random: &[u8; 32], suite: u16) -> Vec<u8> {
    message(2, seq, &[&[0xfe, 0xfd][..], random, &[0], &suite.to_be_bytes(), &[0]].concat())
}

fn event(from: u16, to: u16, bytes: Vec<u8>) -> Event {
    let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
    Event::udp(Duration::ZERO, address(from), address(to), bytes)
}

/// That of the ClientHello whose random is all 1.
fn with_a_key() -> Session {
    let mut session = Session::new(None);
    session.learn(&Secrets::tls_key_log(format!("CLIENT_RANDOM {} {}\n", "01".repeat(32), "02".repeat(48))));
    session
}

fn says(d: &Dissection<'_>, text: &str) -> bool {
    d.notes().iter().any(|note| note.text.contains(text))
}

/// The real handshake, and what comes of packet `at` after `before` saw those in front of it.
fn real(at: usize, before: impl Fn(&mut Session, &Trace, usize)) -> (String, Vec<(String, Severity)>) {
    let trace = Trace::read(ECDSA).unwrap();
    let mut session = Session::of(&trace, None);
    for (number, event) in trace.events[..at].iter().enumerate() {
        before(&mut session, &trace, number);
        tiles(&session.dissect(event));
    }
    before(&mut session, &trace, at);
    let d = session.dissect(&trace.events[at]);
    (d.summary(), d.notes().iter().map(|note| (note.text.to_string(), note.severity)).collect())
}

fn send(session: &mut Session, like: &Event, bytes: Vec<u8>) {
    tiles(&session.dissect(&Event { bytes, packet: None, ..like.clone() }));
}

#[test]
fn a_finished_in_the_clear_with_numbers_out_of_order_is_not_summed() {
    let mut session = with_a_key();
    let hello_done = [server_hello(0, &[9; 32], 0xc02b), message(14, 1, &[])].concat();
    for (from, to, bytes) in [
        (1, 2, record(22, 0, 0, &client_hello(65_535, 1))),
        (2, 1, record(22, 0, 0, &hello_done)),
        (1, 2, record(23, 1, 0, &[0; 40])),
        (1, 2, record(22, 0, 1, &message(20, 0, &[0; 12]))),
        (2, 1, record(22, 0, 1, &message(20, 1, &[0; 12]))),
    ] {
        let event = event(from, to, bytes);
        let d = session.dissect(&event);
        tiles(&d);
        assert!(!says(&d, "verify_data"), "{:?}", d.notes());
    }
}

#[test]
fn what_never_joined_goes_when_another_handshake_begins() {
    let mut session = with_a_key();
    let mut send = |from, to, bytes| drop(session.dissect(&event(from, to, bytes)));
    send(1, 2, record(22, 0, 0, &client_hello(0, 1)));
    send(2, 1, record(22, 0, 0, &server_hello(0, &[9; 32], 0xc02b)));
    send(1, 2, record(23, 1, 0, &[0; 40]));
    for (from, to) in [(1, 2), (2, 1)] {
        let parts: Vec<u8> = (100..132).flat_map(|seq| part(11, 65_536, seq, 7, &[1])).collect();
        send(from, to, record(22, 0, 1, &parts));
    }
    send(1, 2, record(22, 0, 2, &client_hello(0, 7)));
    let held = format!("{session:?}").len();
    assert!(held < 1 << 20, "{held} characters, where parts of 4 MiB were");
}

#[test]
fn nobodys_hello_in_the_clear_changes_what_was_agreed_on() {
    for (what, after) in [("under way", 7), ("with the keys in use", DATA)] {
        for suite in [0xcca9, 0xc02b, 0x1301] {
            for spoofed_from in [2, 3] {
                let (said, notes) = real(DATA, |session, trace, at| {
                    if at == after {
                        let forged = record(22, 0, 999, &server_hello(60, &[9; 32], suite));
                        send(session, &trace.events[spoofed_from], forged);
                    }
                });
                assert_eq!(said, OPENED, "{what}, {suite:#06x}: {notes:?}");
            }
        }
        let (said, notes) = real(DATA, |session, trace, at| {
            let hello = &trace.events[2];
            let reflected = Event { from: hello.to, to: hello.from, packet: None, ..hello.clone() };
            if at == after {
                tiles(&session.dissect(&reflected));
            }
        });
        assert_eq!(said, OPENED, "reflected {what}: {notes:?}");
    }
}

#[test]
fn a_forged_record_does_not_make_a_copy_of_the_genuine_one() {
    let (said, notes) = real(DATA, |session, trace, at| {
        if at == DATA {
            let mut bytes = trace.events[DATA].bytes.clone();
            *bytes.last_mut().unwrap() ^= 1;
            send(session, &trace.events[DATA], bytes);
        }
    });
    assert_eq!(said, OPENED);
    assert!(notes.iter().all(|(text, _)| !text.contains("a copy or a replay")), "{notes:?}");
}

#[test]
fn a_second_handshake_counts_its_records_from_0_and_is_no_copy() {
    let mut session = Session::new(None);
    let (one, two) = (
        event(1, 2, record(22, 0, 0, &client_hello(0, 1))),
        event(1, 2, record(22, 0, 0, &client_hello(0, 3))),
    );
    tiles(&session.dissect(&one));
    assert!(!says(&session.dissect(&two), "again"));
    assert!(says(&session.dissect(&two), "the record of packet 2 again"));
}

#[test]
fn a_message_cut_short_does_not_stand_for_the_whole_one() {
    for at in [8, 12] {
        let (_, notes) = real(at - 1, |session, trace, number| {
            if number == 3 {
                let cut = record(22, 0, 99, &trace.events[3].bytes[13..][..12 + 50]);
                send(session, &trace.events[3], cut);
            }
        });
        let finished = notes.iter().any(|(text, _)| text.starts_with("verify_data fits"));
        assert!(finished, "packet {at}: {notes:?}");
    }
}

#[test]
fn a_later_epoch_is_left_encrypted_without_a_complaint() {
    let trace = Trace::read(ECDSA).unwrap();
    let mut session = Session::of(&trace, None);
    trace.events[..=DATA].iter().for_each(|event| drop(session.dissect(event)));
    let mut later = trace.events[DATA].clone();
    later.bytes[4] = 2;
    let d = session.dissect(&later);
    tiles(&d);
    assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    assert!(says(&d, "keys of a later handshake"), "{:?}", d.notes());
    assert_eq!(session.dissect(&trace.events[DATA + 1]).summary(), OPENED);
}

#[test]
fn a_message_alone_is_in_the_flight_of_who_alone_can_say_it() {
    /// RFC 8446 section 4.1.3.
    const HELLO_RETRY_REQUEST: [u8; 32] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
        0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ];
    for (what, message, flight) in [
        ("ServerHello", server_hello(0, &[9; 32], 0xc02b), Some("flight 4")),
        ("ServerHelloDone", message(14, 5, &[]), Some("flight 4")),
        ("HelloRetryRequest", server_hello(0, &HELLO_RETRY_REQUEST, 0x1301), Some("flight 2")),
        ("Certificate", message(11, 2, &[0, 0, 0]), None),
        ("Finished", message(20, 7, &[0; 12]), None),
    ] {
        let event = event(2, 1, record(22, 0, 0, &message));
        let mut session = Session::new(None);
        let d = session.dissect(&event);
        let said = d.notes().iter().find(|note| note.text.starts_with("flight"));
        assert_eq!(said.and_then(|note| note.text.get(..8)), flight, "{what}");
    }
}

#[test]
fn a_strangers_client_hello_does_not_end_a_handshake_whose_key_is_still_to_come() {
    let mut trace = Trace::read(ECDSA).unwrap();
    let secrets = trace.secrets.pop().unwrap();
    let mut session = Session::new(None);
    trace.events[..=DATA].iter().for_each(|event| drop(session.dissect(event)));
    send(&mut session, &trace.events[0], record(22, 0, 0, &client_hello(0, 1)));
    // And its ServerHello, sent again, does not answer the stranger.
    send(&mut session, &trace.events[3], trace.events[3].bytes.clone());
    session.learn(&secrets);
    assert_eq!(session.dissect(&trace.events[DATA + 1]).summary(), OPENED);
}
