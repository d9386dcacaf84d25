//! Somebody in a channel: the grant, two legs, what is published and what is received.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::shared::error::Error as StackError;

use crate::choice::Wanted;
use crate::description::{Description, Extensions};
use crate::leg::{Leg, Side};
use crate::meter::{Bucket, Meter};
use crate::publication::{Kind, Publication};
use crate::slot::{Slot, Use};
use crate::{Grant, Limits, MemberId, engine};

pub(crate) struct Member {
    pub(crate) channel: String,
    pub(crate) uid: String,
    pub(crate) grant: Grant,
    /// The end that was warned of.
    pub(crate) warned: Option<Instant>,
    /// Whether it was told that it may not send data.
    pub(crate) refused_data: bool,
    pub(crate) up: Option<Leg>,
    pub(crate) down: Option<Leg>,
    pub(crate) published: BTreeMap<Kind, Publication>,
    pub(crate) slots: Vec<Slot>,
    /// Which layer of whose video is wanted; `auto` where nothing is said.
    pub(crate) preferences: BTreeMap<MemberId, Wanted>,
    /// Data of others that was passed on.
    pub(crate) data: BTreeMap<MemberId, (Meter, u64)>,
    /// Whether an offer of ours waits for its answer.
    pub(crate) asked: bool,
    /// Whether something has changed since the last offer.
    pub(crate) dirty: bool,
    /// Whether `down` was connected when last seen.
    pub(crate) connected: bool,
    /// The header extension for audio levels that `down` has agreed on.
    pub(crate) level: Option<u8>,
    pub(crate) says: Bucket,
    pub(crate) offers: Bucket,
    pub(crate) messages: Bucket,
    pub(crate) key_log: Option<keylog::Sink>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member")
            .field("channel", &self.channel)
            .field("uid", &self.uid)
            .finish_non_exhaustive()
    }
}

impl Grant {
    /// Until when a kind may be published: never beyond the membership.
    pub(crate) fn until(&self, kind: Kind) -> Option<Instant> {
        let own = match kind {
            Kind::Audio => self.audio,
            Kind::Video => self.video,
            Kind::Data => self.data,
        };
        own.map(|end| end.min(self.join))
    }

    pub(crate) fn lets(&self, kind: Kind, now: Instant) -> bool {
        self.until(kind).is_some_and(|end| now < end)
    }

    /// What may be published now.
    pub(crate) fn publish(&self, now: Instant) -> Vec<String> {
        let may = |kind: &Kind| self.lets(*kind, now);
        Kind::ALL.into_iter().filter(may).map(|kind| kind.name().to_owned()).collect()
    }

    /// What ends next.
    pub(crate) fn next_end(&self, now: Instant) -> Option<Instant> {
        let ends = Kind::ALL.into_iter().filter_map(|kind| self.until(kind));
        ends.chain([self.join]).filter(|end| *end > now).min()
    }
}

impl Member {
    pub(crate) fn leg(&mut self, side: Side) -> Option<&mut Leg> {
        match side {
            Side::Up => self.up.as_mut(),
            Side::Down => self.down.as_mut(),
        }
    }

    pub(crate) fn legs(&mut self) -> impl Iterator<Item = (Side, &mut Leg)> {
        let up = self.up.as_mut().map(|leg| (Side::Up, leg));
        up.into_iter().chain(self.down.as_mut().map(|leg| (Side::Down, leg)))
    }

    /// Whether each leg that was agreed on has said nothing for so long. Who has none, as in a mesh, is not silent.
    pub(crate) fn is_silent(&self, patience: Duration, now: Instant) -> bool {
        let legs = || [&self.up, &self.down].into_iter().flatten().filter(|leg| leg.agreed.is_some());
        legs().next().is_some()
            && legs().all(|leg| {
                let last = leg.heard.max(leg.agreed);
                last.is_some_and(|at| now.saturating_duration_since(at) >= patience)
            })
    }

    /// Which section of an offer is taken for which kind: one a kind, the one in use before others.
    pub(crate) fn accepts(&self, offer: &Description, now: Instant) -> BTreeMap<Kind, usize> {
        let mut accepted = BTreeMap::new();
        for kind in [Kind::Audio, Kind::Video] {
            let sends = |at: &usize| offer.sections[*at].kind == Some(kind) && offer.sections[*at].sends;
            let mut places = (0..offer.sections.len()).filter(sends);
            let before = self.published.get(&kind).map(|publication| publication.mid.as_str());
            let same = places.clone().find(|at| Some(offer.sections[*at].mid.as_str()) == before);
            if let Some(at) = same.or_else(|| places.next())
                && self.grant.lets(kind, now)
            {
                accepted.insert(kind, at);
            }
        }
        accepted
    }

    /// What `down` has agreed on.
    pub(crate) fn agreed(&mut self, answer: &Description) {
        for section in &answer.sections {
            let Extensions { level, .. } = section.extensions;
            self.level = level.or(self.level);
        }
        for slot in &mut self.slots {
            if slot.use_ == Use::Closing {
                slot.use_ = Use::Free;
            }
        }
    }

    /// Ends slots whose publication is gone and gives slots to those that have none, so that `down` carries `wanted`.
    /// Whether anything changed.
    pub(crate) fn arrange(
        &mut self,
        wanted: &[(MemberId, Kind)],
        limits: &Limits,
    ) -> Result<bool, StackError> {
        let Some(down) = self.down.as_mut() else { return Ok(false) };
        let mut changed = false;
        for slot in &mut self.slots {
            if let Use::Carries(from) = slot.use_
                && !wanted.contains(&(from, slot.kind))
            {
                slot.use_ = Use::Closing;
                slot.target = None;
                turn(down, slot.transceiver, RTCRtpTransceiverDirection::Inactive);
                changed = true;
            }
        }
        for (from, kind) in wanted {
            if self.slots.iter().any(|slot| slot.carries(*from, *kind)) {
                continue;
            }
            let free = self.slots.iter().position(|slot| slot.kind == *kind && slot.use_ == Use::Free);
            let at = match free {
                Some(at) => at,
                None if self.slots.len() < limits.sections => {
                    self.slots.push(new_slot(down, *kind)?);
                    self.slots.len() - 1
                }
                None => continue,
            };
            if let Some(slot) = self.slots.get_mut(at) {
                slot.assign(*from);
                turn(down, slot.transceiver, RTCRtpTransceiverDirection::Sendonly);
                changed = true;
            }
        }
        Ok(changed)
    }
}

fn turn(leg: &mut Leg, transceiver: usize, direction: RTCRtpTransceiverDirection) {
    if let Some(mut transceiver) = leg.stack().rtp_transceiver(transceiver) {
        transceiver.set_direction(direction);
    }
}

fn new_slot(down: &mut Leg, kind: Kind) -> Result<Slot, StackError> {
    let mut random = [0; 4];
    rtc::crypto::default_provider()
        .and_then(|provider| provider.random().fill(&mut random))
        .map_err(|error| StackError::Crypto(error.to_string()))?;
    let ssrc = u32::from_be_bytes(random);
    let coding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        active: true,
        codec: engine::codec(kind),
        ..Default::default()
    };
    let stack = if kind == Kind::Video { RtpCodecKind::Video } else { RtpCodecKind::Audio };
    let name = |what: &str| format!("{what}-{ssrc:08x}");
    let track =
        MediaStreamTrack::new(name("slot"), name(kind.name()), kind.name().to_owned(), stack, vec![coding]);
    let init = RTCRtpTransceiverInit {
        direction: RTCRtpTransceiverDirection::Sendonly,
        streams: vec![],
        send_encodings: vec![],
    };
    let transceiver = down.stack().add_transceiver_from_track(track, Some(init))?;
    Ok(Slot::new(kind, transceiver, ssrc))
}
