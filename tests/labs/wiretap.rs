//! The wiretap: byte for byte in both directions, annotated, bounded.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::Message;
use wire::trace::Trace;
use wirebook::labs::wiretap::{Limits, Wiretap};

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_arrives_as_it_was_sent_and_is_in_the_capture() {
    let (tap, mut page) = page(Limits::default()).await;
    let sent: Vec<u8> = (0..1_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let (mut read, mut write) = page.client().await.into_split();
    let upload = sent.clone();
    tokio::spawn(async move {
        for chunk in upload.chunks(7777) {
            write.write_all(chunk).await.unwrap();
        }
        write.shutdown().await.unwrap();
    });
    let mut echoed = Vec::new();
    timeout(PATIENCE, read.read_to_end(&mut echoed)).await.unwrap().unwrap();
    assert!(echoed == sent, "{} bytes came back of {}", echoed.len(), sent.len());

    let trace = tap.capture(page.port).await;
    let bytes = |to_lab: bool| -> Vec<u8> {
        let events = trace.events.iter().filter(|event| (event.to.port() == page.port) == to_lab);
        events.flat_map(|event| event.bytes.clone()).collect()
    };
    assert!(bytes(true) == sent && bytes(false) == sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_is_told_with_its_fields_and_a_connection_with_its_end() {
    let (_tap, mut page) = page(Limits::default()).await;
    let mut client = page.client().await;
    let own = client.local_addr().unwrap();
    client.write_all(b"GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(page.next().await, json!({ "type": "connection", "no": 1, "state": "open" }));
    let asked = page.next().await;
    let address = page.address();
    let expected = [("type", json!("packet")), ("no", json!(1)), ("bytes", json!(39))];
    for (key, value) in
        expected.into_iter().chain([("from", json!(own)), ("to", json!(address)), ("connection", json!(1))])
    {
        assert_eq!(asked[key], value, "{key} of {asked}");
    }
    assert!(asked["at"].as_f64().unwrap() > 1.7e9);
    assert!(asked["summary"].as_str().unwrap().contains("GET /chat"), "{asked}");
    let html = asked["html"].as_str().unwrap();
    assert!(html.starts_with("<figure class=\"packet\" id=\"test-live-1\">"), "{html}");
    let answered = page.next().await;
    assert_eq!((&answered["no"], &answered["from"]), (&json!(2), &json!(address)));
    drop(client);
    assert_eq!(page.next().await, json!({ "type": "connection", "no": 1, "state": "closed" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_the_wire_gets_into_the_page_escaped() {
    let (_tap, mut page) = page(Limits::default()).await;
    let mut client = page.client().await;
    let hostile = b"GET /<script>alert(1)</script> HTTP/1.1\r\nHost: \"><img src=x onerror=alert(2)>\r\n\r\n";
    client.write_all(hostile).await.unwrap();
    let packet = page.packet().await;
    let html = packet["html"].as_str().unwrap();
    assert!(html.contains("&lt;script") && !html.contains("<script") && !html.contains("<img"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_resets_what_is_open_and_not_what_comes_after() {
    let (tap, mut page) = page(Limits::default()).await;
    let mut clients = [page.client().await, page.client().await];
    for client in &mut clients {
        echo(client, b"ping").await;
    }
    page.tell(json!({ "do": "kill" })).await;
    for client in &mut clients {
        let end = timeout(PATIENCE, client.read(&mut [0])).await.unwrap();
        assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }
    tap.upstream_lost(2).await;
    echo(&mut page.client().await, b"pong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_while_it_is_frozen_arrives_once_it_thaws() {
    let (_tap, mut page) = page(Limits::default()).await;
    let mut client = page.client().await;
    echo(&mut client, b"ping").await;
    page.tell(json!({ "do": "freeze" })).await;
    client.write_all(b"held").await.unwrap();
    let mut buffer = [0; 16];
    assert!(timeout(Duration::from_millis(200), client.read(&mut buffer)).await.is_err());
    page.tell(json!({ "do": "thaw" })).await;
    timeout(PATIENCE, client.read_exact(&mut buffer[..4])).await.unwrap().unwrap();
    assert_eq!(&buffer[..4], b"held");
    page.tell(json!({ "do": "freeze" })).await;
    client.write_all(b"lost").await.unwrap();
    page.tell(json!({ "do": "kill" })).await;
    assert!(
        timeout(PATIENCE, client.read(&mut buffer)).await.unwrap().is_err(),
        "a frozen one can be killed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_fast_is_counted() {
    let (_tap, mut page) = page(Limits::default()).await;
    let mut client = page.client().await;
    for _ in 0..500 {
        echo(&mut client, b"ping").await;
    }
    let (mut shown, mut lost) = (0, 0);
    while shown + lost < 1000 {
        let message = page.next().await;
        match message["type"].as_str().unwrap() {
            "packet" => shown += 1,
            "lost" => lost += message["count"].as_u64().unwrap(),
            _ => {}
        }
    }
    assert_eq!(shown + lost, 1000);
    assert!(shown >= 64, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_relay_never_waits_for_a_page_that_does_not_read() {
    let (_tap, mut page) = page(Limits::default()).await;
    let (mut read, mut write) = page.client().await.into_split();
    let total: usize = 64 << 20;
    tokio::spawn(async move {
        let piece = vec![b'.'; 1 << 20];
        for _ in 0..total >> 20 {
            write.write_all(&piece).await.unwrap();
        }
    });
    let mut buffer = vec![0; 1 << 20];
    let mut got = 0;
    while got < total {
        got += timeout(PATIENCE, read.read(&mut buffer)).await.unwrap().unwrap();
    }
    let lost = loop {
        let message = page.next().await;
        if message["type"] == "lost" {
            break message["count"].as_u64().unwrap();
        }
    };
    assert!(lost > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_connections_are_bounded() {
    let limits = Limits { readers: 2, connections: 2, ..Limits::default() };
    let (tap, mut page) = page(limits).await;
    let second = tap.page().await;
    let refused = connect_async(tap.url()).await.unwrap_err();
    assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 503), "{refused}");
    drop(second);

    let mut clients = [page.client().await, page.client().await];
    for client in &mut clients {
        echo(client, b"ping").await;
    }
    // The reset may be there before the connection is known to be open.
    if let Ok(mut third) = TcpStream::connect(page.address()).await {
        assert!(matches!(timeout(PATIENCE, third.read(&mut [0])).await.unwrap(), Err(_) | Ok(0)));
    }
    drop(clients);
    // A place is free once the page was told.
    for _ in 0..2 {
        while page.next().await["state"] != "closed" {}
    }
    echo(&mut page.client().await, b"ping").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_on_which_nothing_moves_is_reset() {
    let limits = Limits { idle: Duration::from_millis(50), ..Limits::default() };
    let (_tap, mut page) = page(limits).await;
    let mut client = page.client().await;
    let end = timeout(PATIENCE, client.read(&mut [0])).await.unwrap();
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_answers_no_ping_is_gone() {
    let limits = Limits { silence: Duration::from_millis(300), ..Limits::default() };
    let (_tap, page) = page(limits).await;
    // It neither reads nor answers, and its port goes.
    closed(page.address()).await;
    drop(page);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_page_its_port_and_connections_go() {
    let (tap, mut page) = page(Limits::default()).await;
    let mut client = page.client().await;
    echo(&mut client, b"ping").await;
    let port = page.port;
    assert!(tap.wiretap.has_host(&format!("127.0.0.1:{port}")));
    assert!(tap.wiretap.has_host(&format!("localhost:{port}")));
    assert!(!tap.wiretap.has_host(&format!("evil.example:{port}")));
    page.socket.close(None).await.unwrap();
    assert!(matches!(timeout(PATIENCE, client.read(&mut [0])).await.unwrap(), Ok(0) | Err(_)));
    closed(page.address()).await;
    tap.upstream_lost(1).await;
    while tap.wiretap.has_host(&format!("127.0.0.1:{port}")) {
        tokio::task::yield_now().await;
    }
    let gone = tap.get(&format!("capture.pcapng?port={port}")).await;
    assert!(gone.starts_with(b"HTTP/1.0 404"), "{}", String::from_utf8_lossy(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_it_does_not_know_is_told_as_that() {
    let (_tap, mut page) = page(Limits::default()).await;
    page.socket.send(Message::text(r#"{"do":"explode"}"#)).await.unwrap();
    let frame = loop {
        if let Message::Close(frame) = timeout(PATIENCE, page.socket.next()).await.unwrap().unwrap().unwrap()
        {
            break frame.unwrap();
        }
    };
    assert_eq!(u16::from(frame.code), 1008);
    assert!(frame.reason.contains("kill") && frame.reason.contains("explode"), "{}", frame.reason);
}

/// A wiretap that is served, in front of a server that sends back what it gets.
struct Tap {
    wiretap: Wiretap,
    web: SocketAddr,
    lost: tokio::sync::watch::Receiver<usize>,
}

/// A page that listens.
struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    port: u16,
}

async fn page(limits: Limits) -> (Tap, Page) {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = web.local_addr().unwrap();
    let wiretap = Wiretap::within(limits, "test", upstream.local_addr().unwrap(), address);
    let app = axum::Router::new().nest("/labs/test", wiretap.router());
    tokio::spawn(async move { axum::serve(web, app).await.unwrap() });
    let (sender, lost) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        loop {
            let (stream, _) = upstream.accept().await.unwrap();
            let sender = sender.clone();
            tokio::spawn(async move {
                let (mut read, mut write) = stream.into_split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
                sender.send_modify(|lost| *lost += 1);
            });
        }
    });
    let tap = Tap { wiretap, web: address, lost };
    let page = tap.page().await;
    (tap, page)
}

impl Tap {
    fn url(&self) -> String {
        format!("ws://{}/labs/test/wire", self.web)
    }

    async fn page(&self) -> Page {
        let (socket, _) = connect_async(self.url()).await.unwrap();
        let mut page = Page { socket, port: 0 };
        let open = page.next().await;
        assert_eq!(open["type"], "open");
        let address: SocketAddr = open["address"].as_str().unwrap().parse().unwrap();
        page.port = address.port();
        page
    }

    /// Waits until so many connections of the server have ended.
    async fn upstream_lost(&self, count: usize) {
        timeout(PATIENCE, self.lost.clone().wait_for(|lost| *lost >= count)).await.unwrap().unwrap();
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let request = format!("GET /labs/test/{path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.web);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        answer
    }

    async fn capture(&self, port: u16) -> Trace {
        let answer = self.get(&format!("capture.pcapng?port={port}")).await;
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        Trace::read(&answer[head..]).unwrap()
    }
}

impl Page {
    fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    async fn client(&mut self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }

    async fn next(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a message in time").unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    async fn packet(&mut self) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] == "packet" {
                return message;
            }
        }
    }

    /// Says something, and waits until it was heard: a ping is answered in its turn.
    async fn tell(&mut self, what: Value) {
        self.socket.send(Message::text(what.to_string())).await.unwrap();
        self.socket.send(Message::Ping("heard?".into())).await.unwrap();
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.unwrap().unwrap().unwrap();
            if message == Message::Pong("heard?".into()) {
                return;
            }
        }
    }
}

async fn echo(client: &mut TcpStream, bytes: &[u8]) {
    client.write_all(bytes).await.unwrap();
    let mut echoed = vec![0; bytes.len()];
    timeout(PATIENCE, client.read_exact(&mut echoed)).await.unwrap().unwrap();
    assert_eq!(echoed, bytes);
}

/// Waits until nobody listens there.
async fn closed(address: SocketAddr) {
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, closed).await.expect("the port closes");
}
