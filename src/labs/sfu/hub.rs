//! The SFU, its socket and the clock, in one task: it alone touches them, and it waits for nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use sfu::signaling::{FromMember, ToMember};
use sfu::view::View;
use sfu::{Config, Datagram, Event, MemberId, Sfu};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::desk::{Desk, Refused};
use super::link::{Link, LinkId, Seat, text};
use super::{Shared, count};
use crate::labs::pace::Pace;
use crate::labs::wiretap::{Recorder, Way};

/// What one UDP datagram of WebRTC can hold, with room.
const LONGEST_DATAGRAM: usize = 4096;
/// So many datagrams are taken before somebody else has a turn.
const AT_ONCE: usize = 64;
/// From so many places does a member send, on average: two, and two more where its network changes.
const SOURCES: usize = 8;
/// A timer that is due at once over and over costs no more than this many turns a second.
const TICK: Duration = Duration::from_millis(1);
/// How often everybody is told who is sent what; and at most, when that changes.
const VIEW: Duration = Duration::from_secs(1);
const VIEW_CHANGED: Duration = Duration::from_millis(100);

/// What a WebSocket's task has for the hub.
#[derive(Debug)]
pub(super) enum Ask {
    /// It is there, and takes messages here.
    Came(LinkId, mpsc::Sender<Utf8Bytes>, Option<Recorder>),
    /// It said something.
    Said(LinkId, FromMember),
    /// It is gone.
    Went(LinkId),
}

/// All that the lab has in common.
#[derive(Debug)]
pub(super) struct Hub {
    sfu: Sfu,
    desk: Desk,
    socket: UdpSocket,
    address: SocketAddr,
    asks: mpsc::Receiver<Ask>,
    shared: Arc<Shared>,
    links: BTreeMap<LinkId, Link>,
    /// Who sits on which link.
    members: BTreeMap<MemberId, (LinkId, Pace)>,
    /// Who sent from there before.
    sources: HashMap<SocketAddr, MemberId>,
    /// Channels whose members are to be told of a change.
    changed: BTreeSet<Arc<str>>,
    /// When what was due was done.
    woken: Instant,
    /// When everybody, and when somebody, was told last.
    told: (Instant, Instant),
}

/// A view on its way.
#[derive(Serialize)]
#[serde(tag = "type", rename = "view")]
struct Viewed<'v> {
    #[serde(flatten)]
    view: &'v View,
}

impl Hub {
    pub(super) fn new(
        socket: UdpSocket,
        desk: Desk,
        asks: mpsc::Receiver<Ask>,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let (address, now) = (socket.local_addr()?, Instant::now());
        let sfu = Sfu::new(Config { address, limits: shared.limits.sfu });
        Ok(Self {
            sfu,
            desk,
            socket,
            address,
            asks,
            shared,
            links: BTreeMap::new(),
            members: BTreeMap::new(),
            sources: HashMap::new(),
            changed: BTreeSet::new(),
            woken: now,
            told: (now, now),
        })
    }

    /// Goes on until nobody can ask any more, or until it is dropped.
    pub(super) async fn run(mut self) {
        let mut buffer = vec![0; LONGEST_DATAGRAM];
        loop {
            let wake = self.wake();
            tokio::select! {
                ask = self.asks.recv() => match ask {
                    Some(ask) => self.asked(ask),
                    None => return,
                },
                // An error is told by the read.
                _ = self.socket.readable() => self.read(&mut buffer),
                () = sleep_until(wake.into()) => {}
            }
            // However much came in between, what is due is done.
            let now = Instant::now();
            if wake <= now {
                self.woken = now;
                self.sfu.handle_timeout(now);
            }
            self.pump();
            self.tell_views();
        }
    }

    /// When something is due.
    fn wake(&mut self) -> Instant {
        let view = if self.changed.is_empty() { self.told.0 + VIEW } else { self.told.1 + VIEW_CHANGED };
        let due = self.sfu.poll_timeout().map_or(view, |due| due.min(view));
        due.max(self.woken + TICK)
    }

    fn asked(&mut self, ask: Ask) {
        let now = Instant::now();
        match ask {
            Ask::Came(id, out, recorder) => {
                self.links.insert(id, Link::new(out, recorder, now));
            }
            Ask::Went(id) => {
                self.close(id, "the connection to the workbook ended");
            }
            Ask::Said(id, message) => self.said(id, message, now),
        }
    }

    fn said(&mut self, id: LinkId, message: FromMember, now: Instant) {
        // It may have been closed while this waited.
        let Some(link) = self.links.get(&id) else { return };
        let outcome = match (message, link.seat.clone()) {
            (FromMember::Join { token, channel, uid }, None) => self.join(id, &token, channel, uid, now),
            (FromMember::Join { .. }, Some(seat)) => {
                Err(order(format!("you are in channel {:?} already: leave it first", &*seat.channel)))
            }
            (_, None) => Err(order("expected a join first".to_owned())),
            (FromMember::Renew { token }, Some(seat)) => self.renew(&token, &seat, now),
            (FromMember::Leave, Some(seat)) => {
                self.sfu.leave(seat.member, "said goodbye", now);
                Ok(())
            }
            (message, Some(seat)) => self.pass_on(message, &seat, now),
        };
        if let Err(Refused { code, why }) = outcome {
            count(&self.shared.counts.refusals);
            self.tell(id, text(&ToMember::Refused { code, why }));
        }
    }

    fn join(
        &mut self,
        id: LinkId,
        token: &str,
        channel: String,
        uid: String,
        now: Instant,
    ) -> Result<(), Refused> {
        let grant = self.desk.admit(token, &channel, &uid, now)?;
        let Some(link) = self.links.get_mut(&id) else { return Ok(()) };
        let member = self.sfu.join(&channel, &uid, grant, link.key_log(), now).map_err(Refused::from)?;
        let (channel, uid) = (Arc::from(channel), Arc::from(uid));
        link.seat = Some(Seat { member, channel: Arc::clone(&channel), uid });
        let rate = self.shared.limits.datagrams;
        self.members.insert(member, (id, Pace::new(rate, rate, now)));
        self.changed.insert(channel);
        count(&self.shared.counts.joins);
        Ok(())
    }

    fn renew(&mut self, token: &str, seat: &Seat, now: Instant) -> Result<(), Refused> {
        let grant = self.desk.admit(token, &seat.channel, &seat.uid, now)?;
        self.sfu.renew(seat.member, grant, now);
        self.changed.insert(Arc::clone(&seat.channel));
        Ok(())
    }

    fn pass_on(&mut self, message: FromMember, seat: &Seat, now: Instant) -> Result<(), Refused> {
        if !matches!(message, FromMember::Relay { .. }) {
            self.changed.insert(Arc::clone(&seat.channel));
        }
        self.sfu.say(seat.member, message, now).map_err(Refused::from)
    }

    /// Takes what has come, but not all of a flood.
    fn read(&mut self, buffer: &mut [u8]) {
        for _ in 0..AT_ONCE {
            match self.socket.try_recv_from(buffer) {
                Ok((len, from)) => {
                    let bytes = buffer.get(..len).unwrap_or_default().to_vec();
                    self.handle(&Datagram { from, to: self.address, bytes });
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // Of a datagram that was sent, most likely: its port is closed by now.
                Err(_) => {}
            }
        }
    }

    fn handle(&mut self, datagram: &Datagram) {
        let now = Instant::now();
        count(&self.shared.counts.received);
        if let Some((_, pace)) =
            self.sources.get(&datagram.from).and_then(|member| self.members.get_mut(member))
            && !pace.admits(1, now)
        {
            return;
        }
        // Keys come out of here, so it is recorded after.
        let Some(member) = self.sfu.handle(datagram, now) else {
            return count(&self.shared.counts.strange);
        };
        // A port that was another's before is whose it is now.
        if self.sources.len() < SOURCES * self.members.len() || self.sources.contains_key(&datagram.from) {
            self.sources.insert(datagram.from, member);
        }
        if let Some(link) = self.members.get(&member).and_then(|(id, _)| self.links.get(id)) {
            link.saw(Way::Sent, datagram);
        }
    }

    /// Takes what the SFU has to say and to send.
    fn pump(&mut self) {
        while let Some(event) = self.sfu.poll_event() {
            match event {
                Event::Tell(member, said) => self.tell_member(member, &said),
                Event::Gone(member) => self.gone(member),
                _ => {}
            }
        }
        while let Some((member, datagram)) = self.sfu.poll_transmit() {
            if let Some(link) = self.members.get(&member).and_then(|(id, _)| self.links.get(id)) {
                link.saw(Way::Received, &datagram);
            }
            // What the system has no room for is lost, as datagrams may be.
            if self.socket.try_send_to(&datagram.bytes, datagram.to).is_ok() {
                count(&self.shared.counts.sent);
            }
        }
    }

    fn tell_member(&mut self, member: MemberId, said: &ToMember) {
        let Some((id, _)) = self.members.get(&member) else { return };
        let id = *id;
        match said {
            // Others have a say in how many of these come: they do not push out what must arrive.
            ToMember::Relay { .. } => {
                if let Some(link) = self.links.get(&id) {
                    link.offer(text(said));
                }
            }
            _ => self.tell(id, text(said)),
        }
    }

    /// Says something, or closes who does not read.
    fn tell(&mut self, id: LinkId, said: Utf8Bytes) {
        if self.links.get(&id).is_some_and(|link| !link.tell(said)) {
            self.close(id, "did not read what it was told");
        }
    }

    /// Whoever sits there leaves; the SFU then says so to the others.
    fn close(&mut self, id: LinkId, why: &str) {
        if let Some(Link { seat: Some(seat), .. }) = self.links.remove(&id) {
            self.sfu.leave(seat.member, why, Instant::now());
            self.changed.insert(seat.channel);
        }
    }

    /// Whoever was a member is none any more; what was said last is still written.
    fn gone(&mut self, member: MemberId) {
        let Some((id, _)) = self.members.remove(&member) else { return };
        self.sources.retain(|_, source| *source != member);
        if let Some(Link { seat: Some(seat), .. }) = self.links.remove(&id) {
            self.changed.insert(seat.channel);
        }
    }

    /// Tells the members of a channel who is sent what, if it is time.
    fn tell_views(&mut self) {
        let now = Instant::now();
        let all = now >= self.told.0 + VIEW;
        if !all && (self.changed.is_empty() || now < self.told.1 + VIEW_CHANGED) {
            return;
        }
        let seats = || self.links.values().filter_map(|link| Some((link, link.seat.as_ref()?)));
        let mut viewers: BTreeMap<&Arc<str>, Vec<&Link>> = BTreeMap::new();
        for (link, seat) in seats() {
            viewers.entry(&seat.channel).or_default().push(link);
        }
        let counts = &self.shared.counts;
        counts.channels.store(viewers.len() as u64, Ordering::Relaxed);
        counts.members.store(self.members.len() as u64, Ordering::Relaxed);
        for (channel, links) in viewers {
            if (all || self.changed.contains(channel))
                && let Some(view) = self.sfu.view(channel, now)
            {
                let said = text(&Viewed { view: &view });
                for link in links {
                    link.offer(said.clone());
                }
            }
        }
        self.changed.clear();
        self.told = (if all { now } else { self.told.0 }, now);
        if all {
            self.close_the_late(now);
        }
    }

    /// Who is here and in no channel holds a place of somebody else's.
    fn close_the_late(&mut self, now: Instant) {
        let setup = self.shared.limits.setup;
        self.links.retain(|_, link| {
            let late = link.seat.is_none() && now.saturating_duration_since(link.since) >= setup;
            if late {
                let why = format!("expected a join within {} seconds, found none", setup.as_secs());
                link.tell(text(&ToMember::Bye { code: "late".to_owned(), why }));
            }
            !late
        });
    }
}

fn order(why: String) -> Refused {
    Refused { code: "order".to_owned(), why }
}

impl From<sfu::Error> for Refused {
    fn from(error: sfu::Error) -> Self {
        Self { code: error.code().to_owned(), why: error.to_string() }
    }
}
