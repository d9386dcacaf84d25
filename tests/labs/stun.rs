//! The STUN lab: four sockets, a live stream, a capture.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use stun_server::Endpoint;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use wire::Dissection;
use wire::stun::{Class, Message, STUN, kind};
use wirebook::labs::stun::{Config, PerSource, StunLab};

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn each_address_answers_and_change_request_changes_it() {
    let lab = lab();
    let info = lab.info();
    let Some(alternate) = info.alternate else {
        eprintln!("skipped: 127.0.0.2 cannot be bound here");
        return;
    };
    let addresses = [
        info.address,
        SocketAddr::new(info.address.ip(), alternate.port()),
        SocketAddr::new(alternate.ip(), info.address.port()),
        alternate,
    ];
    let client = client();
    for (endpoint, address) in Endpoint::ALL.into_iter().zip(addresses) {
        for (flags, ip, port) in [(0, false, false), (2, false, true), (4, true, false), (6, true, true)] {
            let request = request(|m| m.attribute(kind::CHANGE_REQUEST, &[0, 0, 0, flags]));
            let (from, response) = ask(&client, address, &request);
            let expected = endpoint.changed(ip, port);
            let at = Endpoint::ALL.iter().position(|known| *known == expected).unwrap();
            assert_eq!(from, addresses[at], "asked {address} with flags {flags}");
            let mapped = response.find("XOR-MAPPED-ADDRESS").and_then(wire::Node::addr);
            assert_eq!(mapped, Some(client.local_addr().unwrap()));
        }
    }
}

#[test]
fn the_credential_of_the_chapter_is_checked_where_it_is_offered() {
    let lab = lab();
    let client = client();
    for (password, error) in [("wirebook", None), ("guess", Some(401))] {
        let request =
            request(|m| m.attribute(kind::USERNAME, b"student").integrity_sha256(password.as_bytes()));
        let (_, response) = ask(&client, lab.address(), &request);
        assert_eq!(response.find("ERROR-CODE").and_then(wire::Node::uint), error, "{password}");
    }
}

#[test]
fn a_source_that_floods_is_cut_off_and_another_is_served() {
    let config = Config { port: Some(0), per_source: PerSource { rate: 1, burst: 10 } };
    let lab = StunLab::start(&config).unwrap();
    let (flooder, other) = (client(), client());
    for _ in 0..50 {
        flooder.send_to(&request(|m| m), lab.address()).unwrap();
    }
    let (from, _) = ask(&other, lab.address(), &request(|m| m));
    assert_eq!(from, lab.address());
    let counts = lab.info().counts;
    // Kernels may drop some of a flood, never add to it; a test that takes seconds earns a request a second.
    assert!(counts.over_budget > 0 && counts.answered < 50, "{counts:?}");
}

#[test]
fn rubbish_is_ignored_and_the_lab_lives_on() {
    let lab = lab();
    let client = client();
    for datagram in [&b""[..], b"hello", &[0; 20], &[0xff; 5000]] {
        client.send_to(datagram, lab.address()).unwrap();
    }
    // A client that is gone by the time of the answer: the kernel reports the closed port to the server.
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap();
    gone.send_to(&request(|m| m), lab.address()).unwrap();
    drop(gone);
    ask(&client, lab.address(), &request(|m| m));
    assert_eq!(lab.info().counts.ignored, 4);
}

#[test]
fn a_dropped_lab_gives_its_port_back() {
    let lab = lab();
    let address = lab.address();
    drop(lab);
    UdpSocket::bind(address).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_request_and_response_and_can_download_them() {
    let lab = lab();
    let web = serve(&lab).await;

    let mut live = get(web, "/labs/stun/live").await;
    let client = client();
    ask(&client, lab.address(), &request(|m| m));
    let seen = [packet(&mut live).await, packet(&mut live).await];

    let (client, server) = (client.local_addr().unwrap().to_string(), lab.address().to_string());
    for (at, (packet, (from, to))) in seen.iter().zip([(&client, &server), (&server, &client)]).enumerate() {
        assert_eq!(packet["no"], at + 1);
        assert_eq!((packet["from"].as_str(), packet["to"].as_str()), (Some(&from[..]), Some(&to[..])));
        assert!(packet["at"].as_f64().unwrap() > 1.7e9, "{packet}");
    }
    assert_eq!(seen[0]["summary"], "Binding request");
    assert_eq!(seen[1]["summary"], format!("Binding success response {client}"));
    assert!(seen[1]["html"].as_str().unwrap().contains("XOR-MAPPED-ADDRESS"));

    let mut capture = get(web, "/labs/stun/capture.pcapng").await;
    let mut bytes = Vec::new();
    capture.read_to_end(&mut bytes).await.unwrap();
    let trace = wire::trace::Trace::read(&bytes).unwrap();
    assert_eq!(trace.events.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_stream_ends_when_the_lab_does() {
    let lab = lab();
    let mut live = get(serve(&lab).await, "/labs/stun/live").await;
    drop(lab);
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, live.read_to_end(&mut rest)).await.unwrap().unwrap();
}

fn lab() -> StunLab {
    StunLab::start(&Config { port: Some(0), ..Config::default() }).unwrap()
}

fn client() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn request(with: impl for<'b> FnOnce(Message<'b>) -> Message<'b>) -> Vec<u8> {
    let mut bytes = Vec::new();
    with(Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")).finish().unwrap();
    bytes
}

fn ask(client: &UdpSocket, server: SocketAddr, request: &[u8]) -> (SocketAddr, Dissection<'static>) {
    client.send_to(request, server).unwrap();
    let mut buffer = [0; 1500];
    let (len, from) = client.recv_from(&mut buffer).unwrap();
    (from, STUN.dissect(buffer[..len].to_vec()))
}

async fn serve(lab: &StunLab) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().nest("/labs/stun", lab.router());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Asks by HTTP/1.0, whose bodies are not chunked, and skips the head.
async fn get(web: SocketAddr, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(web).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {web}\r\n\r\n").as_bytes()).await.unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        tokio::time::timeout(PATIENCE, reader.read_line(&mut line)).await.unwrap().unwrap();
        assert!(!line.is_empty(), "the head of {path} has no end");
    }
    reader
}

async fn packet(live: &mut BufReader<TcpStream>) -> serde_json::Value {
    let mut line = String::new();
    loop {
        line.clear();
        let read = tokio::time::timeout(PATIENCE, live.read_line(&mut line)).await;
        assert!(read.expect("a packet in time").unwrap() > 0, "the stream ended");
        if let Some(json) = line.strip_prefix("data: ") {
            return serde_json::from_str(json).unwrap();
        }
    }
}
