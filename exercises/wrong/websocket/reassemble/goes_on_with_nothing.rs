//! Takes opcode 0 for text where no message was begun.

use exercises::websocket::reassemble::{Event, Frame, frame};

/// What is remembered from one read to the next.
#[derive(Default)]
pub struct Receiver {
    /// What was read and is no whole frame yet.
    buffer: Vec<u8>,
    /// The message that was begun, if one was: the opcode it began with, and its payload so far.
    message: Option<(u8, Vec<u8>)>,
}

impl Receiver {
    /// Takes what one read brought, and gives what comes of it, in order.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some((frame, size)) = frame(&self.buffer) {
            self.buffer.drain(..size);
            events.extend(self.take(frame));
        }
        events
    }

    fn take(&mut self, frame: Frame) -> Option<Event> {
        match frame.opcode {
            9 | 10 if !frame.fin => return Some(Event::Fail(1002)),
            9 => return Some(Event::SendPong(frame.payload)),
            10 => return None,
            1 | 2 if self.message.is_none() => self.message = Some((frame.opcode, Vec::new())),
            0 => drop(self.message.get_or_insert((1, Vec::new()))),
            _ => return Some(Event::Fail(1002)),
        }

        let (_, payload) = self.message.as_mut()?;
        payload.extend(frame.payload);
        if !frame.fin {
            return None;
        }

        match self.message.take()? {
            (1, payload) => Some(String::from_utf8(payload).map_or(Event::Fail(1007), Event::Text)),
            (_, payload) => Some(Event::Binary(payload)),
        }
    }
}

exercises::check!(websocket::reassemble(Receiver::default, Receiver::read));
