//! `cargo run --example webrtc`, in all its ways.

use std::fs;
use std::process::Command;

use serde_json::Value;
use wire::trace::{Secrets, Trace};

use crate::process::{command_to_end, installed, run};
use crate::stun::scratch;

#[test]
fn two_peers_meet_on_loopback_and_say_ping_and_pong() {
    let done = run("webrtc", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    assert!(done.out.contains("=> pong heard \"ping\", ping heard \"pong\"."), "{}", done.out);
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    for line in done.out.lines() {
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
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
        (&["--keylog", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("webrtc", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
