//! Engine.IO sessions over HTTP: one session, as many connections as the client likes.

use std::collections::{HashMap, VecDeque};

use super::attachments::Joiner;
use crate::context::{Messages, Side};
use crate::cursor::Cursor;

/// So many sessions are followed.
const MOST: usize = 256;
/// So much is held of them altogether, beyond which the oldest is forgotten.
const MOST_HELD: usize = 16 << 20;

/// What the sides of each session have sent of a packet with attachments.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    joiners: HashMap<Vec<u8>, [Joiner; 2]>,
    oldest: VecDeque<Vec<u8>>,
    held: usize,
}

impl Sessions {
    /// As [`Joiner::fold`], for what this side sent in that session.
    pub(super) fn fold(
        &mut self,
        sid: &[u8],
        sender: Side,
        c: &mut Cursor<'_>,
        since: usize,
        messages: Option<Messages>,
    ) {
        if !self.joiners.contains_key(sid) {
            self.oldest.push_back(sid.to_vec());
        }
        let joiners = self.joiners.entry(sid.to_vec()).or_default();
        let before = held(joiners);
        let [client, server] = joiners;
        let joiner = if sender == Side::Client { client } else { server };
        joiner.fold(c, since, messages);
        self.held = (self.held + held(joiners)).saturating_sub(before);
        self.forget();
    }

    fn forget(&mut self) {
        while self.joiners.len() > MOST || self.held > MOST_HELD {
            let Some(oldest) = self.oldest.pop_front() else { return };
            let held = self.joiners.remove(&oldest).map(|joiners| held(&joiners));
            self.held = self.held.saturating_sub(held.unwrap_or_default());
        }
    }
}

fn held(joiners: &[Joiner; 2]) -> usize {
    joiners.iter().map(Joiner::held).sum()
}
