//! One stream out of several: what an SFU changes in an RTP header when it goes from one layer to another.
//!
//! A subscriber sees one SSRC. Its sequence numbers have no gap but where a packet is lost ([RFC 3550 section 5.1]: "increments
//! by one for each RTP data packet sent"), and its timestamps run with the time. The layers behind it have
//! SSRC, sequence number and timestamp of their own, each begun at random. So for each stretch of a layer there are
//! offsets, found at its first packet, and they stay until the next change:
//!
//! ```text
//! layer q   … 411 412 413 |
//! layer h                 | 9007 9008 9009 …        413 + 1 - 9007: the offset of this stretch
//! out       … 411 412 413 |  414  415  416 …
//! ```
//!
//! VP8's PictureID and TL0PICIDX are kept going in the same way ([RFC 7741 section 4.2]), as a decoder takes a gap there for a lost frame.
//! What comes late still belongs to the stretch in which it was sent, so the one before is remembered.
//!
//! Time is an argument, chance is not needed; nothing here allocates.
//!
//! [RFC 3550 section 5.1]: https://www.rfc-editor.org/rfc/rfc3550#section-5.1
//! [RFC 7741 section 4.2]: https://www.rfc-editor.org/rfc/rfc7741#section-4.2

use std::time::Instant;

/// The numbers of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// RTP's sequence number.
    pub sequence: u16,
    /// RTP's timestamp.
    pub timestamp: u32,
    /// VP8's PictureID.
    pub picture: Option<Picture>,
    /// VP8's TL0PICIDX.
    pub base: Option<u8>,
}

/// A PictureID, which has 7 bits or 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// 7 bits.
    Short(u8),
    /// 15 bits.
    Long(u16),
}

impl Picture {
    /// How many bytes it takes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a number is never empty")]
    pub fn len(self) -> usize {
        self.bytes().1
    }

    /// As the descriptor writes it, and how many bytes of it count.
    #[must_use]
    pub fn bytes(self) -> ([u8; 2], usize) {
        match self {
            Self::Short(number) => ([number & 0x7f, 0], 1),
            Self::Long(number) => ((number | 0x8000).to_be_bytes(), 2),
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::Short(number) => u16::from(number),
            Self::Long(number) => number,
        }
    }

    fn plus(self, offset: u16) -> Self {
        let sum = self.number().wrapping_add(offset);
        match self {
            Self::Short(_) => Self::Short((sum & 0x7f) as u8),
            Self::Long(_) => Self::Long(sum & 0x7fff),
        }
    }
}

/// Makes one stream of several.
#[derive(Clone, Debug)]
pub struct Rewriter {
    /// Ticks a second of the timestamp.
    clock: u32,
    sent: Option<Sent>,
    stretch: Option<Stretch>,
    former: Option<Stretch>,
}

/// The newest packet that went out.
#[derive(Clone, Copy, Debug)]
struct Sent {
    numbers: Numbers,
    at: Instant,
}

/// From one change to the next.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    source: u32,
    /// The sequence number of its first packet; those of the others are counted from it.
    first: u16,
    /// The newest, counted so.
    newest: i64,
    sequence: u16,
    timestamp: u32,
    picture: u16,
    base: u8,
}

impl Stretch {
    /// The place of a sequence number, counted from the first; numbers wrap, places do not.
    fn place(&self, sequence: u16) -> i64 {
        let newest = self.first.wrapping_add(self.newest as u16);
        self.newest + i64::from(sequence.wrapping_sub(newest).cast_signed())
    }

    fn apply(&self, numbers: &Numbers) -> Numbers {
        Numbers {
            sequence: numbers.sequence.wrapping_add(self.sequence),
            timestamp: numbers.timestamp.wrapping_add(self.timestamp),
            picture: numbers.picture.map(|picture| picture.plus(self.picture)),
            base: numbers.base.map(|base| base.wrapping_add(self.base)),
        }
    }
}

impl Rewriter {
    /// A stream that has sent nothing yet, whose timestamps tick `clock` times a second.
    #[must_use]
    pub fn new(clock: u32) -> Self {
        Self { clock, sent: None, stretch: None, former: None }
    }

    /// From this packet on, which has to begin a key frame, the stream is fed by `source`.
    pub fn switch(&mut self, source: u32, first: &Numbers, now: Instant) {
        let mut stretch = Stretch {
            source,
            first: first.sequence,
            newest: -1,
            sequence: 0,
            timestamp: 0,
            picture: 0,
            base: 0,
        };
        if let Some(sent) = self.sent {
            let next = sent.numbers.sequence.wrapping_add(1);
            stretch.sequence = next.wrapping_sub(first.sequence);
            stretch.timestamp = self.due(sent, now).wrapping_sub(first.timestamp);
            if let (Some(sent), Some(first)) = (sent.numbers.picture, first.picture) {
                stretch.picture = sent.plus(1).number().wrapping_sub(first.number());
            }
            if let (Some(sent), Some(first)) = (sent.numbers.base, first.base) {
                stretch.base = sent.wrapping_add(1).wrapping_sub(first);
            }
        }
        self.former = self.stretch.replace(stretch);
    }

    /// The timestamp of now: as far after the last one as the time is, and at least a tick.
    fn due(&self, sent: Sent, now: Instant) -> u32 {
        let passed = now.saturating_duration_since(sent.at).as_micros();
        let ticks = passed * u128::from(self.clock) / 1_000_000;
        sent.numbers.timestamp.wrapping_add((ticks as u32).max(1))
    }

    /// The numbers under which a packet goes out; `None` where it belongs to no stretch that was sent.
    pub fn rewrite(&mut self, source: u32, numbers: &Numbers, now: Instant) -> Option<Numbers> {
        if let Some(stretch) = self.stretch.as_mut().filter(|stretch| stretch.source == source) {
            let place = stretch.place(numbers.sequence);
            if place >= 0 {
                let out = stretch.apply(numbers);
                if place > stretch.newest {
                    stretch.newest = place;
                    self.sent = Some(Sent { numbers: self.newest(out), at: now });
                }
                return Some(out);
            }
        }
        // Late: sent before the change, arrived after it.
        let former = self.former.filter(|former| former.source == source)?;
        let place = former.place(numbers.sequence);
        (0..=former.newest).contains(&place).then(|| former.apply(numbers))
    }

    /// A packet without a descriptor, as padding is, leaves the numbers of the last picture.
    fn newest(&self, out: Numbers) -> Numbers {
        let before = self.sent.map(|sent| sent.numbers);
        Numbers {
            picture: out.picture.or(before.and_then(|before| before.picture)),
            base: out.base.or(before.and_then(|before| before.base)),
            ..out
        }
    }

    /// The newest sequence number that went out.
    #[must_use]
    pub fn newest_sequence(&self) -> Option<u16> {
        self.sent.map(|sent| sent.numbers.sequence)
    }
}
