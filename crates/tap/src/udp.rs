//! A UDP socket that records.

use std::io;
use std::net::SocketAddr;

use wire::trace::Event;

use crate::Tap;
use crate::recorder::now;

/// A [`tokio::net::UdpSocket`] whose datagrams, in both directions, become events of a trace.
#[derive(Debug)]
pub struct UdpSocket {
    socket: tokio::net::UdpSocket,
    local: SocketAddr,
    tap: Tap,
}

impl UdpSocket {
    /// Opens a socket at `address`; port 0 takes any that is free.
    ///
    /// # Errors
    /// Those of the operating system: the port is taken, or the address is not this machine's.
    pub async fn bind(address: SocketAddr, tap: &Tap) -> io::Result<Self> {
        let socket = tokio::net::UdpSocket::bind(address).await?;
        Ok(Self { local: socket.local_addr()?, socket, tap: tap.clone() })
    }

    /// The address that the socket is bound to, with the port that it got.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Sends one datagram. It is recorded before it leaves, so that no answer comes before its question.
    ///
    /// # Errors
    /// Those of the operating system. The datagram stays on the record: it was this program's intent.
    pub async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.tap.record(Event::udp(now(), self.local, to, datagram));
        self.socket.send_to(datagram, to).await.map(drop)
    }

    /// Waits for a datagram: how many bytes of `buffer` it filled, and who sent it. What does not fit into
    /// `buffer` is lost. Nothing is lost where the wait is given up.
    ///
    /// # Errors
    /// Those of the operating system. Some report here that an earlier datagram found no receiver.
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (length, from) = self.socket.recv_from(buffer).await?;
        self.tap.record(Event::udp(now(), from, self.local, &buffer[..length]));
        Ok((length, from))
    }
}
