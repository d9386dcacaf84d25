//! Handshake messages of one side: parts that join, and what was said before.

use std::collections::BTreeMap;

use crate::dtls::handshake::Header;
use crate::dtls::hello::HELLO_RETRY_REQUEST;

/// A message may be so long: no certificate that WebRTC makes comes near.
const LONGEST: u32 = 1 << 16;
/// So many messages are kept of one side; a handshake has about five.
const MOST: usize = 32;
/// So many parts of messages are remembered.
const MOST_PARTS: usize = 256;
/// A message may be there in so many pieces with gaps between them.
const MOST_PIECES: usize = 64;

/// What the hellos agreed on.
#[derive(Debug, Default)]
pub(super) struct Hello {
    /// Which side began.
    pub(super) client: Option<usize>,
    pub(super) client_random: Option<[u8; 32]>,
    pub(super) server_random: Option<[u8; 32]>,
    pub(super) suite: Option<u16>,
}

impl Hello {
    /// Whether a ClientHello begins a handshake that was not known before: it has another random.
    pub(super) fn is_new(&self, header: &Header, part: &[u8]) -> bool {
        let random = (header.fragment_offset == 0).then(|| part.get(2..34)).flatten();
        self.client_random.is_some_and(|known| random.is_some_and(|random| *random != known))
    }

    /// Whether such a ClientHello is the first message of a record.
    pub(super) fn is_new_in(&self, fragment: &[u8]) -> bool {
        let [1, _, _, _, _, _, 0, 0, 0, _, _, _, _, _, body @ ..] = fragment else { return false };
        self.client_random.is_some_and(|known| body.get(..32).is_some_and(|random| *random != known))
    }

    /// Whether a message can be of that side: anyone can send back what was said, or say it in another's name.
    pub(super) fn fits(&self, msg_type: u8, side: usize) -> bool {
        match (msg_type, self.client) {
            (1, Some(client)) => client == side,
            (2, Some(client)) => client != side,
            _ => true,
        }
    }

    /// Takes what counts from a whole message that is new. The first ServerHello counts; there is no second.
    pub(super) fn learn(&mut self, msg_type: u8, body: &[u8], side: usize) {
        let random = || body.get(2..34).and_then(|random| <[u8; 32]>::try_from(random).ok());
        match msg_type {
            1 => {
                self.client = Some(side);
                self.client_random = random();
            }
            2 if self.server_random.is_none() && random() != Some(HELLO_RETRY_REQUEST) => {
                self.server_random = random();
                let session_id = body.get(34).map(|length| 35 + usize::from(*length));
                let suite = session_id.and_then(|at| body.get(at..at + 2));
                self.suite = suite.and_then(|suite| Some(u16::from_be_bytes(suite.try_into().ok()?)));
            }
            _ => {}
        }
    }

    /// Why nothing can be opened.
    pub(super) fn why_shut(&self) -> String {
        match self.suite {
            Some(suite @ 0x1301..=0x1305) => {
                format!("encrypted by DTLS 1.3 (suite {suite:#06x}), whose keys this dissector does not make")
            }
            Some(suite) => {
                let known = crate::dtls::registry::CIPHER_SUITES.iter().find(|(n, _)| *n == u64::from(suite));
                let name = known.map_or_else(|| format!("{suite:#06x}"), |(_, name)| (*name).to_owned());
                format!("encrypted with {name}, which is not opened here")
            }
            None => "encrypted: the handshake that agreed on cipher and keys is not in this trace".to_owned(),
        }
    }
}

/// The messages of one side.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Which parts there were, and in which packet.
    seen: Vec<(Part, u64)>,
    /// What is not whole yet.
    begun: BTreeMap<u16, Begun>,
    /// What was whole: type and body.
    whole: BTreeMap<u16, (u8, Vec<u8>)>,
}

/// message_seq, msg_type, offset, length.
type Part = (u16, u8, u32, u32);

#[derive(Debug)]
struct Begun {
    msg_type: u8,
    body: Vec<u8>,
    /// What is there of it, in order and apart.
    there: Vec<(usize, usize)>,
}

impl Messages {
    /// In which packet this part came first, if before; else it is remembered.
    pub(super) fn again(&mut self, header: &Header, packet: u64) -> Option<u64> {
        let part = (header.message_seq, header.msg_type, header.fragment_offset, header.fragment_length);
        if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == part) {
            return Some(*first);
        }
        if self.seen.len() < MOST_PARTS {
            self.seen.push((part, packet));
        }
        None
    }

    /// Adds a part; returns the message if it is whole now.
    pub(super) fn join(&mut self, header: &Header, part: &[u8]) -> Option<Vec<u8>> {
        let room = self.begun.len() < MOST || self.begun.contains_key(&header.message_seq);
        if header.length > LONGEST || self.whole.contains_key(&header.message_seq) || !room {
            return None;
        }
        let length = header.length as usize;
        let fresh = || Begun { msg_type: header.msg_type, body: vec![0; length], there: Vec::new() };
        let begun = self.begun.entry(header.message_seq).or_insert_with(fresh);
        if begun.msg_type != header.msg_type || begun.body.len() != length {
            return None;
        }
        let start = header.fragment_offset as usize;
        let end = start.checked_add(part.len())?;
        let place = begun.body.get_mut(start..end)?;
        if !has(&mut begun.there, start, end) {
            return None;
        }
        place.copy_from_slice(part);
        if begun.there != [(0, length)] {
            return None;
        }
        self.begun.remove(&header.message_seq).map(|begun| begun.body)
    }

    /// Keeps a whole message for what sums all of them; whether it is the first of its number.
    pub(super) fn keep(&mut self, header: &Header, body: &[u8]) -> bool {
        let new = self.whole.len() < MOST
            && body.len() <= LONGEST as usize
            && !self.whole.contains_key(&header.message_seq);
        if new {
            self.whole.insert(header.message_seq, (header.msg_type, body.to_vec()));
        }
        new
    }

    pub(super) fn held(&self) -> usize {
        let begun: usize =
            self.begun.values().map(|begun| begun.body.len() + size_of_val(begun.there.as_slice())).sum();
        begun + self.whole.values().map(|(_, body)| body.len()).sum::<usize>() + self.seen.len() * 24
    }
}

/// Adds a piece to those that are there, unless they are too many: then whoever sends them means no good.
fn has(there: &mut Vec<(usize, usize)>, start: usize, end: usize) -> bool {
    let from = there.partition_point(|piece| piece.1 < start);
    let to = there.partition_point(|piece| piece.0 <= end);
    let touching = there.get(from..to).unwrap_or_default();
    if touching.is_empty() && there.len() >= MOST_PIECES {
        return false;
    }
    let joined = touching.iter().fold((start, end), |all, piece| (all.0.min(piece.0), all.1.max(piece.1)));
    there.splice(from..to, [joined]);
    true
}

/// All that the Finished of one side sums, as if nothing had been sent in parts (RFC 6347 section 4.2.6); `None` where
/// something is missing, or where an association of before was taken up again.
pub(super) fn transcript(client: &Messages, server: &Messages, of_client: bool) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // A first ClientHello and the HelloVerifyRequest that it got do not count.
    let (hello, _) = client.whole.iter().rfind(|(_, message)| message.0 == 1)?;
    append(&mut out, client, [*hello].into_iter())?;
    let (first, last) = (seq(server, 2)?, seq(server, 14)?);
    append(&mut out, server, first..=last)?;
    let finished = seq(client, 20);
    let before = if of_client { finished?.checked_sub(1)? } else { finished? };
    append(&mut out, client, hello.checked_add(1)?..=before)?;
    if !of_client {
        append(&mut out, server, last.checked_add(1)?..seq(server, 20)?)?;
    }
    Some(out)
}

fn seq(messages: &Messages, msg_type: u8) -> Option<u16> {
    messages.whole.iter().find(|(_, message)| message.0 == msg_type).map(|(seq, _)| *seq)
}

fn append(out: &mut Vec<u8>, messages: &Messages, seqs: impl Iterator<Item = u16>) -> Option<()> {
    for seq in seqs {
        let (msg_type, body) = messages.whole.get(&seq)?;
        let length = u32::try_from(body.len()).ok()?.to_be_bytes();
        out.push(*msg_type);
        out.extend_from_slice(length.get(1..)?);
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&[0; 3]);
        out.extend_from_slice(length.get(1..)?);
        out.extend_from_slice(body);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(message_seq: u16, length: u32, fragment_offset: u32, fragment_length: u32) -> Header {
        Header { msg_type: 11, length, message_seq, fragment_offset, fragment_length }
    }

    #[test]
    fn parts_join_in_any_order_and_where_they_overlap() {
        for parts in [
            &[(0, 4), (4, 8), (8, 10)][..],
            &[(8, 10), (0, 4), (4, 8)],
            &[(4, 10), (4, 6), (0, 5)],
            &[(9, 10), (0, 3), (2, 9)],
        ] {
            let mut messages = Messages::default();
            let mut whole = None;
            for (from, to) in parts {
                assert_eq!(whole, None, "{parts:?}: whole too early");
                let part = b"0123456789".get(*from..*to).unwrap();
                whole = messages.join(&header(3, 10, *from as u32, part.len() as u32), part);
            }
            assert_eq!(whole.as_deref(), Some(&b"0123456789"[..]), "{parts:?}");
            assert_eq!(messages.held(), 0, "what is whole is not held as a part");
        }
    }

    #[test]
    fn what_contradicts_itself_or_claims_too_much_joins_nothing() {
        let mut messages = Messages::default();
        assert_eq!(messages.join(&header(0, LONGEST + 1, 0, 1), b"x"), None);
        assert_eq!(messages.join(&header(0, 4, 0, 2), b"ab"), None);
        assert_eq!(messages.join(&header(0, 5, 2, 3), b"cde"), None, "another length");
        assert_eq!(messages.join(&header(0, 4, 3, 2), b"de"), None, "behind the end");
        for seq in 0..1000 {
            assert_eq!(messages.join(&header(seq, LONGEST, 0, 1), b"x"), None);
        }
        assert!(messages.held() <= MOST * LONGEST as usize, "{}", messages.held());
    }

    #[test]
    fn pieces_with_gaps_are_bounded_and_those_that_touch_are_still_taken() {
        let mut messages = Messages::default();
        for piece in 0..30_000 {
            assert_eq!(messages.join(&header(0, LONGEST, 65_534 - piece * 2, 1), b"x"), None);
        }
        let pieces =
            |messages: &Messages| messages.begun.values().map(|begun| begun.there.len()).sum::<usize>();
        assert_eq!(pieces(&messages), MOST_PIECES);
        assert_eq!(messages.join(&header(0, LONGEST, 65_533, 1), b"x"), None);
        assert_eq!(pieces(&messages), MOST_PIECES - 1, "it closed a gap");
    }

    #[test]
    fn numbers_at_the_ends_of_their_range_give_no_transcript() {
        let keep = |of: &[(u8, u16)]| {
            let mut messages = Messages::default();
            for (msg_type, message_seq) in of {
                let header = Header { msg_type: *msg_type, message_seq: *message_seq, ..header(0, 0, 0, 0) };
                assert!(messages.keep(&header, b""));
                assert!(!messages.keep(&header, b"another"));
            }
            messages
        };
        let server = keep(&[(2, 65_534), (14, 65_535), (20, 0)]);
        for client in [&[(1, 65_535), (20, 0)][..], &[(1, 65_535), (20, 1)], &[(1, 0), (20, 1)]] {
            for of_client in [true, false] {
                let both_ends = of_client && client[0].1 == 0;
                assert_eq!(transcript(&keep(client), &server, of_client).is_some(), both_ends, "{client:?}");
            }
        }
    }
}
