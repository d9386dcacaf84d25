//! Associations whose packets are in UDP datagrams as they are (RFC 6951), without DTLS around them.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use super::{Association, Passing};
use crate::context::Context;
use crate::sctp::SCTP;
use crate::trace::Event;
use crate::tree::{Dissection, Tree};

/// So many associations are followed, the oldest forgotten first.
const MOST: usize = 16;

/// Both ends, the lesser address first.
type Key = (SocketAddr, SocketAddr);

/// The associations of a trace.
#[derive(Debug, Default)]
pub(in crate::session) struct Associations {
    known: HashMap<Key, Association>,
    oldest: VecDeque<Key>,
}

impl Associations {
    /// Dissects a datagram that is an SCTP packet.
    pub(in crate::session) fn datagram<'e>(
        &mut self,
        tree: Tree,
        event: &'e Event,
        number: u64,
        context: &Context<'_>,
    ) -> Dissection<'e> {
        let (key, side) = match event.from <= event.to {
            true => ((event.from, event.to), 0),
            false => ((event.to, event.from), 1),
        };
        if !self.known.contains_key(&key) {
            if self.oldest.len() >= MOST
                && let Some(oldest) = self.oldest.pop_front()
            {
                self.known.remove(&oldest);
            }
            self.oldest.push_back(key);
        }
        let association = self.known.entry(key).or_default();
        let passing = Passing { side, number, at: event.at };
        SCTP.dissect_by(tree, (&event.bytes[..]).into(), context, |c| association.read(c, passing))
    }
}
