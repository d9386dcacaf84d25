//! The packets that would have carried an event: what a capture needs and a trace does not keep.
//!
//! ```text
//! IPv4 20 (RFC 791) or IPv6 40 (RFC 8200)  |  UDP 8 (RFC 768) or TCP 20 or 28 (RFC 9293)  |  the event's bytes
//! ```
//!
//! A datagram is one packet. A stream is opened first, as its first event is carried, and then every event
//! becomes as many segments as it needs:
//!
//! ```text
//! client                                   server
//!   | SYN      seq 1000                       |
//!   |                SYN, ACK  seq 2000 ack 1001
//!   | ACK      seq 1001 ack 2001              |
//!   | PSH, ACK seq 1001 ack 2001, n bytes     |
//!   |            PSH, ACK  seq 2001 ack 1001+n, m bytes
//! ```

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::{Event, Transport, ip};

const LONGEST_PACKET: usize = 65_535;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const UDP_HEADER: usize = 8;
const TCP_HEADER: usize = 20;

const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The numbers before the first byte of each side. Fixed, so that the same trace gives the same file.
const CLIENT_ISN: u32 = 1000;
const SERVER_ISN: u32 = 2000;

/// So much goes unacknowledged before the receiver sends an ACK with nothing in it.
const MOST_UNACKNOWLEDGED: u32 = 1 << 28;

/// The connections so far.
#[derive(Debug, Default)]
pub(super) struct Packets {
    connections: HashMap<(SocketAddr, SocketAddr), Connection>,
    packet: Vec<u8>,
}

/// Both ends in the order of their addresses.
#[derive(Debug)]
struct Connection {
    /// The sequence number of each end's next byte.
    next: [u32; 2],
    /// What each end has acknowledged of the other.
    acknowledged: [u32; 2],
}

impl Packets {
    /// Calls `emit` with every packet that `event` needs, and with its comment where its bytes begin.
    pub(super) fn carry(
        &mut self,
        event: &Event,
        mut emit: impl FnMut(&[u8], Option<&str>) -> io::Result<()>,
    ) -> io::Result<()> {
        let (from, to) = same_family(event.from, event.to);
        match event.transport {
            Transport::Udp => {
                self.datagram(from, to, &event.bytes)?;
                emit(&self.packet, event.comment.as_deref())
            }
            Transport::Tcp => self.stream(from, to, event, &mut emit),
        }
    }

    fn datagram(&mut self, from: SocketAddr, to: SocketAddr, payload: &[u8]) -> io::Result<()> {
        // IPv6 does not count its own header in the length (RFC 8200 section 3).
        let longest_ip_payload = if from.is_ipv4() { LONGEST_PACKET - IPV4_HEADER } else { LONGEST_PACKET };
        let longest = longest_ip_payload - UDP_HEADER;
        if payload.len() > longest {
            let message = format!(
                "a datagram of {} bytes from {from} to {to}: UDP carries at most {longest}; split it",
                payload.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let length = UDP_HEADER + payload.len();
        self.begin(from, to, ip::UDP, length);
        let header_at = self.packet.len();
        self.packet.extend(from.port().to_be_bytes());
        self.packet.extend(to.port().to_be_bytes());
        self.packet.extend((length as u16).to_be_bytes());
        self.packet.extend([0, 0]);
        self.packet.extend_from_slice(payload);
        // Zero would mean that there is no checksum (RFC 768).
        let checksum = match self.transport_checksum(from, to, ip::UDP, header_at) {
            0 => 0xffff,
            checksum => checksum,
        };
        self.patch(header_at + 6, checksum);
        Ok(())
    }

    fn stream(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        event: &Event,
        emit: &mut impl FnMut(&[u8], Option<&str>) -> io::Result<()>,
    ) -> io::Result<()> {
        let key = if from <= to { (from, to) } else { (to, from) };
        let me = usize::from(from != key.0);
        let mut connection = match self.connections.remove(&key) {
            Some(connection) => connection,
            None => self.handshake(from, to, me, emit)?,
        };
        let mut comment = event.comment.as_deref();
        for payload in event.bytes.chunks(longest_segment(from)) {
            let sent = payload.len() as u32;
            if connection.unacknowledged(me).wrapping_add(sent) > MOST_UNACKNOWLEDGED {
                let [sequence, acknowledgment] = connection.numbers(1 - me);
                self.segment((to, from), sequence, acknowledgment, ACK, &[]);
                emit(&self.packet, None)?;
            }
            let [sequence, acknowledgment] = connection.numbers(me);
            self.segment((from, to), sequence, acknowledgment, PSH | ACK, payload);
            emit(&self.packet, comment.take())?;
            connection.next[me] = sequence.wrapping_add(sent);
        }
        self.connections.insert(key, connection);
        Ok(())
    }

    /// SYN; SYN, ACK; ACK (RFC 9293 section 3.5).
    fn handshake(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        client_index: usize,
        emit: &mut impl FnMut(&[u8], Option<&str>) -> io::Result<()>,
    ) -> io::Result<Connection> {
        let (client_next, server_next) = (CLIENT_ISN + 1, SERVER_ISN + 1);
        self.segment((client, server), CLIENT_ISN, 0, SYN, &[]);
        emit(&self.packet, None)?;
        self.segment((server, client), SERVER_ISN, client_next, SYN | ACK, &[]);
        emit(&self.packet, None)?;
        self.segment((client, server), client_next, server_next, ACK, &[]);
        emit(&self.packet, None)?;

        let mut connection = Connection { next: [server_next; 2], acknowledged: [client_next; 2] };
        connection.next[client_index] = client_next;
        connection.acknowledged[client_index] = server_next;
        Ok(connection)
    }

    fn segment(
        &mut self,
        (from, to): (SocketAddr, SocketAddr),
        sequence: u32,
        acknowledgment: u32,
        flags: u8,
        payload: &[u8],
    ) {
        let options = syn_options(from);
        let options: &[u8] = if flags & SYN != 0 { &options } else { &[] };
        let header = TCP_HEADER + options.len();
        self.begin(from, to, ip::TCP, header + payload.len());
        let header_at = self.packet.len();
        self.packet.extend(from.port().to_be_bytes());
        self.packet.extend(to.port().to_be_bytes());
        self.packet.extend(sequence.to_be_bytes());
        self.packet.extend(acknowledgment.to_be_bytes());
        self.packet.extend([(header as u8 / 4) << 4, flags]);
        self.packet.extend([0xff, 0xff]); // Window
        self.packet.extend([0, 0, 0, 0]); // Checksum, Urgent Pointer
        self.packet.extend_from_slice(options);
        self.packet.extend_from_slice(payload);
        let checksum = self.transport_checksum(from, to, ip::TCP, header_at);
        self.patch(header_at + 16, checksum);
    }

    /// Starts a packet with the IP header for `length` bytes of payload.
    fn begin(&mut self, from: SocketAddr, to: SocketAddr, protocol: u8, length: usize) {
        const DONT_FRAGMENT: [u8; 2] = [0x40, 0];
        const HOPS: u8 = 64;
        self.packet.clear();
        if from.is_ipv4() {
            let total = (IPV4_HEADER + length) as u16;
            self.packet.extend([0x45, 0]);
            self.packet.extend(total.to_be_bytes());
            self.packet.extend([0, 0]); // Identification: not needed where nothing fragments (RFC 6864)
            self.packet.extend(DONT_FRAGMENT);
            self.packet.extend([HOPS, protocol, 0, 0]);
        } else {
            self.packet.extend([0x60, 0, 0, 0]);
            self.packet.extend((length as u16).to_be_bytes());
            self.packet.extend([protocol, HOPS]);
        }
        for end in [from, to] {
            match end.ip() {
                IpAddr::V4(address) => self.packet.extend(address.octets()),
                IpAddr::V6(address) => self.packet.extend(address.octets()),
            }
        }
        if from.is_ipv4() {
            let checksum = !folded(sum(&self.packet));
            self.patch(10, checksum);
        }
    }

    /// Over a pseudo-header of addresses, protocol and length, then header and payload (RFC 768; RFC 9293
    /// section 3.1; RFC 8200 section 8.1).
    fn transport_checksum(&self, from: SocketAddr, to: SocketAddr, protocol: u8, header_at: usize) -> u16 {
        let addresses = [from, to].map(|end| match end.ip() {
            IpAddr::V4(address) => sum(&address.octets()),
            IpAddr::V6(address) => sum(&address.octets()),
        });
        let rest = self.packet.get(header_at..).unwrap_or_default();
        let pseudo_header = addresses[0] + addresses[1] + u64::from(protocol) + rest.len() as u64;
        !folded(pseudo_header + sum(rest))
    }

    fn patch(&mut self, at: usize, value: u16) {
        if let Some(field) = self.packet.get_mut(at..at + 2) {
            field.copy_from_slice(&value.to_be_bytes());
        }
    }
}

impl Connection {
    /// The sequence and acknowledgment numbers of what `end` sends now. It acknowledges all that came.
    fn numbers(&mut self, end: usize) -> [u32; 2] {
        self.acknowledged[end] = self.next[1 - end];
        [self.next[end], self.acknowledged[end]]
    }

    /// How much of what `end` sent the other has not acknowledged.
    fn unacknowledged(&self, end: usize) -> u32 {
        self.next[end].wrapping_sub(self.acknowledged[1 - end])
    }
}

/// The most payload that fits into a packet without options.
fn longest_segment(from: SocketAddr) -> usize {
    LONGEST_PACKET - TCP_HEADER - if from.is_ipv4() { IPV4_HEADER } else { IPV6_HEADER }
}

/// Options of a SYN: Maximum Segment Size (RFC 9293 section 3.7.1); Window Scale 14 (RFC 7323 section 2),
/// which lets a window of 65,535 stand for a gigabyte; No-Operation to fill the word.
fn syn_options(from: SocketAddr) -> [u8; 8] {
    let [mss_0, mss_1] = (longest_segment(from) as u16).to_be_bytes();
    [2, 4, mss_0, mss_1, 3, 3, 14, 1]
}

/// The sum of all 16-bit words; an odd last byte is the upper half of a word (RFC 1071).
fn sum(bytes: &[u8]) -> u64 {
    let (words, odd) = bytes.as_chunks::<2>();
    let last = odd.first().map_or(0, |byte| u64::from(*byte) << 8);
    words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + last
}

/// The one's complement sum: carries are added back in.
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum as u16
}

/// One IP version for both ends. They differ only where someone made addresses up.
fn same_family(from: SocketAddr, to: SocketAddr) -> (SocketAddr, SocketAddr) {
    if from.is_ipv4() == to.is_ipv4() { (plain(from), plain(to)) } else { (mapped(from), mapped(to)) }
}

/// Without the scope and flow of an IPv6 socket address, which do not identify a connection.
fn plain(end: SocketAddr) -> SocketAddr {
    SocketAddr::new(end.ip(), end.port())
}

fn mapped(end: SocketAddr) -> SocketAddr {
    let address: Ipv6Addr = match end.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    SocketAddr::new(address.into(), end.port())
}
