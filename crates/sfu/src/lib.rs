//! A small selective forwarding unit ([RFC 7667 section 3.7]), hosted: no socket, no clock.
//!
//! ```text
//!      tokens, offers, answers            datagrams of all members, the time
//!                |                                     |
//!                v                                     v
//!           +---------------------------------------------------+
//!           |  Sfu: channels, members, two connections a member |
//!           +---------------------------------------------------+
//!                |                |                    |
//!                v                v                    v
//!       messages to members   datagrams to send    when to be woken
//! ```
//!
//! All members send to one UDP address. Whose a datagram is, ICE's checks tell: the USERNAME of the first one names the
//! connection, and from then on the address that it came from does. The SFU is an ICE-lite agent, so its offers and
//! answers hold one candidate, and no candidates are signaled.
//!
//! A host calls [`Sfu::handle`], [`Sfu::say`] and the others as things happen, [`Sfu::handle_timeout`] when
//! [`Sfu::poll_timeout`] has come, and after each call takes what there is from [`Sfu::poll_event`] and
//! [`Sfu::poll_transmit`] until both are empty.
//!
//! # What ends here, and what is passed on
//!
//! | what | from the publisher | to the subscriber |
//! | --- | --- | --- |
//! | ICE, DTLS, SRTP, SCTP | ends | begins anew: the SFU has the media in clear ([RFC 8827 section 6.5]) |
//! | RTP payload | passed | as it is; of VP8, PictureID and TL0PICIDX are rewritten |
//! | SSRC, sequence number, timestamp, payload type | end | made anew, one stream for all layers: [`rewrite`] |
//! | header extensions | end | the audio level only, under the number of that leg |
//! | padding | ends | an empty packet takes its sequence number |
//! | sender and receiver reports | end | made anew on each leg |
//! | NACK | asked by the SFU | answered by the SFU, out of its buffer; without RTX ([RFC 4588]): the packet itself again |
//! | PLI, FIR | asked by the SFU: on join, on a switch, for subscribers; two a second at most | taken, joined, passed up as PLI |
//! | transport-wide feedback | sent by the SFU | taken: the estimate, by which layers are chosen |
//! | data | passed to all others as [`Sfu`] says | ordered and reliable on each leg; a slow subscriber misses messages |
//!
//! # Data
//!
//! A member sends on the data channel that it opened on `up`; others get it on the channel `data` that the SFU opens on
//! `down`. Text becomes `{"from":"bob","text":"…"}`. Of a binary message the others get a byte that counts the sender's
//! uid, the uid, and the message.
//!
//! # Who may what, how long
//!
//! [`Grant`] ends by itself. Thirty seconds before an end the member is told `expiring`; at the end of a privilege to
//! publish, nothing of that kind is sent on, and the member is told `refused` with the code `publish-expired`; at the
//! end of the membership, `bye` with `expired`. [`Sfu::renew`] puts it all forward, and what was cut off goes on. Who
//! offers tracks without a grant gets them back inactive, and `refused` with `not-granted`. Of audio and video one each
//! is taken a member.
//!
//! # What members may hold
//!
//! [`Limits`] names it all: what is above is refused or dropped, and nobody else notices.
//!
//! [RFC 7667 section 3.7]: https://www.rfc-editor.org/rfc/rfc7667#section-3.7
//! [RFC 8827 section 6.5]: https://www.rfc-editor.org/rfc/rfc8827#section-6.5
//! [RFC 4588]: https://www.rfc-editor.org/rfc/rfc4588

mod check;
pub mod choice;
mod description;
pub mod door;
mod engine;
mod forwarding;
mod leg;
mod member;
mod membership;
mod meter;
mod negotiation;
mod publication;
pub mod rewrite;
pub mod signaling;
mod slot;
pub mod speaker;
mod tap;
pub mod view;
mod vp8;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use leg::Side;
use member::Member;
pub use meter::Rate;
use signaling::{FromMember, ToMember};
use speaker::Speakers;

/// What an SFU is made with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where its UDP socket is, as members reach it: its one candidate.
    pub address: SocketAddr,
    /// What members may hold.
    pub limits: Limits,
}

/// What members may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Channels at once.
    pub channels: usize,
    /// Members a channel.
    pub members: usize,
    /// Bytes of a channel's name, and of a uid.
    pub name: usize,
    /// Bytes of an SDP.
    pub sdp: usize,
    /// Sections of an SDP.
    pub sections: usize,
    /// Addresses a connection may come from.
    pub addresses: usize,
    /// SSRCs a connection may send.
    pub streams: usize,
    /// Bytes to a member on its data channel that it has not acknowledged. Beyond, messages are dropped.
    pub unacknowledged: usize,
    /// Datagrams that wait for the host. Beyond, media is dropped.
    pub queue: usize,
    /// Datagrams of a connection.
    pub packets: Rate,
    /// Packets sent again because a member asked.
    pub again: Rate,
    /// Signaling messages of a member.
    pub says: Rate,
    /// Offers and answers of a member.
    pub offers: Rate,
    /// Messages of a member on its data channel.
    pub messages: Rate,
    /// Between two requests for a picture of the same layer.
    pub picture_pause: Duration,
    /// So long may a member say nothing at all on its connections.
    pub silence: Duration,
    /// So long before its end a grant is warned of.
    pub warning: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            channels: 16,
            members: 16,
            name: 64,
            sdp: 64 << 10,
            sections: 64,
            addresses: 8,
            streams: 64,
            unacknowledged: 256 << 10,
            queue: 8192,
            packets: Rate { per_second: 4000.0, burst: 4000.0 },
            again: Rate { per_second: 1000.0, burst: 2000.0 },
            says: Rate { per_second: 40.0, burst: 200.0 },
            offers: Rate { per_second: 4.0, burst: 24.0 },
            messages: Rate { per_second: 60.0, burst: 200.0 },
            picture_pause: Duration::from_millis(500),
            silence: Duration::from_secs(15),
            warning: Duration::from_secs(30),
        }
    }
}

/// What a token lets a member do. Times are the host's own clock: it turns the token's seconds since 1970 into them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// To be in the channel, until then.
    pub join: Instant,
    /// To publish audio, video and data.
    pub audio: Option<Instant>,
    /// See `audio`.
    pub video: Option<Instant>,
    /// See `audio`.
    pub data: Option<Instant>,
}

/// Names a member; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(u64);

/// A datagram on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Where it comes from.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// The UDP payload.
    pub bytes: Vec<u8>,
}

/// Something that a host has to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Tell a member.
    Tell(MemberId, ToMember),
    /// The member is gone: nothing more comes of it. A [`ToMember::Bye`] came before where there is something to say.
    Gone(MemberId),
}

/// Why somebody is not let in, or a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No place is left.
    #[error("the channel has {0} members already")]
    Full(usize),
    /// No channel can be added.
    #[error("there are {0} channels already: join one of them, or wait until one is empty")]
    Channels(usize),
    /// A channel's name or a uid that cannot be one.
    #[error("expected a {what} of 1 to {most} bytes, found {found}")]
    Name {
        /// `channel` or `uid`.
        what: &'static str,
        /// How long it may be.
        most: usize,
        /// How long it is.
        found: usize,
    },
    /// Nobody of that id.
    #[error("expected a member, found one that is gone: join again")]
    Gone,
    /// Not now.
    #[error("{0}")]
    Order(&'static str),
    /// Too often.
    #[error("expected fewer {0}: wait a second")]
    Rate(&'static str),
    /// A description that cannot be used.
    #[error("expected an SDP {expected} that WebRTC can use, found one that it cannot: {why}")]
    Description {
        /// `offer` or `answer`.
        expected: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Somebody who is not there.
    #[error("expected the uid of another in the channel, found {0:?}")]
    Nobody(String),
    /// What the stack says.
    #[error("the stack failed: {0}")]
    Stack(String),
}

impl Error {
    /// In a word, for [`ToMember::Refused`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full(_) | Self::Channels(_) => "full",
            Self::Order(_) | Self::Gone => "order",
            Self::Rate(_) => "rate",
            Self::Name { .. } | Self::Description { .. } | Self::Nobody(_) | Self::Stack(_) => "message",
        }
    }
}

/// All channels and members.
#[derive(Debug)]
pub struct Sfu {
    config: Config,
    channels: BTreeMap<String, Channel>,
    members: BTreeMap<MemberId, Member>,
    /// Whose checks name it.
    by_ufrag: HashMap<String, (MemberId, Side)>,
    /// Who is there.
    by_address: HashMap<SocketAddr, (MemberId, Side)>,
    out: VecDeque<(MemberId, Datagram)>,
    events: VecDeque<Event>,
    next: u64,
    /// When to look after everybody next.
    round: Option<Instant>,
}

/// Between two looks after everybody.
const ROUND: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
struct Channel {
    members: BTreeMap<String, MemberId>,
    speakers: Speakers<MemberId>,
}

impl Sfu {
    /// One without channels.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            channels: BTreeMap::new(),
            members: BTreeMap::new(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            out: VecDeque::new(),
            events: VecDeque::new(),
            next: 0,
            round: None,
        }
    }

    /// Takes a signaling message. `join` and `renew` are the host's: it checks tokens ([`Sfu::join`]).
    ///
    /// # Errors
    /// What cannot be taken; the member stays.
    pub fn say(&mut self, id: MemberId, message: FromMember, now: Instant) -> Result<(), Error> {
        let member = self.members.get_mut(&id).ok_or(Error::Gone)?;
        if !member.says.take(now) {
            return Err(Error::Rate("messages"));
        }
        if matches!(message, FromMember::Offer { .. } | FromMember::Answer { .. }) && !member.offers.take(now)
        {
            return Err(Error::Rate("offers and answers"));
        }
        match message {
            FromMember::Join { .. } => Err(Error::Order("expected one join, found another: leave first")),
            FromMember::Renew { .. } => Err(Error::Order("expected the host to check tokens")),
            FromMember::Offer { sdp } => self.take_offer(id, &sdp, now),
            FromMember::Answer { sdp } => self.take_answer(id, &sdp, now),
            FromMember::Prefer { uid, layer } => self.prefer(id, uid, &layer, now),
            FromMember::Relay { to, body } => self.relay(id, to, body),
            FromMember::Leave => {
                self.leave(id, "said goodbye", now);
                Ok(())
            }
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let due = |leg: &leg::Leg| leg.deadline.is_some_and(|at| at <= now);
        let mut legs = Vec::new();
        for (id, member) in &mut self.members {
            legs.extend(member.legs().filter(|(_, leg)| due(leg)).map(|(side, _)| (*id, side)));
        }
        for (id, side) in legs {
            if let Some(leg) = self.members.get_mut(&id).and_then(|member| member.leg(side)) {
                leg.tick(now);
            }
            self.after(id, side, None, now);
        }
        if self.round.is_some_and(|at| at <= now) {
            self.look_after(now);
            self.round = (!self.members.is_empty()).then_some(now + ROUND);
        }
    }

    /// When [`Sfu::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        let legs =
            self.members.values_mut().flat_map(|member| member.legs().filter_map(|(_, leg)| leg.deadline));
        legs.chain(self.round).min()
    }

    /// The next datagram to send, and to which member.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<(MemberId, Datagram)> {
        self.out.pop_front()
    }

    /// What to do next.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether nothing is left of anybody: no member, no channel, no address.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
            && self.members.is_empty()
            && self.by_ufrag.is_empty()
            && self.by_address.is_empty()
    }

    /// How many addresses it knows members by.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.by_address.len()
    }

    fn tell(&mut self, id: MemberId, message: ToMember) {
        self.events.push_back(Event::Tell(id, message));
    }

    /// Everybody else in a member's channel.
    fn others(&self, id: MemberId) -> Vec<MemberId> {
        let channel = self.members.get(&id).and_then(|member| self.channels.get(&member.channel));
        let members = channel.into_iter().flat_map(|channel| channel.members.values().copied());
        members.filter(|other| *other != id).collect()
    }

    fn tell_others(&mut self, id: MemberId, message: &ToMember) {
        for other in self.others(id) {
            self.tell(other, message.clone());
        }
    }
}
