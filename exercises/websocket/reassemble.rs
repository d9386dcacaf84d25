//! # websocket::reassemble: messages from reads
//!
//! You are the client. What you read from the socket ends anywhere: in the middle of a frame, or after three of
//! them. And a frame may be a part of a message only (RFC 6455 section 5.4):
//!
//! ```text
//!   opcode 1   begins a text message        opcode 9    a ping: send a pong with the same payload, at once
//!   opcode 2   begins a binary message      opcode 10   a pong: no answer
//!   opcode 0   goes on with the message
//!
//!   FIN        the message ends with this frame
//! ```
//!
//! A ping or a pong may come between the frames of a message. It is no part of the message, and does not end it.
//!
//! One to do by hand first:
//!
//! ```text
//!   01 02 70 69   89 01 3f   80 02 6e 67
//!   text "pi"     ping "?"   "ng", FIN
//!                        ^             ^
//!                        |             the read with this byte gives Text("ping")
//!                        the read with this byte gives SendPong("?")
//! ```
//!
//! The connection fails with 1002 where a new message begins before the last one has ended, where opcode 0 has no
//! message to go on with, where a ping or a pong has no FIN, and where the opcode is none of these. It fails with
//! 1007 where a text is not UTF-8. What follows a Fail does not matter. No Close comes here: it is the next exercise.
//!
//! Check: `cargo run -- check websocket::reassemble`. The page: websocket.html#fragments

use exercises::websocket::reassemble::{Event, Frame, frame};

/// What is remembered from one read to the next.
#[derive(Default)]
pub struct Receiver {
    /// What was read and is no whole frame yet.
    buffer: Vec<u8>,
    // What else?
}

impl Receiver {
    /// Takes what one read brought, and gives what comes of it, in order.
    ///
    /// Useful: `frame(&self.buffer)` is `Some((frame, size))` where the buffer begins with a whole frame; it takes
    /// the mask off, if there is one. `self.buffer.drain(..size)`, `String::from_utf8(bytes)`.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Event> {
        todo!()
    }
}

exercises::check!(websocket::reassemble(Receiver::default, Receiver::read));
