//! The SDP lab: what is posted is explained and linted; whatever is posted, the next one is answered.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wirebook::labs::{Lab, Surroundings};

use crate::websocket::PATIENCE;

const OFFER: &str = include_str!("../../crates/wire/tests/sdp_lint/offer.sdp");
const ANSWER: &str = include_str!("../../crates/wire/tests/sdp_lint/answer.sdp");

#[tokio::test(flavor = "multi_thread")]
async fn a_description_is_explained_line_by_line_and_has_no_finding() {
    let desk = Desk::start().await;
    for (sdp, kind, offer) in [(OFFER, "offer", None), (ANSWER, "answer", Some(OFFER))] {
        let reading = desk.read(&json!({ "sdp": sdp, "type": kind, "offer": offer })).await;
        assert_eq!(reading["findings"], json!([]), "{kind}");
        let html = reading["html"].as_str().unwrap();
        assert_eq!(html.matches("class=\"sdp-line\"").count(), sdp.lines().count(), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_has_its_place_and_stands_in_the_text_too() {
    let desk = Desk::start().await;
    let sdp = ANSWER.replace("a=setup:active", "a=setup:actpass").replace("a=recvonly", "a=sendrecv");
    let reading = desk.read(&json!({ "sdp": sdp, "type": "answer", "offer": OFFER })).await;
    let found: Vec<_> = reading["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (&f["rule"], &f["line"], &f["column"]))
        .collect();
    assert_eq!(found[0], (&"setup-in-answer".into(), &17.into(), &9.into()), "{found:?}");
    assert!(found.contains(&(&"answer-direction".into(), &40.into(), &3.into())), "{found:?}");
    assert_eq!(reading["errors"], 4);
    assert!(reading["html"].as_str().unwrap().contains("expected active or passive in an answer"));
    // Without a type and an offer, what needs them is left out.
    let reading = desk.read(&json!({ "sdp": sdp })).await;
    assert_eq!(reading["errors"], 0, "{reading}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hostile_is_refused_or_read_and_the_next_is_answered() {
    let desk = Desk::start().await;
    for (body, status) in [
        ("x".repeat(61 * 1024), 413),
        ("{".to_owned(), 400),
        ("{\"sdp\":1}".to_owned(), 422),
        (json!({ "sdp": "\n".repeat(2_001) }).to_string(), 413),
        (json!({ "sdp": "a=\n", "type": "answer", "offer": "\n".repeat(2_001) }).to_string(), 413),
        (json!({ "sdp": "" }).to_string(), 200),
        (json!({ "sdp": "\u{0}\u{1b}[31m\u{2028}=\r\r\n=", "type": "\u{0}" }).to_string(), 200),
        (json!({ "sdp": format!("v=0\r\n{}", "m=audio 9 X 1\n".repeat(1_900)), "type": "answer", "offer": "m=\n".repeat(1_900) }).to_string(), 200),
        (json!({ "sdp": format!("v=0\na=group:BUNDLE{}\n", " a".repeat(20_000)) }).to_string(), 200),
    ] {
        let answer = desk.post(&body).await;
        assert!(answer.starts_with(&format!("HTTP/1.0 {status}")), "{status}: {}", &answer[..answer.len().min(200)]);
    }
    let reading =
        desk.read(&json!({ "sdp": "v=0\r\na=x:<script>alert(1)</script>\r\n", "type": "offer" })).await;
    let html = reading["html"].as_str().unwrap();
    assert!(html.contains("&lt;script") && !html.contains("<script"), "{html}");
    assert_eq!(desk.read(&json!({ "sdp": OFFER, "type": "offer" })).await["errors"], 0);
}

struct Desk {
    web: SocketAddr,
    _alive: Box<dyn std::any::Any + Send + Sync>,
}

impl Desk {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = listener.local_addr().unwrap();
        let running = (Lab::named("sdp").unwrap().start)(Surroundings::of(web)).await.unwrap();
        assert!(running.addresses.is_empty(), "it listens on nothing of its own");
        let app = axum::Router::new().nest("/labs/sdp", running.router);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { web, _alive: running.alive }
    }

    async fn post(&self, body: &str) -> String {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let head = format!(
            "POST /labs/sdp/read HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.web,
            body.len()
        );
        // One that is too long may be refused before all of it is sent.
        let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
        String::from_utf8(answer).unwrap()
    }

    async fn read(&self, question: &Value) -> Value {
        let answer = self.post(&question.to_string()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }
}
