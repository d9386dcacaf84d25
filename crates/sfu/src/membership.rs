//! Who is in, until when, and what happens when somebody comes or goes.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::choice::Wanted;
use crate::leg::{Leg, Side};
use crate::member::Member;
use crate::meter::Bucket;
use crate::publication::Kind;
use crate::signaling::ToMember;
use crate::{Error, Event, Grant, MemberId, ROUND, Sfu};

impl Sfu {
    /// Lets somebody in. Who is there under the same uid already is told [`ToMember::Bye`] and is gone, as the one who
    /// comes back after a crash is the same person.
    ///
    /// # Errors
    /// Where no place is left, or a name is too long.
    pub fn join(
        &mut self,
        channel: &str,
        uid: &str,
        grant: Grant,
        key_log: Option<keylog::Sink>,
        now: Instant,
    ) -> Result<MemberId, Error> {
        self.check_place(channel, uid)?;
        let limits = self.config.limits;
        let down = Leg::new(Side::Down, self.config.address, limits, key_log.clone(), now)
            .map_err(|error| Error::Stack(error.to_string()))?;
        let earlier = self.channels.get(channel).and_then(|channel| channel.members.get(uid)).copied();
        if let Some(earlier) = earlier {
            self.end(earlier, "replaced", "somebody with the same uid has joined", "came back", now);
        }
        self.next += 1;
        let id = MemberId(self.next);
        let member = Member {
            channel: channel.to_owned(),
            uid: uid.to_owned(),
            grant,
            warned: None,
            refused_data: false,
            up: None,
            down: Some(down),
            published: BTreeMap::new(),
            slots: Vec::new(),
            preferences: BTreeMap::new(),
            data: BTreeMap::new(),
            asked: false,
            dirty: true,
            connected: false,
            level: None,
            says: Bucket::new(limits.says, now),
            offers: Bucket::new(limits.offers, now),
            messages: Bucket::new(limits.messages, now),
            key_log,
        };
        let joined = ToMember::Joined {
            uid: uid.to_owned(),
            members: self.channels.entry(channel.to_owned()).or_default().members.keys().cloned().collect(),
            publish: grant.publish(now),
            expires: seconds(grant.join, now),
        };
        self.members.insert(id, member);
        self.channels.entry(channel.to_owned()).or_default().members.insert(uid.to_owned(), id);
        self.tell(id, joined);
        self.tell_others(id, &ToMember::Came { uid: uid.to_owned() });
        self.arrange(id, now);
        self.round.get_or_insert(now + ROUND);
        Ok(id)
    }

    fn check_place(&self, channel: &str, uid: &str) -> Result<(), Error> {
        let limits = &self.config.limits;
        for (what, name) in [("channel", channel), ("uid", uid)] {
            if name.is_empty() || name.len() > limits.name {
                return Err(Error::Name { what, most: limits.name, found: name.len() });
            }
        }
        match self.channels.get(channel) {
            Some(there) if there.members.len() >= limits.members && !there.members.contains_key(uid) => {
                Err(Error::Full(there.members.len()))
            }
            None if self.channels.len() >= limits.channels => Err(Error::Channels(self.channels.len())),
            _ => Ok(()),
        }
    }

    /// Takes a new grant in place of the old.
    pub fn renew(&mut self, id: MemberId, grant: Grant, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        (member.grant, member.warned, member.refused_data) = (grant, None, false);
        let renewed = ToMember::Renewed { expires: seconds(grant.join, now), publish: grant.publish(now) };
        self.tell(id, renewed);
        self.look_at_grant(id, now);
    }

    /// Ends a membership.
    pub fn leave(&mut self, id: MemberId, why: &str, now: Instant) {
        let Some(mut member) = self.members.remove(&id) else { return };
        for side in [Side::Up, Side::Down] {
            if let Some(leg) = member.leg(side) {
                leg.close();
                while let Some(datagram) = leg.transmit(None) {
                    self.out.push_back((id, datagram));
                }
            }
        }
        self.by_ufrag.retain(|_, (owner, _)| *owner != id);
        self.by_address.retain(|_, (owner, _)| *owner != id);
        let others: Vec<MemberId> = match self.channels.get_mut(&member.channel) {
            Some(channel) => {
                channel.members.retain(|_, other| *other != id);
                channel.speakers.forget(id);
                channel.members.values().copied().collect()
            }
            None => Vec::new(),
        };
        if others.is_empty() {
            self.channels.remove(&member.channel);
        }
        for other in others {
            self.tell(other, ToMember::Left { uid: member.uid.clone(), why: why.to_owned() });
            if let Some(other) = self.members.get_mut(&other) {
                other.preferences.remove(&id);
                other.data.remove(&id);
            }
            self.arrange(other, now);
        }
        self.events.push_back(Event::Gone(id));
        self.look_who_speaks(&member.channel, now);
        if self.members.is_empty() {
            self.round = None;
        }
    }

    /// Ends a membership, and says why to whom it was.
    pub(crate) fn end(&mut self, id: MemberId, code: &str, why: &str, to_others: &str, now: Instant) {
        self.tell(id, ToMember::Bye { code: code.to_owned(), why: why.to_owned() });
        self.leave(id, to_others, now);
    }

    pub(crate) fn prefer(
        &mut self,
        id: MemberId,
        uid: String,
        layer: &str,
        now: Instant,
    ) -> Result<(), Error> {
        let channel = self.members.get(&id).and_then(|member| self.channels.get(&member.channel));
        let whose =
            channel.and_then(|channel| channel.members.get(&uid)).copied().filter(|whose| *whose != id);
        let whose = whose.ok_or(Error::Nobody(uid))?;
        if layer.len() > self.config.limits.name {
            return Err(Error::Order("expected a rid, auto or off"));
        }
        if let Some(member) = self.members.get_mut(&id) {
            member.preferences.insert(whose, Wanted::of(layer));
        }
        self.choose(id, now);
        Ok(())
    }

    pub(crate) fn relay(&mut self, id: MemberId, to: String, body: serde_json::Value) -> Result<(), Error> {
        let member = self.members.get(&id).ok_or(Error::Gone)?;
        let channel = self.channels.get(&member.channel);
        let other = channel.and_then(|channel| channel.members.get(&to)).copied().ok_or(Error::Nobody(to))?;
        let from = member.uid.clone();
        self.tell(other, ToMember::Relay { from, body });
        Ok(())
    }

    /// What is due every [`ROUND`].
    pub(crate) fn look_after(&mut self, now: Instant) {
        for id in self.members.keys().copied().collect::<Vec<_>>() {
            let Some(member) = self.members.get_mut(&id) else { continue };
            if now >= member.grant.join {
                self.end(
                    id,
                    "expired",
                    "the token has expired: join with a new one",
                    "the token expired",
                    now,
                );
                continue;
            }
            if member.is_silent(self.config.limits.silence, now) {
                let why = "nothing was heard on your connections: join again";
                self.end(id, "silent", why, "fell silent", now);
                continue;
            }
            self.warn(id, now);
            self.look_at_grant(id, now);
            self.drop_dead_up(id, now);
            self.choose(id, now);
            self.ask_again(id, now);
            self.flush(id);
        }
        for channel in self.channels.keys().cloned().collect::<Vec<_>>() {
            self.look_who_speaks(&channel, now);
        }
    }

    fn warn(&mut self, id: MemberId, now: Instant) {
        let warning = self.config.limits.warning;
        let Some(member) = self.members.get_mut(&id) else { return };
        let Some(end) = member.grant.next_end(now) else { return };
        if end.saturating_duration_since(now) <= warning && member.warned != Some(end) {
            member.warned = Some(end);
            self.tell(id, ToMember::Expiring { seconds: seconds(end, now) });
        }
    }

    /// Cuts off what may not be published any more, and lets go on what may again.
    fn look_at_grant(&mut self, id: MemberId, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let grant = member.grant;
        let mut changed = Vec::new();
        for publication in member.published.values_mut() {
            let live = grant.lets(publication.kind, now);
            if live != publication.live {
                publication.live = live;
                changed.push((publication.kind, live));
            }
        }
        for (kind, live) in &changed {
            if !live {
                let why = format!("the privilege to publish {} has ended: renew the token", kind.name());
                self.tell(id, ToMember::Refused { code: "publish-expired".to_owned(), why });
            }
        }
        if changed.iter().any(|(kind, _)| *kind != Kind::Data) {
            self.arrange_others(id, now);
        }
    }

    /// Ends the tracks of an `up` that has ended, while `down` still lives.
    fn drop_dead_up(&mut self, id: MemberId, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let dead = member.up.as_ref().is_some_and(|up| {
            let heard = up.heard.max(up.agreed);
            matches!(up.state.as_str(), "failed" | "closed")
                || heard.is_some_and(|at| now.saturating_duration_since(at) >= self.config.limits.silence)
        });
        if dead {
            self.drop_up(id);
            self.arrange_others(id, now);
        }
    }

    /// Forgets a member's `up` and what came over it.
    pub(crate) fn drop_up(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.up = None;
            member.published.clear();
        }
        self.by_ufrag.retain(|_, key| *key != (id, Side::Up));
        self.by_address.retain(|_, key| *key != (id, Side::Up));
    }

    fn look_who_speaks(&mut self, name: &str, now: Instant) {
        let Some(channel) = self.channels.get_mut(name) else { return };
        let Some(speaker) = channel.speakers.look(now) else { return };
        let members: Vec<MemberId> = channel.members.values().copied().collect();
        let uid = speaker.and_then(|id| Some(self.members.get(&id)?.uid.clone()));
        for id in members {
            self.tell(id, ToMember::Speaker { uid: uid.clone() });
        }
    }
}

/// How many seconds are left, begun ones too.
fn seconds(end: Instant, now: Instant) -> u64 {
    end.saturating_duration_since(now).as_millis().div_ceil(1000) as u64
}
