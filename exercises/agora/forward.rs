//! # agora::forward: one stream out of many
//!
//! A camera sends its video in three sizes, `q`, `h` and `f`. Each layer is an RTP stream of its own: an SSRC, sequence
//! numbers and timestamps that began at random (RFC 3550 section 5.1). An SFU sends the receiver **one** stream, and changes
//! between layers as the receiver's line gets better or worse. The receiver must not notice. So the header of each packet
//! is rewritten (RFC 7667 section 3.7):
//!
//! ```text
//!    time   what arrives                   what goes out
//!    0 ms   q   700  10000  key frame ->     1   5000     begins with the numbers that `Stream::new` was given
//!    1 ms   q   701  10000            ->     2   5000
//!   33 ms   q   703  13000            ->     4   8000     702 is missing here, so 3 is missing there
//!   35 ms   want h
//!   36 ms   q   702  10000            ->     3   5000     late, and in time
//!   36 ms   h    50  77000            -> dropped          no key frame yet: nobody could decode it
//!   66 ms   h    51  80000  key frame ->     5  10970     33 ms after 8000 went out: 33 * 90 ticks later
//!   67 ms   q   704  16000            -> dropped          the layer of before
//!   99 ms   h    52  83000            ->     6  13970
//! ```
//!
//! 1. Everything goes out under one SSRC.
//! 2. The layer changes when a packet with `key` comes on the layer that is wanted: on it a key frame begins, which can be
//!    decoded without what was before. Until then the layer of before goes on. At the very beginning nothing does.
//! 3. The first packet after a change has **one more than the highest sequence number** that went out. From then on
//!    the distance stays: a gap stays a gap, so that the receiver asks for what was lost (NACK), and what comes late fills it.
//! 4. A packet from before that key frame is dropped: its number would be one that the layer of before used.
//! 5. The first timestamp after a change is that of the **newest packet** that went out (the one with the highest sequence
//!    number), and 90 ticks more for each millisecond since that one arrived; at least one tick. From then on the distance stays.
//! 6. After 65535 comes 0, and after 2^32 - 1 comes 0. Both happen in the middle of a call, on either side.
//!
//! Check: `cargo run -- check agora::forward`. The page: sfu.html#one-stream-out-of-many

use exercises::agora::forward::{Forward, Packet, TICKS};

/// The stream to one receiver.
pub struct Stream {
    ssrc: u32,
}

impl Stream {
    /// A stream that has sent nothing yet. Its first packet will have these.
    pub fn new(ssrc: u32, sequence_number: u16, timestamp: u32) -> Self {
        Self { ssrc }
    }
}

impl Forward for Stream {
    /// From now on the layer with this SSRC is wanted. Called before the first packet, and at any time after.
    fn want(&mut self, ssrc: u32) {
        todo!()
    }

    /// A packet arrived, `now` milliseconds after the beginning: how it goes out, or None.
    ///
    /// `packet` has `ssrc`, `sequence_number`, `timestamp` and `key`. Useful: `wrapping_add`, `wrapping_sub`, which gives
    /// the distance on the circle; and `as i16`, which makes a distance of 65535 one of -1.
    fn forward(&mut self, now: u64, packet: &Packet) -> Option<Packet> {
        todo!()
    }
}

exercises::check!(agora::forward(Stream::new));
