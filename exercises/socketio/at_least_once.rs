//! # socketio::at_least_once: say it until they nod
//!
//! Socket.IO delivers at most once: what is on its way when a connection breaks is gone, and nobody repeats it
//! (https://socket.io/docs/v4/delivery-guarantees). Who needs more adds two things, and this is how:
//!
//! ```text
//!   ping                                        pong
//!     | -- ping/7 "hi" ------------ x             |      lost
//!     |   200 ms                                  |
//!     | -- ping/7 "hi" -------------------------> |      delivered
//!     |              x ---------------- ack 7 --- |      lost, too
//!     |   200 ms                                  |
//!     | -- ping/7 "hi" -------------------------> |      known: not delivered again, but
//!     | <------------------------------ ack 7 --- |      acknowledged again
//! ```
//!
//! The emitter repeats an event every `RETRY_AFTER` (200) milliseconds until it is acknowledged. The receiver
//! remembers what it delivered. Each is told the time and what arrives, and answers what to do: no socket, no clock.
//!
//! ```text
//! emit            a new event: its packet, which goes out now
//! acknowledged    an id came back; perhaps not for the first time, perhaps one that was never sent
//! due             what goes out again now: 200 ms or more after it last went out
//! receive         a packet came. Hand its text to `deliver`, unless it was delivered before: `deliver` says whether
//!                 the application took it. The answer is whether to acknowledge
//! ```
//!
//! Each event that an application emits is delivered once, in whatever order it arrives. A sender keeps its name when
//! it reconnects; its connection is another one then. Each sender numbers its own events.
//!
//! Check: `cargo run -- check socketio::at_least_once`. The page: socketio.html#delivery

use exercises::socketio::at_least_once::{Emitter, Millis, Packet, RETRY_AFTER, Receiver};

/// The side that sends.
pub struct Sender {
    name: &'static str,
}

impl Sender {
    /// A sender that nobody has heard of yet.
    pub fn new(name: &'static str) -> Self {
        Self { name }
    }
}

impl Emitter for Sender {
    fn emit(&mut self, now: Millis, text: &str) -> Packet {
        todo!()
    }

    fn acknowledged(&mut self, id: u64) {
        todo!()
    }

    fn due(&mut self, now: Millis) -> Vec<Packet> {
        todo!()
    }
}

/// The side that receives.
#[derive(Default)]
pub struct Inbox {}

impl Receiver for Inbox {
    /// Useful: `HashSet::contains`, `HashSet::insert`; `deliver(&packet.text)`.
    fn receive(&mut self, connection: u32, packet: &Packet, deliver: &mut dyn FnMut(&str) -> bool) -> bool {
        todo!()
    }
}

exercises::check!(socketio::at_least_once(Sender::new, Inbox::default));
