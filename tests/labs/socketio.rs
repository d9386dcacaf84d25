//! The Socket.IO lab: who may come in, what is answered, and what hostile clients cannot take from the others.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wirebook::labs::socketio::{Config, Limits, SocketIoLab};

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);
const WORKBOOK: u16 = 3000;
const OPEN: &str = "/socket.io/?EIO=4&transport=polling";

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_workbook_and_programs_come_in() {
    let lab = lab(Limits::default()).await;
    let own = lab.address().to_string();
    for (headers, status) in [
        (vec![], 200),
        (vec![("Host", "localhost")], 200),
        (vec![("Host", "evil.example")], 403),
        (vec![("Host", &own), ("Host", "evil.example")], 403),
        (vec![("Origin", "http://127.0.0.1:3000")], 200),
        (vec![("Origin", "http://localhost:3000")], 200),
        (vec![("Origin", &format!("http://{own}"))], 200),
        (vec![("Origin", "http://127.0.0.1:3001")], 403),
        (vec![("Origin", "https://127.0.0.1:3000")], 403),
        (vec![("Origin", "http://evil.example")], 403),
        (vec![("Origin", "null")], 403),
        (vec![("Sec-Fetch-Site", "cross-site")], 403),
        (vec![("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:3000")], 200),
    ] {
        let answer = ask(&lab, "GET", OPEN, &headers, "").await;
        assert_eq!(answer.status, status, "{headers:?} {}", answer.body);
        assert_eq!(answer.body.starts_with("0{\"sid\""), status == 200, "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cors_is_answered_for_pages_of_the_workbook_alone() {
    let lab = lab(Limits::default()).await;
    for (origin, allowed) in [("http://127.0.0.1:3000", true), ("http://evil.example", false)] {
        let answer = ask(&lab, "GET", OPEN, &[("Origin", origin)], "").await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed.then_some(origin));
        let headers = [("Origin", origin), ("Access-Control-Request-Method", "POST")];
        let preflight = ask(&lab, "OPTIONS", OPEN, &headers, "").await;
        assert_eq!(preflight.header("access-control-allow-origin"), allowed.then_some(origin));
    }
}

async fn lab(limits: Limits) -> SocketIoLab {
    let config = Config { port: Some(0), limits, ..Config::default() };
    SocketIoLab::start(&config, SocketAddr::from(([127, 0, 0, 1], WORKBOOK))).await.expect("the lab starts")
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find_map(|(this, value)| this.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// One request over a connection of its own.
async fn ask(lab: &SocketIoLab, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(lab.address()).await.unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str(&format!("Host: {}\r\n", lab.address()));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer").unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
