//! Puts two agents into a world, and lets it go on.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sim::{Edge, Home, Host, HostId, Link, Outbox, Packet, Place, Prefix, RouterId, Stop, World};
use stun_server::Server;
use stun_server::sim::Hosted;

use crate::host::{AgentHost, Character};
use crate::moment::{Side, State, What};
use crate::packets::{self, NodeKind, NodeView};
use crate::setting::{Setting, Until};
use crate::story::{Connection, Failure, Outcome, Story, Unfinished};
use crate::why;

/// Why nothing could be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The agent's stack refused something that it should take.
    #[error("the ICE stack refused what it was given: {0}; try another seed, and report it")]
    Stack(#[from] rtc_shared::error::Error),
    /// The STUN server's addresses do not fit together.
    #[error("the STUN server of the world cannot have these addresses: {0}")]
    Server(#[from] stun_server::BadAlternate),
}

/// Plays a setting to its end.
///
/// # Errors
/// Where the stack refuses what it is given.
pub fn play(setting: &Setting) -> Result<Story, Error> {
    play_until(setting, || true)
}

/// Plays a setting as long as `keep_going` says so; it is asked before each event.
///
/// # Errors
/// As [`play`].
pub fn play_until(setting: &Setting, keep_going: impl FnMut() -> bool) -> Result<Story, Error> {
    let mut stage = Stage::new(setting, true)?;
    let stop = stage.run(keep_going)?;
    Ok(stage.story(stop))
}

/// The STUN server's addresses, by convention.
const SERVER: ([u8; 4], u16) = ([192, 0, 2, 1], 3478);
const ALTERNATE: ([u8; 4], u16) = ([192, 0, 2, 2], 3479);
/// Each agent has one socket, at the port that this is.
const PORT: u16 = 5000;
/// Inside, all is near.
const NEAR: Duration = Duration::from_millis(1);
/// No story takes longer, whatever its limits: the stack's clock is the machine's, which does not go on without end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Whoever is in the world.
enum Program {
    Agent(Box<AgentHost>),
    Server(Hosted),
}

/// A world with two agents, and what is still to happen in it.
pub(crate) struct Stage {
    setting: Setting,
    world: World<Program>,
    agents: [HostId; 2],
    nodes: Vec<NodeView>,
    cut_at: Option<Duration>,
}

/// Why a stage stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The world did.
    World(Stop),
    /// The caller did not want more.
    Interrupted,
    /// A check list grew past [`MOST_PAIRS`].
    Flooded,
}

/// So many pairs a check list may have: 100 is the default of the limit that RFC 8445 section 6.1.2.5 demands of an agent.
/// The stack has none, and two NATs that map each address and port anew make it check without end.
const MOST_PAIRS: usize = 100;

impl Stage {
    pub(crate) fn new(setting: &Setting, watched: bool) -> Result<Self, Error> {
        let mut world = World::new(setting.seed);
        let internet = world.internet();
        let at = |(address, port): ([u8; 4], u16)| SocketAddr::new(IpAddr::from(address), port);
        let hosted = Hosted::new(Server::new(at(SERVER)).with_alternate(at(ALTERNATE))?);
        let addresses = hosted.addresses();
        let near = Link::of(NEAR);
        let server = world.host(Program::Server(hosted), internet, addresses.clone(), near.clone());
        let mut cast = Cast { setting, world: &mut world, watched };
        let (agents, mut nodes) = cast.enter()?;
        let middle = nodes.iter().position(|node| node.side == Some(Side::Right)).unwrap_or(nodes.len());
        nodes.insert(middle, NodeView::host(server, "server", NodeKind::Server, None, addresses));
        Ok(Self { setting: setting.clone(), world, agents, nodes, cut_at: setting.play.cut_at })
    }

    pub(crate) fn run(&mut self, mut keep_going: impl FnMut() -> bool) -> Result<End, Error> {
        let (agents, play) = (self.agents, self.setting.play.clone());
        let mut limits = self.setting.limits;
        limits.time = limits.time.min(LONGEST);
        if let Until::Time(time) = play.until {
            limits.time = limits.time.min(time);
        }
        self.cut_at = self.cut_at.filter(|&at| at <= limits.time);
        loop {
            let (mut interrupted, mut flooded) = (false, false);
            let cut_at = self.cut_at;
            let stop = self.world.run(limits, |world| {
                exchange(world, agents, play.signaling);
                interrupted = !keep_going();
                let due = cut_at.is_some_and(|at| world.next_event().is_none_or(|next| next >= at));
                flooded = agents.iter().any(|&agent| pair_count(world, agent) > MOST_PAIRS);
                let over = play.until == Until::Nominated && settled(world, agents);
                interrupted || flooded || due || over
            });
            for agent in agents {
                if let Program::Agent(agent) = self.world.host_mut(agent)
                    && let Some(error) = agent.take_error()
                {
                    return Err(error.into());
                }
            }
            match cut_at {
                _ if interrupted => return Ok(End::Interrupted),
                _ if flooded => return Ok(End::Flooded),
                Some(at)
                    if stop == Stop::Reached
                        && !(play.until == Until::Nominated && settled(&self.world, agents)) =>
                {
                    self.cut(at);
                }
                _ => return Ok(End::World(stop)),
            }
        }
    }

    fn cut(&mut self, at: Duration) {
        self.cut_at = None;
        let right = self.agents[1];
        self.world.set_link(Place::Host(right), &Link::of(NEAR).cut());
        if let Program::Agent(agent) = self.world.host_mut(right) {
            agent.note(at, What::Cut);
        }
    }

    fn agent(&self, side: Side) -> Option<&AgentHost> {
        match self.world.host_at(self.agents[side.index()]) {
            Program::Agent(agent) => Some(agent),
            Program::Server(_) => None,
        }
    }

    /// How it ended, by itself.
    pub(crate) fn outcome(&self, end: End) -> Outcome {
        let at = self.world.now();
        let agents = Side::BOTH.map(|side| self.agent(side));
        if let [Some(left), Some(right)] = agents {
            if let [Some(ours), Some(theirs)] = [left.choice(), right.choice()]
                && [left.state(), right.state()].iter().all(|state| *state != State::Failed)
            {
                let why = why::it_won(ours, theirs);
                let pairs = [ours.pair.clone(), theirs.pair.clone()];
                return Outcome::Connected(Box::new(Connection { at: ours.at.max(theirs.at), pairs, why }));
            }
            if [left.state(), right.state()].contains(&State::Failed) {
                let chosen = left.choice().zip(right.choice());
                let connected = chosen.map(|(ours, theirs)| ours.at.max(theirs.at));
                let found = [left.choice().is_some(), right.choice().is_some()];
                let why = why::it_failed(self.world.log().0.iter(), &self.nodes, connected, found);
                return Outcome::Failed(Failure { at, connected, why });
            }
        }
        let why = match end {
            End::Interrupted => "it took longer than it was given",
            End::Flooded => {
                "a check list grew past 100 pairs, where RFC 8445 section 6.1.2.5 wants an end: each check comes from a port \
                 that the other side did not know, and makes it check that one from another new port"
            }
            End::World(Stop::TimeUp) => "the time of the story is up",
            End::World(Stop::TooManyEvents) => "as many events as allowed have happened",
            End::World(Stop::Quiet | Stop::Reached) => "nothing more happens",
        };
        Outcome::Unfinished(Unfinished { at, why: why.to_owned() })
    }

    /// How many packets were sent, by anybody: they are counted from 1.
    pub(crate) fn packet_count(&self) -> u64 {
        let (log, _) = self.world.log();
        log.iter().filter_map(|incident| incident.packet).map(|id| id.0).max().unwrap_or(0)
    }

    pub(crate) fn story(&self, end: End) -> Story {
        let (log, forgotten) = self.world.log();
        let log: Vec<_> = log.iter().cloned().collect();
        let mut moments: Vec<_> = Side::BOTH
            .iter()
            .filter_map(|&side| self.agent(side))
            .flat_map(AgentHost::moments)
            .cloned()
            .collect();
        moments.sort_by_key(|moment| moment.at);
        let left_out: u64 =
            Side::BOTH.iter().filter_map(|&side| self.agent(side)).map(AgentHost::left_out).sum();
        let seen = packets::of(&log, &self.nodes, Story::MOST_PACKETS);
        let of = |side| self.agent(side);
        Story {
            left: self.setting.left.to_string(),
            right: self.setting.right.to_string(),
            seed: self.setting.seed,
            outcome: self.outcome(end),
            ended: self.world.now(),
            packet_count: self.packet_count(),
            moments,
            candidates: Side::BOTH.map(|side| of(side).map(|agent| agent.own().to_vec()).unwrap_or_default()),
            check_lists: Side::BOTH.map(|side| of(side).map(AgentHost::check_list).unwrap_or_default()),
            nodes: self.nodes.clone(),
            packets: seen.packets,
            tables: seen.tables,
            left_out: seen.left_out + forgotten + left_out,
            log,
        }
    }
}

/// Brings the agents into the world.
struct Cast<'s> {
    setting: &'s Setting,
    world: &'s mut World<Program>,
    watched: bool,
}

impl Cast<'_> {
    fn enter(&mut self) -> Result<([HostId; 2], Vec<NodeView>), Error> {
        let Setting { left, right, link, play, .. } = self.setting;
        let at_left = self.world.behind(left, &Home::LEFT, link.clone());
        let at_right = if play.same_network {
            let address = neighbor(at_left.address);
            // A firewall leads to one address, so long as nobody tells of another.
            if let Some(prefix) = Prefix::new(address, 32) {
                self.world.prefix(at_left.network, prefix);
            }
            sim::Behind { address, routers: Vec::new(), ..at_left.clone() }
        } else {
            self.world.behind(right, &Home::RIGHT, link.clone())
        };
        let (left_id, mut nodes) = self.agent(Side::Left, &at_left, left)?;
        let (right_id, rights) = self.agent(Side::Right, &at_right, right)?;
        nodes.extend(rights.into_iter().rev());
        Ok(([left_id, right_id], nodes))
    }

    /// The host, and the nodes on its way to the internet, itself first.
    fn agent(
        &mut self,
        side: Side,
        home: &sim::Behind,
        edge: &Edge,
    ) -> Result<(HostId, Vec<NodeView>), Error> {
        let Setting { seed, play, .. } = self.setting;
        let character = Character {
            side,
            // Any two that differ: the same seed must not give both the same credentials.
            seed: seed.wrapping_mul(2).wrapping_add(side.index() as u64),
            trickle: play.trickle,
            hide_hosts: play.hide_hosts,
            insists_on_control: play.role_conflict,
            restart_at: play.restart_at.filter(|_| side == Side::Left),
            watched: self.watched,
        };
        let socket = SocketAddr::new(home.address, PORT);
        let server = SocketAddr::new(IpAddr::from(SERVER.0), SERVER.1);
        let agent = AgentHost::new(character, vec![socket], server)?;
        let open = home.network == self.world.internet();
        let link = if open { self.setting.link.clone() } else { Link::of(NEAR) };
        let program = Program::Agent(Box::new(agent));
        let id = self.world.host(program, home.network, [home.address], link);
        let mut nodes =
            vec![NodeView::host(id, side.to_string(), NodeKind::Agent, Some(side), [home.address])];
        for (at, router) in home.routers.iter().enumerate() {
            nodes.push(self.router(side, *router, edge, at));
        }
        Ok((id, nodes))
    }

    fn router(&self, side: Side, router: RouterId, edge: &Edge, at: usize) -> NodeView {
        let (kind, name) = match (edge, at) {
            (Edge::Nat(_) | Edge::NatBehindNat { .. }, 0) => (NodeKind::Nat, format!("{side}'s NAT")),
            (Edge::NatBehindNat { .. }, _) => (NodeKind::Nat, format!("{side}'s carrier's NAT")),
            _ => (NodeKind::Firewall, format!("{side}'s firewall")),
        };
        NodeView::router(router, name, kind, side)
    }
}

fn neighbor(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from((u32::from(v4) + 1).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) + 1).to_be_bytes()),
    }
}

/// Carries what each side told to the other.
fn exchange(world: &mut World<Program>, agents: [HostId; 2], delay: Duration) {
    let now = world.now();
    for (from, to) in [(agents[0], agents[1]), (agents[1], agents[0])] {
        let Program::Agent(teller) = world.host_mut(from) else { continue };
        let told = teller.take_told();
        let Program::Agent(hearer) = world.host_mut(to) else { continue };
        told.into_iter().for_each(|signal| hearer.hear(now.saturating_add(delay), signal));
    }
}

fn pair_count(world: &World<Program>, agent: HostId) -> usize {
    match world.host_at(agent) {
        Program::Agent(agent) => agent.pair_count(),
        Program::Server(_) => 0,
    }
}

/// Whether both sides have a pair, or gave up.
fn settled(world: &World<Program>, agents: [HostId; 2]) -> bool {
    agents.iter().all(|&agent| match world.host_at(agent) {
        Program::Agent(agent) => agent.choice().is_some() || agent.state() == State::Failed,
        Program::Server(_) => true,
    })
}

impl Host for Program {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        match self {
            Self::Agent(agent) => agent.receive(now, packet, out),
            Self::Server(server) => server.receive(now, packet, out),
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        match self {
            Self::Agent(agent) => agent.next_wake(),
            Self::Server(server) => server.next_wake(),
        }
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        match self {
            Self::Agent(agent) => agent.wake(now, out),
            Self::Server(server) => server.wake(now, out),
        }
    }
}
