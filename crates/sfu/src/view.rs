//! Who is sent what: a channel at a moment, for pictures and tests.

use serde::Serialize;

/// A channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct View {
    /// Its name.
    pub channel: String,
    /// Who is in it, by uid.
    pub members: Vec<Member>,
    /// What they publish.
    pub publications: Vec<Publication>,
    /// What is sent on, to whom.
    pub forwards: Vec<Forward>,
}

/// Somebody in a channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// The name.
    pub uid: String,
    /// What the token lets the member publish: `audio`, `video`, `data`.
    pub publish: Vec<String>,
    /// Whether the member is the active speaker.
    pub speaking: bool,
    /// How loud, in -dBov: 0 is the loudest, 127 silence (RFC 6464 section 3). `None` while nothing is heard.
    pub level: Option<u8>,
    /// The states of both peer connections, by the names of the W3C.
    pub up: String,
    /// See `up`.
    pub down: String,
    /// What the SFU thinks can be sent to the member, in bits a second.
    pub estimate: Option<u64>,
}

/// Something published: a track, or the data of a member.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Publication {
    /// Whose.
    pub uid: String,
    /// `audio`, `video` or `data`.
    pub kind: &'static str,
    /// One without simulcast.
    pub layers: Vec<Layer>,
    /// What the SFU has asked the publisher for.
    pub feedback: Feedback,
}

/// One encoding of a track.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// Its name in SDP (RFC 8852); empty without simulcast.
    pub rid: String,
    /// As it comes in.
    pub ssrc: u32,
    /// Bits a second of RTP payload and header, over the last second.
    pub bitrate: u64,
    /// Packets so far.
    pub packets: u64,
    /// Width and height, as the last key frame said.
    pub size: Option<(u16, u16)>,
}

/// What is sent on to one member.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forward {
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// `audio`, `video` or `data`.
    pub kind: &'static str,
    /// What the subscriber asked for: a rid, `auto` or `off`.
    pub wanted: String,
    /// Which layer is sent; `None` while a key frame is waited for, or nothing is sent.
    pub layer: Option<String>,
    /// Under which SSRC; 0 for data.
    pub ssrc: u32,
    /// Bits a second, over the last second.
    pub bitrate: u64,
    /// Packets, or messages, so far.
    pub packets: u64,
    /// How often the layer was changed.
    pub switches: u64,
    /// What the subscriber has asked the SFU for.
    pub feedback: Feedback,
}

/// Feedback, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// Packets asked for again (RFC 4585 section 6.2.1).
    pub nacked: u64,
    /// Whole pictures asked for (RFC 4585 section 6.3.1).
    pub plis: u64,
    /// Transport-wide feedback packets.
    pub twcc: u64,
}
