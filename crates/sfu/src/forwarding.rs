//! Datagrams in, datagrams out: whose they are, and who gets what is in them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

use crate::check::Check;
use crate::choice::Wanted;
use crate::leg::{Message, Side};
use crate::publication::{Kind, Publication};
use crate::signaling::ToMember;
use crate::slot::Use;
use crate::tap::nacked;
use crate::{Datagram, MemberId, Sfu, view};

/// Where a picture is waited for, it is asked for so often.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// What is kept free of an estimate for each audio track.
const AUDIO: u64 = 50_000;

impl Sfu {
    /// Takes a datagram that arrived, and says whose it was. What belongs to nobody is dropped.
    pub fn handle(&mut self, datagram: &Datagram, now: Instant) -> Option<MemberId> {
        let (id, side) = self.owner(datagram)?;
        self.members.get_mut(&id)?.leg(side)?.receive(datagram.from, &datagram.bytes, now);
        self.after(id, side, Some(datagram.from), now);
        Some(id)
    }

    /// By the address that it came from; or, of a check, by whom it asks.
    fn owner(&mut self, datagram: &Datagram) -> Option<(MemberId, Side)> {
        let from = datagram.from;
        let known = self.by_address.get(&from).copied();
        let Some(check) = Check::read(&datagram.bytes) else { return known };
        let asked = *self.by_ufrag.get(&check.asked)?;
        if known == Some(asked) {
            return known;
        }
        let (id, side) = asked;
        let forgotten = self.members.get_mut(&id)?.leg(side)?.admit(from, &check)?;
        // Unless it is another's by now.
        if let Some(forgotten) = forgotten.filter(|address| self.by_address.get(address) == Some(&asked)) {
            self.by_address.remove(&forgotten);
        }
        self.by_address.insert(from, asked);
        Some(asked)
    }

    /// Takes on what a leg has brought, and sends what it has to send.
    pub(crate) fn after(&mut self, id: MemberId, side: Side, asker: Option<SocketAddr>, now: Instant) {
        self.drain(id, side, asker);
        let Some(leg) = self.members.get_mut(&id).and_then(|member| member.leg(side)) else { return };
        let (rtp, rtcp) = leg.fetch();
        let message = leg.next_message();
        match side {
            Side::Up => {
                for packet in rtp {
                    self.forward(id, &packet, now);
                }
                let mut message = message;
                while let Some(one) = message {
                    self.pass_on(id, &one, now);
                    let leg = self.members.get_mut(&id).and_then(|member| member.leg(side));
                    message = leg.and_then(crate::leg::Leg::next_message);
                }
            }
            Side::Down => {
                for packet in rtcp {
                    self.take_feedback(id, packet.as_ref(), now);
                }
                self.look_whether_connected(id, now);
            }
        }
    }

    fn drain(&mut self, id: MemberId, side: Side, asker: Option<SocketAddr>) {
        let Some(leg) = self.members.get_mut(&id).and_then(|member| member.leg(side)) else { return };
        while let Some(datagram) = leg.transmit(asker) {
            self.out.push_back((id, datagram));
        }
    }

    /// Sends a packet on to everybody who is to have it.
    fn forward(&mut self, id: MemberId, packet: &rtc::rtp::Packet, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let Some((publication, layer)) = locate(member.published.values_mut(), packet) else { return };
        if !member.grant.lets(publication.kind, now) {
            return;
        }
        let Some(incoming) = publication.ingest(layer, packet, now) else { return };
        let Some(channel) = self.channels.get_mut(&member.channel) else { return };
        if let Some(level) = incoming.level {
            channel.speakers.hear(id, level, now);
        }
        for other in channel.members.values() {
            let Some(subscriber) = self.members.get_mut(other) else { continue };
            // A host that does not take datagrams loses media, not memory.
            if *other == id || self.out.len() >= self.config.limits.queue {
                continue;
            }
            let level = subscriber.level;
            let Some(down) = subscriber.down.as_mut().filter(|down| down.is_connected()) else { continue };
            let slot = subscriber.slots.iter_mut().find(|slot| slot.carries(id, incoming.kind));
            if let Some(packet) = slot.and_then(|slot| slot.forward(&incoming, packet, level, now)) {
                down.send_rtp(packet, now);
                while let Some(datagram) = down.transmit(None) {
                    self.out.push_back((*other, datagram));
                }
            }
        }
    }

    /// Passes a message on to all others, as the crate's documentation frames it.
    fn pass_on(&mut self, id: MemberId, message: &Message, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        if !member.messages.take(now) {
            return;
        }
        if !member.grant.lets(Kind::Data, now) {
            if !std::mem::replace(&mut member.refused_data, true) {
                let why = "the token does not let you publish data: ask for one that does".to_owned();
                self.tell(id, ToMember::Refused { code: "not-granted".to_owned(), why });
            }
            return;
        }
        let (framed, bytes) = frame(&member.uid, message);
        member.published.entry(Kind::Data).or_insert_with(Publication::data).message(bytes, now);
        for other in self.others(id) {
            let Some(subscriber) = self.members.get_mut(&other) else { continue };
            if subscriber.down.as_mut().is_some_and(|down| down.send_message(&framed, now)) {
                let (meter, count) = subscriber.data.entry(id).or_default();
                meter.add(bytes, now);
                *count += 1;
            }
            self.drain(other, Side::Down, None);
        }
    }

    /// What a subscriber asks for.
    fn take_feedback(&mut self, id: MemberId, packet: &dyn rtc::rtcp::Packet, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let packet = packet.as_any();
        if let Some(nack) = packet.downcast_ref::<TransportLayerNack>() {
            if let Some(slot) = member.slots.iter_mut().find(|slot| slot.ssrc == nack.media_ssrc) {
                slot.feedback.nacked += nacked(nack);
            }
            return;
        }
        let pictures: Vec<u32> = if let Some(pli) = packet.downcast_ref::<PictureLossIndication>() {
            vec![pli.media_ssrc]
        } else if let Some(fir) = packet.downcast_ref::<FullIntraRequest>() {
            fir.fir.iter().map(|entry| entry.ssrc).collect()
        } else {
            return;
        };
        let mut asked = Vec::new();
        for slot in member.slots.iter_mut().filter(|slot| pictures.contains(&slot.ssrc)) {
            slot.feedback.plis += 1;
            if let (Use::Carries(from), Some(layer)) = (slot.use_, slot.current.or(slot.target)) {
                asked.push((from, layer));
            }
        }
        for (from, layer) in asked {
            self.ask(from, layer, now);
        }
    }

    /// Asks a publisher for a picture of a layer, unless it was asked a moment ago.
    fn ask(&mut self, id: MemberId, layer: usize, now: Instant) {
        let pause = self.config.limits.picture_pause;
        let Some(member) = self.members.get_mut(&id) else { return };
        let publication = member.published.get_mut(&Kind::Video);
        if let Some(ssrc) = publication.and_then(|publication| publication.ask(layer, pause, now)) {
            self.send_pli(id, ssrc, now);
        }
    }

    fn send_pli(&mut self, id: MemberId, media_ssrc: u32, now: Instant) {
        if let Some(up) = self.members.get_mut(&id).and_then(|member| member.up.as_mut()) {
            up.send_rtcp(PictureLossIndication { sender_ssrc: 1, media_ssrc }, now);
        }
        self.drain(id, Side::Up, None);
    }

    /// A member that has just connected needs pictures to begin with.
    fn look_whether_connected(&mut self, id: MemberId, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let connected = member.down.as_ref().is_some_and(crate::leg::Leg::is_connected);
        if connected && !std::mem::replace(&mut member.connected, true) {
            member.slots.iter_mut().for_each(|slot| slot.asked = None);
            self.ask_again(id, now);
        }
    }

    /// Asks for pictures that a member waits for, and for those that were wanted of it too early.
    pub(crate) fn ask_again(&mut self, id: MemberId, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let mut asked = Vec::new();
        for slot in member.slots.iter_mut().filter(|slot| slot.kind == Kind::Video && slot.waits()) {
            let due = slot.asked.is_none_or(|at| now.saturating_duration_since(at) >= ASK_AGAIN);
            if let (Use::Carries(from), Some(layer), true) = (slot.use_, slot.target, due) {
                slot.asked = Some(now);
                asked.push((from, layer));
            }
        }
        let pause = self.config.limits.picture_pause;
        let mut due = Vec::new();
        if let Some(publication) = member.published.get_mut(&Kind::Video) {
            due.extend((0..publication.layers.len()).filter_map(|layer| publication.due(layer, pause, now)));
        }
        for (from, layer) in asked {
            self.ask(from, layer, now);
        }
        for ssrc in due {
            self.send_pli(id, ssrc, now);
        }
    }

    /// Chooses the layers that a member is sent.
    pub(crate) fn choose(&mut self, id: MemberId, now: Instant) {
        let Some(member) = self.members.get(&id) else { return };
        let videos: Vec<MemberId> = member
            .slots
            .iter()
            .filter_map(|slot| match slot.use_ {
                Use::Carries(from) if slot.kind == Kind::Video => Some(from),
                _ => None,
            })
            .collect();
        let audios =
            member.slots.iter().filter(|slot| slot.kind == Kind::Audio && slot.target.is_some()).count();
        let mut offered = Vec::new();
        for from in videos {
            let publisher = self.members.get_mut(&from);
            if let Some(publication) =
                publisher.and_then(|publisher| publisher.published.get_mut(&Kind::Video))
            {
                offered.push((from, publication.candidates(now)));
            }
        }
        let Some(member) = self.members.get_mut(&id) else { return };
        let wanted = |from: &MemberId| member.preferences.get(from).cloned().unwrap_or_default();
        let automatic = offered.iter().filter(|(from, _)| wanted(from) == Wanted::Auto).count().max(1);
        let estimate = member.down.as_ref().and_then(|down| down.heard(|heard| heard.estimate));
        let fixed: u64 = member
            .slots
            .iter_mut()
            .filter_map(|slot| match slot.use_ {
                Use::Carries(from) if slot.kind == Kind::Video => {
                    let auto = member.preferences.get(&from).is_none_or(|wanted| *wanted == Wanted::Auto);
                    (!auto).then(|| slot.meter.rate(now))
                }
                _ => None,
            })
            .sum();
        let budget = estimate.map(|estimate| {
            (estimate as u64).saturating_sub(AUDIO * audios as u64).saturating_sub(fixed) / automatic as u64
        });
        for (from, candidates) in offered {
            let wanted = member.preferences.get(&from).cloned().unwrap_or_default();
            let Some(slot) = member.slots.iter_mut().find(|slot| slot.carries(from, Kind::Video)) else {
                continue;
            };
            let target = slot.chooser.choose(&wanted, &candidates, slot.current.or(slot.target), budget, now);
            if target != slot.target {
                slot.target = target;
                slot.asked = None;
            }
            if target.is_none() {
                slot.current = None;
            }
        }
        self.ask_again(id, now);
    }

    /// Lets the stack's own timers be seen, which sending may have set.
    pub(crate) fn flush(&mut self, id: MemberId) {
        for side in [Side::Up, Side::Down] {
            if let Some(leg) = self.members.get_mut(&id).and_then(|member| member.leg(side)) {
                leg.ask_when();
            }
            self.drain(id, side, None);
        }
    }

    /// Who is sent what in a channel.
    #[must_use]
    pub fn view(&mut self, name: &str, now: Instant) -> Option<view::View> {
        let channel = self.channels.get(name)?;
        let ids: Vec<MemberId> = channel.members.values().copied().collect();
        let mut view = view::View { channel: name.to_owned(), ..view::View::default() };
        for id in &ids {
            let member = self.members.get(id)?;
            let state = |leg: &Option<crate::leg::Leg>| {
                leg.as_ref().map_or("new", |leg| leg.state.as_str()).to_owned()
            };
            view.members.push(view::Member {
                uid: member.uid.clone(),
                publish: member.grant.publish(now),
                speaking: channel.speakers.speaker() == Some(*id),
                level: channel.speakers.level(*id, now),
                up: state(&member.up),
                down: state(&member.down),
                estimate: member
                    .down
                    .as_ref()
                    .and_then(|down| down.heard(|heard| heard.estimate))
                    .map(|bits| bits as u64),
            });
        }
        for id in &ids {
            self.view_publications(*id, &mut view, now);
            self.view_forwards(*id, &mut view, now);
        }
        Some(view)
    }

    fn view_publications(&mut self, id: MemberId, view: &mut view::View, now: Instant) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let (nacked, twcc) = member
            .up
            .as_ref()
            .map(|up| up.heard(|heard| (heard.nacked.clone(), heard.twcc)))
            .unwrap_or_default();
        for publication in member.published.values_mut().filter(|publication| publication.live) {
            let nacked = |ssrc| nacked.get(&ssrc).copied().unwrap_or_default();
            view.publications.push(publication.view(&member.uid, nacked, twcc, now));
        }
    }

    fn view_forwards(&mut self, id: MemberId, view: &mut view::View, now: Instant) {
        let uids: std::collections::BTreeMap<MemberId, (String, Vec<String>)> = self
            .others(id)
            .into_iter()
            .filter_map(|other| {
                let member = self.members.get(&other)?;
                let video = member.published.get(&Kind::Video);
                let rids =
                    video.into_iter().flat_map(|video| video.layers.iter().map(|layer| layer.rid.clone()));
                Some((other, (member.uid.clone(), rids.collect())))
            })
            .collect();
        let Some(member) = self.members.get_mut(&id) else { return };
        let twcc = member.down.as_ref().map_or(0, |down| down.heard(|heard| heard.twcc));
        for slot in &mut member.slots {
            let Use::Carries(from) = slot.use_ else { continue };
            let Some((uid, rids)) = uids.get(&from) else { continue };
            let audio = slot.kind == Kind::Audio;
            let layer = slot
                .current
                .map(|at| if audio { String::new() } else { rids.get(at).cloned().unwrap_or_default() });
            let wanted = member.preferences.get(&from).cloned().unwrap_or_default();
            view.forwards.push(view::Forward {
                from: uid.clone(),
                to: member.uid.clone(),
                kind: slot.kind.name(),
                wanted: if audio { "auto".to_owned() } else { wanted.name().to_owned() },
                layer,
                ssrc: slot.ssrc,
                bitrate: slot.meter.rate(now),
                packets: slot.packets,
                switches: slot.switches,
                feedback: view::Feedback { twcc, ..slot.feedback },
            });
        }
        for (from, (meter, packets)) in &mut member.data {
            let Some((uid, _)) = uids.get(from) else { continue };
            view.forwards.push(view::Forward {
                from: uid.clone(),
                to: member.uid.clone(),
                kind: Kind::Data.name(),
                wanted: "auto".to_owned(),
                layer: Some(String::new()),
                ssrc: 0,
                bitrate: meter.rate(now),
                packets: *packets,
                switches: 0,
                feedback: view::Feedback::default(),
            });
        }
    }
}

/// Whose packet of a member's publications it is, and of which layer.
fn locate<'a>(
    published: impl Iterator<Item = &'a mut Publication>,
    packet: &rtc::rtp::Packet,
) -> Option<(&'a mut Publication, usize)> {
    published.filter(|publication| publication.live).find_map(|publication| {
        let layer = publication.layer_of(packet)?;
        Some((publication, layer))
    })
}

/// A message as others get it, and how many bytes its sender sent.
fn frame(uid: &str, message: &Message) -> (Message, usize) {
    match message {
        Message::Text(text) => {
            let framed = serde_json::json!({ "from": uid, "text": text }).to_string();
            (Message::Text(framed), text.len())
        }
        Message::Binary(bytes) => {
            let mut framed = BytesMut::with_capacity(1 + uid.len() + bytes.len());
            // A uid is no longer than the limits say; of one longer than 255 bytes the rest is cut off.
            let uid = &uid.as_bytes()[..uid.len().min(255)];
            framed.put_u8(uid.len() as u8);
            framed.put_slice(uid);
            framed.put_slice(bytes);
            (Message::Binary(framed), bytes.len())
        }
    }
}
