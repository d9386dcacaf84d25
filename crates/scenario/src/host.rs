//! An agent as a host of the simulator: it gathers, tells what it found, checks, and writes down what happens.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use rtc_shared::error::Error;
use sim::{Host, Outbox, Packet, Payload};

use crate::agent::{Credentials, IceAgent, Told};
use crate::candidate::{self, CandidateView, Kind};
use crate::gather::{Found, Gathering};
use crate::moment::{Moment, PairView, Side, State, What};
use crate::signal::{Description, Signal};

/// How an agent of a story behaves.
#[derive(Clone, Debug)]
pub(crate) struct Character {
    pub(crate) side: Side,
    pub(crate) seed: u64,
    pub(crate) trickle: bool,
    pub(crate) hide_hosts: bool,
    pub(crate) insists_on_control: bool,
    pub(crate) restart_at: Option<Duration>,
    /// Whether it writes down each change of its check list.
    pub(crate) watched: bool,
}

/// An agent with its sockets.
pub(crate) struct AgentHost {
    character: Character,
    agent: IceAgent,
    sockets: Vec<SocketAddr>,
    server: SocketAddr,
    rng: Rng,
    gathering: Vec<Gathering>,
    /// Whether it has begun to gather, and whether it has found all.
    begun: bool,
    done: bool,
    own: Vec<CandidateView>,
    /// Whether the other side has its offer or answer.
    described: bool,
    /// Told out of band, and when that is heard.
    inbox: VecDeque<(Duration, Signal)>,
    outbox: Vec<Signal>,
    moments: Vec<Moment>,
    left_out: u64,
    last_list: Vec<PairView>,
    /// When that was written down, and how many lines were in all.
    last_look: Option<Duration>,
    lines: usize,
    selected: Option<Choice>,
    /// What went wrong where nothing should.
    error: Option<Error>,
}

/// The check list as it was when a pair was selected.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) at: Duration,
    pub(crate) pair: PairView,
    pub(crate) list: Vec<PairView>,
    pub(crate) controls: bool,
}

impl AgentHost {
    /// So many moments are kept; later ones are counted only.
    pub(crate) const MOST_MOMENTS: usize = 4096;
    /// So many lines of check lists are written down, over all moments; a later list is counted only.
    const MOST_LINES: usize = 16_384;
    /// A longer check list is written down at most once at any one time.
    const CROWD: usize = 16;

    pub(crate) fn new(
        character: Character,
        sockets: Vec<SocketAddr>,
        server: SocketAddr,
    ) -> Result<Self, Error> {
        let mut rng = Rng::with_seed(character.seed);
        let credentials = credentials(&mut rng);
        let controls = character.side == Side::Left || character.insists_on_control;
        let agent = IceAgent::new(credentials, controls, rng.u64(..))?;
        Ok(Self {
            character,
            agent,
            sockets,
            server,
            rng,
            gathering: Vec::new(),
            begun: false,
            done: false,
            own: Vec::new(),
            described: false,
            inbox: VecDeque::new(),
            outbox: Vec::new(),
            moments: Vec::new(),
            left_out: 0,
            last_list: Vec::new(),
            last_look: None,
            lines: 0,
            selected: None,
            error: None,
        })
    }

    /// Something to be heard later.
    pub(crate) fn hear(&mut self, at: Duration, signal: Signal) {
        self.inbox.push_back((at, signal));
    }

    /// What it told since it was last asked.
    pub(crate) fn take_told(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.outbox)
    }

    pub(crate) fn moments(&self) -> &[Moment] {
        &self.moments
    }

    pub(crate) fn own(&self) -> &[CandidateView] {
        &self.own
    }

    pub(crate) fn state(&self) -> State {
        self.agent.state()
    }

    /// The pair that it uses, and what there was to choose from.
    pub(crate) fn choice(&self) -> Option<&Choice> {
        self.selected.as_ref()
    }

    pub(crate) fn check_list(&self) -> Vec<PairView> {
        self.agent.check_list()
    }

    pub(crate) fn pair_count(&self) -> usize {
        self.agent.pair_count()
    }

    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// A moment that only the stage knows of.
    pub(crate) fn note(&mut self, at: Duration, what: What) {
        if self.moments.len() < Self::MOST_MOMENTS {
            self.moments.push(Moment { at, side: self.character.side, what });
        } else {
            self.left_out += 1;
        }
    }

    /// How many moments there were besides those that are kept.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The socket's own addresses are candidates at once; a server is asked for the others.
    fn gather(&mut self, now: Duration) -> Result<(), Error> {
        self.begun = true;
        self.done = false;
        for socket in self.sockets.clone() {
            self.found(now, candidate::host(socket)?)?;
            let id: [u8; 12] = std::array::from_fn(|_| self.rng.u8(..));
            self.gathering.push(Gathering::new(socket, id, now));
        }
        Ok(())
    }

    fn found(&mut self, now: Duration, candidate: rtc_ice::candidate::Candidate) -> Result<(), Error> {
        let view = CandidateView::of(&candidate);
        // RFC 8445 section 5.1.3: the same address and base as one that is known already.
        if self.own.iter().any(|known| (known.address, known.base) == (view.address, view.base)) {
            self.note(now, What::Redundant(view));
            return Ok(());
        }
        self.agent.add_local(candidate)?;
        self.own.push(view.clone());
        self.note(now, What::Gathered(view.clone()));
        if self.described && self.character.trickle && self.tells(&view) {
            let ufrag = self.agent.credentials().ufrag;
            self.outbox.push(Signal::Candidate { ufrag, line: view.line });
        }
        Ok(())
    }

    fn tells(&self, candidate: &CandidateView) -> bool {
        !(self.character.hide_hosts && candidate.kind == Kind::Host)
    }

    /// Takes the end of one Binding transaction.
    fn gathered(&mut self, now: Duration, base: SocketAddr, found: Found) -> Result<(), Error> {
        let mut failed = None;
        match found {
            Found::Mapped(mapped) => self.found(now, candidate::server_reflexive(mapped, base)?)?,
            Found::Nothing(why) => failed = Some(why.to_owned()),
        }
        if self.gathering.iter().all(|one| one.next().is_none()) {
            self.gathering.clear();
            self.done = true;
            self.note(now, What::GatheringDone(failed));
        }
        Ok(())
    }

    /// The offer goes out when it has something to say: at once, or with all candidates in it.
    fn describe(&mut self) -> Result<(), Error> {
        let ready = self.begun && (self.done || self.character.trickle);
        let answers = self.character.side == Side::Right;
        if self.described || !ready || answers && self.agent.remote_ufrag().is_none() {
            return Ok(());
        }
        self.described = true;
        let Credentials { ufrag, password } = self.agent.credentials();
        let candidates = self.own.iter().filter(|one| self.tells(one)).map(|one| one.line.clone()).collect();
        let description = Description { ufrag, password, candidates };
        self.outbox.push(if answers { Signal::Answer(description) } else { Signal::Offer(description) });
        Ok(())
    }

    fn listen(&mut self, now: Duration, signal: Signal) -> Result<(), Error> {
        match signal {
            Signal::Offer(description) => {
                self.note(now, What::Offered);
                if self.begun {
                    let own = credentials(&mut self.rng);
                    self.agent.restart(now, own)?;
                    self.note(now, What::Restarted);
                    self.selected = None;
                    self.described = false;
                } else {
                    self.gather(now)?;
                }
                self.meet(now, description)
            }
            Signal::Answer(description) => {
                self.note(now, What::Answered);
                self.meet(now, description)
            }
            // One of a session that is over.
            Signal::Candidate { ufrag, .. } if self.agent.remote_ufrag() != Some(&ufrag) => Ok(()),
            Signal::Candidate { line, .. } => self.told(now, &line),
        }
    }

    /// Begins to check: it has both sides' credentials.
    fn meet(&mut self, now: Duration, theirs: Description) -> Result<(), Error> {
        let credentials = Credentials { ufrag: theirs.ufrag, password: theirs.password };
        let controls = self.character.side == Side::Left || self.character.insists_on_control;
        self.agent.start(now, controls, credentials)?;
        theirs.candidates.iter().try_for_each(|line| self.told(now, line))
    }

    fn told(&mut self, now: Duration, line: &str) -> Result<(), Error> {
        if let Some(view) = self.agent.add_remote(line)? {
            self.note(now, What::Told(view));
        }
        Ok(())
    }

    /// New credentials for the same sockets and candidates (RFC 8445 section 9).
    fn restart(&mut self, now: Duration) -> Result<(), Error> {
        let own = credentials(&mut self.rng);
        self.agent.restart(now, own)?;
        self.note(now, What::Restarted);
        self.selected = None;
        self.described = false;
        Ok(())
    }

    fn due(&mut self, now: Duration, out: &mut Outbox) -> Result<(), Error> {
        if self.character.side == Side::Left && !self.begun {
            self.gather(now)?;
        }
        if self.character.restart_at.is_some_and(|at| at <= now) {
            self.character.restart_at = None;
            self.restart(now)?;
        }
        while let Some(at) = self.inbox.iter().position(|(at, _)| *at <= now) {
            if let Some((_, signal)) = self.inbox.remove(at) {
                self.listen(now, signal)?;
            }
        }
        let mut over = Vec::new();
        for one in &mut self.gathering {
            match one.wake(now) {
                Some(Ok(request)) => out.udp(one.base, self.server, request),
                Some(Err(found)) => over.push((one.base, found)),
                None => {}
            }
        }
        for (base, found) in over {
            self.gathered(now, base, found)?;
        }
        if self.agent.next().is_some_and(|at| at <= now) {
            if self.character.watched {
                // Before the first checks go out.
                self.look(now, false);
            }
            self.agent.wake(now);
        }
        Ok(())
    }

    fn arrived(&mut self, now: Duration, packet: &Packet) -> Result<(), Error> {
        let found = match &packet.payload {
            Payload::Udp(bytes) if packet.from == self.server => {
                self.gathering.iter_mut().find_map(|one| Some((one.base, one.answered(bytes)?)))
            }
            Payload::Udp(bytes) => {
                self.agent.receive(now, packet.to, packet.from, bytes);
                None
            }
            // The stack cannot be told of ICMP errors about its checks; RFC 8445 section 7.2.5.2.2 leaves it free.
            Payload::Icmp(icmp) if icmp.to == self.server => self
                .gathering
                .iter_mut()
                .find(|one| one.base == icmp.from)
                .and_then(|one| Some((one.base, one.unreachable()?))),
            Payload::Icmp(_) | Payload::Tcp(_) => None,
        };
        match found {
            Some((base, found)) => self.gathered(now, base, found),
            None => Ok(()),
        }
    }

    /// After anything happened: tells, sends, and writes down.
    fn after(&mut self, now: Duration, out: &mut Outbox, done: Result<(), Error>) {
        let described = done.and_then(|()| self.describe());
        if let Err(error) = described {
            self.error.get_or_insert(error);
        }
        while let Some((from, to, bytes)) = self.agent.transmit() {
            out.udp(from, to, bytes);
        }
        let mut selected = false;
        while let Some(told) = self.agent.told() {
            match told {
                Told::State(state) => self.note(now, What::State(state)),
                Told::Role(role) => self.note(now, What::Role(role)),
                Told::Selected => selected = true,
            }
        }
        if self.character.watched || selected {
            self.look(now, selected);
        }
    }

    fn look(&mut self, now: Duration, selected: bool) {
        let full = self.lines > Self::MOST_LINES;
        let crowded = self.agent.pair_count() > Self::CROWD && self.last_look == Some(now);
        if (full || crowded) && !selected {
            self.left_out += u64::from(full);
            return;
        }
        let list = self.agent.check_list();
        if selected && let Some(pair) = list.iter().find(|pair| pair.selected) {
            let controls = self.agent.controls();
            let choice = Choice { at: now, pair: pair.clone(), list: list.clone(), controls };
            self.note(now, What::Selected(Box::new(choice.pair.clone())));
            self.selected = Some(choice);
        }
        if self.character.watched && list != self.last_list {
            self.note_consent(now, &list);
            self.note(now, What::CheckList(list.clone()));
            self.last_look = Some(now);
            self.lines += list.len();
            self.last_list = list;
        }
    }

    fn note_consent(&mut self, now: Duration, list: &[PairView]) {
        let chosen = |list: &[PairView]| list.iter().find(|pair| pair.selected).cloned();
        let (Some(before), Some(after)) = (chosen(&self.last_list), chosen(list)) else { return };
        let addresses = |pair: &PairView| (pair.local.address, pair.remote.address);
        if addresses(&before) != addresses(&after) {
            return;
        }
        if after.consent_requests_sent > before.consent_requests_sent {
            self.note(now, What::ConsentAsked);
        }
        if after.responses_received > before.responses_received && before.consent_requests_sent > 0 {
            self.note(now, What::ConsentGiven);
        }
    }
}

impl Host for AgentHost {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        let done = self.arrived(now, &packet);
        self.after(now, out, done);
    }

    fn next_wake(&mut self) -> Option<Duration> {
        let begins = (self.character.side == Side::Left && !self.begun).then_some(Duration::ZERO);
        let heard = self.inbox.iter().map(|(at, _)| *at).min();
        let gathers = self.gathering.iter().filter_map(Gathering::next).min();
        let restarts = self.character.restart_at;
        let checks = self.agent.next();
        [begins, heard, gathers, restarts, checks].into_iter().flatten().min()
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        let done = self.due(now, out);
        self.after(now, out, done);
    }
}

/// Fixed by the seed, and long enough: 24 and 128 bits (RFC 8445 section 5.3) at six and more bits a character.
fn credentials(rng: &mut Rng) -> Credentials {
    let mut text = |length: usize| -> String { (0..length).map(|_| rng.alphanumeric()).collect() };
    Credentials { ufrag: text(8), password: text(24) }
}
