//! The Socket.IO lab: who may come in, what is answered, and what hostile clients cannot take from the others.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wirebook::labs::socketio::{Config, Heartbeat, Limits, SocketIoLab};

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

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_bounded_and_the_place_of_one_that_ends_is_free_again() {
    let lab = lab(Limits { sessions: 4, ..Limits::default() }).await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(session(&lab).await);
    }
    let refused = ask(&lab, "GET", OPEN, &[], "").await;
    assert_eq!(refused.status, 503);
    assert!(refused.body.starts_with("4 sessions are open"), "{}", refused.body);
    // Who is in goes on.
    let [first, ..] = &open[..] else { panic!("four") };
    assert_eq!(post(&lab, first, "40").await.status, 200);

    post(&lab, first, "1").await;
    while ask(&lab, "GET", OPEN, &[], "").await.status != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_events_is_cut_off_and_others_are_answered() {
    let lab = lab(Limits { rate: 1, burst: 20, ..Limits::default() }).await;
    let flooder = chatter(&lab).await;
    let mut heard = String::new();
    while !heard.contains("41") {
        post(&lab, &flooder, "427[\"rooms\"]").await;
        heard = poll(&lab, &flooder).await;
        assert!(!heard.contains("Session ID unknown"), "it is told first");
    }
    assert!(heard.contains("42[\"refused\""), "{heard}");

    // Who does not read that in its hurry loses the session.
    let flooder = chatter(&lab).await;
    post(&lab, &flooder, &vec!["42[\"rooms\"]"; 5000].join(SEPARATOR)).await;
    assert_eq!(ask(&lab, "GET", &flooder, &[], "").await.status, 400);
    answers(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused() {
    let lab = lab(Limits { payload: 50_000, ..Limits::default() }).await;
    let client = chatter(&lab).await;
    let echo = format!("420[\"echo\",\"{}\"]", "x".repeat(20_000));
    post(&lab, &client, &echo).await;
    let heard = poll_until(&lab, &client, "430[").await;
    assert!(heard.contains("expected at most 16384 bytes"), "{heard}");
    let text = format!("421[\"say\",\"lobby\",\"{}\"]", "x".repeat(2001));
    post(&lab, &client, &format!("42[\"join\",\"lobby\"]{SEPARATOR}{text}")).await;
    let heard = poll_until(&lab, &client, "431[").await;
    assert!(heard.contains("1 to 2000 characters"), "{heard}");

    let body = format!("4{}", "x".repeat(60_000));
    let answer = post(&lab, &client, &body).await;
    assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.body);
    // A length is only said, and nothing of it sent.
    let mut endless = TcpStream::connect(lab.address()).await.unwrap();
    let other = session(&lab).await;
    let head = format!("POST {other} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n4");
    endless.write_all(head.as_bytes()).await.unwrap();
    answers(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_and_names_are_bounded() {
    let lab = lab(Limits::default()).await;
    let client = chatter(&lab).await;
    let joins: Vec<String> = (0..9).map(|n| format!("42{n}[\"join\",\"room-{n}\"]")).collect();
    post(&lab, &client, &joins.join(SEPARATOR)).await;
    let heard = poll_until(&lab, &client, "438[").await;
    assert!(heard.contains("437[{\"ok\":true"), "{heard}");
    assert!(heard.contains("438[{\"error\":\"expected at most 8 rooms"), "{heard}");
    for (ask, why) in [
        ("[\"join\",\"@ping\"]", "a room has 1 to 24"),
        ("[\"join\"]", "join takes a room"),
        ("[\"name\",\"\"]", "a name has 1 to 24"),
        ("[\"say\",\"elsewhere\",\"psst\"]", "join it first"),
        ("[\"say\",1,{}]", "say takes a room and a text"),
    ] {
        post(&lab, &client, &format!("4299{ask}")).await;
        let heard = poll_until(&lab, &client, "4399[").await;
        assert!(heard.contains(why), "{ask}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_on_both_transports_ends_its_own_session_alone() {
    let lab = lab(Limits::default()).await;
    let witness = chatter(&lab).await;
    for garbage in [
        "",
        "9",
        "4",
        "49",
        "42",
        "42{",
        "4251-",
        "45999999999999999999-[\"x\"]",
        "2probe",
        "b!",
        "\u{1e}\u{1e}",
        "é\u{0}",
    ] {
        let client = chatter(&lab).await;
        post(&lab, &client, garbage).await;
        websocket(&lab, garbage.as_bytes(), 0x81).await;
        websocket(&lab, garbage.as_bytes(), 0x82).await;
    }
    // Not even a frame.
    for bytes in [
        &[0xff; 64][..],
        &[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = upgraded(&lab).await;
        stream.write_all(bytes).await.unwrap();
    }
    for head in [
        "\0\0\0\0",
        "GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "BREW / HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(lab.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
    }
    post(&lab, &witness, "420[\"rooms\"]").await;
    poll_until(&lab, &witness, "430[").await;
    answers(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_connections_and_polls_without_end_keeps_nobody_out() {
    let limits = Limits { connections: 16, sessions: 8, bodies: 4, ..Limits::default() };
    let lab = lab(limits).await;
    // Polls that wait: one a session, and no second one.
    let mut held = Vec::new();
    for _ in 0..7 {
        let path = session(&lab).await;
        poll(&lab, &path).await;
        let mut stream = TcpStream::connect(lab.address()).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        held.push(stream);
    }
    // Bodies that never end.
    let path = session(&lab).await;
    for _ in 0..8 {
        let mut stream = TcpStream::connect(lab.address()).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n4");
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    // Connections that say nothing, and one that begins a head.
    for _ in 0..200 {
        held.push(TcpStream::connect(lab.address()).await.unwrap());
    }
    held.last_mut().unwrap().write_all(b"GET /socket.io/?EIO").await.unwrap();
    let answer = ask(&lab, "GET", "/", &[], "").await;
    assert_eq!(answer.status, 200);
    let refused = ask(&lab, "GET", OPEN, &[], "").await;
    assert_eq!(refused.status, 503, "all sessions are taken, and that is said");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_is_cut_off_and_its_place_free_again() {
    let heartbeat = Heartbeat { interval: Duration::from_millis(200), timeout: Duration::from_millis(200) };
    let limits = Limits { sessions: 2, packets: 8, rate: 1_000_000, burst: 1_000_000, ..Limits::default() };
    let config = Config { port: Some(0), limits, heartbeat, ..Config::default() };
    let lab = SocketIoLab::start(&config, SocketAddr::from(([127, 0, 0, 1], WORKBOOK))).await.unwrap();
    let mut deaf = upgraded(&lab).await;
    deaf.write_all(&frame(0x81, b"40")).await.unwrap();
    let echo = frame(0x81, format!("42[\"echo\",\"{}\"]", "x".repeat(10_000)).as_bytes());
    for _ in 0..2000 {
        // It is cut off in the midst of it.
        if timeout(PATIENCE, deaf.write_all(&echo)).await.expect("read, or reset").is_err() {
            break;
        }
    }
    empty(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_are_bounded_and_the_place_of_one_that_ends_is_free_again() {
    let lab = lab(Limits { sessions: 1, ..Limits::default() }).await;
    for _ in 0..3 {
        // By the upgrade, and at once: both hold one place, and give it back.
        let path = chatter(&lab).await.replace("polling", "websocket");
        let mut upgraded = websocket_at(&lab, &path).await;
        let refused = ask(&lab, "GET", &path, &[("Upgrade", "websocket")], "").await;
        assert_eq!(refused.status, 503, "{}", refused.body);
        for bytes in [frame(0x81, b"2probe"), frame(0x81, b"5"), frame(0x81, b"1")] {
            upgraded.write_all(&bytes).await.unwrap();
        }
        empty(&lab).await;
        let mut at_once = self::upgraded(&lab).await;
        at_once.write_all(&frame(0x81, b"40")).await.unwrap();
        let mut heard = Vec::new();
        while !heard.windows(7).any(|seven| seven == b"welcome") {
            assert!(timeout(PATIENCE, at_once.read_buf(&mut heard)).await.expect("welcome").unwrap() > 0);
        }
        drop(at_once);
        empty(&lab).await;
    }
}

/// Waits until all sessions have ended.
async fn empty(lab: &SocketIoLab) {
    while lab.info().sessions > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(not(feature = "redis"))]
#[tokio::test]
async fn a_build_without_redis_says_how_to_get_one() {
    let config = Config { redis: Some("redis://127.0.0.1:6379".to_owned()), ..Config::default() };
    let refused =
        SocketIoLab::start(&config, SocketAddr::from(([127, 0, 0, 1], WORKBOOK))).await.unwrap_err();
    let why = refused.to_string();
    assert!(why.contains("cargo run --features redis -- serve --redis redis://127.0.0.1:6379"), "{why}");
}

const SEPARATOR: &str = "\u{1e}";

/// Opens a session by long-polling, and gives its path.
async fn session(lab: &SocketIoLab) -> String {
    let answer = ask(lab, "GET", OPEN, &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let open: serde_json::Value = serde_json::from_str(&answer.body[1..]).expect("an open packet");
    format!("{OPEN}&sid={}", open["sid"].as_str().expect("a session id"))
}

/// A session in the namespace `/`.
async fn chatter(lab: &SocketIoLab) -> String {
    let path = session(lab).await;
    assert_eq!(post(lab, &path, "40").await.status, 200);
    poll_until(lab, &path, "42[\"welcome\"").await;
    path
}

async fn post(lab: &SocketIoLab, path: &str, body: &str) -> Answer {
    ask(lab, "POST", path, &[("Content-Type", "text/plain;charset=UTF-8")], body).await
}

async fn poll(lab: &SocketIoLab, path: &str) -> String {
    ask(lab, "GET", path, &[], "").await.body
}

/// Polls until a packet begins with that, answering pings, and gives all that came.
async fn poll_until(lab: &SocketIoLab, path: &str, wanted: &str) -> String {
    let mut heard = String::new();
    for _ in 0..100 {
        let body = poll(lab, path).await;
        if body.split(SEPARATOR).any(|packet| packet == "2") {
            post(lab, path, "3").await;
        }
        heard.push_str(&body);
        if body.split(SEPARATOR).any(|packet| packet.starts_with(wanted)) {
            return heard;
        }
    }
    panic!("no {wanted} in {heard}");
}

/// Somebody comes, asks, and is answered.
async fn answers(lab: &SocketIoLab) {
    let client = chatter(lab).await;
    post(lab, &client, "427[\"rooms\"]").await;
    poll_until(lab, &client, "437[").await;
}

/// A WebSocket, after its 101.
async fn upgraded(lab: &SocketIoLab) -> TcpStream {
    websocket_at(lab, "/socket.io/?EIO=4&transport=websocket").await
}

async fn websocket_at(lab: &SocketIoLab, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(lab.address()).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut answer)).await.expect("an answer").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    stream
}

/// Joins by WebSocket, sends one frame, and waits for the end.
async fn websocket(lab: &SocketIoLab, payload: &[u8], first: u8) {
    let mut stream = upgraded(lab).await;
    for bytes in [frame(0x81, b"40"), frame(first, payload), frame(0x88, b"")] {
        // It may have been ended before.
        let _ = stream.write_all(&bytes).await;
    }
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("an end");
}

/// One masked frame; the mask is zero.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(short @ 0..=125) => frame.push(0x80 | short as u8),
        Ok(long) => {
            frame.push(0x80 | 126);
            frame.extend(long.to_be_bytes());
        }
        Err(_) => panic!("longer than these tests send"),
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
