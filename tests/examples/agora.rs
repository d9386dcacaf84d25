//! `cargo run --example agora`, in all its ways.

use std::net::UdpSocket;

use serde_json::Value;

use crate::process::{Running, run};

#[test]
fn both_ends_run_on_loopback() {
    let done = run("agora", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    assert!(done.out.contains("=> pong "), "{}", done.out);
    for line in done.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("agora", &["--json"]);
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!((done.code, numbers), (Some(0), vec![1, 2]));
}

#[test]
fn one_process_asks_another() {
    let mut server = Running::example("agora", &["--quiet", "--listen", "127.0.0.1:0"]);
    let line = server.line_with("Listening at");
    let address = line.split_whitespace().nth(2).unwrap().trim_end_matches('.').to_owned();
    let _server = server.drained();
    let done = run("agora", &["--quiet", "--server", &address]);
    assert_eq!(done.code, Some(0), "{}", done.err);
}

#[test]
fn silence_ends_with_exit_code_1_and_advice() {
    // Bound and never read: nothing answers, and nobody else gets the port.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let done = run("agora", &["--quiet", "--server", &silent.local_addr().unwrap().to_string()]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("--listen"), "{}", done.err);
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--server", "somewhere"], "--server"),
        (&["--listen", &taken], "Port 0"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("agora", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
