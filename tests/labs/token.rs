//! The token lab: what it signs it lets in, what is changed it refuses, and a certificate goes nowhere.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wire::agora::{Certificate, Privileges, Question, Refusal, Service, Token, admit};
use wirebook::labs::token::{app, now};
use wirebook::labs::{Lab, Surroundings};

use crate::websocket::PATIENCE;

/// A token of npm's agora-token, and the certificate that it is tested with.
const PUBLISHED: &str = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
/// The same package's, of the version before.
const OLD: &str = "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/QQAAEAAQCvKDdW";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_signs_it_takes_apart_and_lets_in() {
    let desk = Desk::start().await;
    for (role, publishes) in [("publisher", true), ("subscriber", false)] {
        let token = desk.sign(&wish(role)).await;
        let reading = desk.read(&json!({ "token": token, "channel": "demo", "uid": "alice" })).await;
        let verdict = &reading["verdict"];
        assert_eq!((&verdict["admitted"], &verdict["code"]), (&json!(true), &json!("admitted")), "{verdict}");
        let until = &verdict["until"];
        assert!(until["join"].as_u64().unwrap() <= now() + 600, "{until}");
        for kind in ["audio", "video", "data"] {
            assert_eq!(!until[kind].is_null(), publishes, "{role} {kind}");
        }
        let html = reading["html"].as_str().unwrap();
        for said in [
            "Signature",
            "verified: made by who knows the App Certificate",
            "Channel",
            "demo",
            "alice",
            &app().id,
        ] {
            assert!(html.contains(said), "{said}");
        }
        // Other doors ask the same app.
        let asked = Question {
            app_id: &app().id,
            certificate: &app().certificate,
            channel: "demo",
            uid: "alice",
            now: now(),
        };
        assert_eq!(admit(&token, &asked).unwrap().audio.is_some(), publishes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_is_told_with_the_check_that_failed() {
    let desk = Desk::start().await;
    let token = desk.sign(&wish("publisher")).await;
    let wrong = "0".repeat(32);
    let damaged = format!("{}{}", &token[..30], &token[34..]);
    let other_app = Token { app_id: wrong.clone(), ..Token::read(&token).unwrap().0 };
    let other_app = other_app.sign(&wrong.parse().unwrap()).unwrap();
    for (code, failed, question) in [
        ("version-006", 0, json!({ "token": OLD })),
        ("damaged", 0, json!({ "token": damaged })),
        ("damaged", 0, json!({ "token": "" })),
        ("wrong-app", 1, json!({ "token": other_app, "channel": "demo" })),
        ("wrong-signature", 2, json!({ "token": token, "certificate": wrong })),
        ("expired", 3, json!({ "token": token, "later": 601 })),
        ("wrong-channel", 5, json!({ "token": token, "channel": "other" })),
        ("wrong-uid", 6, json!({ "token": token, "uid": "mallory" })),
    ] {
        let verdict = desk.read(&question).await["verdict"].clone();
        assert_eq!((&verdict["admitted"], &verdict["code"]), (&json!(false), &json!(code)), "{verdict}");
        let outcomes: Vec<_> =
            verdict["checks"].as_array().unwrap().iter().map(|c| c["outcome"].clone()).collect();
        for (place, outcome) in outcomes.iter().enumerate() {
            let expected = match place.cmp(&failed) {
                std::cmp::Ordering::Less => "passed",
                std::cmp::Ordering::Equal => "failed",
                std::cmp::Ordering::Greater => "not asked",
            };
            assert_eq!(outcome, expected, "{code}: {place}");
        }
    }
    // Whose certificate nobody gave cannot be checked, and the workbook's does not count for it.
    let verdict = desk.read(&json!({ "token": other_app })).await["verdict"].clone();
    assert_eq!((&verdict["admitted"], &verdict["code"]), (&Value::Null, &json!("unchecked")), "{verdict}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ones_own_is_checked_with_ones_own_certificate_which_is_told_to_nobody() {
    let desk = Desk::start().await;
    let (issued, expire) = (u32::try_from(now()).unwrap(), 3_600);
    let (mut token, _) = Token::read(PUBLISHED).unwrap();
    (token.issued, token.expire) = (issued, expire);
    let certificate: Certificate = CERTIFICATE.parse().unwrap();
    let token = token.sign(&certificate).unwrap();
    let answer = desk.post("read", &json!({ "token": token, "certificate": CERTIFICATE }).to_string()).await;
    assert!(answer.contains("\"admitted\":true") && answer.contains("cache-control: no-store"), "{answer}");
    assert!(!answer.contains(CERTIFICATE));
    // The published one is of 1970.
    let verdict =
        desk.read(&json!({ "token": PUBLISHED, "certificate": CERTIFICATE })).await["verdict"].clone();
    assert_eq!(verdict["code"], "expired", "{verdict}");
    // One that is none is not told again either.
    let nearly = format!("{CERTIFICATE}7");
    let answer = desk.post("read", &json!({ "token": token, "certificate": nearly }).to_string()).await;
    assert!(
        answer.starts_with("HTTP/1.0 422") && answer.contains("has 32 hex digits, this has 33"),
        "{answer}"
    );
    assert!(!answer.contains(&CERTIFICATE[..8]));
    // Nor is one in the wrong place.
    for body in [json!(CERTIFICATE), json!({ "token": token, "later": CERTIFICATE })] {
        let answer = desk.post("read", &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.0 422") && !answer.contains(&CERTIFICATE[..8]), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hostile_is_refused_or_read_and_the_next_is_answered() {
    let desk = Desk::start().await;
    let bomb = miniz(&vec![0; 40 << 20]);
    let many: Privileges = (0..=u16::MAX).take(9_000).map(|number| (number, 0)).collect();
    let many =
        Token { services: vec![Service::Fpa { privileges: many }], ..Token::read(PUBLISHED).unwrap().0 };
    let many = many.sign(&CERTIFICATE.parse().unwrap()).unwrap();
    let wish = |channel: &str, seconds: i64| json!({ "channel": channel, "uid": "", "role": "publisher", "seconds": seconds });
    for (route, body, status) in [
        ("read", "x".repeat(61 * 1024), 413),
        ("read", "{".to_owned(), 400),
        ("read", "{\"token\":1}".to_owned(), 422),
        ("read", json!({ "token": "007" }).to_string(), 200),
        ("read", json!({ "token": format!("007{bomb}") }).to_string(), 200),
        ("read", json!({ "token": many }).to_string(), 200),
        ("read", json!({ "token": "\u{0}\u{1b}[31m\u{2028}" }).to_string(), 200),
        ("read", json!({ "token": PUBLISHED, "later": u32::MAX }).to_string(), 200),
        ("read", json!({ "token": PUBLISHED, "later": -1 }).to_string(), 422),
        ("sign", wish("", 600).to_string(), 422),
        ("sign", wish(&"c".repeat(65), 600).to_string(), 422),
        ("sign", wish("demo", 0).to_string(), 422),
        ("sign", wish("demo", 86_401).to_string(), 422),
        ("sign", wish("demo", 1 << 40).to_string(), 422),
        (
            "sign",
            json!({ "channel": "demo", "uid": "u".repeat(65), "role": "publisher", "seconds": 1 })
                .to_string(),
            422,
        ),
        ("sign", json!({ "channel": "demo", "uid": "", "role": "admin", "seconds": 1 }).to_string(), 422),
    ] {
        let answer = desk.post(route, &body).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.0 {status}")),
            "{status}: {}",
            &answer[..answer.len().min(200)]
        );
    }
    let token = desk
        .sign(
            &json!({ "channel": "<script>alert(1)</script>", "uid": "", "role": "subscriber", "seconds": 1 }),
        )
        .await;
    let reading = desk.read(&json!({ "token": token, "uid": "anybody" })).await;
    let html = reading["html"].as_str().unwrap();
    assert!(html.contains("&lt;script") && !html.contains("<script"), "{html}");
    let verdict = reading["verdict"]["code"].as_str().unwrap();
    assert!(["admitted", "expired"].contains(&verdict), "{verdict}");
}

#[test]
fn the_app_is_one_for_all_and_its_certificate_does_not_print() {
    assert!(std::ptr::eq(app(), app()));
    assert!(app().id.len() == 32 && app().id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(format!("{:?}", app()), format!("App {{ id: {:?}, certificate: Certificate(..) }}", app().id));
    let zero = Question {
        app_id: &app().id,
        certificate: &"0".repeat(32).parse().unwrap(),
        channel: "demo",
        uid: "alice",
        now: now(),
    };
    let wish = serde_json::from_value(wish("publisher")).unwrap();
    let token = app().sign(&wish, now()).unwrap();
    assert_eq!(admit(&token, &zero), Err(Refusal::WrongSignature));
}

fn wish(role: &str) -> Value {
    json!({ "channel": "demo", "uid": "alice", "role": role, "seconds": 600 })
}

/// A zlib stream in base64.
fn miniz(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9))
}

struct Desk {
    web: SocketAddr,
    _alive: Box<dyn std::any::Any + Send + Sync>,
}

impl Desk {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = listener.local_addr().unwrap();
        let lab = Lab::named("token").unwrap();
        let running = (lab.start)(Surroundings::of(web)).await.unwrap();
        assert!(running.addresses.is_empty(), "it listens on nothing of its own");
        let app = axum::Router::new().nest("/labs/token", running.router);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { web, _alive: running.alive }
    }

    async fn post(&self, route: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let head = format!(
            "POST /labs/token/{route} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.web,
            body.len()
        );
        // One that is too long may be refused before all of it is sent.
        let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
        String::from_utf8(answer).unwrap()
    }

    async fn json(&self, route: &str, question: &Value) -> Value {
        let answer = self.post(route, &question.to_string()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    async fn sign(&self, wish: &Value) -> String {
        self.json("sign", wish).await["token"].as_str().unwrap().to_owned()
    }

    async fn read(&self, question: &Value) -> Value {
        self.json("read", question).await
    }
}
