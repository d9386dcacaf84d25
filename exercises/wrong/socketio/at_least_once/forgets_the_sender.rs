//! Knows an event by its id alone.

use std::collections::{BTreeMap, HashSet};

use exercises::socketio::at_least_once::{Emitter, Millis, Packet, RETRY_AFTER, Receiver};

/// The side that sends.
pub struct Sender {
    name: &'static str,
    next: u64,
    /// By id: what went out, and when it last did.
    open: BTreeMap<u64, (Packet, Millis)>,
}

impl Sender {
    /// A sender that nobody has heard of yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, next: 0, open: BTreeMap::new() }
    }
}

impl Emitter for Sender {
    fn emit(&mut self, now: Millis, text: &str) -> Packet {
        let packet = Packet { sender: self.name, id: self.next, text: text.to_owned() };
        self.next += 1;
        self.open.insert(packet.id, (packet.clone(), now));
        packet
    }

    fn acknowledged(&mut self, id: u64) {
        self.open.remove(&id);
    }

    fn due(&mut self, now: Millis) -> Vec<Packet> {
        let mut due = Vec::new();
        for (packet, last) in self.open.values_mut() {
            if now >= *last + RETRY_AFTER {
                *last = now;
                due.push(packet.clone());
            }
        }
        due
    }
}

/// The side that receives.
#[derive(Default)]
pub struct Inbox {
    delivered: HashSet<u64>,
}

impl Receiver for Inbox {
    fn receive(&mut self, _: u32, packet: &Packet, deliver: &mut dyn FnMut(&str) -> bool) -> bool {
        let event = packet.id;
        if self.delivered.contains(&event) {
            return true;
        }
        let taken = deliver(&packet.text);
        if taken {
            self.delivered.insert(event);
        }
        taken
    }
}

exercises::check!(socketio::at_least_once(Sender::new, Inbox::default));
