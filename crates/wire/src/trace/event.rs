//! What a trace is a list of.

use std::net::SocketAddr;
use std::time::Duration;

/// One datagram, or one piece of a byte stream in stream order.
///
/// Start from [`Event::udp`] or [`Event::tcp`] rather than from the fields: a field may join them later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the Unix epoch for a recording, since the start for a simulation.
    ///
    /// For a piece of a stream: when a program could have read it, which is later than its own packet if an
    /// earlier packet was late.
    pub at: Duration,
    /// Who sent it.
    pub from: SocketAddr,
    /// Whom it was sent to.
    pub to: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// The payload of the transport: for UDP a whole datagram.
    pub bytes: Vec<u8>,
    /// What whoever recorded it had to say of it (pcapng: opt_comment). For a piece of a stream that was
    /// read from a capture it also says how many bytes are missing before it.
    pub comment: Option<String>,
    /// The number of the packet that carried these bytes in the capture they were read from, counted from 1
    /// as Wireshark counts; `None` for what was recorded or simulated here.
    pub packet: Option<u32>,
}

impl Event {
    /// A datagram.
    pub fn udp(at: Duration, from: SocketAddr, to: SocketAddr, bytes: impl Into<Vec<u8>>) -> Self {
        Event { at, from, to, transport: Transport::Udp, bytes: bytes.into(), comment: None, packet: None }
    }

    /// A piece of a byte stream; the pieces from one address to another follow each other without a gap.
    pub fn tcp(at: Duration, from: SocketAddr, to: SocketAddr, bytes: impl Into<Vec<u8>>) -> Self {
        Event { transport: Transport::Tcp, ..Event::udp(at, from, to, bytes) }
    }

    /// The same event with a comment on it.
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}

/// What carried an event's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// A datagram (RFC 768).
    Udp,
    /// A piece of a byte stream (RFC 9293).
    Tcp,
}

/// Key material that travels with a trace, so that whoever opens the capture can decrypt it (pcapng:
/// Decryption Secrets Block).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// What `bytes` holds, one of the format's secrets types; [`Secrets::TLS_KEY_LOG`] is the usual one.
    pub kind: u32,
    /// The secrets, in the form that `kind` names.
    pub bytes: Vec<u8>,
}

impl Secrets {
    /// The secrets type of a TLS key log: the text that `SSLKEYLOGFILE` names, one secret a line. It serves
    /// DTLS and QUIC too. The number spells "TLSK".
    pub const TLS_KEY_LOG: u32 = 0x544c_534b;

    /// A TLS key log, whole lines.
    pub fn tls_key_log(lines: impl Into<Vec<u8>>) -> Self {
        Secrets { kind: Self::TLS_KEY_LOG, bytes: lines.into() }
    }
}
