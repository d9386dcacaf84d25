//! `cargo run --example agora`, in all its ways but those of a real project: `agora_project.rs`.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use wire::trace::{Secrets, Trace};

use crate::process::{Done, Running, command_to_end, installed, program};
use crate::stun::scratch;

/// The example, whatever project is in the environment of who runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program("agora"));
    command.args(arguments).env_remove("AGORA_APP_ID").env_remove("AGORA_APP_CERTIFICATE");
    command
}

fn run(arguments: &[&str]) -> Done {
    command_to_end(&mut command(arguments))
}

/// As a person reads it: without the packets, and without what is another time and another token in each run.
fn words(out: &str) -> String {
    let mut words = String::new();
    let mut packet = false;
    for line in out.lines() {
        packet = line.starts_with('#') || packet && !line.is_empty();
        let second_blank = line.is_empty() && words.ends_with("\n\n");
        if !packet && !second_blank {
            words.push_str(line);
            words.push('\n');
        }
    }
    let hidden = [
        (r"007eJ\S+", "[token]"),
        (r"\d{4}-\d\d-\d\d\s+\d\d:\d\d:\d\d", "[time]"),
        (r"\d+ packets of audio, \d+ of", "[so many] packets of audio, [so many] of"),
        (r"0x[0-9a-f]{8}", "[checksum]"),
        (r"\b\d s (ago|are left|from now)", "[some] s $1"),
    ];
    hidden
        .iter()
        .fold(words, |text, (pattern, by)| Regex::new(pattern).unwrap().replace_all(&text, *by).into_owned())
}

#[test]
fn a_token_lets_ping_in_and_eleven_others_do_not() {
    let done = run(&["--quiet", "--seed", "1"]);
    assert_eq!((done.code, &*done.err), (Some(0), ""), "{}", done.out);
    insta::assert_snapshot!("agora", words(&done.out));
}

#[test]
fn each_byte_is_explained_and_no_line_is_too_wide() {
    let full = run(&["--full"]);
    assert_eq!((full.code, &*full.err), (Some(0), ""));
    assert!(!full.out.contains("error: "), "the dissector finds fault:\n{}", full.out);
    assert!(full.out.contains("sess-version") && full.out.matches("Extended payload length").count() > 4);

    // In short nothing is left out that the story is about.
    let done = run(&[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    assert!(done.out.lines().count() * 3 < full.out.lines().count(), "{}", done.out);
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    for words in
        ["Signing info", "Privilege number: 4 (publish data)", "m=video", "a=ssrc:", "SSRC: ", "\"ping\""]
    {
        assert!(done.out.contains(words), "{words} is not in {}", done.out);
    }
    // A token, a fingerprint or a URN is one word.
    let lines = [done.out.lines(), full.out.lines()].into_iter().flatten();
    for line in lines.filter(|line| line.split(' ').all(|word| word.len() < 40)) {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run(&["--json"]);
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    let expected: Vec<_> = (1..).take(numbers.len()).collect();
    assert_eq!((done.code, numbers), (Some(0), expected));
    assert!(packets.len() > 100, "{}", packets.len());
}

#[test]
fn the_capture_has_its_keys_inside_and_beside_it_and_tshark_decrypts_it() {
    let (capture, keylog) = (scratch("agora.pcapng"), scratch("agora.pcapng.keylog"));
    let done = run(&["--quiet", "--pcap", capture.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&capture).unwrap()).unwrap();
    let keys = fs::read_to_string(&keylog).unwrap();
    // ping's two connections, pong's, and the one of the token that ends.
    let expected: Vec<_> = keys.lines().map(|line| Secrets::tls_key_log(format!("{line}\n"))).collect();
    assert_eq!((trace.secrets.len(), trace.secrets), (4, expected));
    if installed("tshark") {
        let tshark = |arguments: &[&str]| {
            let mut tshark = Command::new("tshark");
            command_to_end(tshark.arg("-r").arg(&capture).args(arguments)).out
        };
        // A frame for each event, and those of TCP's own.
        let count = tshark(&["-T", "fields", "-e", "frame.number"]).lines().count();
        assert!(count > trace.events.len(), "{count}");
        // tshark 4.0 has no SCTP inside DTLS: what it decrypts is data to it.
        let inside = tshark(&["-Y", "data", "-T", "fields", "-e", "data.data"]);
        for words in ["ping", "{\"from\":\"ping\",\"text\":\"ping\"}"] {
            let hex: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(inside.lines().any(|data| data.contains(&hex)), "{words} is missing in\n{inside}");
        }
    }
    for file in [capture, keylog] {
        fs::remove_file(file).unwrap();
    }
}

/// An SFU of its own process, where it is, and a token for each of two.
fn server(arguments: &[&str]) -> (crate::process::Drained, String, String, String) {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--quiet", "--listen", "127.0.0.1:0"]);
    let mut server = Running::command(&mut command(&arguments));
    let mut token = || server.line_with("007eJ").trim().to_owned();
    let (ping, pong) = (token(), token());
    let line = server.line_with("Listening at");
    let url = line.split(' ').find(|word| word.starts_with("ws://")).unwrap().to_owned();
    (server.drained(), url, ping, pong)
}

#[test]
fn two_processes_meet_at_a_third() {
    let (mut server, url, ping, pong) = server(&[]);
    let publishing = {
        let url = url.clone();
        thread::spawn(move || run(&["--quiet", "--server", &url, "--token", &ping]))
    };
    let watching = run(&["--quiet", "--server", &url, "--token", &pong]);
    let published = publishing.join().unwrap();
    assert_eq!((published.code, watching.code), (Some(0), Some(0)), "{}{}", published.err, watching.err);
    let count = Regex::new(r"pong got (\d+) packets of audio and (\d+) of video").unwrap();
    let count = count.captures(&watching.out).unwrap_or_else(|| panic!("{}", watching.out));
    assert!(&count[1] != "0" && &count[2] != "0", "{}", watching.out);
    assert!(!watching.out.contains("CLIENT_RANDOM"), "{}", watching.out);
    assert!(server.runs());
}

#[test]
fn a_server_elsewhere_says_why_it_refuses() {
    let (mut server, url, ping, _) = server(&["--channel", "lecture"]);
    let (_other, other_url, ..) = self::server(&[]);
    for (url, arguments, code) in [
        (&url, &["--channel", "other"][..], "wrong-channel"),
        (&url, &["--uid", "pong"], "wrong-uid"),
        (&other_url, &[], "wrong-app"),
    ] {
        let done = run(&[&["--quiet", "--server", url, "--token", &ping], arguments].concat());
        assert_eq!(done.code, Some(1), "{code}: {}", done.err);
        assert!(done.err.starts_with(&format!("error: {code}: ")), "{code}: {}", done.err);
    }
    // What cannot be read is not even sent.
    let old = format!("006970CA35de60c44645bbae8a215061b33IAA{}", "A".repeat(60));
    for (token, code) in [(&*old, "version-006"), (&ping[..40], "damaged")] {
        let done = run(&["--quiet", "--server", &url, "--token", token]);
        assert_eq!(done.code, Some(1), "{code}: {}", done.err);
        assert!(done.err.starts_with(&format!("error: {code}: ")), "{code}: {}", done.err);
    }
    assert!(server.runs());
}

/// Whoever speaks something else, says something else first, or says nothing and goes.
#[test]
fn a_server_outlives_what_is_no_member() {
    let (mut server, url, _, pong) = server(&[]);
    let address = url.trim_start_matches("ws://").trim_end_matches('/');
    let upgrade = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let frame = |text: &str| {
        let len = u8::try_from(text.len()).unwrap();
        [&[0x81, 0x80 | len, 0, 0, 0, 0], text.as_bytes()].concat()
    };
    let after = |frames: &[u8]| [upgrade.as_bytes(), frames].concat();
    let strangers = [
        Vec::new(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0x16; 100_000],
        after(&frame("nonsense")),
        after(&frame("{\"type\":\"leave\"}")),
        after(&frame("{\"type\":\"join\",\"token\":\"\",\"channel\":\"\",\"uid\":\"\"}")),
        // A frame of so many bytes that nobody has.
        after(&[0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    ];
    for bytes in strangers {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        // It may have hung up already.
        let _ = stream.write_all(&bytes).and_then(|()| stream.shutdown(Shutdown::Write));
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let done = run(&["--quiet", "--server", &url, "--token", &pong]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(server.runs());
}

#[test]
fn nobody_there_and_somebody_else_there_end_with_exit_code_1_and_advice() {
    let (_server, _, token, _) = server(&[]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It accepts and hangs up.
    let rude = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = rude.local_addr().unwrap();
    let hangs_up = thread::spawn(move || drop(rude.accept()));
    for address in [closed, at] {
        let done = run(&["--quiet", "--server", &format!("ws://{address}/"), "--token", &token]);
        assert_eq!(done.code, Some(1), "{}", done.err);
        assert!(done.err.contains("--listen"), "{}", done.err);
    }
    hangs_up.join().unwrap();
}

#[test]
fn a_token_of_yours_is_taken_apart_as_far_as_it_goes() {
    let (_server, _, good, _) = server(&[]);
    let cut = &good[..good.len() / 2];
    let old = format!("006970CA35de60c44645bbae8a215061b33IAA{}", "A".repeat(60));
    for (token, code, says) in [
        (&*good, 0, "It can be read; whether the signature is right"),
        (cut, 1, "error: damaged: expected a whole token"),
        (&old, 1, "error: version-006: expected a token that begins with 007"),
        ("nonsense", 1, "error: damaged:"),
        ("", 1, "error: damaged:"),
    ] {
        let done = run(&["--token", token]);
        assert_eq!(done.code, Some(code), "{token}: {}", done.err);
        let out = [&*done.out, &*done.err].concat();
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(says), "{token}: {out}");
    }
    let done = run(&["--json", "--token", cut]);
    let verdict: Value = serde_json::from_str(done.out.trim()).unwrap();
    assert_eq!((done.code, verdict["verdict"].as_str()), (Some(1), Some("damaged")), "{verdict}");
}

#[test]
fn a_token_may_come_from_standard_input() {
    let (_server, _, good, _) = server(&[]);
    let mut command = command(&["--token", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "  {good}").unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success() && String::from_utf8_lossy(&out.stdout).contains("Uid: \"ping\""));
}

#[test]
fn flags_say_what_the_token_says() {
    let arguments = ["--channel", "lecture", "--uid", "0", "--role", "subscriber", "--seconds", "60"];
    let done = run(&arguments);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let token = done.out.split("2. ping joins").next().unwrap();
    for words in ["Channel: \"lecture\"", "Privilege count: 1\n", "Expire: 60\n", "and publish nothing"] {
        let words_on_one_line = token.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words_on_one_line.contains(words.trim()), "{words} is not in {token}");
    }
    assert!(token.contains("Uid: \"\""), "{token}");
}

#[test]
fn help_shows_how_to_use_it() {
    let done = run(&["--help"]);
    assert_eq!(done.code, Some(0));
    for text in [
        "Examples:",
        "--token",
        "--channel",
        "--uid",
        "--role",
        "--seconds",
        "--server",
        "--listen",
        "--keylog",
        "--full",
        "--json",
        "--pcap",
        "--seed",
        "AGORA_APP_CERTIFICATE",
        "Exit codes",
    ] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (_server, _, token, _) = server(&[]);
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--server", "ws://127.0.0.1:7007/"], "--token"),
        (&["--server", "http://127.0.0.1/", "--token", &token], "http is not ws or wss"),
        (&["--server", "wss://127.0.0.1/", "--token", &token], "wss:// needs TLS"),
        (&["--listen", &taken], "Port 0"),
        (&["--listen", "0.0.0.0:0"], "expected an address of this machine"),
        (&["--role", "king"], "publisher"),
        (&["--seconds", "0"], "1..=86400"),
        (&["--seconds", "86401"], "1..=86400"),
        (&["--channel", ""], "1 to 64 bytes"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
        (&["--keylog", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run(arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
