//! Offers and answers: of the member on `up`, of the SFU on `down`, one round at a time.

use std::time::Instant;

use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtp_transceiver::RTCRtpTransceiverDirection;

use crate::description::Description;
use crate::leg::{Leg, Side};
use crate::publication::{Kind, Publication};
use crate::signaling::{ToMember, Track};
use crate::slot::Use;
use crate::{Error, MemberId, Sfu};

impl Sfu {
    /// `up`: what a member publishes from now on.
    pub(crate) fn take_offer(&mut self, id: MemberId, sdp: &str, now: Instant) -> Result<(), Error> {
        let unusable = |why: String| Error::Description { expected: "offer", why };
        self.check_size(sdp, "offer")?;
        let sdp = RTCSessionDescription::offer(without_candidates(sdp))
            .map_err(|error| unusable(error.to_string()))?;
        let offer = Description::read(&sdp, self.config.limits.sections).map_err(unusable)?;
        self.open_up(id, &offer, now)?;
        match self.answer(id, sdp, &offer, now) {
            Ok(answer) => {
                self.tell(id, ToMember::Answer { sdp: answer });
                self.refuse_ungranted(id, &offer, now);
                self.after(id, Side::Up, None, now);
                self.arrange_others(id, now);
                Ok(())
            }
            Err(why) => {
                // The stack has gone half the way, and there is no way back: the next offer begins anew.
                self.drop_up(id);
                self.arrange_others(id, now);
                Err(unusable(why))
            }
        }
    }

    fn check_size(&self, sdp: &str, expected: &'static str) -> Result<(), Error> {
        let most = self.config.limits.sdp;
        let why = || format!("expected at most {most} bytes, found {}", sdp.len());
        if sdp.len() > most { Err(Error::Description { expected, why: why() }) } else { Ok(()) }
    }

    /// Sees to it that there is an `up` for the connection that offers: another certificate is another connection.
    fn open_up(&mut self, id: MemberId, offer: &Description, now: Instant) -> Result<(), Error> {
        let member = self.members.get(&id).ok_or(Error::Gone)?;
        if member.up.as_ref().is_some_and(|up| up.fingerprint == offer.fingerprint) {
            return Ok(());
        }
        let (address, limits, key_log) = (self.config.address, self.config.limits, member.key_log.clone());
        let up = Leg::new(Side::Up, address, limits, key_log, now)
            .map_err(|error| Error::Stack(error.to_string()))?;
        self.drop_up(id);
        if let Some(member) = self.members.get_mut(&id) {
            member.up = Some(up);
        }
        Ok(())
    }

    fn answer(
        &mut self,
        id: MemberId,
        sdp: RTCSessionDescription,
        offer: &Description,
        now: Instant,
    ) -> Result<String, String> {
        let member = self.members.get_mut(&id).ok_or("the member is gone")?;
        let accepted = member.accepts(offer, now);
        let up = member.up.as_mut().ok_or("the connection is gone")?;
        let said = |error: rtc::shared::error::Error| error.to_string();
        up.take(sdp, offer, now).map_err(said)?;
        let mids: Vec<&str> = accepted.values().map(|at| offer.sections[*at].mid.as_str()).collect();
        let transceivers: Vec<_> = up.stack().get_transceivers().collect();
        // The stack makes one for each mid that it has not met, and keeps those of earlier offers.
        if transceivers.len() > self.config.limits.sections {
            return Err(format!("expected at most {} mids over all offers", self.config.limits.sections));
        }
        for at in transceivers {
            if let Some(mut transceiver) = up.stack().rtp_transceiver(at)
                && !transceiver.mid().as_deref().is_some_and(|mid| mids.contains(&mid))
            {
                transceiver.set_direction(RTCRtpTransceiverDirection::Inactive);
            }
        }
        let answer = up.answer(now).map_err(said)?;
        let ufrag = up.ufrag.clone();
        let parsed = RTCSessionDescription::answer(answer.clone()).map_err(said)?;
        let agreed = Description::read(&parsed, usize::MAX)?;
        let mut earlier = std::mem::take(&mut member.published);
        for (kind, at) in accepted {
            let section = &offer.sections[at];
            if let Some(agreed) = agreed.sections.iter().find(|one| one.mid == section.mid) {
                let mut publication = Publication::new(kind, section, agreed);
                if let Some(earlier) = earlier.remove(&kind) {
                    publication.succeed(earlier);
                }
                member.published.insert(kind, publication);
            }
        }
        member.published.extend(earlier.remove_entry(&Kind::Data));
        self.register(id, Side::Up, ufrag);
        Ok(answer)
    }

    fn register(&mut self, id: MemberId, side: Side, ufrag: String) {
        if self.by_ufrag.get(&ufrag) != Some(&(id, side)) {
            self.by_ufrag.retain(|_, key| *key != (id, side));
            self.by_ufrag.insert(ufrag, (id, side));
        }
    }

    fn refuse_ungranted(&mut self, id: MemberId, offer: &Description, now: Instant) {
        let Some(member) = self.members.get(&id) else { return };
        let sends = |kind| offer.sections.iter().any(|section| section.sends && section.kind == Some(kind));
        let refused = |kind: &Kind| sends(*kind) && !member.grant.lets(*kind, now);
        let kinds: Vec<&str> =
            [Kind::Audio, Kind::Video].into_iter().filter(refused).map(Kind::name).collect();
        if !kinds.is_empty() {
            let why =
                format!("the token does not let you publish {}: ask for one that does", kinds.join(" or "));
            self.tell(id, ToMember::Refused { code: "not-granted".to_owned(), why });
        }
    }

    /// `down`: the answer to the last offer.
    pub(crate) fn take_answer(&mut self, id: MemberId, sdp: &str, now: Instant) -> Result<(), Error> {
        let unusable = |why: String| Error::Description { expected: "answer", why };
        self.check_size(sdp, "answer")?;
        let sdp = RTCSessionDescription::answer(without_candidates(sdp))
            .map_err(|error| unusable(error.to_string()))?;
        // Those of our offers, and the section of the data channel.
        let answer = Description::read(&sdp, self.config.limits.sections + 1).map_err(unusable)?;
        let member = self.members.get_mut(&id).ok_or(Error::Gone)?;
        if !member.asked {
            return Err(Error::Order("expected an answer to an offer, found one to none"));
        }
        let down = member.down.as_mut().ok_or(Error::Gone)?;
        down.accept(sdp, &answer, now).map_err(|error| unusable(error.to_string()))?;
        member.asked = false;
        member.agreed(&answer);
        self.after(id, Side::Down, None, now);
        self.choose(id, now);
        self.arrange(id, now);
        Ok(())
    }

    /// What a member should be sent: all live tracks of the others.
    fn wanted(&self, id: MemberId) -> Vec<(MemberId, Kind)> {
        let mut wanted = Vec::new();
        for other in self.others(id) {
            let published = self.members.get(&other).into_iter().flat_map(|other| other.published.values());
            let tracks = published.filter(|publication| publication.live && publication.kind != Kind::Data);
            wanted.extend(tracks.map(|publication| (other, publication.kind)));
        }
        wanted
    }

    pub(crate) fn arrange_others(&mut self, id: MemberId, now: Instant) {
        for other in self.others(id) {
            self.arrange(other, now);
        }
    }

    /// Offers a member what has changed, unless an offer is under way: then once that is answered.
    pub(crate) fn arrange(&mut self, id: MemberId, now: Instant) {
        let wanted = self.wanted(id);
        let limits = self.config.limits;
        let Some(member) = self.members.get_mut(&id) else { return };
        if member.asked {
            return;
        }
        member.dirty |= member.arrange(&wanted, &limits).unwrap_or(false);
        if !member.dirty {
            return;
        }
        let Some(Ok(sdp)) = member.down.as_mut().map(|down| down.offer(now)) else { return };
        (member.asked, member.dirty) = (true, false);
        let ufrag = member.down.as_ref().map(|down| down.ufrag.clone()).unwrap_or_default();
        let mut carried = Vec::new();
        for slot in &mut member.slots {
            if let Some(transceiver) =
                member.down.as_mut().and_then(|down| down.stack().rtp_transceiver(slot.transceiver))
            {
                slot.mid = transceiver.mid().clone().unwrap_or_default();
            }
            if let Use::Carries(from) = slot.use_ {
                carried.push((slot.mid.clone(), from, slot.kind));
            }
        }
        let track = |(mid, from, kind): (String, MemberId, Kind)| {
            let uid = self.members.get(&from)?.uid.clone();
            Some(Track { mid, uid, kind: kind.name().to_owned() })
        };
        let tracks = carried.into_iter().filter_map(track).collect();
        self.register(id, Side::Down, ufrag);
        self.tell(id, ToMember::Offer { sdp, tracks });
        self.choose(id, now);
    }
}

/// Where a member says that it is, is no matter: it is where its checks come from. So nothing is sent to where it only
/// says, and no name has to be looked up.
fn without_candidates(sdp: &str) -> String {
    sdp.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate:")).collect()
}
