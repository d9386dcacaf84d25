//! Data channels by their labels.

use std::collections::HashMap;

use super::{Passing, find};
use crate::cursor::Cursor;
use crate::dcep::{self, Label};
use crate::sctp::CHANNEL;
use crate::spec::rfc;
use crate::tree::Severity;

/// So many channels are called by their labels.
const MOST: usize = 1024;
/// As much of a label is kept.
const MOST_LABEL: usize = 256;

/// The channels of an association, by the number of their two streams.
#[derive(Debug, Default)]
pub(super) struct Channels {
    open: HashMap<u64, Channel>,
}

#[derive(Debug)]
struct Channel {
    label: String,
    /// The packet that asked for it.
    opened: u64,
    /// Which ends have reset their stream.
    reset: [bool; 2],
}

impl Channels {
    /// Takes in the message in the chunk that begins there.
    pub(super) fn message(&mut self, c: &mut Cursor<'_>, at: usize, stream: u64, passing: Passing) {
        let nodes = c.since(at);
        if let Some(label) = dcep::opened(nodes) {
            let label = label.map(|node| c.slice(node.span)).unwrap_or_default();
            let label = String::from_utf8_lossy(label.get(..MOST_LABEL).unwrap_or(label)).into_owned();
            if self.open.len() < MOST || self.open.contains_key(&stream) {
                self.open.insert(stream, Channel { label, opened: passing.number, reset: [false; 2] });
            }
        } else if dcep::acknowledged(nodes)
            && let Some(channel) = self.open.get(&stream)
        {
            let text = format!("answers packet {}: the channel is open on both sides", channel.opened);
            c.remark_at(at, Severity::Info, text, rfc(8832, "6"));
        }
    }

    /// Says which channel the chunk is of.
    pub(super) fn name(&self, c: &mut Cursor<'_>, at: usize, stream: u64) {
        let Some(channel) = self.open.get(&stream) else { return };
        if dcep::opened(c.since(at)).is_some() {
            return;
        }
        let text = match &channel.label[..] {
            "" => format!("the channel that packet {} opened; it has no label", channel.opened),
            label => format!("{}{CHANNEL}packet {} opened", Label(label), channel.opened),
        };
        if let Some(place) = find(c, at, "Stream Identifier").map(|(place, _)| place) {
            c.remark_at(place, Severity::Info, text, rfc(8832, "4"));
        }
    }

    /// Takes in the resets of a RE-CONFIG: an end that resets its stream closes the channel.
    pub(super) fn close(&mut self, c: &mut Cursor<'_>, resets: &[(usize, u64)], passing: Passing) {
        for &(place, stream) in resets {
            let Some(channel) = self.open.get_mut(&stream) else { continue };
            let name = Label(&channel.label).to_string();
            if let Some(reset) = channel.reset.get_mut(passing.side) {
                *reset = true;
            }
            let text = match channel.reset {
                [true, true] => {
                    format!("closes {name}: both ends have reset their stream, and the number is free again")
                }
                _ => format!(
                    "closes {name}, which packet {} opened: the other end resets its stream too",
                    channel.opened
                ),
            };
            if channel.reset == [true, true] {
                self.open.remove(&stream);
            }
            c.remark_at(place, Severity::Info, text, rfc(8831, "6.7"));
        }
    }
}

/// The streams that the sender resets of its own, with their nodes.
pub(super) fn resets(c: &Cursor<'_>, at: usize) -> Vec<(usize, u64)> {
    let mut outgoing = false;
    let mut found = Vec::new();
    for (place, node) in (at..).zip(c.since(at)) {
        match (node.field.name, node.uint()) {
            ("Outgoing SSN Reset Request Parameter", _) => outgoing = true,
            ("Incoming SSN Reset Request Parameter", _) => outgoing = false,
            ("Stream Number", Some(stream)) if outgoing => found.push((place, stream)),
            _ => {}
        }
    }
    found
}

/// Whether the sender resets all streams of its own: it does where it names none (RFC 6525 section 4.1).
pub(super) fn resets_all(c: &Cursor<'_>, at: usize) -> bool {
    let (mut named, mut all) = (true, false);
    for node in c.since(at) {
        match node.field.name {
            "Outgoing SSN Reset Request Parameter" => {
                all |= !named;
                named = false;
            }
            "Stream Number" => named = true,
            "SSN/TSN Reset Request Parameter" => all = true,
            _ => {}
        }
    }
    all || !named
}
