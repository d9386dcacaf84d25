//! DTLS associations: which handshake a record belongs to, so that fragments join, answers find what they answer, and
//! what is encrypted is opened where a key log came along.

mod cipher;
mod flights;
mod messages;
mod numbers;
mod paths;
#[cfg(feature = "decrypt")]
mod prf;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use crate::context::Context;
use crate::cursor::{Cursor, Step};
use crate::dtls::handshake::{self, FRAGMENT, Header, REASSEMBLED};
use crate::dtls::hello::HELLO_RETRY_REQUEST;
use crate::dtls::record::Record;
use crate::dtls::{DTLS, content};
use crate::sctp::SCTP;
use crate::spec::rfc;
use crate::trace::Event;
use crate::tree::{Dissection, Severity, Tree};

use super::keys::Keys;
use super::sctp;
use cipher::{Cipher, Protection, TAG_LEN};
use flights::Flights;
use messages::{Hello, Messages};
use numbers::Numbers;
use paths::Paths;

/// So many associations are followed.
const MOST: usize = 1024;
/// So much of their handshakes is held altogether, beyond which the oldest association is forgotten.
const MOST_HELD_ALTOGETHER: usize = 16 << 20;

/// So many of them may carry SCTP, of which far more is kept.
const MOST_WITH_SCTP: usize = 16;

/// The associations of a trace.
#[derive(Debug, Default)]
pub(super) struct Associations {
    of: HashMap<Key, Association>,
    oldest: VecDeque<Key>,
    held: usize,
    with_sctp: VecDeque<Key>,
    paths: Paths,
}

/// Both ends, the lesser address first.
type Key = (SocketAddr, SocketAddr);

fn key(event: &Event) -> Key {
    if event.from <= event.to { (event.from, event.to) } else { (event.to, event.from) }
}

/// A packet, as notes on others name it.
#[derive(Clone, Copy, Debug)]
struct Packet {
    number: u64,
    at: std::time::Duration,
    /// Who sent it: 0 the lesser address, 1 the other.
    side: usize,
}

/// One handshake and what came of it.
#[derive(Debug, Default)]
struct Association {
    hello: Hello,
    /// What the lesser address sends, and what the other does.
    ends: [End; 2],
    flights: Flights,
    cipher: Option<Cipher>,
    /// What is inside, once a packet of it was seen.
    sctp: Option<Box<sctp::Association>>,
    /// What these addresses agreed on before, until a new handshake is answered: anyone can send a ClientHello.
    former: Option<Box<Association>>,
    /// Whether anything came after its first datagram, since it was last looked at for being the oldest.
    used: bool,
}

/// One direction.
#[derive(Debug, Default)]
struct End {
    messages: Messages,
    numbers: Numbers,
}

impl Associations {
    /// Dissects a datagram, which is packet `number` of its trace.
    pub(super) fn datagram<'e>(
        &mut self,
        number: u64,
        tree: Tree,
        event: &'e Event,
        context: &Context<'_>,
        keys: &Keys,
    ) -> Dissection<'e> {
        let own = key(event);
        let before = self.paths.of(&own);
        let (key, swapped) = self.path(own, event);
        let known = self.of.contains_key(&key);
        if !known {
            self.oldest.push_back(key);
        }
        let moved = (key != own && before.is_none()).then(|| {
            format!(
                "goes on with the association between {} and {}: ICE changed the pair of addresses",
                key.0, key.1
            )
        });
        let association = self.of.entry(key).or_default();
        let before = association.held();
        let packet = Packet { number, at: event.at, side: usize::from((event.from > event.to) != swapped) };
        let mut dissection = DTLS.dissect_by(tree, (&event.bytes[..]).into(), context, |c| {
            crate::dtls::records(c, &mut |c, record| association.record(c, record, packet, keys))
        });
        for said in association.flights.said(packet).into_iter().chain(moved) {
            dissection.annotate(0, Severity::Info, said);
        }
        self.held = (self.held + association.held()).saturating_sub(before);
        association.used |= known;
        if association.has_sctp() && !self.with_sctp.contains(&key) {
            self.with_sctp.push_back(key);
        }
        self.forget();
        dissection
    }

    /// Forgets the oldest until what is held is within bounds; who was heard of since gets another round.
    fn forget(&mut self) {
        while self.of.len() > MOST || self.held > MOST_HELD_ALTOGETHER {
            let Some(oldest) = self.oldest.pop_front() else { return };
            if self.of.get_mut(&oldest).is_some_and(|association| std::mem::take(&mut association.used)) {
                self.oldest.push_back(oldest);
                continue;
            }
            let held = self.of.remove(&oldest).map(|association| association.held());
            self.held = self.held.saturating_sub(held.unwrap_or_default());
            self.with_sctp.retain(|key| *key != oldest);
        }
        while self.with_sctp.len() > MOST_WITH_SCTP {
            let oldest = self.with_sctp.pop_front();
            if let Some(association) = oldest.and_then(|oldest| self.of.get_mut(&oldest)) {
                association.forget_sctp();
            }
        }
    }
}

impl Association {
    /// Reads what a record holds.
    fn record(&mut self, c: &mut Cursor<'_>, record: &Record, packet: Packet, keys: &Keys) -> Step {
        if record.epoch > 0 {
            return self.sealed(c, record, packet, keys);
        }
        // A new handshake counts from 0 again (RFC 6347 section 4.2.8).
        if record.content_type != 22 || !self.hello.is_new_in(c.peek(c.left())) {
            self.copy(c, record, packet);
        }
        content::in_the_clear(c, record);
        if record.content_type == 20 {
            self.flights.change_cipher_spec(packet, &self.hello);
        }
        let step = self.plain(c, record, packet);
        self.remember(record, packet);
        step
    }

    /// Says so where a record came before.
    fn copy(&mut self, c: &mut Cursor<'_>, record: &Record, packet: Packet) {
        if let Some(first) = self.end(packet.side).and_then(|end| end.numbers.first(record)) {
            let text =
                format!("the record of packet {first} again: a copy or a replay, which a receiver drops");
            c.remark(Severity::Info, text, Some(rfc(6347, "4.1.2.6")));
        }
    }

    fn remember(&mut self, record: &Record, packet: Packet) {
        if let Some(end) = self.end(packet.side) {
            end.numbers.remember(record, packet.number);
        }
    }

    fn plain(&mut self, c: &mut Cursor<'_>, record: &Record, packet: Packet) -> Step {
        content::plain(c, record.content_type, &mut |c| {
            handshake::message(c, &mut |c, header| self.message(c, header, record, packet))
        })
    }

    /// Reads a handshake message behind its header.
    fn message(&mut self, c: &mut Cursor<'_>, header: &Header, record: &Record, packet: Packet) -> Step {
        let part = c.peek(c.left()).to_vec();
        if part.len() != header.fragment_length as usize {
            return handshake::body(c, header);
        }
        if header.msg_type == 1 && record.epoch == 0 && self.hello.is_new(header, &part) {
            self.begin_anew();
        }
        let Some(end) = self.end(packet.side) else { return handshake::body(c, header) };
        let first = end.messages.again(header, packet.number);
        match first {
            Some(first) if first != packet.number => {
                let text = format!("packet {first} again: a retransmission");
                c.remark(Severity::Info, text, Some(rfc(6347, "4.2.4")));
            }
            // What DTLS 1.3 has for HelloVerifyRequest: RFC 9147 section 5.1.
            _ if is_hello_retry_request(header, &part) => self.flights.message(3, packet, &self.hello),
            _ => self.flights.message(header.msg_type, packet, &self.hello),
        }
        if header.is_whole() {
            self.whole(header, &part, record, packet.side);
            handshake::body(c, header)?;
            return self.finished(c, header, &part, record, packet.side);
        }
        c.rest(&FRAGMENT)?;
        let Some(whole) = self.end(packet.side).and_then(|end| end.messages.join(header, &part)) else {
            return Ok(());
        };
        self.whole(header, &whole, record, packet.side);
        let copy = whole.clone();
        c.derive(&REASSEMBLED, whole, |c| {
            handshake::whole(c, header.msg_type)?;
            self.finished(c, header, &copy, record, packet.side)
        })
    }

    fn begin_anew(&mut self) {
        let mut old = std::mem::take(self);
        if old.hello.server_random.is_none() {
            self.former = old.former;
            return;
        }
        old.former = None;
        for end in &mut old.ends {
            end.messages = Messages::default();
        }
        self.former = Some(Box::new(old));
    }

    /// Learns from a whole message.
    fn whole(&mut self, header: &Header, body: &[u8], record: &Record, side: usize) {
        let bare = header.msg_type == 20 && record.epoch == 0;
        if bare || !self.hello.fits(header.msg_type, side) || self.is_of_former(header, body) {
            return;
        }
        let new = self.end(side).is_some_and(|end| end.messages.keep(header, body));
        if new && self.cipher.is_none() {
            self.hello.learn(header.msg_type, body, side);
        }
        if self.hello.server_random.is_some() {
            self.former = None;
        }
    }

    /// Whether this is the ServerHello of the handshake before, sent again: it answers no new one.
    fn is_of_former(&self, header: &Header, body: &[u8]) -> bool {
        let known = self.former.as_ref().and_then(|former| former.hello.server_random);
        header.msg_type == 2 && known.is_some_and(|known| body.get(2..34) == Some(&known[..]))
    }

    /// Checks a Finished, where what it sums is all here.
    fn finished(
        &self,
        c: &mut Cursor<'_>,
        header: &Header,
        body: &[u8],
        record: &Record,
        side: usize,
    ) -> Step {
        if record.epoch == 0 {
            return Ok(());
        }
        let (20, Some(cipher), Some(client)) = (header.msg_type, &self.cipher, self.hello.client) else {
            return Ok(());
        };
        let [lesser, greater] = &self.ends;
        let (of_client, of_server) = if client == 0 { (lesser, greater) } else { (greater, lesser) };
        let transcript = messages::transcript(&of_client.messages, &of_server.messages, side == client);
        let Some(transcript) = transcript else { return Ok(()) };
        if cipher.verify_data(side == client, &transcript) == body {
            c.remark(
                Severity::Good,
                "verify_data fits the handshake as it passed here: nobody changed a byte of it",
                Some(rfc(5246, "7.4.9")),
            );
        } else {
            c.remark(
                Severity::Error,
                "verify_data does not fit the handshake as it passed here",
                Some(rfc(5246, "7.4.9")),
            );
        }
        Ok(())
    }

    /// Reads a record that is encrypted, and what is in it where there is a key.
    fn sealed(&mut self, c: &mut Cursor<'_>, record: &Record, packet: Packet, keys: &Keys) -> Step {
        if let Some(former) = &mut self.former {
            return former.sealed(c, record, packet, keys);
        }
        self.copy(c, record, packet);
        if record.content_type == 22 {
            self.flights.sealed(packet, &self.hello);
        }
        let agreed = self.cipher.as_ref().map(Cipher::protection);
        let Some(protection) = agreed.or_else(|| self.hello.suite.and_then(Protection::of)) else {
            self.remember(record, packet);
            c.rest(&content::ENCRYPTED)?.note(Severity::Info, self.hello.why_shut(), Some(rfc(6347, "4.1")));
            return Ok(());
        };
        if record.epoch != 1 {
            let text = "encrypted with the keys of a later handshake, which was itself encrypted and is not followed";
            c.rest(&content::ENCRYPTED)?.note(Severity::Info, text, Some(rfc(6347, "4.1")));
            return Ok(());
        }
        self.open_up(protection, keys);
        let fragment = c.peek(c.left()).to_vec();
        let ciphertext = fragment.len().saturating_sub(protection.explicit_nonce + TAG_LEN);
        if protection.explicit_nonce > 0 {
            c.bytes(&content::NONCE_EXPLICIT, protection.explicit_nonce)?;
        }
        let (Some(cipher), Some(client)) = (&self.cipher, self.hello.client) else {
            self.remember(record, packet);
            c.bytes(&content::CIPHERTEXT, ciphertext)?.note(Severity::Info, no_key(protection), None);
            return c.bytes(&content::TAG, TAG_LEN).map(drop);
        };
        let opened = cipher.open(packet.side == client, record, &fragment);
        c.bytes(&content::CIPHERTEXT, ciphertext)?;
        let tag = c.bytes(&content::TAG, TAG_LEN)?;
        let Ok(plaintext) = opened else {
            tag.note(
                Severity::Error,
                "does not verify: the record was changed, or not written with this handshake's keys. A receiver drops it",
                Some(rfc(6347, "4.1.2.7")),
            );
            return Ok(());
        };
        let text = format!("verifies: {} with the key log's master secret opens the record", protection.name);
        tag.note(Severity::Good, text, Some(rfc(5246, "6.2.3.3")));
        self.remember(record, packet);
        c.derive(&content::PLAINTEXT, plaintext, |c| match record.content_type {
            23 => self.application_data(c, packet),
            _ => self.plain(c, record, packet),
        })
    }

    /// Reads what an application said. In WebRTC it is SCTP (RFC 8261); the first packet of it shows by its sum.
    fn application_data(&mut self, c: &mut Cursor<'_>, packet: Packet) -> Step {
        if self.sctp.is_none() && (SCTP.claims)(c.peek(c.left())) {
            self.sctp = Some(Box::default());
        }
        let Packet { number, at, side } = packet;
        match &mut self.sctp {
            Some(association) => association.packet(c, sctp::Passing { side, number, at }),
            None => content::opaque(c),
        }
    }

    /// Makes the keys, once all that they are made of is known.
    fn open_up(&mut self, protection: Protection, keys: &Keys) {
        let Hello { client_random: Some(client), server_random: Some(server), .. } = &self.hello else {
            return;
        };
        if self.cipher.is_none()
            && let Some(master) = keys.master_secret(client)
        {
            self.cipher = Cipher::new(protection, master, client, server);
        }
    }

    fn end(&mut self, side: usize) -> Option<&mut End> {
        self.ends.get_mut(side)
    }

    fn held(&self) -> usize {
        let own: usize = self.ends.iter().map(|end| end.messages.held()).sum();
        own + self.former.as_ref().map_or(0, |former| former.held())
    }

    fn has_sctp(&self) -> bool {
        self.sctp.is_some() || self.former.as_ref().is_some_and(|former| former.has_sctp())
    }

    fn forget_sctp(&mut self) {
        self.sctp = None;
        if let Some(former) = &mut self.former {
            former.forget_sctp();
        }
    }
}

fn is_hello_retry_request(header: &Header, part: &[u8]) -> bool {
    header.msg_type == 2 && header.fragment_offset == 0 && part.get(2..34) == Some(&HELLO_RETRY_REQUEST[..])
}

fn no_key(protection: Protection) -> String {
    let name = protection.name;
    if cfg!(feature = "decrypt") {
        format!(
            "encrypted with {name}. A key log opens it: inside the capture (a Decryption Secrets Block), or by `wirebook \
             inspect --keylog FILE`"
        )
    } else {
        format!("encrypted with {name}, and this program was built without decryption")
    }
}
