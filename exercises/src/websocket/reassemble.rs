//! From reads to messages: RFC 6455 sections 5.4 and 5.5.

mod mistakes;
mod receiver;

use wire::{Spec, rfc, websocket};

use crate::{Exam, Failure, Reason, hex};
use mistakes::MISTAKES;
use receiver::{RIGHT, follow};

/// A frame that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whether it is the last of its message.
    pub fin: bool,
    /// 0 goes on with a message, 1 begins a text, 2 begins a binary message, 9 is a ping, 10 is a pong.
    pub opcode: u8,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// What comes of the bytes that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A whole text message, for the application.
    Text(String),
    /// A whole binary message, for the application.
    Binary(Vec<u8>),
    /// A pong with this payload, to be sent now.
    SendPong(Vec<u8>),
    /// The connection has failed, and this is the code to close it with: 1002 where the protocol was broken, 1007
    /// where a text is not UTF-8.
    Fail(u16),
}

/// The frame that `bytes` begins with, and how many of the bytes are its own. None: it is not whole yet.
#[must_use]
pub fn frame(bytes: &[u8]) -> Option<(Frame, usize)> {
    let header = websocket::Header::parse(bytes).ok()?;
    let end = header.header.checked_add(usize::try_from(header.len).ok()?)?;
    let mut payload = bytes.get(header.header..end)?.to_vec();
    if let Some(key) = header.key {
        websocket::mask(&mut payload, key);
    }
    Some((Frame { fin: header.fin, opcode: header.opcode, payload }, end))
}

/// What the student writes: what is remembered, and what one read of the socket adds to it.
pub type Read<R> = fn(&mut R, &[u8]) -> Vec<Event>;
/// The events, each with the number of bytes that had been read when it came.
type Events = Vec<(usize, Event)>;

const SPEC: Spec = rfc(6455, "5.4");

/// How a stream is cut into reads.
#[derive(Clone, Copy)]
enum Reads {
    Whole,
    Bytes,
    Cut(usize, usize),
}
use Reads::{Bytes, Whole};

impl Reads {
    fn of(self, stream: &[u8]) -> Vec<&[u8]> {
        match self {
            Whole => vec![stream],
            Bytes => stream.chunks(1).collect(),
            Self::Cut(first, second) => vec![&stream[..first], &stream[first..second], &stream[second..]],
        }
    }
}

const HALVES: &[u8] = b"\x01\x02pi\x80\x02ng";
const PING_BETWEEN: &[u8] = b"\x01\x02pi\x89\x01?\x80\x02ng";
const CAFE: &[u8] = b"\x01\x04caf\xc3\x80\x01\xa9";

/// Streams that show one trap each.
const STREAMS: [(&str, &[u8], Reads); 21] = [
    ("a message in one frame, in one read", b"\x81\x04ping", Whole),
    ("the same, one byte a read", b"\x81\x04ping", Bytes),
    ("two messages in one read", b"\x81\x04ping\x81\x04pong", Whole),
    ("a message in two frames, in one read", HALVES, Whole),
    ("the same, one byte a read", HALVES, Bytes),
    ("a ping", b"\x89\x01?", Whole),
    ("a ping between two frames of a message, in one read", PING_BETWEEN, Whole),
    ("the same, one byte a read", PING_BETWEEN, Bytes),
    ("a pong that nobody asked for", b"\x01\x02pi\x8a\x01!\x80\x02ng", Whole),
    ("a letter of two bytes, cut by a frame", CAFE, Whole),
    ("the same, one byte a read", CAFE, Bytes),
    ("a binary message in three frames", b"\x02\x01\xff\x00\x00\x80\x02\xc3\x28", Whole),
    ("an empty message, then one that begins empty", b"\x81\x00\x01\x00\x80\x04ping", Whole),
    ("a text that is not UTF-8", b"\x81\x02\xc3\x28", Whole),
    ("a text that ends inside a letter", b"\x01\x04caf\xc3\x80\x00", Whole),
    ("a new text before the one that was begun has ended", b"\x01\x02pi\x81\x04pong", Whole),
    ("a frame that goes on with a message, and no message", b"\x80\x02ng", Whole),
    ("the same, after a message has ended", b"\x81\x04ping\x80\x02ng", Whole),
    ("a ping without FIN", b"\x09\x01?", Whole),
    ("opcode 3, which means nothing yet", b"\x83\x04ping", Whole),
    ("a ping, then a broken rule, in one read", b"\x89\x01?\x80\x02ng", Whole),
];

/// The streams, and what comes of each.
pub fn streams() -> impl Iterator<Item = (&'static str, &'static [u8], Vec<Event>)> {
    STREAMS.into_iter().map(|(name, stream, _)| {
        let events = follow(&[stream], &RIGHT);
        (name, stream, events.into_iter().map(|(_, event)| event).collect())
    })
}

/// Puts streams to the student's receiver, as one read and byte by byte, then one stream cut in every way.
///
/// # Errors
/// The first stream that does not hold.
pub fn check<R>(exam: &Exam, new: fn() -> R, read: Read<R>) -> Result<(), Box<Failure>> {
    for (name, stream, reads) in STREAMS {
        ask(exam, name, stream, reads, new, read)?;
    }
    let rally = [PING_BETWEEN, CAFE, b"\x89\x00\x82\x01\xff"].concat();
    for first in 0..=rally.len() {
        for second in first..=rally.len() {
            let name = format!("two messages, three reads, cut after {first} and after {second} bytes");
            ask(exam, &name, &rally, Reads::Cut(first, second), new, read)?;
        }
    }
    Ok(())
}

fn ask<R>(
    exam: &Exam,
    name: &str,
    stream: &[u8],
    reads: Reads,
    new: fn() -> R,
    read: Read<R>,
) -> Result<(), Box<Failure>> {
    let reads = reads.of(stream);
    let right = follow(&reads, &RIGHT);
    let listen = || {
        let mut receiver = new();
        played(&reads, |bytes| read(&mut receiver, bytes))
    };
    let explain = |returned: &Events| explain(stream, &reads, &right, returned);
    exam.case(name, stream, show(&right), SPEC).expect(&right, listen, show, explain)
}

/// All events of all reads, up to the one that ends the connection.
fn played(reads: &[&[u8]], mut read: impl FnMut(&[u8]) -> Vec<Event>) -> Events {
    let mut events = Vec::new();
    let mut at = 0;
    for bytes in reads {
        at += bytes.len();
        for event in read(bytes) {
            let ended = matches!(event, Event::Fail(_));
            events.push((at, event));
            if ended {
                return events;
            }
        }
    }
    events
}

fn explain(stream: &[u8], reads: &[&[u8]], right: &Events, returned: &Events) -> Reason {
    let frames = placed(stream);
    let same = |mistake: &&mistakes::Mistake| {
        let events = follow(reads, &mistake.way);
        events == *returned && events != *right
    };
    if let Some(mistake) = MISTAKES.iter().find(same) {
        let place = frames.iter().position(|frame| (mistake.place)(frame)).unwrap_or(0);
        let range = frames.get(place).map_or(0..stream.len(), |frame| frame.start..frame.end);
        return Reason::new(rfc(6455, mistake.section), mistake.why).at(range, mistake.label);
    }
    let alike = right.iter().zip(returned).take_while(|(right, returned)| right.1 == returned.1).count();
    let late = right.len() == returned.len() && alike == right.len();
    let why = match right.get(alike) {
        _ if late => {
            "the events are right, and come too late: each belongs to the read that made its frame whole"
        }
        Some((_, Event::SendPong(_))) => {
            "a ping is answered at once, with a pong that carries the same payload"
        }
        Some((_, Event::Fail(1007))) => "a text message is UTF-8, and this one is not: the connection fails",
        Some((_, Event::Fail(_))) => "this breaks a rule of the protocol: the connection fails, with 1002",
        Some((_, Event::Text(_) | Event::Binary(_))) => {
            "a message is the payloads of its frames, one after another: opcode 1 or 2 begins it, opcode 0 goes on with \
             it, and FIN ends it"
        }
        None => "nothing more was to come of these bytes: a frame is read once, a message handed out once",
    };
    // Frame by frame the same events come, each right after the frame that it is about.
    let by_frame =
        follow(&frames.iter().map(|frame| &stream[frame.start..frame.end]).collect::<Vec<_>>(), &RIGHT);
    let about = by_frame.get(alike).and_then(|(end, _)| frames.iter().find(|frame| frame.end == *end));
    match about {
        Some(frame) => Reason::new(SPEC, why).at(frame.start..frame.end, "this frame decides it"),
        None => Reason::new(SPEC, why),
    }
}

/// Where a frame stands, and what it is.
struct Placed {
    start: usize,
    end: usize,
    frame: Frame,
}

fn placed(stream: &[u8]) -> Vec<Placed> {
    let mut frames = Vec::new();
    let mut start = 0;
    while let Some((frame, size)) = stream.get(start..).and_then(frame) {
        frames.push(Placed { start, end: start + size, frame });
        start += size;
    }
    frames
}

/// `byte 7: SendPong("?"), byte 11: Text("ping")`
fn show(events: &Events) -> String {
    let quoted = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => format!("{text:?}"),
        Err(_) => hex(bytes),
    };
    let one = |(at, event): &(usize, Event)| {
        let event = match event {
            Event::Text(text) => format!("Text({text:?})"),
            Event::Binary(bytes) => format!("Binary({})", hex(bytes)),
            Event::SendPong(bytes) => format!("SendPong({})", quoted(bytes)),
            Event::Fail(code) => format!("Fail({code})"),
        };
        format!("after byte {at} {event}")
    };
    match events.as_slice() {
        [] => "no event".to_owned(),
        events => events.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}
