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
//! connection, and from then on the address that it came from does.
//!
//! [RFC 7667 section 3.7]: https://www.rfc-editor.org/rfc/rfc7667#section-3.7

pub mod signaling;
pub mod view;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use signaling::{FromMember, ToMember};

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
}

impl Default for Limits {
    fn default() -> Self {
        Self { channels: 16, members: 16, name: 64 }
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
}

/// All channels and members.
#[derive(Debug)]
pub struct Sfu {
    config: Config,
}

impl Sfu {
    /// One without channels.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }

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
        let _ = (channel, uid, grant, key_log, now);
        Err(Error::Full(self.config.limits.members))
    }

    /// Takes a new grant in place of the old.
    pub fn renew(&mut self, member: MemberId, grant: Grant, now: Instant) {
        let _ = (member, grant, now);
    }

    /// Takes a signaling message. `join` and `renew` are the host's: it checks tokens ([`Sfu::join`]).
    ///
    /// # Errors
    /// What cannot be taken; the member stays.
    pub fn say(&mut self, member: MemberId, message: FromMember, now: Instant) -> Result<(), Error> {
        let _ = (member, message, now);
        Ok(())
    }

    /// Ends a membership.
    pub fn leave(&mut self, member: MemberId, why: &str, now: Instant) {
        let _ = (member, why, now);
    }

    /// Takes a datagram that arrived, and says whose it was. What belongs to nobody is dropped.
    pub fn handle(&mut self, datagram: &Datagram, now: Instant) -> Option<MemberId> {
        let _ = (datagram, now);
        None
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When [`Sfu::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(3600))
    }

    /// The next datagram to send, and to which member.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<(MemberId, Datagram)> {
        None
    }

    /// What to do next.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        None
    }

    /// Who is sent what in a channel.
    #[must_use]
    pub fn view(&mut self, channel: &str, now: Instant) -> Option<view::View> {
        let _ = (channel, now);
        None
    }
}
