//! The Socket.IO example at servers that are none, or old, or fall silent: what was expected, what was found.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use tungstenite::{Message, accept};

use crate::process::{Done, run};

/// A server for one run of the example: each connection gets `serve`.
fn at(serve: impl Fn(TcpStream) + Send + Sync + Clone + 'static, arguments: &[&str]) -> Done {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    run("socketio", &[&["--quiet", "--connect", &url], arguments].concat())
}

/// Answers each request with this, whatever it asks.
fn answers(response: String) -> impl Fn(TcpStream) + Send + Sync + Clone {
    move |mut stream: TcpStream| {
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if line.is_empty() && stream.write_all(response.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Speaks WebSocket: says `first`, and `second` after the next message; then nothing more.
fn says(first: &'static str, second: &'static str) -> impl Fn(TcpStream) + Send + Sync + Clone {
    move |stream: TcpStream| {
        let mut socket = accept(stream).unwrap();
        socket.send(Message::text(first)).unwrap();
        if socket.read().is_ok() && !second.is_empty() {
            socket.send(Message::text(second)).unwrap();
        }
        while socket.read().is_ok() {}
    }
}

const OPEN: &str = r#"0{"sid":"fake","upgrades":[],"pingInterval":200,"pingTimeout":100,"maxPayload":1000}"#;

#[test]
fn what_is_no_socket_io_server_of_today_is_told_from_one() {
    let with = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    for (response, why) in [
        (
            with("200 OK", "<!doctype html>"),
            "no Socket.IO server: expected an Engine.IO open packet (0 and then JSON), found `<!doctype html>`",
        ),
        (with("200 OK", ""), "found nothing"),
        (with("200 OK", "0{}"), "found `0{}`"),
        (with("200 OK", "0{\"sid\":\"\u{1b}[2J\""), "found `0{\"sid\":\"\\u{1b}[2J"),
        (
            with("200 OK", "29:0{\"sid\":\"an old one\",\"upg\":[]}2:40"),
            "speaks Engine.IO 3, as Socket.IO 2 does: expected a packet that begins with 0, found its length first",
        ),
        (
            with("400 Bad Request", "{\"code\":5,\"message\":\"Unsupported protocol version\"}"),
            "the server refuses the request: HTTP 400, `{\"code\":5,\"message\":\"Unsupported protocol version",
        ),
        (with("503 Service Unavailable", ""), "HTTP 503"),
        ("SSH-2.0-OpenSSH_9.6\r\n".to_owned(), "expected an HTTP response"),
    ] {
        let done = at(answers(response.clone()), &[]);
        assert_eq!(done.code, Some(1), "{response:?}: {}", done.err);
        assert!(done.err.contains(why), "{response:?}: {}", done.err);
        assert!(!(done.err + &done.out).contains('\u{1b}'), "{response:?}");
    }
}

#[test]
fn a_websocket_that_is_not_socket_io_is_told_from_one() {
    for (first, second, why) in [
        ("welcome to the echo server", "", "no Socket.IO server"),
        (OPEN, "44{\"message\":\"\\u001b[2Jgo away\"}", "is refused: \\u{1b}[2Jgo away"),
        (OPEN, "nonsense", "expected an Engine.IO packet, of type 1 to 6, found `nonsense`"),
        (OPEN, "42[\"a\"", "expected a Socket.IO packet, found `2[\"a\""),
        (OPEN, "451-[\"a\",{\"_placeholder\":true,\"num\":0}]", "heartbeat missed"),
    ] {
        let done = at(says(first, second), &["--transport", "websocket", "--reconnect", "0"]);
        assert_eq!(done.code, Some(1), "{first} {second}: {}", done.err);
        let all = done.out + &done.err;
        assert!(all.contains(why), "{first} {second}: {all}");
        assert!(!all.contains('\u{1b}'), "{first} {second}");
    }
}

#[test]
fn a_heartbeat_that_is_missed_ends_the_connection_and_says_what_was_expected() {
    let websocket = ["--transport", "websocket", "--stay", "30", "--reconnect", "0"];
    let done = at(says(OPEN, r#"40{"sid":"fake"}"#), &websocket);
    assert_eq!(done.code, Some(1), "{}", done.err);
    let why = "heartbeat missed: expected a ping within 300 ms (pingInterval and pingTimeout), found silence";
    assert!(done.err.contains(why), "{}", done.err);
}

#[test]
fn who_never_answers_is_not_waited_for_and_who_never_ends_is_not_read() {
    let silent = |mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new()));
    let done = at(silent, &[]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("no answer within 5 s: expected an open packet"), "{}", done.err);

    let endless = |mut stream: TcpStream| {
        let mut read = BufReader::new(stream.try_clone().unwrap());
        read.read_line(&mut String::new()).unwrap();
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = format!("10000\r\n{}\r\n", "0".repeat(0x10000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    };
    let done = at(endless, &[]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("length limit exceeded"), "{}", done.err);
}
