//! `cargo run --example sdp`, in all its ways.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use crate::process::{Done, program, run};

/// The descriptions that two HTTP messages carried, found in what `--json` printed.
fn descriptions(arguments: &[&str]) -> [String; 2] {
    let done = run("sdp", &[&["--json"], arguments].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2], "one object a packet, and nothing else");
    [0, 1].map(|at| description(&packets[at]["bytes"]))
}

/// The SDP in the JSON that an HTTP message ends with.
fn description(hex: &Value) -> String {
    let hex: String = hex.as_str().unwrap().split_whitespace().collect();
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    let message = String::from_utf8(bytes.collect()).unwrap();
    let body: Value = serde_json::from_str(message.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["sdp"].as_str().unwrap().to_owned()
}

/// Kind and port of each m-line.
fn media(sdp: &str) -> Vec<&str> {
    let lines = sdp.lines().filter_map(|line| line.strip_prefix("m="));
    lines.map(|line| line.match_indices(' ').nth(1).map_or(line, |(at, _)| &line[..at])).collect()
}

#[test]
fn both_ends_run_on_loopback_and_each_line_is_explained() {
    for kind in ["data", "audio-video", "simulcast", "refused"] {
        let done = run("sdp", &["--media", kind]);
        assert_eq!((done.code, &*done.err), (Some(0), ""), "{kind}");
        for part in ["POST /offer", "200 OK", "ping", "pong"] {
            assert!(done.out.contains(part), "{kind} without {part}: {}", done.out);
        }
        for line in done.out.lines() {
            assert!(line.chars().count() <= 80, "{kind}: wider than 80 columns: {line}");
        }
    }
}

#[test]
fn each_kind_of_media_is_offered_and_answered_as_its_help_says() {
    let [offer, answer] = descriptions(&["--media", "data"]);
    assert_eq!((media(&offer), media(&answer)), (vec!["application 9"], vec!["application 9"]));

    let [offer, answer] = descriptions(&[]);
    assert_eq!((media(&offer), media(&answer)), (vec!["audio 9", "video 9"], vec!["audio 9", "video 9"]));
    assert_eq!(offer.matches("a=sendrecv\r\n").count(), 2, "{offer}");
    assert_eq!(answer.matches("a=sendrecv\r\n").count(), 1, "{answer}");
    assert_eq!(answer.matches("a=recvonly\r\n").count(), 1, "pong only watches: {answer}");

    let [offer, answer] = descriptions(&["--media", "simulcast"]);
    assert!(offer.contains("a=simulcast:send small;medium;large\r\n"), "{offer}");
    assert!(answer.contains("a=simulcast:recv small;medium;large\r\n"), "{answer}");

    let [offer, answer] = descriptions(&["--media", "refused"]);
    assert_eq!((media(&offer), media(&answer)), (vec!["audio 9", "video 9"], vec!["audio 9", "video 0"]));
}

#[test]
fn both_have_gathered_and_agreed_who_is_the_dtls_client() {
    let [offer, answer] = descriptions(&[]);
    assert!(offer.contains("a=setup:actpass\r\n") && answer.contains("a=setup:active\r\n"), "{answer}");
    for sdp in [&offer, &answer] {
        assert!(sdp.contains(" 127.0.0.1 ") && sdp.contains("a=end-of-candidates\r\n"), "{sdp}");
    }
}

/// A peer that answers one request with this, whatever it is; and the body of that request.
fn peer(status: &str, body: &str) -> (SocketAddr, JoinHandle<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let response = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let answering = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let (mut request, mut piece) = (Vec::new(), [0; 4096]);
        let body = loop {
            let text = String::from_utf8_lossy(&request).into_owned();
            let body = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
            if let Some(body) = body {
                break body;
            }
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "expected JSON, found {text}");
            request.extend_from_slice(&piece[..read]);
        };
        stream.write_all(response.as_bytes()).unwrap();
        body
    });
    (address, answering)
}

fn offer_to(address: SocketAddr, more: &[&str]) -> Done {
    let url = format!("http://{address}/offer");
    run("sdp", &[&["--quiet", "--media", "data", "--offer-to", &url], more].concat())
}

#[test]
fn an_outside_peer_gets_the_offer_and_its_answer_is_taken() {
    let answer = fs::read_to_string(corpus("webrtc/data-gathered-answer.sdp")).unwrap();
    let (address, answering) = peer("200 OK", &json!({ "type": "answer", "sdp": answer }).to_string());
    let done = offer_to(address, &[]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let offer = answering.join().unwrap();
    assert_eq!(offer["type"], "offer");
    assert!(offer["sdp"].as_str().unwrap().starts_with("v=0\r\n"), "{offer}");
}

#[test]
fn a_peer_that_gives_no_answer_ends_with_exit_code_1_and_says_what_it_gave() {
    let video = fs::read_to_string(corpus("webrtc/audio-video-answer.sdp")).unwrap();
    for (status, body, says) in [
        ("404 Not Found", "nobody of that name", "404 Not Found: nobody of that name"),
        ("200 OK", "hello", "JSON of sdp and type, found hello"),
        ("200 OK", "{\"type\":\"answer\",\"sdp\":\"hello\"}", ""),
        ("200 OK", &json!({ "type": "answer", "sdp": video }).to_string(), ""),
    ] {
        let (address, answering) = peer(status, body);
        let done = offer_to(address, &[]);
        assert_eq!(done.code, Some(1), "{body}: {}", done.err);
        assert!(done.err.contains(says), "{body}: {}", done.err);
        answering.join().unwrap();
    }
}

#[test]
fn nobody_and_silence_end_with_exit_code_1_and_advice() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = offer_to(closed, &[]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("refused") && done.err.contains("--answer"), "{}", done.err);

    // It listens and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let done = offer_to(silent.local_addr().unwrap(), &["--timeout", "0.5"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("no answer within 0.5 s"), "{}", done.err);
}

fn corpus(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sdp").join(file)
}

/// Explains what is written to its standard input.
fn explained(sdp: &[u8], more: &[&str]) -> Done {
    let mut command = Command::new(program("sdp"));
    command.args(["--file", "-"]).args(more).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended before it read all.
    let _ = child.stdin.take().unwrap().write_all(sdp);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_file_and_standard_input_are_explained_alike() {
    let path = corpus("chromium/data-gathered-offer.sdp");
    let sdp = fs::read(&path).unwrap();
    let file = run("sdp", &["--file", path.to_str().unwrap()]);
    assert_eq!((file.code, &*file.err), (Some(0), ""), "{}", file.out);
    assert!(file.out.contains("ice-ufrag"), "{}", file.out);
    // As a script would send it.
    let wrapped = json!({ "type": "offer", "sdp": String::from_utf8(sdp.clone()).unwrap() });
    for given in [sdp, wrapped.to_string().into_bytes()] {
        let given = explained(&given, &[]);
        assert_eq!((given.code, given.out), (Some(0), file.out.clone()), "{}", given.err);
    }
}

#[test]
fn a_file_as_json_is_one_object() {
    let path = corpus("firefox/simulcast-offer.sdp");
    let done = run("sdp", &["--json", "--file", path.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let _: Value = serde_json::from_str(&done.out).unwrap();
}

#[test]
fn an_error_in_a_description_is_told_with_its_line_and_ends_with_exit_code_1() {
    let sdp = fs::read_to_string(corpus("chromium/data-offer.sdp")).unwrap();
    let line = 1 + sdp.lines().position(|line| line.starts_with("a=ice-ufrag")).unwrap();
    for more in [&[][..], &["--quiet"]] {
        let done = explained(sdp.replace("a=ice-ufrag:", "a=ice-ufrag:,").as_bytes(), more);
        assert_eq!(done.code, Some(1), "{} {}", done.out, done.err);
        assert!(done.out.contains(&line.to_string()), "{}", done.out);
    }
    for bytes in [&b""[..], b"\0", b"hello", b"{\"sdp\":1}", &[0xff; 300], &vec![b'a'; 3 << 20]] {
        assert_eq!(explained(bytes, &[]).code, Some(1), "{:?}", bytes.get(..9));
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--media", "smell"], "audio-video"),
        (&["--offer-to", "somewhere"], "http://127.0.0.1:8080/offer"),
        (&["--offer-to", "https://127.0.0.1/"], "the scheme is not http"),
        (&["--timeout", "1"], "--offer-to"),
        (&["--file", "-", "--offer-to", "http://127.0.0.1/"], "cannot be used with"),
        (&["--file", "/no/such/file"], "/no/such/file"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("sdp", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
