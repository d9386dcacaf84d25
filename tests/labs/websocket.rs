//! The WebSocket lab on real sockets: the handshake, the echo, its bounds.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::{WebSocketStream, client_async};
use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Bytes, Message};
use wirebook::labs::Names;
use wirebook::labs::websocket::handshake::{Decider, Opening, answer};
use wirebook::labs::websocket::{Echo, LONGEST, Limits, bind};

/// Long enough for a busy machine; only a failure waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const RIGHT: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

fn known() -> (Names, Names) {
    let names = |port| Names::of(([127, 0, 0, 1], port).into());
    (names(9001), names(3000))
}

/// What a change of one line of the right handshake leads to, and which line is named.
const HANDSHAKES: &[(&str, &str, &str, u16, &str)] = &[
    ("as it should be", "", "", 101, ""),
    ("names in other cases", "Upgrade: websocket", "uPGRADE: WebSocket", 101, ""),
    ("one of several upgrades", "Upgrade: websocket", "Upgrade: h2c, websocket", 101, ""),
    ("one of several options", "Connection: Upgrade", "Connection: keep-alive, Upgrade", 101, ""),
    ("a page of the workbook", "Upgrade: w", "Origin: http://localhost:3000\r\nUpgrade: w", 101, ""),
    ("another of its names", "127.0.0.1:9001", "localhost:9001", 101, ""),
    ("what is offered is not taken", "Upgrade: w", "Sec-WebSocket-Protocol: chat\r\nUpgrade: w", 101, ""),
    ("POST", "GET", "POST", 405, "line"),
    ("a method of its own", "GET", "CONNECT", 405, "line"),
    ("HTTP/1.0", "HTTP/1.1", "HTTP/1.0", 426, "line"),
    ("HTTP/2", "HTTP/1.1", "HTTP/2.0", 505, "line"),
    ("a whole URL", "GET / ", "GET http://127.0.0.1:9001/ ", 400, "line"),
    ("no HTTP", "GET / HTTP/1.1", "hello", 400, ""),
    ("a space before a colon", "Host:", "Host :", 400, ""),
    ("no Host", "Host: 127.0.0.1:9001\r\n", "", 400, "no Host"),
    ("two Hosts", "Upgrade: w", "Host: evil.example\r\nUpgrade: w", 400, "1"),
    ("another's name", "127.0.0.1:9001", "evil.example:9001", 403, "0"),
    ("a foreign page", "Upgrade: w", "Origin: http://evil.example\r\nUpgrade: w", 403, "1"),
    ("a page of nowhere", "Upgrade: w", "Origin: null\r\nUpgrade: w", 403, "1"),
    ("a page of another port", "Upgrade: w", "Origin: http://127.0.0.1:9001\r\nUpgrade: w", 403, "1"),
    ("no Upgrade", "Upgrade: websocket\r\n", "", 426, "no Upgrade"),
    ("another protocol", "Upgrade: websocket", "Upgrade: h2c", 426, "1"),
    ("half a name", "Upgrade: websocket", "Upgrade: websocket2", 426, "1"),
    ("no Connection", "Connection: Upgrade\r\n", "", 426, "no Connection"),
    ("Connection without it", "Connection: Upgrade", "Connection: close", 426, "2"),
    ("an old version", "Version: 13", "Version: 8", 426, "4"),
    ("no version", "Sec-WebSocket-Version: 13\r\n", "", 400, "no Sec-WebSocket-Version"),
    ("no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "no Sec-WebSocket-Key"),
    ("15 bytes", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", 400, "3"),
    ("no base64", "dGhlIHNhbXBsZSBub25jZQ==", "the sample nonce", 400, "3"),
    ("an empty key", "dGhlIHNhbXBsZSBub25jZQ==", "", 400, "3"),
    ("two keys", "Upgrade: w", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUpgrade: w", 400, "4"),
    ("a body", "Upgrade: w", "Content-Length: 5\r\nUpgrade: w", 400, "1"),
    ("no body", "Upgrade: w", "Content-Length: 0\r\nUpgrade: w", 101, ""),
];

#[test]
fn a_handshake_is_answered_by_what_is_wrong_with_it() {
    for (what, from, to, status, line) in HANDSHAKES {
        let head = RIGHT.replacen(from, to, usize::from(!from.is_empty()));
        let (found, decided) = match answer(head.as_bytes(), &known()) {
            Opening::Accepted { response, head: length } => {
                assert!(response.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
                assert_eq!(length, head.len(), "{what}");
                (101, String::new())
            }
            Opening::Refused(refusal) => {
                let why = &refusal.why;
                assert!(
                    why.starts_with("expected ") && why.contains("found") && why.contains("(RFC "),
                    "{what}: {why}"
                );
                let decided = match refusal.decided_by {
                    Decider::RequestLine => "line".to_owned(),
                    Decider::Field(at) => at.to_string(),
                    Decider::Missing(name) => format!("no {name}"),
                    Decider::Whole => String::new(),
                };
                (refusal.status, decided)
            }
            Opening::Unfinished => (0, String::new()),
        };
        assert_eq!((found, &decided[..]), (*status, *line), "{what}");
    }
}

#[test]
fn a_head_that_is_cut_off_anywhere_is_unfinished_and_what_follows_it_is_left() {
    for cut in 0..RIGHT.len() {
        assert_eq!(answer(&RIGHT.as_bytes()[..cut], &known()), Opening::Unfinished, "at {cut}");
    }
    let more = [RIGHT.as_bytes(), b"\x81\x80abcd"].concat();
    assert!(matches!(answer(&more, &known()), Opening::Accepted { head, .. } if head == RIGHT.len()));
}

#[test]
fn a_head_without_end_is_refused() {
    let fields = "X: y\r\n".repeat(65);
    let many = RIGHT.replace("Upgrade: w", &format!("{fields}Upgrade: w"));
    let long = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(8 * 1024));
    for head in [many, long] {
        let opening = answer(head.as_bytes(), &known());
        assert!(matches!(&opening, Opening::Refused(refusal) if refusal.status == 431), "{opening:?}");
    }
}

#[test]
fn a_refusal_says_what_a_client_needs_to_do_better() {
    let refused = |from, to| match answer(RIGHT.replace(from, to).as_bytes(), &known()) {
        Opening::Refused(refusal) => refusal.response(),
        other => panic!("{other:?}"),
    };
    insta::assert_snapshot!(refused("Version: 13", "Version: 8").replace('\r', ""));
    insta::assert_snapshot!(refused("GET", "PUT").replace('\r', ""));
    let hostile = refused("dGhlIHNhbXBsZSBub25jZQ==", &format!("\t<script>\u{1b}{}", "A".repeat(200)));
    assert!(!hostile.contains('\u{1b}') && hostile.len() < 500, "{hostile}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_answers_as_the_table_says() {
    let lab = Lab::start(Limits::default());
    for (what, from, to, status, _) in HANDSHAKES {
        let head = RIGHT.replacen(from, to, usize::from(!from.is_empty()));
        let answer = lab
            .ask(
                &head
                    .replace("127.0.0.1:9001", &lab.address.to_string())
                    .replace(":9001", &format!(":{}", lab.address.port())),
            )
            .await;
        let line = answer.lines().next().unwrap_or_default();
        assert!(line.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        let field = |name: &str| answer.lines().any(|line| line.to_ascii_lowercase().starts_with(name));
        assert_eq!(field("upgrade: websocket"), matches!(status, 101 | 426), "{what}: {answer}");
        assert_eq!(field("sec-websocket-version: 13"), *status == 426, "{what}: {answer}");
        assert_eq!(field("allow: get"), *status == 405, "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_back_as_they_were() {
    let lab = Lab::start(Limits::default());
    let mut client = lab.client().await;
    for size in [0, 1, 125, 126, 8191, 8192, 8193, 65_535, 65_536, 70_000, 1 << 20, LONGEST as usize] {
        for message in [Message::text("p".repeat(size)), Message::binary(vec![0xa5; size])] {
            client.send(message.clone()).await.unwrap();
            assert!(next(&mut client).await == message, "{size}");
        }
    }
    close_normally(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_come_back_in_order() {
    let lab = Lab::start(Limits::default());
    let client = lab.client().await;
    let (mut sink, mut stream) = client.split();
    let message = |n: usize| Message::text(format!("{n} {}", "x".repeat(n * 37 % 20_000)));
    let sending = tokio::spawn(async move {
        for n in 0..2000 {
            sink.feed(message(n)).await.unwrap();
        }
        sink.flush().await.unwrap();
        sink
    });
    for n in 0..2000 {
        let echoed = timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
        assert!(echoed == message(n), "{n}");
    }
    drop(sending.await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_with_a_ping_between_them_are_one_message_and_a_pong() {
    let lab = Lab::start(Limits::default());
    let mut client = lab.client().await;
    let fragment =
        |text: &'static str, opcode, fin| Message::Frame(Frame::message(text, OpCode::Data(opcode), fin));
    client.send(fragment("pi", Data::Text, false)).await.unwrap();
    client.send(Message::Ping("are you there?".into())).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Pong("are you there?".into()));
    client.send(fragment("", Data::Continue, false)).await.unwrap();
    client.send(fragment("ng", Data::Continue, true)).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("ping"));
    close_normally(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_in_fragments_grows_and_what_follows_it_is_echoed_too() {
    let lab = Lab::start(Limits::default());
    let mut client = lab.client().await;
    for _ in 0..3 {
        let piece = Bytes::from(vec![7; 5000]);
        for n in 0..400 {
            let opcode = if n == 0 { Data::Binary } else { Data::Continue };
            client
                .feed(Message::Frame(Frame::message(piece.clone(), OpCode::Data(opcode), n == 399)))
                .await
                .unwrap();
        }
        client.feed(Message::text("and this")).await.unwrap();
        client.flush().await.unwrap();
        assert!(next(&mut client).await == Message::binary(vec![7; 2_000_000]));
        assert_eq!(next(&mut client).await, Message::text("and this"));
    }
}

/// What a client sends right after the handshake, and the close code that it gets.
#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_gets_the_code_that_says_what_it_is() {
    let lab = Lab::start(Limits::default());
    let masked = |first: u8, payload: &[u8]| {
        let mut frame = vec![first, 0x80 | payload.len() as u8, 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        frame
    };
    let too_big = (LONGEST + 1).to_be_bytes();
    let fragments: Vec<u8> = [&[0x02, 0xff][..], &LONGEST.to_be_bytes(), &[0; 4]].concat();
    for (what, frame, code) in [
        ("not masked", vec![0x81, 0x04, b'p', b'i', b'n', b'g'], 1002),
        ("reserved bit", masked(0xc1, b"ping"), 1002),
        ("reserved opcode", masked(0x83, b"ping"), 1002),
        ("reserved control opcode", masked(0x8b, b""), 1002),
        ("fragmented ping", masked(0x09, b""), 1002),
        ("a continuation of nothing", masked(0x80, b""), 1002),
        ("a message within a message", [masked(0x01, b"pi"), masked(0x81, b"ng")].concat(), 1002),
        ("no UTF-8", masked(0x81, b"\xff"), 1007),
        ("half a character", masked(0x81, b"\xc3"), 1007),
        ("a close code that is never sent", masked(0x88, &[0x03, 0xee]), 1002),
        ("a close with half a code", masked(0x88, &[0x03]), 1002),
        ("too long", [&[0x82, 0xff][..], &too_big, &[0; 4]].concat(), 1009),
        ("longer than there is", [&[0x82, 0xff][..], &u64::MAX.to_be_bytes(), &[0; 4]].concat(), 1009),
        ("too long in fragments", [fragments, vec![0; LONGEST as usize], masked(0x00, b"!")].concat(), 1009),
        ("a normal close", masked(0x88, &[0x03, 0xe8]), 1000),
    ] {
        let (mut stream, _) = lab.open().await;
        let (mut read, mut write) = stream.split();
        let mut answer = Vec::new();
        let (_, end) =
            tokio::join!(write.write_all(&frame), timeout(PATIENCE, read.read_to_end(&mut answer)));
        end.expect(what).expect(what);
        assert_eq!(answer.first(), Some(&0x88), "{what}: {answer:x?}");
        assert_eq!(answer.get(2..4), Some(&u16::to_be_bytes(code)[..]), "{what}: {answer:x?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_is_answered_with_its_code_and_then_tcp_ends() {
    let lab = Lab::start(Limits::default());
    for code in [1000, 1001, 1003, 3000, 4999] {
        let mut client = lab.client().await;
        let frame = CloseFrame { code: CloseCode::from(code), reason: "bye".into() };
        client.close(Some(frame.clone())).await.unwrap();
        assert_eq!(next(&mut client).await, Message::Close(Some(frame)));
        assert!(timeout(PATIENCE, client.next()).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_told_1001_and_a_ping_says_something() {
    let lab = Lab::start(Limits { idle: Duration::from_millis(400), ..Limits::default() });
    let mut client = lab.client().await;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        client.send(Message::Ping(Bytes::new())).await.unwrap();
        let next = next(&mut client).await;
        // On a machine that sleeps as it likes, nothing can be said of a client that slept too long.
        if !matches!(next, Message::Pong(_)) {
            eprintln!("skipped: this machine is too busy");
            return;
        }
    }
    let Message::Close(Some(frame)) = next(&mut client).await else { panic!("expected a Close") };
    assert_eq!(u16::from(frame.code), 1001);
    let (mut stream, _) = lab.open().await;
    let mut rest = Vec::new();
    // Half a message is as good as nothing, once no more of it comes.
    stream.write_all(b"\x81\x84\0\0\0\0pi").await.unwrap();
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert_eq!(rest.get(2..4), Some(&1001u16.to_be_bytes()[..]), "{rest:x?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_says_so_and_a_handshake_makes_way() {
    let lab = Lab::start(Limits { connections: 3, ..Limits::default() });
    let _open = [lab.client().await, lab.client().await];
    let mut silent = TcpStream::connect(lab.address).await.unwrap();
    let mut third = lab.client().await;
    assert!(matches!(timeout(PATIENCE, silent.read(&mut [0])).await.unwrap(), Ok(0) | Err(_)), "it made way");
    let answer = lab.ask(&lab.handshake()).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("all 3 places are taken"), "{answer}");
    third.send(Message::text("ping")).await.unwrap();
    assert_eq!(next(&mut third).await, Message::text("ping"));
    close_normally(third).await;
    let mut fourth = loop {
        // The place is free once the server has seen the end of it.
        if let Ok((stream, answer)) = lab.try_open().await
            && answer.starts_with("HTTP/1.1 101 ")
        {
            break upgraded(stream).await;
        }
    };
    fourth.send(Message::text("pong")).await.unwrap();
    assert_eq!(next(&mut fourth).await, Message::text("pong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_takes_too_long_is_told_408() {
    let lab = Lab::start(Limits { handshake: Duration::from_millis(50), ..Limits::default() });
    let answer = lab.ask("GET / HTTP/1.1\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_its_echoes_is_not_listened_to() {
    let lab = Lab::start(Limits::default());
    for size in [100, 100_000] {
        let (mut stream, _) = lab.open().await;
        let mut frame = vec![0x82, 0xff];
        frame.extend_from_slice(&(size as u64).to_be_bytes());
        frame.resize(14 + size, 0);
        // What both sockets hold is less than this; a server that read on would take it all.
        let mut sent = 0;
        while sent < 64 << 20 {
            match timeout(Duration::from_millis(500), stream.write_all(&frame)).await {
                Ok(written) => written.unwrap(),
                Err(_) => break,
            }
            sent += frame.len();
        }
        assert!(sent < 64 << 20, "{size}");
        // And others are.
        let mut other = lab.client().await;
        other.send(Message::text("ping")).await.unwrap();
        assert_eq!(next(&mut other).await, Message::text("ping"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_takes_pings_for_free_is_not_listened_to_either() {
    let lab = Lab::start(Limits::default());
    let (mut stream, _) = lab.open().await;
    let ping = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'.'; 125]].concat().repeat(1000);
    let mut sent = 0;
    while sent < 64 << 20 {
        match timeout(Duration::from_millis(500), stream.write_all(&ping)).await {
            Ok(written) => written.unwrap(),
            Err(_) => return,
        }
        sent += ping.len();
    }
    panic!("{sent} bytes of pings were taken without one pong being read");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_messages_wait_for_room_and_all_get_through() {
    let lab = Lab::start(Limits::default());
    // More than there is room for, each of them begun before any is whole.
    let mut clients = Vec::new();
    for _ in 0..4 {
        let (mut stream, _) = lab.open().await;
        let head = [&[0x82, 0xff][..], &LONGEST.to_be_bytes(), &[0; 4]].concat();
        stream.write_all(&head).await.unwrap();
        clients.push(stream);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for mut stream in clients {
        tasks.spawn(async move {
            let (mut read, mut write) = stream.split();
            let payload = vec![1; LONGEST as usize];
            let mut echoed = vec![0; 10 + payload.len()];
            let (sent, got) = tokio::join!(write.write_all(&payload), read.read_exact(&mut echoed));
            sent.unwrap();
            got.unwrap();
            assert!(echoed[10..] == payload);
        });
    }
    while let Some(done) = timeout(PATIENCE, tasks.join_next()).await.expect("room in time") {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_says_too_much_is_slowed_down_and_loses_nothing() {
    let lab = Lab::start(Limits { rate: 200 << 20, ..Limits::default() });
    let mut client = lab.client().await;
    let message = Message::binary(vec![3; 1 << 20]);
    for _ in 0..80 {
        client.send(message.clone()).await.unwrap();
        assert!(next(&mut client).await == message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_lab_gives_its_port_back_and_ends_its_connections() {
    let Lab { echo, address } = Lab::start(Limits::default());
    let lab = Lab { echo, address };
    let mut client = lab.client().await;
    client.send(Message::text("ping")).await.unwrap();
    next(&mut client).await;
    drop(lab);
    assert!(timeout(PATIENCE, client.next()).await.unwrap().is_none_or(|end| end.is_err()));
    while bind(Some(address.port())).is_err() {
        tokio::task::yield_now().await;
    }
}

/// The echo server, known by its own names, for pages of port 3000.
pub(crate) struct Lab {
    echo: Echo,
    pub(crate) address: SocketAddr,
}

pub(crate) type Client = WebSocketStream<TcpStream>;

impl Lab {
    pub(crate) fn start(limits: Limits) -> Self {
        let listener = bind(None).unwrap();
        let address = listener.local_addr().unwrap();
        let known = (Names::of(address), Names::of(([127, 0, 0, 1], 3000).into()));
        Self { echo: Echo::start(listener, known, limits), address }
    }

    pub(crate) fn handshake(&self) -> String {
        RIGHT.replace("127.0.0.1:9001", &self.address.to_string())
    }

    pub(crate) async fn client(&self) -> Client {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let opening = client_async(format!("ws://{}/", self.address), stream);
        timeout(PATIENCE, opening).await.expect("a handshake in time").unwrap().0
    }

    /// Sends a head, and reads up to the end of the answer's.
    pub(crate) async fn try_open(&self) -> std::io::Result<(TcpStream, String)> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(self.handshake().as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time")?);
        }
        Ok((stream, String::from_utf8(answer).unwrap()))
    }

    pub(crate) async fn open(&self) -> (TcpStream, String) {
        let (stream, answer) = self.try_open().await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        (stream, answer)
    }

    /// What it answers, up to the end of its head for a 101, else of the connection.
    pub(crate) async fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let reading = async {
            while !(answer.starts_with(b"HTTP/1.1 101 ") && answer.ends_with(b"\r\n\r\n")) {
                match stream.read_u8().await {
                    Ok(byte) => answer.push(byte),
                    Err(_) => return,
                }
            }
        };
        timeout(PATIENCE, reading).await.expect("an answer in time");
        String::from_utf8(answer).unwrap()
    }
}

async fn upgraded(stream: TcpStream) -> Client {
    WebSocketStream::from_raw_socket(stream, Role::Client, Some(WebSocketConfig::default())).await
}

pub(crate) async fn next(client: &mut Client) -> Message {
    timeout(PATIENCE, client.next()).await.expect("a message in time").unwrap().unwrap()
}

async fn close_normally(mut client: Client) {
    client.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await.unwrap();
    assert!(
        matches!(next(&mut client).await, Message::Close(Some(frame)) if frame.code == CloseCode::Normal)
    );
    assert!(timeout(PATIENCE, client.next()).await.unwrap().is_none());
}
