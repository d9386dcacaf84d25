//! What a member sends: packets whose payload says which they are, so that who gets them can tell them apart.

use bytes::Bytes;
use rtc::rtp::{Header, Packet};

/// One stream of packets.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) ssrc: u32,
    pub(crate) rid: &'static str,
    /// In SDP, of the section.
    pub(crate) mid: String,
    /// Of `mid`, `rid` and audio level, by the offer.
    pub(crate) extensions: [Option<u8>; 3],
    /// Packets a frame; 0 for audio.
    pub(crate) frame: usize,
    /// Bytes a packet.
    pub(crate) bytes: usize,
    pub(crate) size: (u16, u16),
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    picture: u16,
    base: u8,
    pub(crate) count: u32,
    pub(crate) wants_key: bool,
    pub(crate) pictures_asked: usize,
    pub(crate) paused: bool,
    /// Of audio, in -dBov.
    pub(crate) level: u8,
    /// Packets made of the header extensions' names only at first, as browsers do.
    named: usize,
}

/// Which packet it is: its stream's SSRC at the publisher, and its number there.
pub(crate) type Tag = (u32, u32);

impl Source {
    pub(crate) fn audio(ssrc: u32) -> Self {
        Self::new(ssrc, "", 0, 80, (0, 0))
    }

    pub(crate) fn video(ssrc: u32, rid: &'static str, frame: usize, size: (u16, u16)) -> Self {
        Self::new(ssrc, rid, frame, 1000, size)
    }

    fn new(ssrc: u32, rid: &'static str, frame: usize, bytes: usize, size: (u16, u16)) -> Self {
        Self {
            ssrc,
            rid,
            mid: String::new(),
            extensions: [None; 3],
            frame,
            bytes,
            size,
            // Each near a different end of its numbers, so that all wrap while a test runs.
            sequence: (ssrc as u16).wrapping_mul(9973).wrapping_sub(40),
            timestamp: ssrc.wrapping_mul(2_654_435_761),
            picture: (ssrc as u16).wrapping_mul(31) & 0x7fff,
            base: ssrc as u8,
            count: 0,
            wants_key: true,
            pictures_asked: 0,
            paused: false,
            level: 127,
            named: 0,
        }
    }

    /// As after the camera was changed: numbers of its own.
    pub(crate) fn begin_again(&mut self, ssrc: u32) {
        let again = Self::new(ssrc, self.rid, self.frame, self.bytes, self.size);
        let (mid, extensions) = (std::mem::take(&mut self.mid), self.extensions);
        *self = Self { mid, extensions, ..again };
    }

    /// A packet of audio, or the packets of a frame.
    pub(crate) fn next(&mut self) -> Vec<Packet> {
        if self.frame == 0 {
            self.timestamp = self.timestamp.wrapping_add(960);
            let payload = self.tag().to_vec();
            return vec![self.packet(111, payload, false)];
        }
        self.timestamp = self.timestamp.wrapping_add(3000);
        self.picture = (self.picture + 1) & 0x7fff;
        self.base = self.base.wrapping_add(1);
        let key = std::mem::take(&mut self.wants_key);
        (0..self.frame).map(|at| self.piece(at, key)).collect()
    }

    /// A packet that is padding and nothing else.
    pub(crate) fn padding(&mut self) -> Packet {
        let mut packet = self.packet(96, Vec::new(), false);
        self.count -= 1;
        packet.header.padding = true;
        packet
    }

    fn piece(&mut self, at: usize, key: bool) -> Packet {
        let [high, low] = (self.picture | 0x8000).to_be_bytes();
        let mut payload = vec![0x80 | if at == 0 { 0x10 } else { 0 }, 0xc0, high, low, self.base];
        if at == 0 {
            payload.extend([u8::from(!key), 0, 0]);
            if key {
                let ((w0, w1), (h0, h1)) = (low_first(self.size.0), low_first(self.size.1));
                payload.extend([0x9d, 0x01, 0x2a, w0, w1, h0, h1]);
            }
        }
        payload.resize(self.bytes - 8, 0xee);
        payload.extend(self.tag());
        let last = at + 1 == self.frame;
        self.packet(96, payload, last)
    }

    fn tag(&self) -> [u8; 8] {
        let mut tag = [0; 8];
        tag[..4].copy_from_slice(&self.ssrc.to_be_bytes());
        tag[4..].copy_from_slice(&self.count.to_be_bytes());
        tag
    }

    fn packet(&mut self, payload_type: u8, payload: Vec<u8>, marker: bool) -> Packet {
        let mut header = Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        let [mid, rid, level] = self.extensions;
        let mut say = |number: Option<u8>, text: &[u8]| {
            if let Some(number) = number {
                header.set_extension(number, Bytes::copy_from_slice(text)).unwrap();
            }
        };
        // Until the first report says that the other side knows.
        if !self.rid.is_empty() && self.named < 100 {
            say(mid, self.mid.as_bytes());
            say(rid, self.rid.as_bytes());
        }
        if self.frame == 0 {
            say(level, &[self.level]);
        }
        self.named += 1;
        self.sequence = self.sequence.wrapping_add(1);
        self.count += 1;
        Packet { header, payload: payload.into() }
    }
}

fn low_first(number: u16) -> (u8, u8) {
    let [low, high] = number.to_le_bytes();
    (low, high)
}

/// Reads the tag of a packet; `None` of padding.
pub(crate) fn tag(packet: &Packet) -> Option<Tag> {
    let tag = packet.payload.last_chunk::<8>()?;
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    Some((number(&tag[..4]), number(&tag[4..])))
}
