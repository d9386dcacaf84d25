//! `cargo run --example webrtc`, in all its ways.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use serde_json::Value;
use wire::trace::{Secrets, Trace};

use crate::process::{Drained, Running, command_to_end, installed, run};
use crate::stun::scratch;
use crate::webrtc_interop::ask;

/// A peer that answers, and where it takes offers.
pub(crate) fn server() -> (Drained, SocketAddr) {
    let mut server = Running::example("webrtc", &["--quiet", "--answer", "127.0.0.1:0"]);
    let line = server.line_with("Answering at");
    let address = line.split(['/', ' ']).find_map(|word| word.parse().ok()).unwrap();
    (server.drained(), address)
}

#[test]
fn two_peers_meet_on_loopback_and_say_ping_and_pong() {
    let done = run("webrtc", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    assert!(done.out.contains("=> pong heard \"ping\", ping heard \"pong\"."), "{}", done.out);
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    // A fingerprint is one word.
    for line in done.out.lines().filter(|line| line.split(' ').all(|word| word.len() < 90)) {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("webrtc", &["--json"]);
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    let expected: Vec<_> = (1..).take(numbers.len()).collect();
    assert_eq!((done.code, numbers), (Some(0), expected));
    assert!(packets.len() > 30, "{}", packets.len());
}

#[test]
fn the_capture_has_its_key_inside_and_beside_it_and_tshark_decrypts_it() {
    let (capture, keylog) = (scratch("webrtc.pcapng"), scratch("webrtc.pcapng.keylog"));
    let done = run("webrtc", &["--quiet", "--pcap", capture.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&capture).unwrap()).unwrap();
    let key = fs::read_to_string(&keylog).unwrap();
    assert_eq!(trace.secrets, [Secrets::tls_key_log(key.as_str())]);
    assert_eq!(trace.skipped_count, 0);
    if installed("tshark") {
        // tshark 4.0 has no SCTP inside DTLS: what it decrypts is data to it.
        let mut tshark = Command::new("tshark");
        tshark.arg("-r").arg(&capture).args(["-Y", "data", "-T", "fields", "-e", "data.data"]);
        let inside = command_to_end(&mut tshark).out;
        for word in ["ping", "pong"] {
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(inside.lines().any(|data| data.contains(&hex)), "{word} is missing in\n{inside}");
        }
    }
    for file in [capture, keylog] {
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn keys_are_written_only_where_they_were_asked_for_and_nobody_else_may_read_them() {
    let keylog = scratch("webrtc.keys");
    let done = run("webrtc", &["--quiet", "--keylog", keylog.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let key = fs::read_to_string(&keylog).unwrap();
    assert!(key.starts_with("CLIENT_RANDOM ") && key.lines().count() == 1, "{key}");
    assert!(!done.out.contains("CLIENT_RANDOM"), "{}", done.out);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&keylog).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::remove_file(keylog).unwrap();
}

#[test]
fn one_process_calls_another_and_no_key_is_recorded_unasked() {
    let (_server, address) = server();
    let url = format!("http://{address}/");
    let done = run("webrtc", &["--quiet", "--call", &url, "--message", "gr\u{fc}\u{df} dich"]);
    assert_eq!((done.code, &*done.err), (Some(0), ""), "{}", done.out);
    assert!(done.out.contains("\"echo:gr\u{fc}\u{df} dich\" came back"), "{}", done.out);
    assert!(done.out.contains("encrypted application data"), "{}", done.out);
}

#[test]
fn calls_come_one_after_the_other_and_at_once() {
    let (mut server, address) = server();
    let url = format!("http://{address}/");
    for _ in 0..3 {
        let calls: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                std::thread::spawn(move || run("webrtc", &["--quiet", "--call", &url]).code)
            })
            .collect();
        let codes: Vec<_> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        assert_eq!(codes, [Some(0); 6]);
    }
    assert!(server.runs());
}

#[test]
fn what_is_no_offer_is_told_what_was_expected() {
    let (mut server, address) = server();
    let endless = format!("{{\"type\":\"offer\",\"sdp\":\"{}\"}}", "x".repeat(70_000));
    for (what, body, status, says) in [
        ("POST /offer", "", "400", "as JSON"),
        ("POST /offer", "{\"type\":\"answer\",\"sdp\":\"\"}", "400", "found type"),
        ("POST /offer", "{\"type\":\"offer\",\"sdp\":\"v=0\"}", "400", "as JSON"),
        ("POST /offer", &*endless, "413", "at most 65536 bytes"),
        ("GET /offer", "", "405", "POST /offer"),
        ("GET /nowhere", "", "404", "/offer"),
        ("GET /", "", "200", "<title>"),
    ] {
        let (found, text) = ask(address, what, body.as_bytes()).unwrap();
        assert!(found.starts_with(status) && text.contains(says), "{what}: {found}: {text}");
    }
    assert!(server.runs());
}

/// Each takes a socket before it is found out.
#[cfg(target_os = "linux")]
#[test]
fn offers_that_are_refused_leave_no_socket_open() {
    let (server, address) = server();
    let head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    let media = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n";
    let sdp = format!("{head}{media}");
    let offer = serde_json::json!({ "type": "offer", "sdp": sdp }).to_string();
    let refused = || {
        let (status, text) = ask(address, "POST /offer", offer.as_bytes()).unwrap();
        assert!(status.starts_with("400"), "{status}: {text}");
    };
    refused();
    let settled = |most: usize| {
        let begun = std::time::Instant::now();
        while server.descriptors() > most {
            assert!(begun.elapsed().as_secs() < 30, "{} of {most}", server.descriptors());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    // The listener, the runtime's own, and none of a call.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let before = server.descriptors();
    for _ in 0..20 {
        refused();
    }
    settled(before);
}

#[test]
fn nobody_there_and_somebody_else_there_end_with_exit_code_1_and_advice() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = run("webrtc", &["--quiet", "--call", &format!("http://{closed}/")]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("refused") && done.err.contains("--answer"), "{}", done.err);

    // It listens and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let done = run("webrtc", &["--quiet", "--call", &url, "--timeout", "0.5"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("no answer within 0.5 s"), "{}", done.err);

    let (_server, address) = server();
    let done = run("webrtc", &["--quiet", "--call", &format!("http://{address}/nowhere")]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("404"), "{}", done.err);
}

#[test]
fn help_shows_how_to_use_it() {
    let done = run("webrtc", &["--help"]);
    assert_eq!(done.code, Some(0));
    for text in ["Examples:", "--answer", "--call", "--keylog", "--json", "--pcap", "--seed", "Exit codes"] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--call", "127.0.0.1:8080"], "http://127.0.0.1:8080/"),
        (&["--call", "https://127.0.0.1/"], "https is not http"),
        (&["--call", "http://127.0.0.1/", "--timeout", "never"], "0.1 to 3600"),
        (&["--message", "ping"], "--call"),
        (&["--answer", "localhost"], "--answer"),
        (&["--answer", &taken], "Port 0"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
        (&["--keylog", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("webrtc", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
