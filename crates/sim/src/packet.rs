//! What travels: UDP datagrams, TCP segments, ICMP errors.

use std::net::SocketAddr;

use bytes::Bytes;

/// Names a packet in the log, from the host that sent it to wherever it ends. A duplicate keeps its original's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId(pub u64);

/// An IP packet. A clone is cheap: all share the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where it says that it comes from. Port 0 for ICMP, which has none.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// How many routers it may still pass: TTL (RFC 791 section 3.2), Hop Limit (RFC 8200 section 3).
    pub hops: u8,
    /// What it carries.
    pub payload: Payload,
}

/// What a packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A datagram's bytes (RFC 768).
    Udp(Bytes),
    /// A segment (RFC 9293 section 3.1).
    Tcp(Segment),
    /// An error about an earlier packet (RFC 792, RFC 4443).
    Icmp(Icmp),
}

/// A TCP segment, as far as NATs and firewalls look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The control bits that matter here.
    pub flags: Flags,
    /// The sequence number.
    pub sequence: u32,
    /// The acknowledgment number.
    pub acknowledgment: u32,
    /// The payload.
    pub bytes: Bytes,
}

/// TCP control bits (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one bit of the header")]
pub struct Flags {
    /// Acknowledgment field is significant.
    pub ack: bool,
    /// Synchronize sequence numbers: a connection begins.
    pub syn: bool,
    /// No more data from the sender.
    pub fin: bool,
    /// Reset the connection.
    pub rst: bool,
}

/// An ICMP error. It quotes the packet that it is about, as that packet looked where the error arose (RFC 792).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// What went wrong.
    pub error: IcmpError,
    /// Where the packet said that it came from: who is told.
    pub from: SocketAddr,
    /// Where it was going.
    pub to: SocketAddr,
    /// What it carried.
    pub transport: Transport,
}

/// What an ICMP error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// No route (RFC 792: type 3, code 0 or 1; RFC 4443: type 1, code 0).
    HostUnreachable,
    /// Nobody listens there (type 3, code 3; RFC 4443: type 1, code 4).
    PortUnreachable,
    /// A firewall says no (RFC 1812 section 5.2.7.1: type 3, code 13; RFC 4443: type 1, code 1).
    Prohibited,
    /// It passed too many routers (type 11; RFC 4443: type 3).
    TimeExceeded,
    /// It does not fit the next link (type 3, code 4, RFC 1191; RFC 4443: type 2).
    TooBig {
        /// So many bytes would.
        mtu: usize,
    },
}

/// What carried a packet's bytes, for those who look at ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
}

impl Packet {
    /// So many routers a packet of a host may pass: 64, as RFC 1700 recommends.
    pub const HOPS: u8 = 64;

    /// A datagram.
    #[must_use]
    pub fn udp(from: SocketAddr, to: SocketAddr, bytes: impl Into<Vec<u8>>) -> Self {
        Self { from, to, hops: Self::HOPS, payload: Payload::Udp(Bytes::from(bytes.into())) }
    }

    /// A TCP segment.
    #[must_use]
    pub fn tcp(from: SocketAddr, to: SocketAddr, segment: Segment) -> Self {
        Self { from, to, hops: Self::HOPS, payload: Payload::Tcp(segment) }
    }

    /// The error that `self` causes at `at`; `None` about an ICMP error, about which there is never one (RFC 1122
    /// section 3.2.2).
    #[must_use]
    pub fn error(&self, at: std::net::IpAddr, error: IcmpError) -> Option<Self> {
        let transport = self.transport()?;
        let icmp = Icmp { error, from: self.from, to: self.to, transport };
        let to = SocketAddr::new(self.from.ip(), 0);
        Some(Self { from: SocketAddr::new(at, 0), to, hops: Self::HOPS, payload: Payload::Icmp(icmp) })
    }

    /// What carries its bytes; `None` for ICMP.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        match self.payload {
            Payload::Udp(_) => Some(Transport::Udp),
            Payload::Tcp(_) => Some(Transport::Tcp),
            Payload::Icmp(_) => None,
        }
    }

    /// Bytes on the wire, headers of IP and above included, options not.
    #[must_use]
    pub fn length(&self) -> usize {
        let ip = if self.to.is_ipv4() { 20 } else { 40 };
        ip + match &self.payload {
            Payload::Udp(bytes) => 8 + bytes.len(),
            Payload::Tcp(segment) => 20 + segment.bytes.len(),
            // Its own header, the quoted IP header and eight bytes of what followed (RFC 792).
            Payload::Icmp(_) => 8 + ip + 8,
        }
    }
}
