//! `cargo run --example websocket`, in all its ways.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use wire::Session;
use wire::trace::Trace;

use crate::process::{Drained, Running, command_to_end, installed, run};
use crate::stun::scratch;

/// Far more than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

/// An echo server, and its address.
pub(crate) fn server() -> (Drained, SocketAddr) {
    let mut server = Running::example("websocket", &["--quiet", "--listen", "127.0.0.1:0"]);
    let line = server.line_with("Listening at");
    let address = line.split_whitespace().nth(2).unwrap().trim_end_matches('.').parse().unwrap();
    (server.drained(), address)
}

/// A TCP connection on which a hang fails.
fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_write_timeout(Some(LIMIT)).unwrap();
    stream
}

#[test]
fn the_story_says_ping_by_hand_and_by_the_library() {
    let done = run("websocket", &[]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let learned: Vec<_> = done.out.lines().filter(|line| line.starts_with("=> ")).collect();
    assert_eq!(learned.len(), 9, "{learned:?}");
    assert!(learned[1].contains("\"ping\" came back"), "{}", learned[1]);
    assert!(learned[7].contains("70000 bytes came back"), "{}", learned[7]);
    assert!(learned[8].contains("1000 \"that was all\""), "{}", learned[8]);
    assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
    assert!(!done.out.contains('\x1b'), "color, though this is no terminal");
    for line in done.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn what_is_printed_of_frames_written_by_hand_and_of_fragments() {
    let done = run("websocket", &["--seed", "1"]);
    let part = |from: &str, to: &str| {
        let begin = done.out.find(from).unwrap();
        let end = begin + done.out[begin..].find(to).unwrap();
        redacted(&done.out[begin..end])
    };
    insta::assert_snapshot!("by_hand", part("2. The message", "4. By the library"));
    insta::assert_snapshot!("in_fragments", part("6. One message", "7. 200 bytes"));
}

/// Ports, times, masking keys, and the bytes under them.
fn redacted(text: &str) -> String {
    let patterns = [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"\d+\.\d ms", "[time]"),
        (
            r"(?m)^([0-9a-f]{4})  [0-9a-f ]{24} ( +)Masking-key: 0x[0-9a-f]{8}$",
            "${1}  [random]   ${2}             Masking-key: [random]",
        ),
        (
            r"(?m)^([0-9a-f]{4})  [0-9a-f ]{24} ( +)Payload Data(.*)$",
            "${1}  [masked]   ${2}             Payload Data${3}",
        ),
        (r"(?m)^[0-9a-f]{4}  [0-9a-f ]{2,24}\n( +)Unmasked", "      [masked]\n${1}Unmasked"),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, with)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

#[test]
fn each_mistake_is_answered_with_its_code() {
    let done = run("websocket", &["--quiet", "--mistakes"]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let learned = done.out.lines().filter_map(|line| line.strip_prefix("=> "));
    let code = |line: &str| line.split_whitespace().find_map(|word| word.parse::<u16>().ok());
    let codes: Vec<_> = learned.map(|line| code(line).unwrap_or_default()).collect();
    assert_eq!(codes, [1002, 1002, 1002, 1002, 1002, 1002, 1002, 1007, 1002, 1002, 1009, 0]);
}

#[test]
fn quiet_leaves_the_fields_out() {
    let done = run("websocket", &["--quiet"]);
    assert_eq!(done.code, Some(0));
    assert!(done.out.contains("#23 ") && !done.out.contains("Masking-key"));
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("websocket", &["--json"]);
    assert_eq!(done.code, Some(0));
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=23).collect::<Vec<_>>());
    assert!(packets.iter().all(|packet| packet["transport"] == "tcp"));
    assert!(packets[0]["comment"].as_str().unwrap().starts_with("1. "));
    assert!(done.err.contains("that was all"), "what was learned goes to standard error: {}", done.err);
}

#[test]
fn a_seed_repeats_what_is_written_by_hand_and_chance_does_not() {
    let by_hand = |arguments: &[&str]| -> Vec<String> {
        let lines = run("websocket", arguments).out;
        let packets = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        // The frames; the request names a port, too.
        packets.skip(2).take(3).map(|packet| packet["bytes"].to_string()).collect()
    };
    let seeded = by_hand(&["--json", "--seed", "7"]);
    assert_eq!(seeded, by_hand(&["--json", "--seed", "7"]));
    assert_ne!(seeded, by_hand(&["--json"]));
}

#[test]
fn the_capture_reads_back_and_wireshark_reads_the_same_frames() {
    let path = scratch("websocket.pcapng");
    let done = run("websocket", &["--quiet", "--pcap", path.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&path).unwrap()).unwrap();
    // 70,000 bytes take two packets in each direction.
    assert_eq!((trace.events.len(), trace.skipped_count), (25, 0));
    if installed("tshark") {
        let wrong = "_ws.malformed || tcp.checksum.status == \"Bad\" || tcp.analysis.flags || ip.checksum.status == \"Bad\"";
        let mut tshark = Command::new("tshark");
        let found =
            command_to_end(tshark.args(["-o", "tcp.check_checksum:TRUE", "-Y", wrong, "-r"]).arg(&path));
        assert_eq!((found.code, &*found.out), (Some(0), ""), "{}", found.err);

        let mut tshark = Command::new("tshark");
        tshark.arg("-r").arg(&path).args(["-Y", "websocket", "-T", "fields", "-E", "separator=|"]);
        for field in TSHARK_FIELDS {
            tshark.args(["-e", field]);
        }
        let theirs = command_to_end(&mut tshark);
        assert_eq!(theirs.out.lines().map(theirs_of).collect::<Vec<_>>(), ours_of(&trace));
    }
    fs::remove_file(path).unwrap();
}

/// A frame: opcode, FIN, MASK, length; then what it says, where it ends a message.
type Frame = (u64, bool, bool, u64, Vec<u8>);

const TSHARK_FIELDS: &[&str] = &[
    "websocket.opcode",
    "websocket.fin",
    "websocket.mask",
    "websocket.payload_length",
    "websocket.payload_length_ext_16",
    "websocket.payload_length_ext_64",
    "websocket.payload.text",
    "websocket.payload.ping",
    "websocket.payload.pong",
    "websocket.payload.close.status_code",
    "websocket.payload.close.reason",
    "data.data",
];

fn theirs_of(line: &str) -> Frame {
    let fields: Vec<_> = line.split('|').collect();
    let [opcode, fin, mask, short, medium, long, text, ping, pong, code, reason, data] = fields[..] else {
        panic!("expected {} fields, found {line:?}", TSHARK_FIELDS.len());
    };
    let number = |text: &str| text.parse::<u64>().unwrap();
    let set = |text: &str| matches!(text, "1" | "True");
    let length = [long, medium, short].into_iter().find(|length| !length.is_empty()).unwrap();
    let hex = [ping, pong, data].concat();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let code = if code.is_empty() { vec![] } else { code.parse::<u16>().unwrap().to_be_bytes().to_vec() };
    let bytes = (0..hex.len()).step_by(2).map(byte).collect();
    let said = [code, reason.into(), text.into(), bytes].concat();
    (number(opcode), set(fin), set(mask), number(length), said)
}

/// The same as `wire` reads it.
fn ours_of(trace: &Trace) -> Vec<Frame> {
    let mut session = Session::new(None);
    let mut frames = Vec::new();
    for event in &trace.events {
        let d = session.dissect(event);
        let uint = |name: &str| d.find(name).and_then(wire::Node::uint);
        let Some(opcode) = uint("opcode") else { continue };
        let length = uint("Extended payload length").or(uint("Payload len")).unwrap();
        let parts = ["Status code", "Reason", "Application data"].into_iter().filter_map(|name| d.find(name));
        let said = parts.flat_map(|node| d.bytes(node.span)).copied().collect();
        frames.push((opcode, uint("FIN") == Some(1), uint("MASK") == Some(1), length, said));
    }
    frames
}

#[test]
fn one_process_asks_another() {
    let (_server, address) = server();
    let url = format!("ws://{address}/chat?room=1");
    let done = run("websocket", &["--connect", &url, "--message", "gr\u{fc}\u{df} dich"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    for text in [
        "came back as it went",
        "request-target: \"/chat?room=1\"",
        "1000 \"that was all\"",
        "gr\u{fc}\u{df} dich",
    ] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
    assert!(!done.out.contains("Unfinished"), "read in smaller pieces than it was sent:\n{}", done.out);
    assert!(!done.out.contains("error: "), "{}", done.out);
}

#[test]
fn help_shows_how_to_use_it() {
    let done = run("websocket", &["--help"]);
    assert_eq!(done.code, Some(0));
    for text in
        ["Examples:", "--connect", "--listen", "--message", "--json", "--pcap", "--seed", "Exit codes"]
    {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--connect", "127.0.0.1:9001"], "ws://127.0.0.1:9001/"),
        (&["--connect", "http://127.0.0.1/"], "http is not ws or wss"),
        (&["--connect", "ws://no.such.name.invalid/"], "no.such.name.invalid"),
        (&["--connect", "ws://127.0.0.1/", "--timeout", "never"], "0.1 to 3600"),
        (&["--message", "ping"], "--connect"),
        (&["--listen", "localhost"], "--listen"),
        (&["--listen", &taken], "Port 0"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("websocket", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}

#[test]
fn what_is_no_websocket_server_ends_with_exit_code_1_and_what_was_found() {
    const AGREES: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    for (answer, says) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno \x1b[31mpage",
            &["404 Not Found", "no \u{fffd}[31mp", "path"][..],
        ),
        (
            "HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\n\r\nversion 8, please",
            &["426", "version 8, please"],
        ),
        (
            &format!("{AGREES}Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
            &["Sec-WebSocket-Accept: expected ", "found s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
        ),
        (&format!("{AGREES}\r\n"), &["Sec-WebSocket-Accept", "found nothing"]),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", &["Upgrade: expected websocket, found nothing"]),
        ("SSH-2.0-OpenSSH_9.2\r\n", &["SSH-2.0", "does not speak HTTP/1.1"]),
        ("HTTP/1.1 101 Swi", &["hung up after 16 bytes"]),
        ("", &["hung up after 0 bytes", "wss://"]),
    ] {
        let done = ask_one_that_answers(answer.as_bytes().to_vec());
        assert_eq!(done.code, Some(1), "{answer}: {}", done.err);
        for text in says {
            assert!(done.err.contains(text), "{text:?} is missing in {}", done.err);
        }
    }
    let endless = [b"HTTP/1.1 101 Switching Protocols\r\nX: ", &[b'x'; 100_000][..]].concat();
    let done = ask_one_that_answers(endless);
    assert!(done.code == Some(1) && done.err.contains("no end after 16384 bytes"), "{}", done.err);
}

/// Runs the client against a server that answers this and hangs up.
fn ask_one_that_answers(answer: Vec<u8>) -> crate::process::Done {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        let _ = stream.write_all(&answer);
    });
    let done = run("websocket", &["--quiet", "--connect", &url]);
    answering.join().unwrap();
    done
}

#[test]
fn a_closed_port_and_a_silent_server_end_with_exit_code_1_and_advice() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = run("websocket", &["--quiet", "--connect", &format!("ws://{closed}/")]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("refused") && done.err.contains("--listen"), "{}", done.err);

    // It listens and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", silent.local_addr().unwrap());
    let done = run("websocket", &["--quiet", "--connect", &url, "--timeout", "0.5"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("no response to the handshake within 0.5 s"), "{}", done.err);
}

/// A request without its end, so that a test can go on with it.
const REQUEST: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/// A connection that is a WebSocket now.
fn opened(address: SocketAddr) -> TcpStream {
    let mut stream = client(address);
    stream.write_all(format!("{REQUEST}\r\n").as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    stream
}

/// Whatever comes until the other end hangs up.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset ends it too; what counts is what came before.
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    bytes
}

#[test]
fn what_is_no_websocket_request_is_told_what_was_expected() {
    let (_server, address) = server();
    for request in [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        &REQUEST.replace("GET", "POST").replace("Version: 13", "Version: 13\r\n"),
        &REQUEST.replace("Version: 13", "Version: 8\r\n"),
        &REQUEST.replace("Key: dGhlIHNhbXBsZSBub25jZQ==", "Keys: none\r\n\r\n"),
        "ping\r\n\r\n",
    ] {
        let mut stream = client(address);
        stream.write_all(request.as_bytes()).unwrap();
        let answer = String::from_utf8(rest(stream)).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 400 ") && answer.contains("a WebSocket server"),
            "{request}: {answer}"
        );
    }
}

#[test]
fn who_breaks_a_rule_is_told_which_kind_and_let_go() {
    let (_server, address) = server();
    for (name, frame, code) in [
        ("not masked", &[0x81, 0x04, b'p', b'i', b'n', b'g'][..], 1002),
        ("a reserved opcode", &[0x83, 0x80, 0, 0, 0, 0], 1002),
        ("a fragmented Ping", &[0x09, 0x80, 0, 0, 0, 0], 1002),
        ("a continuation of nothing", &[0x80, 0x80, 0, 0, 0, 0], 1002),
        ("RSV1 without an extension", &[0xc1, 0x80, 0, 0, 0, 0], 1002),
        ("text that is not UTF-8", &[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007),
        ("16 MiB and a byte", &[0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0], 1009),
        ("2^63 - 1 bytes", &[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 1009),
    ] {
        let mut stream = opened(address);
        stream.write_all(frame).unwrap();
        let answer = rest(stream);
        let [0x88, _, high, low, ..] = answer[..] else { panic!("{name}: {answer:02x?}") };
        assert_eq!(u16::from_be_bytes([high, low]), code, "{name}");
    }
}

#[test]
fn silent_slow_and_rude_clients_keep_nobody_from_an_echo() {
    let (mut server, address) = server();
    // Silent, half a request, an endless one, half a frame, a large frame begun, a message that never ends.
    let mut rude = Vec::new();
    for _ in 0..100 {
        rude.push(client(address));
    }
    for beginning in ["G", REQUEST, &format!("{REQUEST}X: {}", "x".repeat(8000))] {
        let mut stream = client(address);
        stream.write_all(beginning.as_bytes()).unwrap();
        rude.push(stream);
    }
    for beginning in [
        &[0x81][..],
        &[0x82, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5],
        &[0x01, 0x80, 0, 0, 0, 0],
    ] {
        let mut stream = opened(address);
        stream.write_all(beginning).unwrap();
        rude.push(stream);
    }
    // And one that sends for ever and never reads.
    let mut deaf = opened(address);
    deaf.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let frame = [&[0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0][..], &[0; 0xffff]].concat();
    let mut sent = 0;
    while sent < 2000 && deaf.write_all(&frame).is_ok() {
        sent += 1;
    }
    assert!(sent < 2000, "the server reads on, though nobody takes its echoes: {sent} messages");

    let done = run("websocket", &["--quiet", "--connect", &format!("ws://{address}/")]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    // Byte by byte is slow, and fine.
    let mut stream = opened(address);
    for byte in [0x81, 0x84, 0, 0, 0, 0, b'p', b'i', b'n', b'g'] {
        stream.write_all(&[byte]).unwrap();
    }
    let mut echo = [0; 6];
    stream.read_exact(&mut echo).unwrap();
    assert_eq!(&echo, b"\x81\x04ping");
    assert!(server.runs());
}

#[test]
fn one_too_many_is_told_to_come_back_and_finds_room_when_another_leaves() {
    let (_server, address) = server();
    let mut inside: Vec<_> = (0..64).map(|_| opened(address)).collect();
    let answer = rest(opened(address));
    assert_eq!(&answer[..4], &[0x88, 6, 0x03, 0xf5], "Close 1013");
    inside.clear();
    let room = || run("websocket", &["--quiet", "--connect", &format!("ws://{address}/")]).code == Some(0);
    assert!((0..20).any(|_| room()));
}
