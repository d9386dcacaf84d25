//! A section of the SFU's offers to a member, and what it carries.
//!
//! A slot keeps its m-section and its SSRC for as long as the member stays. When its publication ends, it is offered inactive;
//! when the member has answered that, the slot is free and may carry another's track of the same kind: to the decoder, the
//! next stretch of the same stream. So sections and SSRCs are as many as there were ever tracks at once, however many came and went.

use std::time::Instant;

use bytes::BytesMut;

use crate::MemberId;
use crate::choice::Chooser;
use crate::meter::Meter;
use crate::publication::{Incoming, Kind};
use crate::rewrite::Rewriter;
use crate::view::Feedback;

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) kind: Kind,
    /// Of the stack.
    pub(crate) transceiver: usize,
    pub(crate) mid: String,
    pub(crate) ssrc: u32,
    pub(crate) use_: Use,
    pub(crate) chooser: Chooser,
    /// The layer that should be sent.
    pub(crate) target: Option<usize>,
    /// The layer that is sent.
    pub(crate) current: Option<usize>,
    /// Its SSRC at the publisher.
    source: u32,
    /// When a picture was last asked for because none had come.
    pub(crate) asked: Option<Instant>,
    rewriter: Rewriter,
    pub(crate) meter: Meter,
    pub(crate) packets: u64,
    pub(crate) switches: u64,
    pub(crate) feedback: Feedback,
}

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A member's track.
    Carries(MemberId),
    /// Nothing any more; the other side has not agreed yet.
    Closing,
    /// Nothing.
    Free,
}

impl Slot {
    pub(crate) fn new(kind: Kind, transceiver: usize, ssrc: u32) -> Self {
        Self {
            kind,
            transceiver,
            mid: String::new(),
            ssrc,
            use_: Use::Free,
            chooser: Chooser::default(),
            target: None,
            current: None,
            source: 0,
            asked: None,
            rewriter: Rewriter::new(kind.clock()),
            meter: Meter::default(),
            packets: 0,
            switches: 0,
            feedback: Feedback::default(),
        }
    }

    /// Carries another track from now on; the stream goes on.
    pub(crate) fn assign(&mut self, from: MemberId) {
        self.use_ = Use::Carries(from);
        self.chooser = Chooser::default();
        // Audio has one layer and needs no picture.
        self.target = (self.kind == Kind::Audio).then_some(0);
        (self.current, self.asked) = (None, None);
        (self.packets, self.switches, self.feedback) = (0, 0, Feedback::default());
    }

    pub(crate) fn carries(&self, from: MemberId, kind: Kind) -> bool {
        self.kind == kind && self.use_ == Use::Carries(from)
    }

    /// Whether it waits for a picture to begin with.
    pub(crate) fn waits(&self) -> bool {
        self.target.is_some() && self.target != self.current
    }

    /// The packet as this subscriber is to have it; `None` where it is not.
    pub(crate) fn forward(
        &mut self,
        incoming: &Incoming,
        packet: &rtc::rtp::Packet,
        level: Option<u8>,
        now: Instant,
    ) -> Option<rtc::rtp::Packet> {
        let target = self.target?;
        let is_sent = self.current == Some(incoming.layer) && self.source == incoming.source;
        if !is_sent && target == incoming.layer && incoming.begins {
            self.rewriter.switch(incoming.source, &incoming.numbers, now);
            self.switches += u64::from(self.current.is_some_and(|before| before != target));
            (self.current, self.source) = (Some(target), incoming.source);
        }
        self.current?;
        let numbers = self.rewriter.rewrite(incoming.source, &incoming.numbers, now)?;
        let mut header = rtc::rtp::Header {
            version: 2,
            marker: packet.header.marker,
            payload_type: self.kind.payload_type(),
            sequence_number: numbers.sequence,
            timestamp: numbers.timestamp,
            ssrc: self.ssrc,
            ..rtc::rtp::Header::default()
        };
        if let (Some(number), Some(said)) = (level, incoming.level) {
            // The flag for voice is not passed on: it is the encoder's guess.
            let _ = header.set_extension(number, bytes::Bytes::copy_from_slice(&[said]));
        }
        let payload = match &incoming.descriptor {
            Some(descriptor)
                if (numbers.picture, numbers.base) != (incoming.numbers.picture, incoming.numbers.base) =>
            {
                let mut payload = BytesMut::from(&packet.payload[..]);
                descriptor.renumber(&mut payload, numbers.picture, numbers.base);
                payload.freeze()
            }
            _ => packet.payload.clone(),
        };
        let packet = rtc::rtp::Packet { header, payload };
        self.packets += 1;
        self.meter.add(rtc::shared::marshal::MarshalSize::marshal_size(&packet), now);
        Some(packet)
    }
}
