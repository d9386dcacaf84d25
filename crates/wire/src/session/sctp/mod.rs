//! An SCTP association, as it goes by: which SACK acknowledges which packet, what came again, which channel is meant,
//! and what the fragments of a message make.
//!
//! Whoever has a packet of it (DTLS, once it is decrypted) keeps an [`Association`] for each connection, and hands
//! on the cursor that stands at the packet's first byte:
//!
//! ```text
//! let passing = Passing { side, number, at: event.at };
//! c.derive(&PLAINTEXT, bytes, |c| association.packet(c, passing))
//! ```
//!
//! `side` is 0 or 1 for who sends, the same for the whole connection; `number` is what the packet is called. The node
//! of `sctp::SCTP.root` is then among those that were read, and `sctp::packet_summary` says what it holds in a line.
//! All that is kept is bounded: an association keeps some 4 MiB at most.

mod channels;
mod fragments;
mod sent;
mod udp;

pub(super) use udp::Associations;

use std::collections::VecDeque;
use std::time::Duration;

use super::transactions::Milliseconds;
use crate::cursor::{Cursor, Step};
use crate::sctp::{self, Chunk, FRAGMENT, SCTP};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Node, Severity};
use channels::Channels;
use fragments::{Fragment, Fragments, Taken};
use sent::Sent;

/// So many tags, cookies, requests and the like are remembered of each end: an INIT is sent nine times at most
/// (Max.Init.Retransmits, RFC 9260 section 16).
const MOST: usize = 16;
/// A longer cookie is not compared.
const MOST_COOKIE: usize = 8192;

static REASSEMBLED: Field = Field::new(
    "Reassembled message",
    rfc(9260, "6.9"),
    "What the fragments make, put together at the one that came last.",
);

/// One association.
#[derive(Debug, Default)]
pub(super) struct Association {
    ends: [End; 2],
    channels: Channels,
}

/// A packet on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passing {
    /// Which end sends it, 0 or 1.
    pub(super) side: usize,
    /// What it is called: packets are counted from 1.
    pub(super) number: u64,
    /// When.
    pub(super) at: Duration,
}

/// What one end has sent.
#[derive(Debug, Default)]
struct End {
    /// The tags that it asked to be answered with. Who keeps no state draws one, and a cookie, for each INIT that it
    /// answers, and the first to be echoed counts.
    tags: VecDeque<(u64, u64)>,
    cookies: VecDeque<(Vec<u8>, Passing)>,
    /// The tag of the INIT that its last INIT ACK answered.
    answered: Option<u64>,
    /// Whether it takes packets without a checksum.
    takes_zero: bool,
    sent: Sent,
    fragments: Fragments,
    heartbeat: Option<(Vec<u8>, Passing)>,
    requests: VecDeque<(u64, Passing)>,
}

impl End {
    /// Forgets all that is of one association. Tags and cookies stay: whether the new one comes to be shows later.
    fn begin_anew(&mut self) {
        let (tags, cookies) = (std::mem::take(&mut self.tags), std::mem::take(&mut self.cookies));
        *self = Self { tags, cookies, ..Self::default() };
    }
}

impl Association {
    /// Reads a packet, which is all that is left, and says what those before it say of it.
    pub(super) fn packet(&mut self, c: &mut Cursor<'_>, passing: Passing) -> Step {
        c.message(SCTP.root, c.left(), |c| self.read(c, passing))
    }

    /// As [`Association::packet`], where the group of the packet is open already.
    fn read(&mut self, c: &mut Cursor<'_>, passing: Passing) -> Step {
        let since = c.nodes();
        let result = sctp::packet(c, &mut |c, chunk| {
            self.chunk(c, chunk, passing);
            Ok(())
        });
        self.tag(c, since, passing);
        self.zero(c, since, passing);
        result
    }

    /// Takes in a chunk, while it is open.
    fn chunk(&mut self, c: &mut Cursor<'_>, chunk: Chunk, passing: Passing) {
        let at = chunk.at;
        match c.since(at).first().map(|node| node.field.name) {
            Some("DATA" | "I-DATA") => self.data(c, at, passing),
            Some("INIT") => self.init(c, at, passing, true),
            Some("INIT ACK") => self.init(c, at, passing, false),
            Some("SACK" | "SHUTDOWN") => self.sack(c, at, passing),
            Some("HEARTBEAT") => self.heartbeat(c, at, passing),
            Some("HEARTBEAT ACK") => self.heartbeat_ack(c, at, passing),
            Some("COOKIE ECHO") => self.cookie_echo(c, at, passing),
            Some("RE-CONFIG") => self.re_config(c, at, passing),
            Some("FORWARD TSN" | "I-FORWARD-TSN") => self.forward(c, at, passing),
            _ => {}
        }
    }

    /// The end that sends, and the other.
    fn ends(&mut self, passing: Passing) -> (&mut End, &mut End) {
        let [one, other] = &mut self.ends;
        if passing.side == 0 { (one, other) } else { (other, one) }
    }

    fn init(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing, begins: bool) {
        let Some(tag) = uint(c, at, "Initiate Tag") else { return };
        let cookie = bytes(c, at, "Cookie").filter(|cookie| cookie.len() <= MOST_COOKIE).map(<[u8]>::to_vec);
        let zero = uint(c, at, "Error Detection Method Identifier") == Some(1);
        let (own, other) = self.ends(passing);
        let before = own.tags.iter().find(|(known, _)| *known == tag).map(|(_, number)| *number);
        let asked = other.tags.back().map(|(tag, _)| *tag).filter(|_| !begins);
        if before.is_none() && (begins || own.answered != asked) {
            // Another association, between the same ends.
            own.begin_anew();
        }
        own.answered = asked.or(own.answered);
        if let Some(cookie) = cookie.filter(|cookie| own.cookies.iter().all(|(known, _)| known != cookie)) {
            remember(&mut own.cookies, (cookie, passing));
        }
        match before {
            Some(number) if begins => {
                let text = format!("packet {number} again: a retransmission");
                c.remark_at(at, Severity::Info, text, rfc(9260, "4"));
            }
            Some(_) => {}
            None => {
                own.takes_zero = zero;
                remember(&mut own.tags, (tag, passing.number));
                if begins {
                    self.channels = Channels::default();
                }
            }
        }
    }

    /// Whether the packet has the tag that its receiver asked for.
    fn tag(&mut self, c: &mut Cursor<'_>, since: usize, passing: Passing) {
        let (_, other) = self.ends(passing);
        let reflected = uint(c, since, "T") == Some(1);
        let Some(&(asked, number)) = other.tags.back() else { return };
        let Some(tag) = uint(c, since, "Verification Tag").filter(|tag| *tag != 0 && !reflected) else {
            return;
        };
        if !other.tags.iter().any(|(known, _)| *known == tag) {
            let text = format!("the receiver asked for {asked:#010x}, in packet {number}: it drops this one");
            remark(c, since, "Verification Tag", Severity::Warning, text, rfc(9260, "8.5"));
        }
    }

    /// Whether the receiver takes a packet without a checksum.
    fn zero(&mut self, c: &mut Cursor<'_>, since: usize, passing: Passing) {
        let (_, other) = self.ends(passing);
        let Some((_, number)) = other.tags.back().filter(|_| uint(c, since, "Checksum") == Some(0)) else {
            return;
        };
        let (severity, text) = match other.takes_zero {
            true => (Severity::Info, format!("the receiver said in packet {number} that this is acceptable")),
            false => {
                let why = format!(
                    "the receiver did not say in packet {number} that this is acceptable: it drops the packet"
                );
                (Severity::Warning, why)
            }
        };
        remark(c, since, "Checksum", severity, text, rfc(9653, "5.3"));
    }

    fn cookie_echo(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing) {
        let (_, other) = self.ends(passing);
        let Some(echoed) = bytes(c, at, "Cookie").filter(|cookie| cookie.len() <= MOST_COOKIE) else {
            return;
        };
        let given = other.cookies.iter().find(|(cookie, _)| cookie == echoed);
        let (severity, text) = match (given, other.cookies.back()) {
            (Some((_, given)), _) => {
                (Severity::Good, format!("is the cookie that packet {} gave out", given.number))
            }
            (None, Some((_, given))) => {
                (Severity::Warning, format!("is not the cookie that packet {} gave out", given.number))
            }
            (None, None) => return,
        };
        remark(c, at, "Cookie", severity, text, rfc(9260, "5.1.5"));
    }

    fn heartbeat(&mut self, c: &Cursor<'_>, at: usize, passing: Passing) {
        let info =
            bytes(c, at, "Heartbeat Info").filter(|info| info.len() <= MOST_COOKIE).map(<[u8]>::to_vec);
        let (own, _) = self.ends(passing);
        own.heartbeat = info.map(|info| (info, passing));
    }

    fn heartbeat_ack(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing) {
        let (_, other) = self.ends(passing);
        let asked = other.heartbeat.as_ref().filter(|(info, _)| bytes(c, at, "Heartbeat Info") == Some(info));
        if let Some(text) = asked.map(|(_, asked)| answers(*asked, passing)) {
            c.remark_at(at, Severity::Info, text, rfc(9260, "8.3"));
        }
    }

    fn sack(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing) {
        let Some(tsn) = uint(c, at, "Cumulative TSN Ack") else { return };
        let gaps = uint(c, at, "Number of Gap Ack Blocks").unwrap_or_default();
        let (_, other) = self.ends(passing);
        if let Some(text) = other.sent.acknowledge(tsn as u32, passing.at) {
            remark(c, at, "Cumulative TSN Ack", Severity::Info, text, rfc(9260, "6.2"));
        }
        if let Some(text) = other.sent.excess(tsn as u32) {
            remark(c, at, "Cumulative TSN Ack", Severity::Info, text, rfc(9260, "6.2.1"));
        }
        let missing = (tsn as u32).wrapping_add(1);
        if let Some(number) = other.sent.packet(missing).filter(|_| gaps > 0) {
            let text = format!("TSN {missing} is missing, which packet {number} brought");
            remark(c, at, "Number of Gap Ack Blocks", Severity::Info, text, rfc(9260, "6.7"));
        }
    }

    fn data(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing) {
        let (Some(tsn), Some(stream)) = (uint(c, at, "TSN"), uint(c, at, "Stream Identifier")) else {
            return;
        };
        let (own, _) = self.ends(passing);
        let fresh = match own.sent.take(tsn as u32, passing) {
            None => true,
            Some((number, first)) => {
                let after = Milliseconds(passing.at.saturating_sub(first));
                let text = format!("sent before, in packet {number}, {after} earlier: a retransmission");
                remark(c, at, "TSN", Severity::Info, text, rfc(9260, "6.3.3"));
                false
            }
        };
        if let Some(fragment) = Fragment::read(c, at, passing).filter(|_| fresh) {
            let taken = own.fragments.take(fragment);
            reassemble(c, taken);
        }
        if fresh {
            self.channels.message(c, at, stream, passing);
        }
        self.channels.name(c, at, stream);
    }

    fn forward(&mut self, c: &Cursor<'_>, at: usize, passing: Passing) {
        let Some(tsn) = uint(c, at, "New Cumulative TSN") else { return };
        let given_up = given_up(c, at);
        let (own, _) = self.ends(passing);
        own.sent.give_up(tsn as u32, passing.number);
        for (stream, unordered, message) in given_up {
            own.fragments.give_up(stream, unordered, message);
        }
    }

    fn re_config(&mut self, c: &mut Cursor<'_>, at: usize, passing: Passing) {
        let requests = numbers(c, at, "Re-configuration Request Sequence Number");
        let (own, other) = self.ends(passing);
        let mut again = None;
        for request in requests {
            match own.requests.iter().find(|(known, _)| *known == request) {
                Some((_, first)) => again = Some(first.number),
                None => remember(&mut own.requests, (request, passing)),
            }
        }
        let responses = responses(c, at);
        for (node, response) in responses {
            let asked = other.requests.iter().find(|(known, _)| *known == response);
            if let Some(text) = asked.map(|(_, asked)| answers(*asked, passing)) {
                c.remark_at(node, Severity::Info, text, rfc(6525, "5.2.7"));
            }
        }
        match again {
            Some(number) => {
                let text = format!("packet {number} asked for it before: a retransmission");
                c.remark_at(at, Severity::Info, text, rfc(6525, "5.1.1"));
            }
            None => {
                let (resets, all) = (channels::resets(c, at), channels::resets_all(c, at));
                let (own, _) = self.ends(passing);
                if all {
                    own.fragments = Fragments::default();
                }
                resets.iter().for_each(|(_, stream)| own.fragments.forget(*stream));
                self.channels.close(c, &resets, passing);
            }
        }
    }
}

fn reassemble(c: &mut Cursor<'_>, taken: Taken) {
    match taken {
        Taken::Waits => {}
        Taken::TooMuch => {
            let why = "more fragments wait for the rest of their messages than are held here (1 MiB): the earlier ones \
                       are forgotten";
            c.remark(Severity::Info, why, None);
        }
        Taken::Whole(whole) => {
            // Where the tree has no room for one more source, the fragments are still there.
            c.derive(&REASSEMBLED, whole.bytes, |c| {
                let text =
                    format!("of {} fragments, in packets {} to {}", whole.count, whole.first, whole.last);
                c.remark(Severity::Info, text, Some(rfc(9260, "6.9")));
                sctp::message(c, whole.ppid)
            })
            .unwrap_or_default();
        }
    }
}

/// What an I-FORWARD-TSN gives up: the stream, whether unordered, and the last message.
fn given_up(c: &Cursor<'_>, at: usize) -> Vec<(u64, bool, u32)> {
    let (mut stream, mut unordered) = (0, false);
    let mut found = Vec::new();
    for node in c.since(at) {
        match (node.field.name, node.uint()) {
            ("Stream Identifier", Some(number)) => stream = number,
            ("U", Some(flag)) => unordered = flag == 1,
            ("Message Identifier", Some(message)) => found.push((stream, unordered, message as u32)),
            _ => {}
        }
    }
    found
}

/// The responses of a RE-CONFIG, with their nodes.
fn responses(c: &Cursor<'_>, at: usize) -> Vec<(usize, u64)> {
    let nodes = c.since(at);
    let groups =
        (at..).zip(nodes).filter(|(_, node)| node.field.name == "Re-configuration Response Parameter");
    let number = |place| Some((place, uint(c, place, "Re-configuration Response Sequence Number")?));
    groups.take(MOST).filter_map(|(place, _)| number(place)).collect()
}

fn answers(asked: Passing, passing: Passing) -> String {
    let after = Milliseconds(passing.at.saturating_sub(asked.at));
    format!("answers packet {}, {after} later", asked.number)
}

fn remember<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MOST {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// The first node of that name since then, and its place.
fn find<'c>(c: &'c Cursor<'_>, at: usize, name: &str) -> Option<(usize, &'c Node)> {
    (at..).zip(c.since(at)).find(|(_, node)| node.field.name == name)
}

fn uint(c: &Cursor<'_>, at: usize, name: &str) -> Option<u64> {
    find(c, at, name)?.1.uint()
}

fn numbers(c: &Cursor<'_>, at: usize, name: &str) -> Vec<u64> {
    let nodes = c.since(at).iter().filter(|node| node.field.name == name);
    nodes.filter_map(Node::uint).take(MOST).collect()
}

fn bytes<'c>(c: &'c Cursor<'_>, at: usize, name: &str) -> Option<&'c [u8]> {
    Some(c.slice(find(c, at, name)?.1.span))
}

fn remark(c: &mut Cursor<'_>, at: usize, name: &str, severity: Severity, text: String, spec: Spec) {
    if let Some(place) = find(c, at, name).map(|(place, _)| place) {
        c.remark_at(place, severity, text, spec);
    }
}

impl Fragment {
    /// The fragment in the chunk that begins there, where it is one.
    fn read(c: &Cursor<'_>, at: usize, passing: Passing) -> Option<Self> {
        let node = c.since(at).iter().find(|node| std::ptr::eq(node.field, &FRAGMENT))?;
        let flags = uint(c, at, "Chunk Flags")?;
        let unordered = flags & 4 != 0;
        let stream = uint(c, at, "Stream Identifier")?;
        let tsn = uint(c, at, "TSN")?;
        // DATA is in the order of its TSNs, I-DATA in that of the message's own numbers.
        let (number, place) = match uint(c, at, "Message Identifier") {
            Some(message) => (message, uint(c, at, "Fragment Sequence Number").unwrap_or_default()),
            None if unordered => (0, tsn),
            None => (uint(c, at, "Stream Sequence Number")?, tsn),
        };
        Some(Self {
            message: (stream, unordered, number),
            place: place as u32,
            begins: flags & 2 != 0,
            ends: flags & 1 != 0,
            ppid: uint(c, at, "Payload Protocol Identifier").unwrap_or_default(),
            packet: passing.number,
            bytes: c.slice(node.span).to_vec(),
        })
    }
}
