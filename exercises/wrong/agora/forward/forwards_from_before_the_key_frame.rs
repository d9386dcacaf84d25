//! Lets packets through that were sent before the key frame.

use exercises::agora::forward::{Forward, Packet, TICKS};

/// The stream to one receiver.
pub struct Stream {
    ssrc: u32,
    wanted: Option<u32>,
    layer: Option<Layer>,
    /// What the next layer begins with: one after the highest sequence number that went out.
    next_sequence_number: u16,
    /// The timestamp of the newest packet that went out, and when it arrived.
    timestamp: u32,
    arrived: u64,
}

/// The layer that is being forwarded.
struct Layer {
    ssrc: u32,
    /// The sequence number of the newest packet as it came, and its place after the key frame with which this layer began.
    newest: u16,
    place: i64,
    /// What place 0 went out with.
    first_out: u16,
    /// To be added to each timestamp.
    timestamps: u32,
}

impl Stream {
    /// A stream that has sent nothing yet. Its first packet will have these.
    pub fn new(ssrc: u32, sequence_number: u16, timestamp: u32) -> Self {
        Self { ssrc, wanted: None, layer: None, next_sequence_number: sequence_number, timestamp, arrived: 0 }
    }

    /// Begins with a layer, at its key frame.
    fn change(&mut self, now: u64, packet: &Packet) {
        let timestamp = match self.layer {
            None => self.timestamp,
            Some(_) => {
                let ticks = (now - self.arrived).saturating_mul(u64::from(TICKS)).max(1);
                self.timestamp.wrapping_add(ticks as u32)
            }
        };
        self.layer = Some(Layer {
            ssrc: packet.ssrc,
            newest: packet.sequence_number.wrapping_sub(1),
            place: -1,
            first_out: self.next_sequence_number,
            timestamps: timestamp.wrapping_sub(packet.timestamp),
        });
    }
}

impl Forward for Stream {
    fn want(&mut self, ssrc: u32) {
        self.wanted = Some(ssrc);
    }

    fn forward(&mut self, now: u64, packet: &Packet) -> Option<Packet> {
        let is_current = self.layer.as_ref().is_some_and(|layer| layer.ssrc == packet.ssrc);
        if packet.key && self.wanted == Some(packet.ssrc) && !is_current {
            self.change(now, packet);
        }
        let layer = self.layer.as_mut().filter(|layer| layer.ssrc == packet.ssrc)?;
        let further = packet.sequence_number.wrapping_sub(layer.newest) as i16;
        let place = layer.place + i64::from(further);
        let out = Packet {
            ssrc: self.ssrc,
            sequence_number: layer.first_out.wrapping_add(place as u16),
            timestamp: packet.timestamp.wrapping_add(layer.timestamps),
            key: packet.key,
        };
        if place > layer.place {
            layer.newest = packet.sequence_number;
            layer.place = place;
            self.next_sequence_number = out.sequence_number.wrapping_add(1);
            self.timestamp = out.timestamp;
            self.arrived = now;
        }
        Some(out)
    }
}

exercises::check!(agora::forward(Stream::new));
