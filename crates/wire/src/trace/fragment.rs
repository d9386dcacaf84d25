//! Putting fragmented datagrams together again (RFC 791 section 3.2, RFC 8200 section 4.5).
//!
//! A datagram too large for a link travels as several packets. Each says at which offset its piece lies, and
//! all but the last that more follow. UDP's ports are in the first only, so a piece alone is of no use.
//!
//! What is held is bounded: [`MOST_DATAGRAMS`] unfinished ones, the oldest of which gives way, each of at most
//! 65,535 bytes and [`MOST_PIECES`] pieces. Pieces that overlap spoil their datagram: honest senders do not
//! send them, and which of two contents the receiver took cannot be known (RFC 5722 section 4 drops them too).

use std::collections::VecDeque;
use std::net::IpAddr;

use super::ip::{Fragment, Packet};

const MOST_DATAGRAMS: usize = 64;
const MOST_PIECES: usize = 128;
const MOST_BYTES: usize = 65_535;

/// Datagrams of which some pieces have come.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    unfinished: VecDeque<Datagram>,
}

#[derive(Debug)]
struct Datagram {
    key: Key,
    /// The number of the packet that brought the first piece.
    packet: u32,
    /// By offset, none overlapping.
    pieces: Vec<(usize, Vec<u8>)>,
    /// What the whole begins with, as the piece at offset 0 says.
    protocol: u8,
    /// Known once the last piece has come.
    length: Option<usize>,
}

/// Source, destination, identification and, for IPv4, protocol.
type Key = (IpAddr, IpAddr, u32, u8);

/// What became of a fragment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is kept. If another datagram had to give way: the number of that one's first packet.
    Held { dropped: Option<u32> },
    /// It was the last one missing: the whole payload, and the protocol it begins with.
    Whole { protocol: u8, payload: Vec<u8> },
    /// It contradicts the pieces that came before; the datagram that began with this packet is given up.
    Spoiled { packet: u32 },
}

impl Fragments {
    /// Takes in `fragment`, whose bytes are `packet.payload`.
    pub(super) fn take(&mut self, number: u32, packet: &Packet<'_>, fragment: Fragment) -> Outcome {
        let protocol = if packet.source.is_ipv4() { packet.protocol } else { 0 };
        let key = (packet.source, packet.destination, fragment.identification, protocol);
        let mut dropped = None;
        let index = self.unfinished.iter().position(|datagram| datagram.key == key).unwrap_or_else(|| {
            if self.unfinished.len() == MOST_DATAGRAMS {
                dropped = self.unfinished.pop_front().map(|oldest| oldest.packet);
            }
            self.unfinished.push_back(Datagram::new(key, number, packet.protocol));
            self.unfinished.len() - 1
        });
        let datagram = &mut self.unfinished[index];
        let first = datagram.packet;
        if !datagram.add(packet, fragment) {
            self.unfinished.remove(index);
            return Outcome::Spoiled { packet: first };
        }
        match datagram.whole() {
            None => Outcome::Held { dropped },
            Some(payload) => {
                let protocol = datagram.protocol;
                self.unfinished.remove(index);
                Outcome::Whole { protocol, payload }
            }
        }
    }

    /// The first packets of the datagrams that never became whole.
    pub(super) fn left_over(self) -> impl Iterator<Item = u32> {
        self.unfinished.into_iter().map(|datagram| datagram.packet)
    }
}

impl Datagram {
    fn new(key: Key, packet: u32, protocol: u8) -> Self {
        Datagram { key, packet, pieces: Vec::new(), protocol, length: None }
    }

    /// False if the piece cannot belong here.
    fn add(&mut self, packet: &Packet<'_>, Fragment { offset, more, .. }: Fragment) -> bool {
        let end = offset + packet.payload.len();
        let at = self.pieces.partition_point(|(start, _)| *start < offset);
        if self.pieces.get(at).is_some_and(|(start, piece)| (*start, &piece[..]) == (offset, packet.payload))
        {
            return true; // the same piece again: the network may duplicate
        }
        let touches_earlier =
            at > 0 && self.pieces.get(at - 1).is_some_and(|(start, piece)| start + piece.len() > offset);
        let touches_later = self.pieces.get(at).is_some_and(|(start, _)| *start < end);
        let past_the_end = self.length.is_some_and(|length| end > length || !more);
        let too_much = end > MOST_BYTES || self.pieces.len() == MOST_PIECES || packet.payload.is_empty();
        if touches_earlier || touches_later || past_the_end || too_much {
            return false;
        }
        if offset == 0 {
            self.protocol = packet.protocol;
        }
        if !more {
            self.length = Some(end);
        }
        self.pieces.insert(at, (offset, packet.payload.to_vec()));
        true
    }

    /// The payload, if no piece is missing.
    fn whole(&self) -> Option<Vec<u8>> {
        let length = self.length?;
        let held: usize = self.pieces.iter().map(|(_, piece)| piece.len()).sum();
        if held != length {
            return None; // no overlaps and none past the end, so equal sums mean there is no hole
        }
        Some(self.pieces.iter().flat_map(|(_, piece)| piece).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn take(
        fragments: &mut Fragments,
        identification: u32,
        offset: usize,
        more: bool,
        payload: &[u8],
    ) -> Outcome {
        let packet = Packet {
            source: Ipv4Addr::LOCALHOST.into(),
            destination: Ipv4Addr::LOCALHOST.into(),
            protocol: 17,
            fragment: None,
            payload,
        };
        fragments.take(identification, &packet, Fragment { identification, offset, more })
    }

    const HELD: Outcome = Outcome::Held { dropped: None };

    #[test]
    fn pieces_in_any_order_make_the_whole() {
        let pieces: [(usize, bool, &[u8]); 3] =
            [(0, true, b"aaaaaaaa"), (8, true, b"bbbbbbbb"), (16, false, b"c")];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut fragments = Fragments::default();
            let outcomes = order.map(|index| {
                let (offset, more, payload) = pieces[index];
                // Twice the same is no harm.
                let once = take(&mut fragments, 7, offset, more, payload);
                if once == HELD {
                    assert_eq!(take(&mut fragments, 7, offset, more, payload), HELD);
                }
                once
            });
            let whole = Outcome::Whole { protocol: 17, payload: b"aaaaaaaabbbbbbbbc".to_vec() };
            assert_eq!(outcomes, [HELD, HELD, whole], "{order:?}");
            assert_eq!(fragments.left_over().count(), 0);
        }
    }

    #[test]
    fn overlapping_pieces_spoil_the_datagram() {
        for (offset, more, payload) in
            [(0, true, &b"AAAAAAAAxxxxxxxx"[..]), (8, true, b"BBBBBBBB"), (65_528, false, b"too long")]
        {
            let mut fragments = Fragments::default();
            assert_eq!(take(&mut fragments, 7, 0, true, b"aaaaaaaabbbbbbbb"), HELD);
            assert_eq!(take(&mut fragments, 7, offset, more, payload), Outcome::Spoiled { packet: 7 });
        }
    }

    #[test]
    fn the_oldest_gives_way_so_that_memory_is_bounded() {
        let mut fragments = Fragments::default();
        for number in 1..=MOST_DATAGRAMS as u32 {
            assert_eq!(take(&mut fragments, number, 0, true, b"aaaaaaaa"), HELD);
        }
        assert_eq!(take(&mut fragments, 1000, 0, true, b"aaaaaaaa"), Outcome::Held { dropped: Some(1) });
        assert_eq!(fragments.left_over().count(), MOST_DATAGRAMS);
    }
}
