//! From the frames of a capture file to the events of a trace: link header, IP, UDP or TCP, one after another.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::fragment::{Fragments, Outcome};
use super::ip::{self, Packet};
use super::order::ByteOrder::Big;
use super::tcp::{Connections, Segment};
use super::{Event, Reason, Secrets, Trace, link};

/// What a capture file says of one packet.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) at: Duration,
    pub(super) link_type: u32,
    pub(super) bytes: &'a [u8],
    pub(super) comment: Option<String>,
}

/// A trace in the making.
#[derive(Debug, Default)]
pub(super) struct Fold {
    trace: Trace,
    /// The number of the packet at hand.
    packet: u32,
    /// When it was captured.
    at: Duration,
    fragments: Fragments,
    connections: Connections,
}

impl Fold {
    /// Takes in the next packet.
    pub(super) fn frame(&mut self, frame: Frame<'_>) {
        self.packet = self.packet.saturating_add(1);
        self.at = frame.at;
        let packet = link::ip_packet(frame.link_type, frame.bytes).and_then(ip::packet);
        if let Err(why) = packet.and_then(|packet| self.packet(packet, frame.comment)) {
            self.skip(why);
        }
    }

    /// Takes note of a packet whose place in the file is known and whose bytes are not.
    pub(super) fn broken_frame(&mut self, why: Reason) {
        self.packet = self.packet.saturating_add(1);
        self.skip(why);
    }

    pub(super) fn skip(&mut self, why: Reason) {
        self.trace.skip(self.packet, why);
    }

    pub(super) fn secrets(&mut self, secrets: Secrets) {
        self.trace.secrets.push(secrets);
    }

    /// The time of the last packet.
    pub(super) fn last_time(&self) -> Duration {
        self.at
    }

    pub(super) fn finish(mut self) -> Trace {
        for first in self.fragments.left_over() {
            self.trace.skip(first, Reason::Fragment);
        }
        self.connections.finish(self.at, &mut self.trace.events);
        self.trace
    }

    fn packet(&mut self, packet: Packet<'_>, comment: Option<String>) -> Result<(), Reason> {
        let Some(fragment) = packet.fragment else {
            return self.transport(packet, comment);
        };
        match self.fragments.take(self.packet, &packet, fragment) {
            Outcome::Held { dropped } => {
                if let Some(first) = dropped {
                    self.trace.skip(first, Reason::Fragment);
                }
                Ok(())
            }
            Outcome::Spoiled { packet } => {
                self.trace.skip(packet, Reason::Fragment);
                Ok(())
            }
            Outcome::Whole { protocol, payload } => {
                let whole = Packet { protocol, fragment: None, payload: &payload, ..packet };
                self.transport(ip::past_extensions(whole)?, comment)
            }
        }
    }

    fn transport(&mut self, packet: Packet<'_>, comment: Option<String>) -> Result<(), Reason> {
        match packet.protocol {
            ip::UDP => {
                let (from, to, payload) = datagram(packet.source, packet.destination, packet.payload)?;
                let event = Event::udp(self.at, from, to, payload);
                self.trace.events.push(Event { comment, packet: Some(self.packet), ..event });
            }
            ip::TCP => {
                let segment = Segment::read(packet.source, packet.destination, packet.payload)?;
                self.connections.take(self.at, self.packet, comment, &segment, &mut self.trace.events);
            }
            other => return Err(Reason::Protocol(other)),
        }
        Ok(())
    }
}

/// Reads a UDP header (RFC 768):
///
/// ```text
/// |          Source Port          |       Destination Port        |
/// |            Length             |           Checksum            |
/// ```
///
/// Length counts the header too. Bytes after it are not the datagram's.
fn datagram(
    source: IpAddr,
    destination: IpAddr,
    bytes: &[u8],
) -> Result<(SocketAddr, SocketAddr, &[u8]), Reason> {
    let cut = |expected| Reason::CutShort { header: "UDP", expected, found: bytes.len() };
    let (Some(source_port), Some(destination_port), Some(length)) =
        (Big.u16(bytes, 0), Big.u16(bytes, 2), Big.u16(bytes, 4))
    else {
        return Err(cut(8));
    };
    if length < 8 {
        return Err(Reason::Broken { header: "UDP", field: "Length", found: u32::from(length) });
    }
    let length = usize::from(length);
    let payload = bytes.get(8..length).ok_or(cut(length))?;
    Ok((SocketAddr::new(source, source_port), SocketAddr::new(destination, destination_port), payload))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn the_length_field_bounds_a_datagram() {
        let header = |length: u8| vec![0, 1, 0, 2, 0, length, 0, 0];
        let ends = (SocketAddr::new(HOST, 1), SocketAddr::new(HOST, 2));
        for (name, length, rest, payload) in [
            ("exact", 11, &b"abc"[..], &b"abc"[..]),
            ("padded", 11, b"abc\0", b"abc"),
            ("empty", 8, b"", b""),
        ] {
            let bytes = [&header(length), rest].concat();
            assert_eq!(datagram(HOST, HOST, &bytes), Ok((ends.0, ends.1, payload)), "{name}");
        }
        let cases = [
            (header(7), Reason::Broken { header: "UDP", field: "Length", found: 7 }),
            (header(9), Reason::CutShort { header: "UDP", expected: 9, found: 8 }),
            (vec![0; 5], Reason::CutShort { header: "UDP", expected: 8, found: 5 }),
        ];
        for (bytes, why) in cases {
            assert_eq!(datagram(HOST, HOST, &bytes), Err(why));
        }
    }

    #[test]
    fn an_ipv6_datagram_in_fragments_is_read_past_its_extension_headers() {
        // In the fragments: eight bytes of destination options, then UDP.
        let whole = [&[17, 0, 1, 4, 0, 0, 0, 0][..], &[0, 1, 0, 2, 0, 12, 0, 0], b"ping"].concat();
        let mut fold = Fold::default();
        for (offset_and_flag, piece) in [(8u8, &whole[8..]), (1, &whole[..8])] {
            let mut packet = vec![0x60, 0, 0, 0, 0, 8 + piece.len() as u8, 44, 64];
            packet.extend([Ipv6Addr::LOCALHOST.octets(); 2].concat());
            packet.extend([60, 0, 0, offset_and_flag, 0, 0, 0, 9]);
            packet.extend(piece);
            fold.frame(Frame { at: Duration::ZERO, link_type: 229, bytes: &packet, comment: None });
        }
        let trace = fold.finish();
        assert_eq!((trace.events.len(), trace.skipped_count), (1, 0));
        assert_eq!(trace.events[0].bytes, b"ping");
    }
}
