//! Wireshark agrees with what is written.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use wire::trace::{Event, Secrets, Trace};

use super::captures::{CLIENT, SERVER};

/// What `program` says of the file of `trace`, which it gets on standard input; or `None`, and a line that
/// says so, where it is not installed.
fn ask(program: &str, args: &[&str], trace: &Trace) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).expect("a Vec takes all");
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        println!("skipped: {program} is not installed (apt-get install tshark)");
        return None;
    };
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let output = thread::scope(|scope| {
        // It may answer before it has read all: writing must not wait for that.
        scope.spawn(move || stdin.write_all(&file).expect("it reads"));
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "{program} could not read the file: {}", output.status);
    Some(output.stdout)
}

/// The lines of `tshark ARGS`, with every checksum verified.
fn tshark(trace: &Trace, args: &[&str]) -> Option<Vec<String>> {
    let checks = ["ip", "udp", "tcp"].map(|layer| format!("{layer}.check_checksum:TRUE"));
    let mut all = vec!["-n", "-r", "-"];
    all.extend(checks.iter().flat_map(|check| ["-o", check]));
    all.extend(args);
    let output = ask("tshark", &all, trace)?;
    Some(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
}

/// `-T fields` and a `-e` for each name.
fn fields<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["-T", "fields", "-E", "separator=|"];
    args.extend(names.iter().flat_map(|name| ["-e", name]));
    args
}

/// A Binding request (RFC 8489 section 5) without attributes.
const BINDING_REQUEST: [u8; 20] = *b"\0\x01\0\0\x21\x12\xa4\x42transaction1";

fn conversation() -> Trace {
    let second = Duration::from_secs;
    let (v6_client, v6_server) =
        ("[2001:db8::1]:50000".parse().unwrap(), "[2001:db8::2]:8080".parse().unwrap());
    Trace::from_iter([
        Event::udp(Duration::new(1_700_000_000, 123_456_789), CLIENT, SERVER, BINDING_REQUEST)
            .with_comment("the first check"),
        Event::udp(second(1_700_000_001), v6_client, "[2001:db8::2]:3478".parse().unwrap(), BINDING_REQUEST),
        Event::tcp(second(1_700_000_002), v6_client, v6_server, *b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Event::tcp(
            second(1_700_000_003),
            v6_server,
            v6_client,
            *b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n",
        ),
        Event::tcp(second(1_700_000_004), v6_server, v6_client, vec![b'x'; 200_000]),
        Event::tcp(second(1_700_000_005), CLIENT, "192.0.2.2:9999".parse().unwrap(), vec![b'o'; 70_001]),
    ])
}

#[test]
fn nothing_is_malformed_and_no_checksum_or_sequence_number_is_wrong() {
    // 0x400000 is "note"; below it is chat, such as "this is a SYN".
    let names = fields(&["frame.number", "_ws.expert.message", "_ws.malformed"]);
    let wrong = ["-Y", "_ws.malformed || _ws.expert.severity >= 0x400000"];
    if let Some(complaints) = tshark(&conversation(), &[&names[..], &wrong].concat()) {
        assert_eq!(complaints, Vec::<String>::new());
    }
}

#[test]
fn fields_are_what_the_events_said() {
    let names = ["frame.time_epoch", "frame.comment", "ip.src", "ipv6.dst", "udp.dstport", "stun.type"];
    if let Some(lines) = tshark(&conversation(), &[&fields(&names)[..], &["-Y", "udp"]].concat()) {
        assert_eq!(
            lines,
            [
                "1700000000.123456789|the first check|192.0.2.1||3478|0x0001",
                "1700000001.000000000|||2001:db8::2|3478|0x0001",
            ]
        );
    }
    let names = ["ip.checksum.status", "udp.checksum.status"];
    if let Some(lines) = tshark(&conversation(), &[&fields(&names)[..], &["-Y", "udp"]].concat()) {
        assert_eq!(lines, ["1|1", "|1"]);
    }
}

#[test]
fn a_stream_is_followed_from_its_handshake_to_its_last_byte() {
    let names = ["tcp.stream", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len", "tcp.checksum.status"];
    if let Some(lines) = tshark(&conversation(), &[&fields(&names)[..], &["-Y", "tcp"]].concat()) {
        assert_eq!(
            lines,
            [
                "0|0x0002|0|0|0|1",
                "0|0x0012|0|1|0|1",
                "0|0x0010|1|1|0|1",
                "0|0x0018|1|1|27|1",
                "0|0x0018|1|28|43|1",
                "0|0x0018|44|28|65475|1",
                "0|0x0018|65519|28|65475|1",
                "0|0x0018|130994|28|65475|1",
                "0|0x0018|196469|28|3575|1",
                "1|0x0002|0|0|0|1",
                "1|0x0012|0|1|0|1",
                "1|0x0010|1|1|0|1",
                "1|0x0018|1|1|65495|1",
                "1|0x0018|65496|1|4506|1",
            ]
        );
    }
    let names = ["http.response.code", "http.content_length"];
    if let Some(lines) = tshark(&conversation(), &[&fields(&names)[..], &["-Y", "http.response"]].concat()) {
        assert_eq!(lines, ["200|200000"], "the response is put together from its segments");
    }
}

#[test]
fn what_editcap_reads_and_writes_again_is_the_same_trace() {
    let mut trace = conversation();
    let keys = format!("CLIENT_RANDOM {} {}\n", "11".repeat(32), "22".repeat(48));
    trace.secrets.push(Secrets::tls_key_log(keys));
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).expect("a Vec takes all");
    if let Some(copy) = ask("editcap", &["-F", "pcapng", "-", "-"], &trace) {
        // Not assert_eq: it would print megabytes.
        assert!(Trace::read(&copy) == Trace::read(&file), "editcap understood something else");
    }
}
