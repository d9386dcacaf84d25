//! The world: what there is, and the clock that drives it.

mod build;
mod pass;
mod run;
mod tell;

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;

pub use run::{Limits, Stop};

use crate::host::Host;
use crate::log::Incident;
use crate::nat::Nat;
use crate::network::{HostId, Network, NetworkId, RouterId};
use crate::packet::{Packet, PacketId};
use crate::queue::Queue;
use crate::router::Router;

/// Networks, hosts and routers, and what is on its way between them.
#[derive(Debug)]
pub struct World<H> {
    now: Duration,
    rng: Rng,
    networks: Vec<Network>,
    hosts: Vec<Sited<H>>,
    routers: Vec<Placed>,
    queue: Queue<Arrival>,
    packets: u64,
    events: u64,
    log: VecDeque<Incident>,
    forgotten: u64,
}

#[derive(Debug)]
struct Sited<H> {
    host: H,
    sites: Vec<Site>,
}

#[derive(Debug)]
struct Placed {
    router: Router,
    inside: Site,
    outside: Site,
}

/// Where a node is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Site {
    network: usize,
    attachment: usize,
}

#[derive(Debug)]
struct Arrival {
    id: PacketId,
    packet: Packet,
    at: Site,
}

impl<H: Host> World<H> {
    /// So many incidents the log keeps; the oldest go first.
    pub const LOG: usize = 1_000_000;

    /// A world with an internet and nobody on it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let internet = Network {
            name: "internet".to_owned(),
            prefixes: Vec::new(),
            attached: Vec::new(),
            gateway: None,
        };
        Self {
            now: Duration::ZERO,
            rng: Rng::with_seed(seed),
            networks: vec![internet],
            hosts: Vec::new(),
            routers: Vec::new(),
            queue: Queue::default(),
            packets: 0,
            events: 0,
            log: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// The network that all others hang below.
    #[must_use]
    pub fn internet(&self) -> NetworkId {
        NetworkId(0)
    }

    /// The time, since the world began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.now
    }

    /// A host's program.
    #[must_use]
    pub fn host_at(&self, id: HostId) -> &H {
        &self.hosts[id.0].host
    }

    /// A host's program, to be told something. It is asked for its wishes when the world goes on.
    pub fn host_mut(&mut self, id: HostId) -> &mut H {
        &mut self.hosts[id.0].host
    }

    /// A router's NAT.
    #[must_use]
    pub fn nat(&self, id: RouterId) -> Option<&Nat> {
        self.routers[id.0].router.nat.as_ref()
    }

    /// What a network is called.
    #[must_use]
    pub fn name(&self, network: NetworkId) -> &str {
        &self.networks[network.0].name
    }
}
