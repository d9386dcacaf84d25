//! The handshake lab: what is edited is sent, to the lab's own server only.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wirebook::labs::{Lab, Surroundings};

use crate::websocket::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn each_preset_gets_its_status_and_the_line_that_decided_it() {
    let desk = Desk::start().await;
    let host = &desk.server;
    for (what, from, to, status, decided, line) in [
        ("as it should be", "", "", 101, Value::Null, Value::Null),
        (
            "no key",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n",
            "",
            400,
            "no Sec-WebSocket-Key".into(),
            Value::Null,
        ),
        ("version 8", "Version: 13", "Version: 8", 426, "Sec-WebSocket-Version: 8".into(), 6.into()),
        (
            "foreign",
            "Upgrade: w",
            "Origin: http://evil.example\nUpgrade: w",
            403,
            "Origin: http://evil.example".into(),
            3.into(),
        ),
        ("POST", "GET", "POST", 405, "POST / HTTP/1.1".into(), 1.into()),
        ("no end", "13\n\n", "13\n", 408, "no empty line".into(), Value::Null),
    ] {
        let outcome = desk.send(&right(host).replacen(from, to, usize::from(!from.is_empty()))).await;
        assert_eq!(outcome["status"], status, "{what}: {outcome}");
        assert_eq!((&outcome["decided_by"], &outcome["line"]), (&decided, &line), "{what}: {outcome}");
        let packets = outcome["packets"].as_array().unwrap();
        assert_eq!(packets.len(), 2, "{what}");
        assert_eq!((&packets[0]["sent"], &packets[1]["sent"]), (&true.into(), &false.into()));
        let html = packets[1]["html"].as_str().unwrap();
        assert!(
            html.contains(&status.to_string()) && html.contains("id=\"handshake-received\""),
            "{what}: {html}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_end_as_http_ends_them_and_what_is_sent_is_shown_escaped() {
    let desk = Desk::start().await;
    let text = right(&desk.server);
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let outcome = desk.send(&text).await;
        assert_eq!(outcome["status"], 101);
        assert_eq!(outcome["packets"][0]["bytes"], right(&desk.server).replace('\n', "\r\n").len());
    }
    let outcome = desk.send("GET /<script>alert(1)</script> HTTP/1.1\n\n").await;
    let html = outcome["packets"][0]["html"].as_str().unwrap();
    assert!(html.contains("&lt;script") && !html.contains("<script"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_makes_it_speak_to_another() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let victim = other.local_addr().unwrap();
    let desk = Desk::start().await;
    for text in [
        right(&victim.to_string()),
        format!("GET http://{victim}/ HTTP/1.1\nHost: {victim}\n\n"),
        format!("CONNECT {victim} HTTP/1.1\nHost: {victim}\n\n"),
    ] {
        let outcome = desk.send(&text).await;
        assert!(matches!(outcome["status"].as_u64(), Some(400 | 403 | 405)), "{outcome}");
    }
    tokio::select! {
        biased;
        _ = other.accept() => panic!("it connected to {victim}"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_not_sent() {
    let desk = Desk::start().await;
    assert!(desk.post(&"x".repeat(8 * 1024 + 1)).await.starts_with("HTTP/1.0 413"));
    assert_eq!(desk.send(&"x".repeat(8 * 1024)).await["status"], 431);
}

fn right(host: &str) -> String {
    format!(
        "GET / HTTP/1.1\nHost: {host}\nUpgrade: websocket\nConnection: Upgrade\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n\n"
    )
}

struct Desk {
    web: SocketAddr,
    server: String,
    _alive: Box<dyn std::any::Any + Send + Sync>,
}

impl Desk {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = listener.local_addr().unwrap();
        let lab = Lab::named("handshake").unwrap();
        let running = (lab.start)(Surroundings::of(web)).await.unwrap();
        let app = axum::Router::new().nest("/labs/handshake", running.router);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let server = running.addresses[0].url.strip_prefix("ws://").unwrap().to_owned();
        Self { web, server, _alive: running.alive }
    }

    async fn post(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let head = format!(
            "POST /labs/handshake/send HTTP/1.0\r\nHost: {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
            self.web,
            text.len()
        );
        stream.write_all([head.as_bytes(), text.as_bytes()].concat().as_slice()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time").unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn send(&self, text: &str) -> Value {
        let answer = self.post(text).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }
}
