//! What a member publishes, as it comes in.

use std::time::{Duration, Instant};

use crate::choice::Candidate;
use crate::description::{Extensions, Section};
use crate::meter::Meter;
use crate::rewrite::Numbers;
use crate::view;
use crate::vp8::Descriptor;

/// A layer of which no frame has come for so long is dry,
const DRY: Duration = Duration::from_millis(1500);
/// and so is one that has less than this part of the frames of another: a browser short of bandwidth or of computing
/// lets its larger layers trickle on.
const TRICKLE: u64 = 3;

/// What can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Audio,
    Video,
    Data,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Audio, Self::Video, Self::Data];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Data => "data",
        }
    }

    /// Ticks a second of its timestamps.
    pub(crate) fn clock(self) -> u32 {
        if self == Self::Video { 90_000 } else { 48_000 }
    }

    /// The payload type under which it is sent on: the one that our offers give it.
    pub(crate) fn payload_type(self) -> u8 {
        if self == Self::Video { 96 } else { 111 }
    }
}

/// A track, or the data of a member.
#[derive(Debug)]
pub(crate) struct Publication {
    pub(crate) kind: Kind,
    pub(crate) mid: String,
    /// Whether there is a grant for it.
    pub(crate) live: bool,
    pub(crate) extensions: Extensions,
    payload_types: Vec<u8>,
    /// Small to large.
    pub(crate) layers: Vec<Layer>,
    plis: u64,
}

/// One encoding.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) rid: String,
    pub(crate) ssrc: Option<u32>,
    meter: Meter,
    packets: u64,
    size: Option<(u16, u16)>,
    /// Frames that began.
    frames: Meter,
    /// When the last one did, or the last packet of audio came.
    last: Option<Instant>,
    newest: Option<u16>,
    /// When a picture was last asked for, and whether one is still wanted.
    asked: Option<Instant>,
    wanted: bool,
}

/// A packet of a publication, taken apart as far as forwarding needs it.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) kind: Kind,
    pub(crate) layer: usize,
    pub(crate) source: u32,
    pub(crate) numbers: Numbers,
    pub(crate) descriptor: Option<Descriptor>,
    /// Whether a subscriber can begin here: a key frame's first packet that came in time, or any of audio.
    pub(crate) begins: bool,
    /// As RFC 6464 has it, of audio.
    pub(crate) level: Option<u8>,
}

impl Publication {
    /// `offered` says what is sent, `agreed` under which numbers.
    pub(crate) fn new(kind: Kind, offered: &Section, agreed: &Section) -> Self {
        let one = |rid: &str, ssrc| Layer { rid: rid.to_owned(), ssrc, ..Layer::default() };
        let layers = if offered.rids.is_empty() {
            vec![one("", offered.ssrcs.first().copied())]
        } else {
            offered.rids.iter().map(|rid| one(rid, None)).collect()
        };
        Self {
            kind,
            mid: offered.mid.clone(),
            live: true,
            extensions: agreed.extensions,
            payload_types: agreed.payload_types.clone(),
            layers,
            plis: 0,
        }
    }

    /// The data of a member.
    pub(crate) fn data() -> Self {
        Self {
            kind: Kind::Data,
            mid: String::new(),
            live: true,
            extensions: Extensions::default(),
            payload_types: Vec::new(),
            layers: vec![Layer::default()],
            plis: 0,
        }
    }

    /// Takes the place of an earlier one of the same section: layers that are the same go on.
    pub(crate) fn succeed(&mut self, mut earlier: Self) {
        if earlier.mid != self.mid {
            return;
        }
        self.plis = earlier.plis;
        for layer in &mut self.layers {
            let same = earlier
                .layers
                .iter()
                .position(|old| old.rid == layer.rid && (layer.ssrc.is_none() || layer.ssrc == old.ssrc));
            if let Some(at) = same {
                *layer = earlier.layers.swap_remove(at);
            }
        }
    }

    /// Which layer a packet is of: by its SSRC, or at first by what its header extensions say.
    pub(crate) fn layer_of(&mut self, packet: &rtc::rtp::Packet) -> Option<usize> {
        let header = &packet.header;
        if !self.payload_types.contains(&header.payload_type) {
            return None;
        }
        if let Some(at) = self.layers.iter().position(|layer| layer.ssrc == Some(header.ssrc)) {
            return Some(at);
        }
        let said = |number: Option<u8>| header.get_extension(number?);
        if said(self.extensions.mid)? != self.mid.as_bytes() {
            return None;
        }
        let rid = said(self.extensions.rid).unwrap_or_default();
        let layer = self.layers.iter_mut().position(|layer| layer.rid.as_bytes() == rid)?;
        // The first of it, or it has begun again with numbers of its own.
        let again = self.layers.get_mut(layer)?;
        (again.ssrc, again.newest) = (Some(header.ssrc), None);
        Some(layer)
    }

    /// Takes a packet of a layer.
    pub(crate) fn ingest(&mut self, at: usize, packet: &rtc::rtp::Packet, now: Instant) -> Option<Incoming> {
        let (kind, extensions) = (self.kind, self.extensions);
        let layer = self.layers.get_mut(at)?;
        let header = &packet.header;
        layer.meter.add(rtc::shared::marshal::MarshalSize::marshal_size(packet), now);
        layer.packets += 1;
        let in_time =
            layer.newest.is_none_or(|newest| header.sequence_number.wrapping_sub(newest).cast_signed() > 0);
        if in_time {
            layer.newest = Some(header.sequence_number);
        }
        let descriptor = (kind == Kind::Video).then(|| Descriptor::read(&packet.payload)).flatten();
        if kind == Kind::Audio || descriptor.is_some_and(|descriptor| descriptor.begins) {
            layer.frames.add(1, now);
            layer.last = Some(now);
        }
        let key = descriptor.is_some_and(|descriptor| descriptor.key);
        if key {
            layer.wanted = false;
            layer.size = descriptor.and_then(|descriptor| descriptor.size).or(layer.size);
        }
        Some(Incoming {
            kind,
            layer: at,
            source: header.ssrc,
            numbers: Numbers {
                sequence: header.sequence_number,
                timestamp: header.timestamp,
                picture: descriptor.and_then(|descriptor| Some(descriptor.picture?.1)),
                base: descriptor.and_then(|descriptor| Some(descriptor.base?.1)),
            },
            descriptor,
            begins: in_time && (kind == Kind::Audio || key),
            level: extensions.level.and_then(|number| Some(header.get_extension(number)?.first()? & 0x7f)),
        })
    }

    /// Counts a message.
    pub(crate) fn message(&mut self, bytes: usize, now: Instant) {
        if let Some(layer) = self.layers.first_mut() {
            layer.meter.add(bytes, now);
            layer.packets += 1;
            layer.last = Some(now);
        }
    }

    /// A picture of a layer is wanted: the SSRC to ask now, where it was not asked a moment ago.
    pub(crate) fn ask(&mut self, at: usize, pause: Duration, now: Instant) -> Option<u32> {
        self.layers.get_mut(at)?.wanted = true;
        self.due(at, pause, now)
    }

    /// As [`Publication::ask`], for a wish from before.
    pub(crate) fn due(&mut self, at: usize, pause: Duration, now: Instant) -> Option<u32> {
        let layer = self.layers.get_mut(at)?;
        let asked = layer.asked.is_some_and(|at| now.saturating_duration_since(at) < pause);
        if self.kind != Kind::Video || !layer.wanted || asked {
            return None;
        }
        let ssrc = layer.ssrc?;
        layer.asked = Some(now);
        self.plis += 1;
        Some(ssrc)
    }

    /// The layers to choose from.
    pub(crate) fn candidates(&mut self, now: Instant) -> Vec<Candidate> {
        let most = self.layers.iter_mut().map(|layer| layer.frames.rate(now)).max().unwrap_or_default();
        let candidate = |layer: &mut Layer| Candidate {
            rid: layer.rid.clone(),
            rate: layer.meter.rate(now),
            alive: layer.last.is_some_and(|at| now.saturating_duration_since(at) < DRY)
                && layer.frames.rate(now) * TRICKLE >= most,
        };
        self.layers.iter_mut().map(candidate).collect()
    }

    /// `nacked` and `twcc`: what the stack has asked for on its own.
    pub(crate) fn view(
        &mut self,
        uid: &str,
        nacked: impl Fn(u32) -> u64,
        twcc: u64,
        now: Instant,
    ) -> view::Publication {
        let layer = |layer: &mut Layer| view::Layer {
            rid: layer.rid.clone(),
            ssrc: layer.ssrc.unwrap_or_default(),
            bitrate: layer.meter.rate(now),
            packets: layer.packets,
            size: layer.size,
        };
        view::Publication {
            uid: uid.to_owned(),
            kind: self.kind.name(),
            feedback: view::Feedback {
                nacked: self.layers.iter().filter_map(|layer| layer.ssrc).map(nacked).sum(),
                plis: self.plis,
                twcc: if self.kind == Kind::Data { 0 } else { twcc },
            },
            layers: self.layers.iter_mut().map(layer).collect(),
        }
    }
}
