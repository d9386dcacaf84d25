//! The world: what there is, and the clock that drives it.

mod build;
mod change;
mod pass;
mod run;
mod tell;

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;

pub use run::{Limits, Stop};

use crate::alarms::Alarms;
use crate::host::Host;
use crate::log::{Log, Way};
use crate::nat::Nat;
use crate::network::{Attachment, HostId, Network, NetworkId, RouterId};
use crate::packet::{Packet, PacketId};
use crate::queue::Queue;
use crate::router::Router;

/// Networks, hosts and routers, and what is on its way between them.
#[derive(Debug)]
pub struct World<H> {
    now: Duration,
    /// Where the chance of each link and each router comes from, when it is built.
    rng: Rng,
    networks: Vec<Network>,
    hosts: Vec<Sited<H>>,
    routers: Vec<Placed>,
    queue: Queue<Arrival>,
    /// When hosts want to be woken.
    wakes: Alarms,
    /// Hosts that may want something else than they said.
    restless: BTreeSet<usize>,
    /// When mappings of routers' NATs may expire.
    expiries: Alarms,
    packets: u64,
    ways: u64,
    events: u64,
    log: Log,
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
    rng: Rng,
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
    by: Way,
}

impl<H: Host> World<H> {
    /// So many incidents the log keeps, unless [`World::with_log_of`] says otherwise; the oldest go first.
    pub const LOG: usize = 250_000;
    /// So many packets may be on their way at once; one more is dropped.
    pub const MOST_ON_THE_WAY: usize = Queue::<()>::MOST;

    /// A world with an internet and nobody on it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            now: Duration::ZERO,
            rng: Rng::with_seed(seed),
            networks: vec![Network::new("internet", [])],
            hosts: Vec::new(),
            routers: Vec::new(),
            queue: Queue::default(),
            wakes: Alarms::default(),
            restless: BTreeSet::new(),
            expiries: Alarms::default(),
            packets: 0,
            ways: 0,
            events: 0,
            log: Log::of(Self::LOG),
        }
    }

    /// The same world, keeping the last so many incidents only. Traces and journeys are made of them.
    #[must_use]
    pub fn with_log_of(mut self, incidents: usize) -> Self {
        self.log = Log::of(incidents);
        self
    }

    /// The same world, keeping no log: the fastest, for who only looks at the hosts.
    #[must_use]
    pub fn without_log(self) -> Self {
        self.with_log_of(0)
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

    /// So many events have happened: arrivals of packets, and wakings of hosts.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A host's program.
    #[must_use]
    pub fn host_at(&self, id: HostId) -> &H {
        &self.hosts[id.0].host
    }

    /// A host's program, to be told something. It is asked for its wishes when the world goes on.
    pub fn host_mut(&mut self, id: HostId) -> &mut H {
        self.restless.insert(id.0);
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

    fn attachment(&self, site: Site) -> &Attachment {
        &self.networks[site.network].attached[site.attachment]
    }

    fn attachment_mut(&mut self, site: Site) -> &mut Attachment {
        &mut self.networks[site.network].attached[site.attachment]
    }
}
