//! The client that all servers get.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Four sources, as a server that spreads its work by source would need.
const SOCKETS: usize = 4;
/// Requests on their way from each. Well below what a receive buffer holds, so nothing is lost.
const WINDOW: usize = 16;
/// A datagram that is not back by then was lost after all.
const LOST: Duration = Duration::from_millis(200);

/// Requests answered per second.
pub(crate) fn run(server: SocketAddr, request: &[u8], length: Duration) -> f64 {
    let sockets: Vec<UdpSocket> = (0..SOCKETS).map(|_| connected(server)).collect();
    let mut buffer = [0; 1500];
    for socket in &sockets {
        for _ in 0..WINDOW {
            socket.send(request).expect("loopback takes it");
        }
    }
    let (start, mut answered) = (Instant::now(), 0_u64);
    while start.elapsed() < length {
        for socket in &sockets {
            // A whole window at a time: fewer turns of the scheduler, more of the server.
            for _ in 0..WINDOW {
                answered += u64::from(socket.recv(&mut buffer).is_ok());
                let _ = socket.send(request);
            }
        }
    }
    answered as f64 / start.elapsed().as_secs_f64()
}

/// The length of the response to one request.
pub(crate) fn ask(server: SocketAddr, request: &[u8]) -> usize {
    let socket = connected(server);
    socket.send(request).expect("loopback takes it");
    socket.recv(&mut [0; 1500]).expect("a response")
}

fn connected(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(server).expect("loopback");
    socket.set_read_timeout(Some(LOST)).expect("a time-out");
    socket
}
