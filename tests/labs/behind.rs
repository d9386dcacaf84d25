//! The lab "what am I behind?": reports are read, and hostile ones refused.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wirebook::labs::{Lab, Surroundings};

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn each_report_from_elsewhere_is_read_and_says_what_it_was_behind() {
    let desk = Desk::start().await;
    let samples: Value = serde_json::from_str(body(&desk.send("GET", "samples", "").await)).unwrap();
    let samples = samples.as_array().unwrap();
    let mut mappings = Vec::new();
    for sample in samples {
        let reading = desk.read(&sample["report"]).await;
        let findings = reading["findings"].as_array().unwrap();
        assert!(findings.iter().all(|it| !it["specs"].as_array().unwrap().is_empty()), "{reading}");
        let mapping = findings.iter().find(|it| it["id"] == "mapping").unwrap();
        mappings.push(mapping["answer"].as_str().unwrap().split(' ').next().unwrap().to_owned());
        assert_eq!(
            reading["candidates"].as_array().unwrap().len(),
            sample["report"]["candidates"].as_array().unwrap().len()
        );
    }
    assert_eq!(mappings, ["No:", "Yes,", "No:", "Unknown.", "No:"]);
}

#[tokio::test]
async fn whatever_is_sent_gets_an_answer_and_too_much_is_refused() {
    let desk = Desk::start().await;
    let line = "candidate:1 1 udp 1 192.0.2.1 1 typ srflx";
    for (report, status) in [
        (String::new(), 400),
        ("7".to_owned(), 422),
        ("{}".to_owned(), 200),
        (json!({ "servers": [""], "candidates": [{ "line": "" }], "took": -1.0 }).to_string(), 200),
        (
            json!({ "candidates": [{ "line": "candidate:\u{0} 99999999999999999999 \u{7f}" }] }).to_string(),
            200,
        ),
        (json!({ "candidates": [{ "line": line, "at": 1e308 }], "took": 1e308 }).to_string(), 200),
        (json!({ "servers": ["stun:[::1]:99999", "stun:", ":", "stun::"] }).to_string(), 200),
        (json!({ "seen": [{ "from": "nobody", "to": "127.0.0.1:1" }] }).to_string(), 422),
        (json!({ "servers": vec!["stun:a"; 13] }).to_string(), 413),
        (json!({ "candidates": vec![json!({ "line": line }); 201] }).to_string(), 413),
        (json!({ "servers": ["x".repeat(70_000)] }).to_string(), 413),
    ] {
        let answer = desk.send("POST", "read", &report).await;
        let said: String = answer.chars().take(200).collect();
        assert!(
            answer.starts_with(&format!("HTTP/1.0 {status}")),
            "{status} for {}: {said}",
            &report[..report.len().min(99)]
        );
    }
}

struct Desk {
    web: SocketAddr,
    _alive: Box<dyn std::any::Any + Send + Sync>,
}

impl Desk {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = listener.local_addr().unwrap();
        let running = (Lab::named("behind").unwrap().start)(Surroundings::of(web)).await.unwrap();
        assert!(running.addresses.is_empty(), "it listens on nothing of its own");
        let app = axum::Router::new().nest("/labs/behind", running.router);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { web, _alive: running.alive }
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let head = format!(
            "{method} /labs/behind/{path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.web,
            body.len()
        );
        // One that is too long may be refused before all of it is sent.
        let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
        String::from_utf8(answer).unwrap()
    }

    async fn read(&self, report: &Value) -> Value {
        let answer = self.send("POST", "read", &report.to_string()).await;
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
        serde_json::from_str(body(&answer)).unwrap()
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a head").1
}
