//! A stream that is forwarded as it should be.

use super::{Forward, Packet, TICKS};

/// What is right. Counts the packets of a layer from the key frame with which it began.
#[derive(Clone, Debug)]
pub struct Rewriter {
    ssrc: u32,
    /// The layer that is wanted.
    pub(super) wanted: Option<u32>,
    /// The layer that goes out.
    pub(super) layer: Option<Layer>,
    /// What the stream began with.
    pub(super) first: (u16, u32),
    /// What went out with the highest sequence number, and when it arrived.
    pub(super) newest: Option<(u64, Packet)>,
    /// What went out last.
    pub(super) last: Option<Packet>,
}

/// A layer, and how its numbers are moved.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) ssrc: u32,
    pub(super) first: u16,
    /// The highest sequence number that came, and how many after the first it is.
    pub(super) highest: u16,
    pub(super) place: i64,
    first_out: u16,
    timestamps: u32,
}

impl Rewriter {
    /// A stream that has sent nothing yet.
    #[must_use]
    pub fn new(ssrc: u32, sequence_number: u16, timestamp: u32) -> Self {
        let first = (sequence_number, timestamp);
        Self { ssrc, wanted: None, layer: None, first, newest: None, last: None }
    }

    /// What a key frame that arrives now goes out with.
    fn next(&self, now: u64) -> (u16, u32) {
        let Some((arrived, newest)) = self.newest else { return self.first };
        let ticks = now.saturating_sub(arrived).saturating_mul(TICKS.into()).max(1);
        // The clock goes around: what does not fit is what it went around.
        (newest.sequence_number.wrapping_add(1), newest.timestamp.wrapping_add(ticks as u32))
    }

    /// How many after the key frame with which its layer began a packet is; None for other layers.
    pub(super) fn place(&self, packet: &Packet) -> Option<i64> {
        let layer = self.layer.as_ref().filter(|layer| layer.ssrc == packet.ssrc)?;
        let further = packet.sequence_number.wrapping_sub(layer.highest) as i16;
        Some(layer.place + i64::from(further))
    }
}

impl Forward for Rewriter {
    fn want(&mut self, ssrc: u32) {
        self.wanted = Some(ssrc);
    }

    fn forward(&mut self, now: u64, packet: &Packet) -> Option<Packet> {
        let current = self.layer.as_ref().map(|layer| layer.ssrc);
        if packet.key && self.wanted == Some(packet.ssrc) && current != self.wanted {
            let (first_out, timestamp) = self.next(now);
            let first = packet.sequence_number;
            let timestamps = timestamp.wrapping_sub(packet.timestamp);
            let (highest, place) = (first.wrapping_sub(1), -1);
            self.layer = Some(Layer { ssrc: packet.ssrc, first, highest, place, first_out, timestamps });
        }
        let place = self.place(packet).filter(|place| *place >= 0)?;
        let layer = self.layer.as_mut()?;
        let out = Packet {
            ssrc: self.ssrc,
            // The lower 16 bits: the number goes around.
            sequence_number: layer.first_out.wrapping_add(place as u16),
            timestamp: packet.timestamp.wrapping_add(layer.timestamps),
            key: packet.key,
        };
        if place > layer.place {
            layer.highest = packet.sequence_number;
            layer.place = place;
            self.newest = Some((now, out));
        }
        self.last = Some(out);
        Some(out)
    }
}
