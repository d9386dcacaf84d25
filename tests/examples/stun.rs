//! `cargo run --example stun`, in all its ways.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use wire::trace::Trace;

use crate::process::{Drained, Running, command_to_end, installed, run};

/// A path for this test's own file, in the folder that cargo keeps for tests.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A server with a second address, and its first one.
pub(crate) fn server() -> (Drained, SocketAddr) {
    let arguments = ["--quiet", "--listen", "127.0.0.1:0", "--alternate", "127.0.0.2:0"];
    let mut server = Running::example("stun", &arguments);
    let line = server.line_with("Listening at");
    let address = line.split_whitespace().nth(2).unwrap().parse().unwrap();
    (server.drained(), address)
}

#[test]
fn the_story_answers_six_questions_and_draws_them() {
    let done = run("stun", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let learned: Vec<_> = done.out.lines().filter(|line| line.starts_with("=> ")).collect();
    assert_eq!(learned.len(), 6, "{learned:?}");
    assert!(learned[1].contains("420 Unknown Attribute"), "{}", learned[1]);
    assert!(learned[5].contains("is signed"), "{}", learned[5]);
    assert!(done.out.contains("MESSAGE-INTEGRITY-SHA256"));
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    assert!(!done.out.contains('\x1b'), "color, though this is no terminal");
    for line in done.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn quiet_leaves_the_fields_out() {
    let done = run("stun", &["--quiet"]);
    assert_eq!(done.code, Some(0));
    assert!(done.out.contains("#12 ") && !done.out.contains("Magic Cookie"));
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("stun", &["--json"]);
    assert_eq!(done.code, Some(0));
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    for packet in &packets {
        let hex = packet["bytes"].as_str().unwrap();
        assert_eq!(packet["dissection"]["at"][1].as_u64().unwrap() as usize * 2, hex.len());
        assert_eq!(packet["transport"], "udp");
        assert!(packet["from"].as_str().unwrap().parse::<SocketAddr>().is_ok());
    }
    assert!(packets[0]["comment"].as_str().unwrap().starts_with("1. "));
    assert!(done.err.contains("no NAT"), "what was learned goes to standard error: {}", done.err);
}

#[test]
fn a_seed_repeats_the_ids_and_chance_does_not() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let lines = run("stun", arguments).out;
        let packets = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        packets.map(|packet| packet["bytes"].as_str().unwrap()[8..40].to_owned()).collect()
    };
    let seeded = ids(&["--json", "--seed", "7"]);
    assert_eq!(seeded, ids(&["--json", "--seed", "7"]));
    assert_ne!(seeded, ids(&["--json"]));
    assert_eq!(seeded.iter().collect::<BTreeSet<_>>().len(), 6, "each question has an id of its own");
}

#[test]
fn the_capture_reads_back_and_wireshark_finds_nothing_wrong() {
    let path = scratch("story.pcapng");
    let done = run("stun", &["--quiet", "--pcap", path.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&path).unwrap()).unwrap();
    assert_eq!((trace.events.len(), trace.skipped_count), (12, 0));
    assert!(trace.events[0].comment.as_deref().is_some_and(|comment| comment.starts_with("1. ")));
    if installed("tshark") {
        let wrong = "_ws.malformed || udp.checksum.bad || ip.checksum.status == \"Bad\"";
        let mut tshark = Command::new("tshark");
        let found = command_to_end(tshark.arg("-r").arg(&path).args(["-Y", wrong]));
        assert_eq!((found.code, &*found.out), (Some(0), ""), "{}", found.err);
        let mut tshark = Command::new("tshark");
        let stun = command_to_end(tshark.arg("-r").arg(&path).args(["-Y", "stun || classicstun"]));
        assert_eq!(stun.out.lines().count(), 12, "{}", stun.out);
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn one_process_asks_another_and_learns_how_the_path_behaves() {
    let (_server, address) = server();
    let done = run("stun", &["--quiet", "--server", &address.to_string()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    for learned in
        ["no NAT on the way", "Filtering is endpoint-independent", "Mapping is endpoint-independent"]
    {
        assert!(done.out.contains(learned), "{learned} is missing in\n{}", done.out);
    }
}

#[test]
fn a_server_with_one_address_says_that_it_cannot_test_and_that_is_fine() {
    let mut server = Running::example("stun", &["--quiet", "--listen", "[::1]:0"]);
    let line = server.line_with("Listening at");
    let address = line.split_whitespace().nth(2).unwrap().trim_end_matches('.').to_owned();
    let _server = server.drained();
    let done = run("stun", &["--quiet", "--server", &address]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("no second address"), "{}", done.out);
}

#[test]
fn silence_ends_with_exit_code_1_and_advice_after_asking_again() {
    // Bound and never read: nothing answers, and nobody else gets the port.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let done = run("stun", &["--json", "--server", &address, "--timeout", "1.2"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("no answer") && done.err.contains("--listen"), "{}", done.err);
    let packets = done.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sent: BTreeSet<_> = packets.map(|packet| packet["bytes"].to_string()).collect();
    assert_eq!((done.out.lines().count(), sent.len()), (2, 1), "the same request, again after 0.5 s");
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--server", "127.0.0.1", "--timeout", "never"], "0.1 to 3600"),
        (&["--alternate", "127.0.0.2:1"], "--listen"),
        (&["--listen", "localhost"], "--listen"),
        (&["--listen", "127.0.0.1:5000", "--alternate", "127.0.0.1:5001"], "must differ"),
        (&["--listen", "127.0.0.1:5000", "--alternate", "127.0.0.2:5000"], "must differ"),
        (&["--listen", "0.0.0.0:5000", "--alternate", "127.0.0.2:5001"], "two addresses"),
        (&["--listen", &taken], "Port 0"),
        (&["--server", "no.such.name.invalid"], "HOST:PORT"),
        (&["--server", "host:port:again"], "HOST:PORT"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("stun", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}

#[test]
fn help_shows_how_to_use_it() {
    let done = run("stun", &["--help"]);
    assert_eq!(done.code, Some(0));
    for text in ["Examples:", "--server", "--listen", "--alternate", "--json", "--pcap", "Exit codes"] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
}

#[test]
fn hostile_datagrams_get_no_answer_and_the_server_goes_on() {
    let (mut server, address) = server();
    let attacker = UdpSocket::bind("127.0.0.1:0").unwrap();
    attacker.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let request = b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
    let mut hostile: Vec<Vec<u8>> = (0..20).map(|length| request[..length].to_vec()).collect();
    for first in [0x01, 0x40, 0x80, 0xff] {
        hostile.push([&[first], &request[1..]].concat()); // responses, ChannelData, RTP
    }
    for length in [1, 4, 0xffff_u16] {
        hostile.push([&request[..2], &length.to_be_bytes(), &request[4..]].concat());
    }
    hostile.push(b"\x01\x01\x00\x00\x21\x12\xa4\x42ping-pong-01".to_vec()); // a response is not answered
    hostile.push(b"\x00\x11\x00\x00\x21\x12\xa4\x42ping-pong-01".to_vec()); // nor an indication
    hostile.push(b"\x00\x03\x00\x00\x21\x12\xa4\x42ping-pong-01".to_vec()); // nor TURN
    hostile.push(vec![0; 9000]);
    for datagram in &hostile {
        attacker.send_to(datagram, address).unwrap();
    }
    let mut buffer = [0; 1500];
    let answer = attacker.recv_from(&mut buffer);
    assert!(answer.is_err(), "one of them was answered: {:02x?}", &buffer[..answer.unwrap().0]);

    attacker.send_to(request, address).unwrap();
    let (length, from) = attacker.recv_from(&mut buffer).unwrap();
    assert_eq!((from, &buffer[8..20]), (address, &request[8..]));
    assert!(length <= 80, "{length} bytes for 20");
    assert!(server.runs());
}
