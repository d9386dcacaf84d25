//! How far a TCP connection is, as seen by a NAT or a firewall that only watches.

use std::time::Duration;

use crate::packet::Flags;

/// A TCP connection in passing: both directions' SYN and FIN, and whether it was reset (RFC 6146 section 3.5.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Connection {
    out: Half,
    back: Half,
    reset: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Half {
    syn: bool,
    fin: bool,
}

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Out,
    In,
}

impl Connection {
    /// How long an established connection may be idle, at least: RFC 5382 section 5, REQ-5.
    pub(crate) const ESTABLISHED: Duration = Duration::from_secs((2 * 60 + 4) * 60);
    /// And one that is being opened or closed.
    pub(crate) const TRANSITORY: Duration = Duration::from_secs(4 * 60);

    /// Takes note of a segment. A SYN after both have finished begins anew; anything but a reset takes a reset back,
    /// for anybody could have sent that one.
    pub(crate) fn sees(&mut self, flags: Flags, direction: Direction) {
        if flags.syn && self.out.fin && self.back.fin {
            *self = Self::default();
        }
        self.reset = flags.rst;
        let half = match direction {
            Direction::Out => &mut self.out,
            Direction::In => &mut self.back,
        };
        half.syn |= flags.syn;
        half.fin |= flags.fin;
    }

    /// How long it may be idle from now on.
    pub(crate) fn patience(self) -> Duration {
        let open = self.out.syn && self.back.syn;
        let finished = self.out.fin && self.back.fin;
        if open && !finished && !self.reset { Self::ESTABLISHED } else { Self::TRANSITORY }
    }
}
