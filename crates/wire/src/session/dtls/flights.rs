//! Flights: the messages that one side sends before it waits for the other (RFC 6347 section 4.2.4 and figure 1).
//!
//! ```text
//! 1  ClientHello                                   client
//! 2  HelloVerifyRequest                            server, if it asks for a cookie
//! 3  ClientHello, with the cookie                  client
//! 4  ServerHello to ServerHelloDone                server
//! 5  Certificate to Finished                       client
//! 6  ChangeCipherSpec, Finished                    server
//! ```

use std::time::Duration;

use super::Packet;
use super::messages::Hello;
use crate::session::transactions::Milliseconds;

/// Whose turn it is, and since when.
#[derive(Debug, Default)]
pub(super) struct Flights {
    now: Option<Flight>,
    /// The last packet of the flight before.
    answered: Option<(u64, Duration)>,
    /// Whether the server ends the handshake first: an association of before was taken up again, and the numbers of
    /// figure 1 do not hold.
    resumed: bool,
    /// Which sides have changed to their keys, and which have sent something under them.
    changed: [bool; 2],
    finished: [bool; 2],
}

#[derive(Clone, Copy, Debug)]
struct Flight {
    number: u8,
    side: usize,
    last: (u64, Duration),
}

impl Flights {
    /// A message came for the first time.
    pub(super) fn message(&mut self, msg_type: u8, packet: Packet, hello: &Hello) {
        let number = match (msg_type, hello.client.map(|client| client == packet.side)) {
            (1, _) => u8::from(matches!(&self.now, Some(flight) if flight.number >= 2)) * 2 + 1,
            (3, _) => 2,
            // Only a server says these, and the next only a client.
            (2 | 12 | 13 | 14, _) => 4,
            (15 | 16, _) => 5,
            (4, _) | (20, Some(false)) => 6,
            (_, Some(true)) => 5,
            (_, Some(false)) => 4,
            // Without the hellos nobody knows whose it is.
            (_, None) => return,
        };
        self.turn(number, packet);
    }

    /// ChangeCipherSpec has no number by which a retransmission would show: the first counts.
    pub(super) fn change_cipher_spec(&mut self, packet: Packet, hello: &Hello) {
        if !first(&mut self.changed, packet.side) {
            return;
        }
        let by_server = hello.client.is_some_and(|client| client != packet.side);
        self.resumed |= by_server && self.now.is_some_and(|flight| flight.number == 4);
        self.message(20, packet, hello);
    }

    /// A handshake message came that is encrypted: Finished.
    pub(super) fn sealed(&mut self, packet: Packet, hello: &Hello) {
        if first(&mut self.finished, packet.side) {
            self.message(20, packet, hello);
        }
    }

    /// Whether both sides have finished.
    pub(super) fn over(&self) -> bool {
        self.finished == [true; 2]
    }

    fn turn(&mut self, number: u8, packet: Packet) {
        if let Some(flight) = self.now.filter(|flight| flight.side != packet.side) {
            self.answered = Some(flight.last);
        }
        self.now = Some(Flight { number, side: packet.side, last: (packet.number, packet.at) });
    }

    /// What there is to say of a packet that is part of a flight.
    pub(super) fn said(&self, packet: Packet) -> Option<String> {
        let flight = self.now.filter(|flight| flight.last.0 == packet.number)?;
        let mut said = match self.resumed {
            true => "the handshake of an association taken up again".to_owned(),
            false => format!("flight {} of the handshake", flight.number),
        };
        if let Some((number, at)) = self.answered {
            let after = Milliseconds(packet.at.saturating_sub(at));
            said.push_str(&format!(": answers packet {number}, {after} later"));
        }
        Some(said)
    }
}

/// Whether this is the first of its side.
fn first(of: &mut [bool; 2], side: usize) -> bool {
    of.get_mut(side).is_some_and(|seen| !std::mem::replace(seen, true))
}
