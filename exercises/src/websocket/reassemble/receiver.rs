//! A receiver that can make each typical mistake, to compare with what a student's does.

use super::{Event, Events, Frame, frame, played};

/// What a receiver does wrong.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// Forgets, after each read, the bytes that are no whole frame.
    pub(super) drops_the_rest: bool,
    pub(super) one_frame_a_read: bool,
    pub(super) ping_joins: bool,
    pub(super) ping_forgets: bool,
    pub(super) pong_joins: bool,
    pub(super) pong_waits: bool,
    pub(super) pong_is_empty: bool,
    pub(super) answers_pongs: bool,
    pub(super) frame_is_message: bool,
    pub(super) keeps_the_message: bool,
    pub(super) always_text: bool,
    pub(super) text_by_frame: bool,
    pub(super) text_repaired: bool,
    pub(super) new_message_replaces: bool,
    pub(super) new_message_joins: bool,
    pub(super) stray_is_text: bool,
    pub(super) control_without_fin: bool,
    pub(super) skips_the_unknown: bool,
}

pub(super) const RIGHT: Way = Way {
    drops_the_rest: false,
    one_frame_a_read: false,
    ping_joins: false,
    ping_forgets: false,
    pong_joins: false,
    pong_waits: false,
    pong_is_empty: false,
    answers_pongs: false,
    frame_is_message: false,
    keeps_the_message: false,
    always_text: false,
    text_by_frame: false,
    text_repaired: false,
    new_message_replaces: false,
    new_message_joins: false,
    stray_is_text: false,
    control_without_fin: false,
    skips_the_unknown: false,
};

/// What a receiver of that way makes of these reads.
pub(super) fn follow(reads: &[&[u8]], way: &Way) -> Events {
    let mut receiver =
        Receiver { way: *way, buffer: Vec::new(), message: None, kept: Vec::new(), late: Vec::new() };
    played(reads, |bytes| receiver.read(bytes))
}

struct Receiver {
    way: Way,
    buffer: Vec<u8>,
    message: Option<(u8, Vec<u8>)>,
    /// What a receiver still holds that does not empty its message.
    kept: Vec<u8>,
    /// Pongs that wait for the message to end.
    late: Vec<Event>,
}

impl Receiver {
    fn read(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some((frame, size)) = frame(&self.buffer) {
            self.buffer.drain(..size);
            events.extend(self.take(&frame));
            if self.way.one_frame_a_read {
                break;
            }
        }
        if self.way.drops_the_rest {
            self.buffer.clear();
        }
        events
    }

    fn take(&mut self, frame: &Frame) -> Vec<Event> {
        match frame.opcode {
            8.. if !frame.fin && !self.way.control_without_fin => vec![Event::Fail(1002)],
            9 => self.ping(frame),
            10 if self.way.answers_pongs => vec![Event::SendPong(frame.payload.clone())],
            10 => {
                if let Some((_, message)) = self.message.as_mut().filter(|_| self.way.pong_joins) {
                    message.extend(&frame.payload);
                }
                Vec::new()
            }
            0..=2 => self.data(frame),
            _ if self.way.skips_the_unknown => Vec::new(),
            _ => vec![Event::Fail(1002)],
        }
    }

    fn ping(&mut self, frame: &Frame) -> Vec<Event> {
        let payload = if self.way.pong_is_empty { Vec::new() } else { frame.payload.clone() };
        if self.way.ping_forgets {
            self.message = None;
        }
        if let Some((_, message)) =
            self.message.as_mut().filter(|_| self.way.ping_joins || self.way.pong_joins)
        {
            message.extend(&frame.payload);
        }
        if self.way.pong_waits && self.message.is_some() {
            self.late.push(Event::SendPong(payload));
            return Vec::new();
        }
        vec![Event::SendPong(payload)]
    }

    fn data(&mut self, frame: &Frame) -> Vec<Event> {
        if self.way.frame_is_message {
            return self.finish(frame.opcode.max(1), frame.payload.clone());
        }
        let begun = match (frame.opcode, self.message.take()) {
            (0, Some(begun)) => begun,
            (0, None) if self.way.stray_is_text => (1, Vec::new()),
            (1 | 2, None) => (frame.opcode, Vec::new()),
            (1 | 2, Some(_)) if self.way.new_message_replaces => (frame.opcode, Vec::new()),
            (1 | 2, Some(begun)) if self.way.new_message_joins => begun,
            _ => return vec![Event::Fail(1002)],
        };
        let (opcode, mut message) = begun;
        if self.way.keeps_the_message && message.is_empty() {
            message = std::mem::take(&mut self.kept);
        }
        if self.way.text_by_frame && opcode == 1 && std::str::from_utf8(&frame.payload).is_err() {
            return vec![Event::Fail(1007)];
        }
        message.extend(&frame.payload);
        if frame.fin {
            self.kept.clone_from(&message);
            let late = std::mem::take(&mut self.late);
            late.into_iter().chain(self.finish(opcode, message)).collect()
        } else {
            self.message = Some((opcode, message));
            Vec::new()
        }
    }

    fn finish(&self, opcode: u8, message: Vec<u8>) -> Vec<Event> {
        if opcode == 2 && !self.way.always_text {
            return vec![Event::Binary(message)];
        }
        if self.way.text_repaired {
            return vec![Event::Text(String::from_utf8_lossy(&message).into_owned())];
        }
        vec![String::from_utf8(message).map_or(Event::Fail(1007), Event::Text)]
    }
}
