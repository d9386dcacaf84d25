//! Between two networks: passes packets on, translated or refused.

use std::time::Duration;

use fastrand::Rng;

use crate::firewall::Firewall;
use crate::log::Reason;
use crate::nat::{Nat, Refusal};
use crate::network::Side;
use crate::packet::{IcmpError, Packet};

/// What a router does besides passing packets on.
#[derive(Debug, Default)]
pub struct Router {
    /// Translates addresses of the family that its pool is of. The other family is routed, as in homes with one IPv4
    /// address and a prefix of IPv6.
    pub nat: Option<Nat>,
    /// Refuses packets. It stands inside of the NAT: it sees internal addresses.
    pub firewall: Option<Firewall>,
    /// Whether it keeps silent where it could answer with an ICMP error.
    pub silent: bool,
}

/// A packet as a router passes it on.
pub(crate) struct Passed {
    pub(crate) packet: Packet,
    /// Hairpinned: it goes back to where it came from.
    pub(crate) turns_back: bool,
}

/// Why a router does not pass a packet on, and what it tells whoever sent it.
type Refused = (Reason, Option<IcmpError>);

impl Router {
    /// One that passes everything on as it is.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }

    /// One that translates.
    #[must_use]
    pub fn nat(nat: Nat) -> Self {
        Self { nat: Some(nat), ..Self::default() }
    }

    /// One that refuses.
    #[must_use]
    pub fn firewall(firewall: Firewall) -> Self {
        Self { firewall: Some(firewall), ..Self::default() }
    }

    /// Passes a packet that came to `side`: hops, firewall and NAT, in the order in which they stand.
    pub(crate) fn forward(
        &mut self,
        now: Duration,
        side: Side,
        packet: &Packet,
        rng: &mut Rng,
    ) -> Result<Passed, Refused> {
        let hops = packet.hops.saturating_sub(1);
        if hops == 0 {
            return Err((Reason::TooManyHops, Some(IcmpError::TimeExceeded)));
        }
        let packet = Packet { hops, ..packet.clone() };
        match side {
            Side::Inside => self.out(now, packet, rng),
            Side::Outside => self.into(now, packet),
        }
    }

    fn out(&mut self, now: Duration, packet: Packet, rng: &mut Rng) -> Result<Passed, Refused> {
        if self.firewall.as_mut().is_some_and(|firewall| !firewall.lets_out(now, &packet)) {
            return Err((Reason::BlockedOut, Some(IcmpError::Prohibited)));
        }
        let refused = |why: Refusal| (Reason::Nat(why), why.icmp());
        match self.nat.as_mut().filter(|nat| nat.translates(packet.from.ip())) {
            None => Ok(Passed { packet, turns_back: false }),
            Some(nat) if nat.pool().contains(&packet.to.ip()) => {
                let packet = nat.hairpin(now, &packet, rng).map_err(refused)?;
                Ok(Passed { packet, turns_back: true })
            }
            Some(nat) => {
                let packet = nat.outbound(now, &packet, rng).map_err(refused)?;
                Ok(Passed { packet, turns_back: false })
            }
        }
    }

    fn into(&mut self, now: Duration, packet: Packet) -> Result<Passed, Refused> {
        let packet = match self.nat.as_mut().filter(|nat| nat.translates(packet.to.ip())) {
            None => packet,
            Some(nat) => nat.inbound(now, &packet).map_err(|why| (Reason::Nat(why), None))?,
        };
        if self.firewall.as_mut().is_some_and(|firewall| !firewall.lets_in(now, &packet)) {
            return Err((Reason::BlockedIn, None));
        }
        Ok(Passed { packet, turns_back: false })
    }
}
