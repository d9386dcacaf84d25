//! Whole peers on the simulator: ICE, DTLS, SCTP and a data channel over which each side sends a text each second.
//!
//! Any number of calls share one world and one STUN server. Each side of each call is behind an edge of its own.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use fastrand::Rng;
use peer::{ChannelId, Config, Datagram, Event, Peer};
use sim::{Edge, Home, Host, HostId, Limits, Link, Outbox, Packet, Payload, Stop, World};
use stun_server::Server;
use stun_server::sim::Hosted;

use crate::gather::{Found, Gathering};
use crate::moment::Side;

/// Calls in one world.
pub struct Calls {
    world: World<Program>,
    callers: Vec<[HostId; 2]>,
}

/// How long an offer, an answer or a candidate takes to the other side.
const SIGNALING: Duration = Duration::from_millis(50);
/// How often each side sends a text.
const EVERY: Duration = Duration::from_secs(1);
/// Inside, all is near.
const NEAR: Duration = Duration::from_millis(1);
/// Where each peer has its socket.
const PORT: u16 = 5000;
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 3478);

impl Calls {
    /// So many calls fit: each needs two addresses of 198.18.0.0/15, which RFC 2544 keeps for tests of networks.
    pub const MOST: u16 = 60_000;

    /// That many calls, all between such edges and on such links. They begin a millisecond after each other.
    ///
    /// # Errors
    /// Where a peer cannot make its keys.
    pub fn new(edges: [&Edge; 2], link: &Link, count: u16, seed: u64) -> Result<Self, peer::Error> {
        let mut world = World::new(seed).without_log();
        let internet = world.internet();
        let server = Program::Server(Hosted::new(Server::new(SERVER)));
        world.host(server, internet, [SERVER.ip()], Link::of(NEAR));
        let mut callers = Vec::new();
        for number in 0..count.min(Self::MOST) {
            let mut enter = |side: Side| -> Result<HostId, peer::Error> {
                let home = world.behind(edges[side.index()], &home(side, number), link.clone());
                let open = home.network == internet;
                let socket = SocketAddr::new(home.address, PORT);
                let begins = Duration::from_millis(number.into());
                let caller =
                    CallHost::new(side, socket, begins, seed ^ u64::from(number) << 1 ^ side.index() as u64)?;
                let link = if open { link.clone() } else { Link::of(NEAR) };
                Ok(world.host(Program::Caller(Box::new(caller)), home.network, [home.address], link))
            };
            callers.push([enter(Side::Left)?, enter(Side::Right)?]);
        }
        Ok(Self { world, callers })
    }

    /// Goes on until that time, or until so many events have happened since the world began.
    pub fn run(&mut self, limits: Limits) -> Stop {
        self.run_until(limits, |_| false)
    }

    /// As [`Calls::run`], or until `reached`; which is asked each time after something was told.
    pub fn run_until(&mut self, limits: Limits, mut reached: impl FnMut(&[u64; 2]) -> bool) -> Stop {
        let callers = &self.callers;
        let mut first = [0; 2];
        self.world.run(limits, |world| {
            callers.iter().for_each(|call| exchange(world, *call));
            if let Some(call) = callers.first() {
                first = call.map(|id| world.host_at(id).heard());
            }
            reached(&first)
        })
    }

    /// How many texts each side of each call has heard.
    #[must_use]
    pub fn heard(&self) -> Vec<[u64; 2]> {
        self.callers.iter().map(|call| call.map(|id| self.world.host_at(id).heard())).collect()
    }

    /// So many events have happened: arrivals of packets, and wakings of hosts.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.world.events()
    }
}

/// Homes of the same inside, each with an outside of its own.
fn home(side: Side, number: u16) -> Home {
    let (home, second) = match side {
        Side::Left => (Home::LEFT, 18),
        Side::Right => (Home::RIGHT, 19),
    };
    // No .0, .254 and .255.
    let [third, fourth] = [number / 250, number % 250 + 1].map(|part| part as u8);
    Home { outside: Ipv4Addr::new(198, second, third, fourth), ..home }
}

/// Whoever is in the world.
enum Program {
    Caller(Box<CallHost>),
    Server(Hosted),
}

/// A peer with its socket.
struct CallHost {
    peer: Peer,
    /// What the stack's clock showed when the world began. Only differences count.
    began: Instant,
    socket: SocketAddr,
    begins: Option<Duration>,
    gathering: Option<Gathering>,
    rng: Rng,
    inbox: VecDeque<(Duration, Told)>,
    outbox: Vec<Told>,
    channel: Option<ChannelId>,
    next_text: Option<Duration>,
    heard: u64,
    /// The stack could not go on.
    broken: bool,
}

/// What one side tells the other, out of band.
enum Told {
    Offer(String),
    Answer(String),
    Candidate(String),
}

impl CallHost {
    fn new(side: Side, socket: SocketAddr, begins: Duration, seed: u64) -> Result<Self, peer::Error> {
        let began = Instant::now();
        Ok(Self {
            peer: Peer::new(Config::default(), began)?,
            began,
            socket,
            begins: (side == Side::Left).then_some(begins),
            gathering: None,
            rng: Rng::with_seed(seed),
            inbox: VecDeque::new(),
            outbox: Vec::new(),
            channel: None,
            next_text: None,
            heard: 0,
            broken: false,
        })
    }

    fn call(&mut self, now: Duration) -> Result<(), peer::Error> {
        self.peer.open_channel("chat")?;
        let offer = self.peer.offer(self.began + now)?;
        self.outbox.push(Told::Offer(offer));
        self.gather(now)
    }

    fn gather(&mut self, now: Duration) -> Result<(), peer::Error> {
        let line = self.peer.add_host(self.socket)?;
        self.outbox.push(Told::Candidate(line));
        let id: [u8; 12] = std::array::from_fn(|_| self.rng.u8(..));
        self.gathering = Some(Gathering::new(self.socket, id, now));
        Ok(())
    }

    fn listen(&mut self, now: Duration, told: &Told) -> Result<(), peer::Error> {
        let at = self.began + now;
        match told {
            Told::Offer(offer) => {
                self.peer.take_offer(offer, at)?;
                let answer = self.peer.answer(at)?;
                self.outbox.push(Told::Answer(answer));
                self.gather(now)
            }
            Told::Answer(answer) => self.peer.accept(answer, at),
            Told::Candidate(line) => self.peer.add_remote(line).map(|_| ()),
        }
    }

    fn gathered(&mut self, found: Found) -> Result<(), peer::Error> {
        if let Found::Mapped(mapped) = found
            && mapped != self.socket
        {
            let line = self.peer.add_server_reflexive(mapped, self.socket)?;
            self.outbox.push(Told::Candidate(line));
        }
        self.peer.end_of_gathering()
    }

    fn due(&mut self, now: Duration, out: &mut Outbox) -> Result<(), peer::Error> {
        if self.begins.is_some_and(|at| at <= now) {
            self.begins = None;
            self.call(now)?;
        }
        while self.inbox.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, told)) = self.inbox.pop_front() {
                self.listen(now, &told)?;
            }
        }
        match self.gathering.as_mut().and_then(|gathering| gathering.wake(now)) {
            Some(Ok(request)) => out.udp(self.socket, SERVER, request),
            Some(Err(found)) => self.gathered(found)?,
            None => {}
        }
        if let (Some(channel), Some(at)) = (self.channel, self.next_text.filter(|&at| at <= now)) {
            self.next_text = Some(at + EVERY);
            self.peer.send_text(channel, "ping", self.began + now)?;
        }
        if self.peer.poll_timeout().is_some_and(|at| at <= self.began + now) {
            self.peer.handle_timeout(self.began + now)?;
        }
        Ok(())
    }

    fn arrived(&mut self, now: Duration, packet: &Packet) -> Result<(), peer::Error> {
        match &packet.payload {
            Payload::Udp(bytes) if packet.from == SERVER => {
                match self.gathering.as_mut().and_then(|gathering| gathering.answered(bytes)) {
                    Some(found) => self.gathered(found),
                    None => Ok(()),
                }
            }
            Payload::Udp(bytes) => {
                let datagram = Datagram { from: packet.from, to: packet.to, bytes: bytes.to_vec() };
                // What it cannot read it drops, and goes on.
                _ = self.peer.handle(&datagram, self.began + now);
                Ok(())
            }
            Payload::Icmp(icmp) if icmp.to == SERVER => {
                match self.gathering.as_mut().and_then(Gathering::unreachable) {
                    Some(found) => self.gathered(found),
                    None => Ok(()),
                }
            }
            Payload::Icmp(_) | Payload::Tcp(_) => Ok(()),
        }
    }

    fn after(&mut self, now: Duration, out: &mut Outbox, well: bool) {
        self.broken |= !well;
        while let Some(event) = self.peer.poll_event() {
            match event {
                Event::Channel { id, state: "open", .. } => {
                    self.channel = Some(id);
                    self.next_text = Some(now);
                }
                Event::Channel { state: "closed", .. } => self.channel = None,
                Event::Text(..) => self.heard += 1,
                _ => {}
            }
        }
        while let Some(datagram) = self.peer.poll_transmit() {
            out.udp(datagram.from, datagram.to, datagram.bytes);
        }
    }

    fn next(&mut self) -> Option<Duration> {
        if self.broken {
            return None;
        }
        let heard = self.inbox.front().map(|(at, _)| *at);
        let gathers = self.gathering.as_ref().and_then(Gathering::next);
        let texts = self.next_text.filter(|_| self.channel.is_some());
        let stack = self.peer.poll_timeout().map(|at| at.saturating_duration_since(self.began));
        [self.begins, heard, gathers, texts, stack].into_iter().flatten().min()
    }
}

/// Carries what each side told to the other.
fn exchange(world: &mut World<Program>, [left, right]: [HostId; 2]) {
    for (from, to) in [(left, right), (right, left)] {
        if !matches!(world.host_at(from), Program::Caller(caller) if !caller.outbox.is_empty()) {
            continue;
        }
        let at = world.now() + SIGNALING;
        let Program::Caller(teller) = world.host_mut(from) else { continue };
        let told = std::mem::take(&mut teller.outbox);
        let Program::Caller(hearer) = world.host_mut(to) else { continue };
        hearer.inbox.extend(told.into_iter().map(|told| (at, told)));
    }
}

impl Program {
    fn heard(&self) -> u64 {
        match self {
            Self::Caller(caller) => caller.heard,
            Self::Server(_) => 0,
        }
    }
}

impl Host for Program {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        match self {
            Self::Caller(caller) => {
                let done = caller.arrived(now, &packet);
                caller.after(now, out, done.is_ok());
            }
            Self::Server(server) => server.receive(now, packet, out),
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        match self {
            Self::Caller(caller) => caller.next(),
            Self::Server(server) => server.next_wake(),
        }
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        match self {
            Self::Caller(caller) => {
                let done = caller.due(now, out);
                caller.after(now, out, done.is_ok());
            }
            Self::Server(server) => server.wake(now, out),
        }
    }
}
