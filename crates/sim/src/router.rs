//! Between two networks: passes packets on, translated or refused.

use std::time::Duration;

use fastrand::Rng;

use crate::firewall::Firewall;
use crate::log::Reason;
use crate::nat::Nat;
use crate::network::Side;
use crate::packet::{IcmpError, Packet};

/// What a router does besides passing packets on.
#[derive(Debug, Default)]
pub struct Router {
    /// Translates addresses.
    pub nat: Option<Nat>,
    /// Refuses packets. It stands inside of the NAT: it sees internal addresses.
    pub firewall: Option<Firewall>,
    /// Whether it keeps silent where it could answer with an ICMP error.
    pub silent: bool,
}

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
}

type Refused = (Reason, Option<IcmpError>);

/// Firewall and NAT, in the order in which they stand: the packet as it goes on, and whether it turns back inside.
pub(crate) fn through(
    router: &mut Router,
    now: Duration,
    side: Side,
    packet: &Packet,
    rng: &mut Rng,
) -> Result<(Packet, bool), Refused> {
    let prohibited = Some(IcmpError::Prohibited);
    match side {
        Side::Inside => {
            if router.firewall.as_mut().is_some_and(|firewall| !firewall.lets_out(now, packet)) {
                return Err((Reason::BlockedOut, prohibited));
            }
            match &mut router.nat {
                None => Ok((packet.clone(), false)),
                Some(nat) if nat.pool().contains(&packet.to.ip()) => nat
                    .hairpin(now, packet, rng)
                    .map(|after| (after, true))
                    .map_err(|why| (Reason::Nat(why), None)),
                Some(nat) => nat
                    .outbound(now, packet, rng)
                    .map(|after| (after, false))
                    .map_err(|why| (Reason::Nat(why), prohibited)),
            }
        }
        Side::Outside => {
            let after = match &mut router.nat {
                None => packet.clone(),
                Some(nat) => nat.inbound(now, packet).map_err(|why| (Reason::Nat(why), None))?,
            };
            if router.firewall.as_ref().is_some_and(|firewall| !firewall.lets_in(now, &after)) {
                return Err((Reason::BlockedIn, None));
            }
            Ok((after, false))
        }
    }
}
