//! The call lab: to pong, in bounds, with keys for its reader only, and after any bad input.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use peer::{Event, Part};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;
use wire::trace::{Trace, Transport};
use wirebook::labs::call::{CallLab, Limits};
use wirebook::labs::wiretap::Wiretap;

use super::call_client::Client;

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn text_comes_back_as_pong_or_echo_and_bytes_as_they_are() {
    let lab = Lab::start(Limits::default()).await;
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    client.say("hello");
    client.until("an echo", |client| client.texts().contains(&"echo:hello")).await;
    let bytes: Vec<u8> = (0..60_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let channel = client.channel().unwrap();
    client.peer.send_binary(channel, &bytes, Instant::now()).unwrap();
    client
        .until("the same bytes", |client| {
            client.events.iter().any(|event| matches!(event, Event::Binary(_, echoed) if *echoed == bytes))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_more_than_it_reads_is_slowed_down_and_loses_nothing() {
    let lab = Lab::start(Limits::default()).await;
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    for n in 0..400 {
        client.say(&format!("{n} {}", "x".repeat(8000)));
    }
    client.until("all echoes", |client| client.texts().len() > 400).await;
    for (n, text) in client.texts().iter().skip(1).enumerate() {
        assert!(text.starts_with(&format!("echo:{n} ")), "{n}: {}", &text[..20]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn video_comes_back_on_a_track_of_its_own() {
    let lab = Lab::start(Limits::default()).await;
    let mut client = Client::dial(&lab.url, true).await;
    client.ping().await;
    let mut sequence = 0_u16;
    client
        .until("packets of media", |client| {
            sequence += 1;
            let mut packet = peer::RtpPacket::default();
            packet.header.version = 2;
            packet.header.sequence_number = sequence;
            packet.header.timestamp = u32::from(sequence) * 3000;
            packet.header.marker = true;
            packet.payload = vec![0x10, 0, 0, 0, 0x9d, 1, 0x2a, 1, 2, 3].into();
            // Not before DTLS is through.
            let _ = client.peer.send_rtp(peer::Kind::Video, packet, Instant::now());
            client.events.iter().filter(|event| matches!(event, Event::Rtp { .. })).count() > 5
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_their_own_call_decrypted_and_no_other_is_recorded() {
    let lab = Lab::start(Limits::default()).await;
    let (mut one, mut other) = (lab.page().await, lab.page().await);
    let mut calls = [
        Client::dial(&one.url(), false).await,
        Client::dial(&other.url(), false).await,
        Client::dial(&lab.url, false).await,
    ];
    for (call, word) in calls.iter_mut().zip(["apple", "banana", "cherry"]) {
        call.ping().await;
        call.say(word);
        call.until("an echo", |call| call.texts().len() == 2).await;
    }
    for (page, call) in [(&mut one, &calls[0]), (&mut other, &calls[1])] {
        let peers = page.until_channel_open().await;
        for part in ["ice", "dtls", "sctp"] {
            assert!(
                peers.iter().any(|state| state["part"] == part && state["is"] == "connected"),
                "{part}: {peers:?}"
            );
        }
        let trace = lab.capture(page.port).await;
        let own = call.address();
        let udp: Vec<_> = trace.events.iter().filter(|event| event.transport == Transport::Udp).collect();
        assert!(udp.len() > 10, "{}", udp.len());
        assert!(udp.iter().all(|event| event.from == own || event.to == own), "another's datagram");
        let keys = lab.get(&format!("keys.log?port={}", page.port)).await;
        let keys = String::from_utf8(keys).unwrap();
        assert_eq!(keys.matches("CLIENT_RANDOM ").count(), 1, "{keys}");
        assert_eq!(trace.secrets.len(), 1);
        assert!(keys.ends_with(std::str::from_utf8(&trace.secrets[0].bytes).unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_peer_says_nothing_and_the_questions_are_still_recorded() {
    let lab = Lab::start(Limits::default()).await;
    let page = lab.page().await;
    let mut client = Client::dial(&page.url(), false).await;
    client.ping().await;
    client.signal(&json!({ "type": "stop" })).await;
    // Its own ICE agent finds out, as nobody tells it.
    client.until("disconnected", |client| client.peer.states().of(Part::Ice) == Some("disconnected")).await;
    assert!(!client.ended, "the signaling stays");
    assert_eq!(client.peer.states().of(Part::Dtls), Some("connected"), "no close_notify came");
    let trace = lab.capture(page.port).await;
    let last = trace.events.last().unwrap();
    assert_eq!(last.from, client.address(), "asked, and not answered");
    assert_eq!(lab.gauges().await["calls"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bye_closes_in_good_order_and_leaves_nothing() {
    let lab = Lab::start(Limits::default()).await;
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    client.signal(&json!({ "type": "bye" })).await;
    client.until("DTLS closed", |client| client.peer.states().of(Part::Dtls) == Some("closed")).await;
    lab.is_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_with_its_signaling_with_dtls_and_with_its_time() {
    let lab = Lab::start(Limits::default()).await;
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    drop(client);
    lab.is_empty().await;
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    client.peer.close().unwrap();
    client.until("a bye", |client| client.said.iter().any(|said| said["type"] == "bye")).await;
    lab.is_empty().await;

    let short = Duration::from_millis(300);
    for (limits, why) in [
        (Limits { idle: short, ..Limits::default() }, "nothing was said"),
        (Limits { whole: short, ..Limits::default() }, "longer than"),
    ] {
        let lab = Lab::start(limits).await;
        let mut client = Client::dial(&lab.url, false).await;
        client.until("a bye", |client| client.said.iter().any(|said| said["type"] == "bye")).await;
        let bye = client.said.last().unwrap();
        assert!(bye["why"].as_str().unwrap().contains(why), "{bye}");
        lab.is_empty().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_signaling_is_answered_plainly_and_the_next_call_goes_through() {
    let lab = Lab::start(Limits { messages: 40, candidates: 8, ..Limits::default() }).await;
    let offer = json!({ "type": "offer", "sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" });
    let repeated = |line: &str, times: usize| line.repeat(times);
    for (what, says) in [
        (String::new(), "expected JSON"),
        ("{".to_owned(), "expected JSON"),
        (repeated("[", 60_000), "expected JSON"),
        (json!({ "type": "offer" }).to_string(), "expected JSON"),
        (offer.to_string(), "at least one m-line"),
        (json!({ "type": "offer", "sdp": "x".repeat(60_000) }).to_string(), "expected an SDP offer"),
        (
            json!({ "type": "offer", "sdp": repeated("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", 1800) })
                .to_string(),
            "expected an SDP offer",
        ),
        (json!({ "type": "candidate", "candidate": "x" }).to_string(), "expected an offer first"),
        (json!({ "type": "answer", "sdp": "v=0" }).to_string(), "expected JSON"),
    ] {
        let answer = lab.ask(Message::text(&what[..])).await;
        let why = answer["why"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        assert!(answer["type"] == "error" && why.contains(says), "{}: {answer}", &what[..what.len().min(60)]);
    }
    let binary = lab.ask(Message::binary(vec![0; 100])).await;
    assert_eq!(binary["type"], "bye");
    // Longer than any message may be.
    let (mut socket, _) = connect_async(&lab.url).await.unwrap();
    socket.send(Message::text("x".repeat(200_000))).await.unwrap();
    while let Some(Ok(_)) = timeout(PATIENCE, socket.next()).await.unwrap() {}
    // A flood of them.
    let mut client = Client::dial(&lab.url, false).await;
    client.ping().await;
    for n in 0..60 {
        let line = format!("candidate:{n} 1 udp 1 127.0.0.1 {} typ host", 20_000 + n);
        let message = json!({ "type": "candidate", "candidate": line });
        if client.signaling.send(Message::text(message.to_string())).await.is_err() {
            break;
        }
    }
    client
        .until("the end", |client| client.ended || client.said.iter().any(|said| said["type"] == "bye"))
        .await;
    lab.is_empty().await;
    Client::dial(&lab.url, false).await.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_ones_are_ended_and_calls_are_bounded() {
    let lab = Lab::start(Limits { calls: 2, setup: Duration::from_secs(2), ..Limits::default() }).await;
    // One says nothing, and one offers and does no ICE.
    let (silent, _) = connect_async(&lab.url).await.unwrap();
    let deaf = Client::dial(&lab.url, false).await;
    while lab.gauges().await["calls"] != 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let refused = connect_async(&lab.url).await.unwrap_err();
    assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 503), "{refused}");
    for socket in [silent, deaf.signaling] {
        let why = farewell(socket).await;
        assert!(why.contains("no call came about"), "{why}");
    }
    lab.is_empty().await;
    Client::dial(&lab.url, false).await.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_workbook_and_programs_may_call() {
    let lab = Lab::start(Limits::default()).await;
    for (header, value, passes) in [
        ("origin", format!("http://{}", lab.web), true),
        ("origin", "http://evil.example".to_owned(), false),
        ("origin", "null".to_owned(), false),
        ("origin", lab.url.replace("ws:", "http:").trim_end_matches('/').to_owned(), false),
        ("host", "evil.example".to_owned(), false),
    ] {
        let mut request = lab.url.as_str().into_client_request().unwrap();
        request.headers_mut().insert(header, value.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => assert!(passes, "{header}: {value}"),
            Err(tungstenite::Error::Http(answer)) => {
                assert!(!passes && answer.status() == 403, "{header}: {value}, {}", answer.status());
            }
            Err(error) => panic!("{header}: {value}: {error}"),
        }
    }
}

/// The lab, and the workbook's side of it.
struct Lab {
    _lab: CallLab,
    /// Of the signaling, without a wiretap.
    url: String,
    web: SocketAddr,
}

/// A page that listens.
struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    port: u16,
}

impl Lab {
    async fn start(limits: Limits) -> Self {
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, workbook) = (upstream.local_addr().unwrap(), web.local_addr().unwrap());
        let lab = CallLab::start(upstream, Wiretap::new("call", address, workbook), limits);
        let app = axum::Router::new().nest("/labs/call", lab.router());
        tokio::spawn(async move { axum::serve(web, app).await.unwrap() });
        Self { _lab: lab, url: format!("ws://{address}/"), web: workbook }
    }

    async fn page(&self) -> Page {
        let (socket, _) = connect_async(format!("ws://{}/labs/call/wire", self.web)).await.unwrap();
        let mut page = Page { socket, port: 0 };
        let open = page.next().await;
        let address: SocketAddr = open["address"].as_str().unwrap().parse().unwrap();
        page.port = address.port();
        page
    }

    /// The first thing that is said to somebody who says that.
    async fn ask(&self, message: Message) -> Value {
        let (mut socket, _) = connect_async(&self.url).await.unwrap();
        socket.send(message).await.unwrap();
        let answer = timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(answer.to_text().unwrap()).unwrap()
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let request = format!("GET /labs/call/{path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.web);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(head)
    }

    async fn capture(&self, port: u16) -> Trace {
        Trace::read(&self.get(&format!("capture.pcapng?port={port}")).await).unwrap()
    }

    async fn gauges(&self) -> Value {
        serde_json::from_slice(&self.get("info").await).unwrap()
    }

    /// Waits until no call and no socket is left.
    async fn is_empty(&self) {
        let waiting = async {
            loop {
                let gauges = self.gauges().await;
                if gauges["calls"] == 0 && gauges["sockets"] == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("all calls end");
    }
}

impl Page {
    /// Where this page's browser would signal.
    fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/", self.port)
    }

    async fn next(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("a message in time");
            if let Message::Text(text) = message.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// What the peer told of itself until its channel was open.
    async fn until_channel_open(&mut self) -> Vec<Value> {
        let mut states = Vec::new();
        loop {
            let message = self.next().await;
            if message["type"] == "state" {
                let state = message["state"].clone();
                states.push(state.clone());
                if state["channel"] == "chat" && state["is"] == "open" {
                    return states;
                }
            }
        }
    }
}

/// What the lab says at the end.
async fn farewell(mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> String {
    loop {
        let message = timeout(PATIENCE, socket.next()).await.expect("a message in time").unwrap().unwrap();
        if let Message::Text(text) = message {
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["type"] == "bye" {
                return said["why"].as_str().unwrap().to_owned();
            }
        }
    }
}
