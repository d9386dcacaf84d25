//! `cargo run --example socketio`, in all its ways.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use wire::trace::Trace;

use crate::process::{Drained, Running, command_to_end, installed, run};
use crate::stun::scratch;

/// A chat, and its URL.
pub(crate) fn server() -> (Drained, String) {
    let mut server = Running::example("socketio", &["--quiet", "--listen", "127.0.0.1:0"]);
    let line = server.line_with("Listening at");
    let url = line.split_whitespace().nth(2).unwrap().to_owned();
    (server.drained(), url)
}

/// What the story says it learned, each on one line.
pub(crate) fn learned(out: &str) -> Vec<String> {
    let parts = out.split("\n=> ").skip(1);
    parts.map(|part| part.split("\n\n").next().unwrap().replace("\n   ", " ")).collect()
}

#[test]
fn the_story_opens_upgrades_chats_loses_and_recovers() {
    let done = run("socketio", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let learned = learned(&done.out);
    for text in [
        "It can be upgraded to: websocket",
        "2probe, 3probe, 5",
        r#"30["lobby"]"#,
        r#""pong" joined "lobby""#,
        "pong hears {\"name\":\"ping\",\"number\":1,\"text\":\"hello\"}",
        "counted 37 bytes. pong has them byte for byte",
        r#"pong answered "yes""#,
        "/admin is refused: wrong password",
        "no connection state recovery",
        r#"Since then: [{"name":"pong","number":2,"text":"still there?"},{"name":"ping","number":3"#,
        "2 pings, 1 pong",
    ] {
        assert!(learned.iter().any(|line| line.contains(text)), "{text} is missing in {learned:#?}");
    }
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    assert!(!done.out.contains('\x1b'), "color, though this is no terminal");
    for line in done.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn one_transport_alone_tells_the_same_story() {
    for (way, there, not_there) in
        [("polling", "transport=polling", "transport=websocket"), ("websocket", "101 Switching", "POST")]
    {
        let done = run("socketio", &["--quiet", "--transport", way]);
        assert_eq!(done.code, Some(0), "{way}: {}", done.err);
        // The heartbeat's part is by WebSocket in any case.
        let story = done.out.split("17. ").next().unwrap();
        assert!(story.contains(there) && !story.contains(not_there), "{way}:\n{story}");
        assert!(learned(&done.out).iter().any(|line| line.contains("byte for byte")), "{way}:\n{story}");
    }
}

#[test]
fn quiet_leaves_the_fields_out() {
    let done = run("socketio", &["--quiet"]);
    assert_eq!(done.code, Some(0));
    assert!(done.out.contains("BINARY_EVENT 2 \"file\"") && !done.out.contains("Masking-key"));
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("socketio", &["--json"]);
    assert_eq!(done.code, Some(0));
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=packets.len() as u64).collect::<Vec<_>>());
    assert!(packets.iter().all(|packet| packet["transport"] == "tcp"));
    assert!(packets[0]["comment"].as_str().unwrap().starts_with("1. "));
    assert!(done.err.contains("byte for byte"), "what was learned goes to standard error: {}", done.err);
}

#[test]
fn the_capture_reads_back_and_wireshark_finds_nothing_wrong() {
    let path = scratch("socketio.pcapng");
    let done = run("socketio", &["--quiet", "--pcap", path.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&path).unwrap()).unwrap();
    assert_eq!((trace.events.len() > 100, trace.skipped_count), (true, 0));
    if installed("tshark") {
        let wrong = "_ws.malformed || tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\"";
        let mut tshark = Command::new("tshark");
        // The server's port is any where 3000 is taken.
        let found =
            command_to_end(tshark.arg("-r").arg(&path).args(["-d", "tcp.port==1-65535,http", "-Y", wrong]));
        assert_eq!((found.code, &*found.out), (Some(0), ""), "{}", found.err);
        let mut tshark = Command::new("tshark");
        let filter = "websocket.opcode == 2";
        let found =
            command_to_end(tshark.arg("-r").arg(&path).args(["-d", "tcp.port==1-65535,http", "-Y", filter]));
        assert_eq!(found.out.lines().count(), 1, "the picture: {}{}", found.out, found.err);
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn one_process_chats_with_another_by_each_transport() {
    let (mut server, url) = server();
    for way in [&[][..], &["--transport", "polling"], &["--transport", "websocket"]] {
        let ask = ["--quiet", "--connect", &url, "--ask", r#"["join","lobby"]"#];
        let say = ["--ask", r#"["say","lobby","hello"]"#, "--ask", r#"["missed","lobby",0]"#];
        let done = run("socketio", &[&ask, &say[..], way].concat());
        assert_eq!(done.code, Some(0), "{way:?}: {}", done.err);
        let learned = learned(&done.out).join("\n");
        for text in
            ["The answer to join: \"lobby\"", "The answer to missed: [{\"name\":\"ping\",\"number\":1"]
        {
            assert!(learned.contains(text), "{way:?}: {text} is missing in\n{learned}");
        }
    }
    assert!(server.runs());
}

#[test]
fn bytes_go_there_and_come_back_counted() {
    let (_server, url) = server();
    let path = scratch("bytes");
    fs::write(&path, [0; 5000]).unwrap();
    let event = r#"["file","lobby","zeros"]"#;
    for way in ["polling", "websocket"] {
        let file = path.to_str().unwrap();
        let done = run(
            "socketio",
            &["--quiet", "--connect", &url, "--ask-with-file", event, file, "--transport", way],
        );
        assert_eq!(done.code, Some(0), "{way}: {}", done.err);
        assert!(done.out.contains("The answer to file: 5000"), "{way}: {}", done.out);
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn a_namespace_that_refuses_ends_with_exit_code_1_and_its_reason() {
    let (_server, url) = server();
    for (namespace, auth, why) in [
        ("/admin", r#"{"password":"guess"}"#, "the namespace /admin is refused: wrong password"),
        ("/", r#"{"name":""}"#, "the namespace / is refused: a name has 1 to 32 letters"),
        ("/nowhere", r#"{"name":"ping"}"#, "the namespace /nowhere is refused: Invalid namespace"),
    ] {
        let url = format!("{url}{namespace}");
        let done = run("socketio", &["--quiet", "--connect", &url, "--auth", auth]);
        assert_eq!(done.code, Some(1), "{namespace}: {}", done.err);
        assert!(done.err.contains(why), "{namespace}: {}", done.err);
    }
    let done =
        run("socketio", &["--connect", &format!("{url}/admin"), "--auth", r#"{"password":"wirebook"}"#]);
    assert_eq!(done.code, Some(0), "{}", done.err);
}

#[test]
fn the_wrong_path_is_said_to_be_that() {
    let (_server, url) = server();
    for way in [&[][..], &["--transport", "websocket"]] {
        let done = run("socketio", &[&["--connect", &url, "--path", "/engine.io/"], way].concat());
        assert_eq!(done.code, Some(1), "{way:?}: {}", done.err);
        let why = "no Socket.IO at the path /engine.io/: expected 200, found 404";
        assert!(done.err.contains(why), "{way:?}: {}", done.err);
    }
}

#[test]
fn nobody_there_ends_with_exit_code_1_and_advice() {
    // Bound, and closed again: nothing listens.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = run("socketio", &["--quiet", "--connect", &format!("http://{address}")]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("nothing answers") && done.err.contains("--listen"), "{}", done.err);
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let here = "http://127.0.0.1:1";
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--connect", "127.0.0.1:3000"], "http://HOST"),
        (&["--connect", "ftp://127.0.0.1"], "http://HOST"),
        (&["--connect", "https://127.0.0.1"], "TLS would hide"),
        (&["--connect", "http://no.such.name.invalid"], "cannot find"),
        (&["--connect", here, "--path", "socket.io"], "begins with /"),
        (&["--connect", here, "--emit", "say hello"], "expected JSON"),
        (&["--connect", here, "--emit", r#"{"say":1}"#], "the event's name first"),
        (
            &["--connect", here, "--ask-with-file", r#"["file"]"#, "/no/such/file"],
            "cannot read /no/such/file",
        ),
        (&["--connect", here, "--stay", "long"], "0 to 3600"),
        (&["--connect", here, "--listen", &taken], "--listen"),
        (&["--emit", r#"["say"]"#], "--connect"),
        (&["--listen", "localhost"], "--listen"),
        (&["--listen", &taken], "Port 0"),
        (&["--transport", "pigeon"], "polling, websocket"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("socketio", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}

#[test]
fn help_shows_how_to_use_it() {
    let done = run("socketio", &["--help"]);
    assert_eq!(done.code, Some(0));
    for text in
        ["Examples:", "--connect", "--listen", "--transport", "--json", "--pcap", "--seed", "Exit codes"]
    {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
}
