//! What a peer's sockets send and receive is what stands in the trace.
#![cfg(feature = "webrtc")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tap::{Tap, webrtc::Runtime};
use webrtc::runtime::{AsyncUdpSocket, Runtime as _};

fn socket(runtime: &Runtime) -> (Arc<dyn AsyncUdpSocket>, SocketAddr) {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let socket = runtime.wrap_udp_socket(socket).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// One datagram there, one back.
async fn talk(ping: &Runtime, pong: &Runtime) -> [SocketAddr; 2] {
    let ((ping, near), (pong, far)) = (socket(ping), socket(pong));
    let mut buffer = [0; 16];
    ping.send_to(b"ping", far).await.unwrap();
    assert_eq!(pong.recv_from(&mut buffer).await.unwrap(), (4, near));
    pong.send_to(b"pong!", near).await.unwrap();
    assert_eq!(ping.recv_from(&mut buffer).await.unwrap(), (5, far));
    [near, far]
}

fn seen(tap: &Tap) -> Vec<(SocketAddr, SocketAddr, Vec<u8>)> {
    tap.trace().events.into_iter().map(|event| (event.from, event.to, event.bytes)).collect()
}

#[tokio::test]
async fn one_end_hears_both_directions() {
    let tap = Tap::new();
    let [near, far] = talk(&Runtime::new(&tap), &Runtime::new(&Tap::off())).await;
    assert_eq!(seen(&tap), [(near, far, b"ping".to_vec()), (far, near, b"pong!".to_vec())]);
}

#[tokio::test]
async fn two_ends_that_record_what_they_send_make_one_trace_with_nothing_twice() {
    let tap = Tap::new();
    let runtime = Runtime::new(&tap).sent_only();
    let [near, far] = talk(&runtime, &runtime).await;
    assert_eq!(seen(&tap), [(near, far, b"ping".to_vec()), (far, near, b"pong!".to_vec())]);
}

#[tokio::test]
async fn only_so_many_datagrams_of_a_socket_are_kept() {
    let tap = Tap::new();
    let runtime = Runtime::new(&tap).at_most(0, 1);
    talk(&runtime, &Runtime::new(&Tap::off())).await;
    assert_eq!(seen(&tap).len(), 1);
}

#[tokio::test]
async fn what_is_said_before_a_datagram_is_its_comment() {
    let (tap, lengths) = (Tap::new(), Arc::new(Mutex::new(Vec::new())));
    let (words, seen) = (tap.clone(), Arc::clone(&lengths));
    let runtime = Runtime::new(&tap).before_each(move |datagram| {
        words.say(&format!("{} bytes", datagram.len()));
        seen.lock().unwrap().push(datagram.len());
    });
    talk(&runtime, &Runtime::new(&Tap::off())).await;
    assert_eq!(*lengths.lock().unwrap(), [4, 5]);
    let comments: Vec<_> = tap.trace().events.into_iter().map(|event| event.comment.unwrap()).collect();
    assert_eq!(comments, ["4 bytes", "5 bytes"]);
}
