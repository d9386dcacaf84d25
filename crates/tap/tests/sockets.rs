//! What goes through the sockets is what stands in the trace.

use std::net::SocketAddr;

use tap::{Tap, TcpStream, UdpSocket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::trace::Transport;

const ANY: &str = "127.0.0.1:0";

fn any() -> SocketAddr {
    ANY.parse().unwrap()
}

#[tokio::test]
async fn datagrams_are_recorded_in_both_directions_with_their_addresses() {
    let tap = Tap::new();
    let ping = UdpSocket::bind(any(), &tap).await.unwrap();
    let pong = UdpSocket::bind(any(), &Tap::off()).await.unwrap();
    let mut buffer = [0; 16];

    ping.send_to(b"ping", pong.local_addr()).await.unwrap();
    let (_, from) = pong.recv_from(&mut buffer).await.unwrap();
    pong.send_to(b"pong", from).await.unwrap();
    let (length, _) = ping.recv_from(&mut buffer).await.unwrap();

    assert_eq!(&buffer[..length], b"pong");
    let seen: Vec<_> = tap.trace().events.into_iter().map(|e| (e.from, e.to, e.transport, e.bytes)).collect();
    let (ping, pong) = (ping.local_addr(), pong.local_addr());
    assert_eq!(
        seen,
        [(ping, pong, Transport::Udp, b"ping".to_vec()), (pong, ping, Transport::Udp, b"pong".to_vec())]
    );
}

#[tokio::test]
async fn a_stream_is_recorded_piece_by_piece_and_nothing_twice() {
    let tap = Tap::new();
    let listener = tokio::net::TcpListener::bind(any()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ping, pong) = tokio::join!(TcpStream::connect(address, &tap), listener.accept());
    let (mut ping, mut pong) = (ping.unwrap(), pong.unwrap().0);

    ping.write_all(b"are you there?").await.unwrap();
    let mut question = [0; 14];
    pong.read_exact(&mut question).await.unwrap();
    pong.write_all(b"yes").await.unwrap();
    let mut answer = Vec::new();
    drop(pong);
    ping.read_to_end(&mut answer).await.unwrap();

    assert_eq!(answer, b"yes");
    let events = tap.trace().events;
    let bytes = |from| -> Vec<u8> {
        events.iter().filter(|e| e.from == from).flat_map(|e| e.bytes.clone()).collect()
    };
    assert!(events.iter().all(|event| event.transport == Transport::Tcp && !event.bytes.is_empty()));
    assert_eq!(bytes(ping.local_addr()), b"are you there?");
    assert_eq!(bytes(ping.peer_addr()), b"yes");
}

#[tokio::test]
async fn two_ends_that_record_what_they_send_make_one_trace_with_nothing_twice() {
    let tap = Tap::new();
    let (ping, pong) = tokio::io::duplex(8);
    let (near, far) = ("192.0.2.1:1".parse().unwrap(), "192.0.2.2:2".parse().unwrap());
    let mut ping = TcpStream::over(ping, near, far, &tap).sent_only();
    let mut pong = TcpStream::over(pong, far, near, &tap).sent_only();
    let mut buffer = [0; 4];

    ping.write_all(b"ping").await.unwrap();
    pong.read_exact(&mut buffer).await.unwrap();
    pong.write_all(b"pong").await.unwrap();
    ping.read_exact(&mut buffer).await.unwrap();

    let seen: Vec<_> = tap.trace().events.into_iter().map(|e| (e.from, e.to, e.bytes)).collect();
    assert_eq!(seen, [(near, far, b"ping".to_vec()), (far, near, b"pong".to_vec())]);
}
