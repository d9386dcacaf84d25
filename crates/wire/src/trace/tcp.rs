//! TCP: from packets back to the bytes that a program wrote, in order (RFC 9293).
//!
//! ```text
//! RFC 9293 section 3.1
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |          Source Port          |       Destination Port        |
//! |                        Sequence Number                        |
//! |                    Acknowledgment Number                      |
//! | Offset| Rsrvd |C|E|U|A|P|R|S|F|            Window             |
//! |           Checksum            |         Urgent Pointer        |
//! |                    Options, up to Offset words                |
//! ```
//!
//! Each direction numbers its bytes: SYN announces the number before the first (the initial sequence number,
//! ISN), every segment says the number of its first byte. Three things happen on the way, and each is undone:
//!
//! - a segment comes twice, or overlaps one that came: what was read already is cut off;
//! - a segment comes early: it waits until what is missing before it has come;
//! - a segment never comes, because the capture missed it. Its absence is certain when the other side has
//!   acknowledged it, and assumed when more than [`MOST_WAITING_BYTES`] or [`MOST_WAITING`] segments wait or
//!   the capture ends. Then the stream goes on behind the hole, and the next piece's comment says how many
//!   bytes are missing.
//!
//! A capture that begins mid-stream has no SYN: the first byte seen is then the first byte of the stream.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::order::ByteOrder::Big;
use super::{Event, Reason};

/// A scan of ports makes a connection a packet. When there are more than this many, all are taken to have
/// ended: what goes on after that is read as a stream that began mid-capture.
const MOST_CONNECTIONS: usize = 65_536;
const MOST_WAITING: usize = 1024;
const MOST_WAITING_BYTES: usize = 1 << 20;

const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// A segment, its header read.
#[derive(Debug)]
pub(super) struct Segment<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    sequence: u32,
    acknowledgment: u32,
    flags: u8,
    payload: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(super) fn read(source: IpAddr, destination: IpAddr, bytes: &'a [u8]) -> Result<Self, Reason> {
        let cut = |expected| Reason::CutShort { header: "TCP", expected, found: bytes.len() };
        let header: &[u8; 20] = bytes.first_chunk().ok_or(cut(20))?;
        let offset = header[12] >> 4;
        if offset < 5 {
            return Err(Reason::Broken { header: "TCP", field: "Data Offset", found: u32::from(offset) });
        }
        let header_length = 4 * usize::from(offset);
        Ok(Segment {
            source: SocketAddr::new(source, u16::from_be_bytes([header[0], header[1]])),
            destination: SocketAddr::new(destination, u16::from_be_bytes([header[2], header[3]])),
            sequence: Big.u32(header, 4).ok_or(cut(20))?,
            acknowledgment: Big.u32(header, 8).ok_or(cut(20))?,
            flags: header[13],
            payload: bytes.get(header_length..).ok_or(cut(header_length))?,
        })
    }
}

/// Every TCP connection of a capture.
#[derive(Debug, Default)]
pub(super) struct Connections {
    all: Vec<Connection>,
    by_ends: HashMap<(SocketAddr, SocketAddr), usize>,
    /// The one that the last segment belonged to: the next one's too, mostly.
    last: usize,
}

#[derive(Debug)]
struct Connection {
    /// The lower address first.
    ends: (SocketAddr, SocketAddr),
    /// From the lower address, from the higher address.
    directions: [Direction; 2],
}

impl Connections {
    /// Takes in a segment and appends to `events` what can be read now.
    pub(super) fn take(
        &mut self,
        at: Duration,
        packet: u32,
        comment: Option<String>,
        segment: &Segment<'_>,
        events: &mut Vec<Event>,
    ) {
        if self.all.len() > MOST_CONNECTIONS {
            mem::take(self).finish(at, events);
        }
        let connection = self.connection(segment.source, segment.destination);
        let from_lower = segment.source == connection.ends.0;
        let out = &mut Out { at, events, ends: (segment.source, segment.destination) };
        let back = &mut Out { at, events: &mut Vec::new(), ends: (segment.destination, segment.source) };
        let [lower, higher] = &mut connection.directions;
        let (forth, reverse) = if from_lower { (lower, higher) } else { (higher, lower) };

        if segment.flags & SYN != 0 && forth.begin(segment.sequence, out) && segment.flags & ACK == 0 {
            reverse.restart(back);
        }
        if segment.flags & ACK != 0 {
            reverse.acknowledge(segment.acknowledgment, back);
        }
        out.events.append(back.events);
        // What a reset carries is words about the reset, not bytes of the stream (RFC 9293 section 3.5.3).
        if !segment.payload.is_empty() && segment.flags & RST == 0 {
            let first_byte = segment.sequence.wrapping_add(u32::from(segment.flags & SYN != 0));
            forth.receive(first_byte, Piece { packet, comment, bytes: segment.payload.to_vec() }, out);
        }
    }

    /// Ends the capture: what still waits for missing bytes goes out with a comment.
    pub(super) fn finish(self, at: Duration, events: &mut Vec<Event>) {
        for Connection { ends: (lower, higher), directions: [mut forth, mut back] } in self.all {
            forth.give_up(&mut Out { at, events, ends: (lower, higher) });
            back.give_up(&mut Out { at, events, ends: (higher, lower) });
        }
    }

    fn connection(&mut self, source: SocketAddr, destination: SocketAddr) -> &mut Connection {
        let ends = if source <= destination { (source, destination) } else { (destination, source) };
        if self.all.get(self.last).is_none_or(|last| last.ends != ends) {
            self.last = *self.by_ends.entry(ends).or_insert_with(|| {
                self.all.push(Connection { ends, directions: Default::default() });
                self.all.len() - 1
            });
        }
        &mut self.all[self.last]
    }
}

/// Where pieces go, and what they all share.
struct Out<'a> {
    at: Duration,
    events: &'a mut Vec<Event>,
    ends: (SocketAddr, SocketAddr),
}

/// The bytes of one segment.
#[derive(Debug)]
struct Piece {
    packet: u32,
    comment: Option<String>,
    bytes: Vec<u8>,
}

/// One direction of a connection. Positions count from the ISN: the first byte of the stream is at 1, and
/// unlike sequence numbers they do not wrap.
#[derive(Debug, Default)]
struct Direction {
    isn: Option<u32>,
    /// The position of the next byte to be read.
    next: i64,
    /// The position before which the other side has everything.
    acknowledged: i64,
    waiting: BTreeMap<i64, Piece>,
    waiting_bytes: usize,
    /// What to say on the next piece.
    note: Option<String>,
}

impl Direction {
    /// A SYN: true if it opens a new connection where there was another one.
    fn begin(&mut self, isn: u32, out: &mut Out<'_>) -> bool {
        if self.isn == Some(isn) {
            return false; // the same SYN again, or one that came after its data
        }
        let reopened = self.isn.is_some();
        self.restart(out);
        self.start_at(isn);
        if reopened {
            self.note = Some("a new connection on the same two ports begins here".to_owned());
        }
        reopened
    }

    fn restart(&mut self, out: &mut Out<'_>) {
        self.give_up(out);
        *self = Direction::default();
    }

    fn start_at(&mut self, isn: u32) {
        self.isn = Some(isn);
        (self.next, self.acknowledged) = (1, 1);
    }

    /// The other side has everything before `sequence`.
    fn acknowledge(&mut self, sequence: u32, out: &mut Out<'_>) {
        if let Some(position) = self.position(sequence) {
            self.acknowledged = self.acknowledged.max(position);
            self.read(out);
        }
    }

    fn receive(&mut self, sequence: u32, piece: Piece, out: &mut Out<'_>) {
        if self.isn.is_none() {
            self.start_at(sequence.wrapping_sub(1));
        }
        let position = self.position(sequence).unwrap_or(self.next);
        if position == self.next && self.waiting.is_empty() {
            return self.deliver(position, piece, out);
        }
        if position + piece.bytes.len() as i64 <= self.next {
            return; // all of it was there before
        }
        self.wait(position, piece);
        self.read(out);
    }

    /// The position that `sequence` means: of all that it could mean, the one nearest to what is expected.
    fn position(&self, sequence: u32) -> Option<i64> {
        let expected = self.isn?.wrapping_add(self.next as u32);
        Some(self.next + i64::from(sequence.wrapping_sub(expected) as i32))
    }

    fn wait(&mut self, position: i64, piece: Piece) {
        if self.waiting.get(&position).is_some_and(|known| known.bytes.len() >= piece.bytes.len()) {
            return;
        }
        self.waiting_bytes += piece.bytes.len();
        if let Some(shorter) = self.waiting.insert(position, piece) {
            self.waiting_bytes -= shorter.bytes.len();
        }
    }

    /// Delivers what has become readable, and steps over holes that will not be filled.
    fn read(&mut self, out: &mut Out<'_>) {
        while let Some((&position, _)) = self.waiting.first_key_value() {
            let full = self.waiting.len() > MOST_WAITING || self.waiting_bytes > MOST_WAITING_BYTES;
            if position > self.next && position > self.acknowledged && !full {
                break;
            }
            self.read_first(out);
        }
    }

    /// Delivers all that waits, whatever is missing before it.
    fn give_up(&mut self, out: &mut Out<'_>) {
        while !self.waiting.is_empty() {
            self.read_first(out);
        }
    }

    fn read_first(&mut self, out: &mut Out<'_>) {
        if let Some((position, piece)) = self.waiting.pop_first() {
            self.waiting_bytes -= piece.bytes.len();
            self.deliver(position, piece, out);
        }
    }

    fn deliver(&mut self, position: i64, mut piece: Piece, out: &mut Out<'_>) {
        let end = position + piece.bytes.len() as i64;
        if end <= self.next {
            return;
        }
        if position > self.next {
            let missing = position - self.next;
            let unit = if missing == 1 { "byte of this stream is" } else { "bytes of this stream are" };
            note(&mut self.note, format!("{missing} {unit} missing before this piece"));
        }
        piece.bytes.drain(..(self.next - position).max(0) as usize);
        self.next = end;
        let mut comment = mem::take(&mut self.note);
        if let Some(own) = piece.comment {
            note(&mut comment, own);
        }
        let (from, to) = out.ends;
        let event = Event::tcp(out.at, from, to, piece.bytes);
        out.events.push(Event { comment, packet: Some(piece.packet), ..event });
    }
}

/// Adds a line to a comment.
fn note(comment: &mut Option<String>, line: String) {
    match comment {
        None => *comment = Some(line),
        Some(comment) => {
            comment.push('\n');
            comment.push_str(&line);
        }
    }
}
