//! An SFU, its members, the wire between them, and the time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc::sansio::Protocol;
use sfu::signaling::{FromMember, ToMember};
use sfu::{Config, Datagram, Error, Event, Grant, Limits, Sfu};

use crate::client::Client;
use crate::source::Source;

/// How long a datagram is on its way.
const DELAY: Duration = Duration::from_millis(15);
/// The step of the clock.
const STEP: Duration = Duration::from_millis(5);
pub(crate) const ADDRESS: ([u8; 4], u16) = ([203, 0, 113, 5], 7000);

type Loss = Box<dyn FnMut(&Datagram) -> bool>;

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) sfu: Sfu,
    pub(crate) clients: Vec<Client>,
    wire: VecDeque<(Instant, Datagram)>,
    pub(crate) loss: Loss,
    ports: u16,
    steps: u64,
    /// Bits a second that the path to the members has room for, and until when what was sent takes it.
    pub(crate) room: Option<u64>,
    busy: Instant,
}

pub(crate) fn layers(ssrc: u32) -> Vec<Source> {
    vec![
        Source::video(ssrc, "q", 1, (320, 180)),
        Source::video(ssrc + 1, "h", 2, (640, 360)),
        Source::video(ssrc + 2, "f", 5, (1280, 720)),
    ]
}

/// Media, not what sets it up.
pub(crate) fn is_rtp(datagram: &Datagram) -> bool {
    datagram.bytes.first().is_some_and(|first| (128..192).contains(first))
        && datagram.bytes.get(1).is_some_and(|second| !(192..224).contains(second))
}

/// Loses so many of a hundred packets of media, always the same ones.
pub(crate) fn lossy(percent: u64) -> Loss {
    let mut state = 88_172_645_463_325_252_u64;
    Box::new(move |datagram| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        is_rtp(datagram) && state % 100 < percent
    })
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            now,

            sfu: Sfu::new(Config { address: SocketAddr::from(ADDRESS), limits }),
            clients: Vec::new(),
            wire: VecDeque::new(),
            loss: Box::new(|_| false),
            ports: 40_000,
            steps: 0,
            room: None,
            busy: now,
        }
    }

    /// A grant for so long.
    pub(crate) fn grant(&self, seconds: u64) -> Grant {
        let end = self.now + Duration::from_secs(seconds);
        Grant { join: end, audio: Some(end), video: Some(end), data: Some(end) }
    }

    /// Somebody joins, and offers a data channel only.
    pub(crate) fn join(&mut self, uid: &str) -> usize {
        self.join_with(uid, self.grant(3600))
    }

    pub(crate) fn join_with(&mut self, uid: &str, grant: Grant) -> usize {
        let id = self.sfu.join("demo", uid, grant, None, self.now).unwrap();
        self.ports += 2;
        self.clients.push(Client::new(uid, id, self.ports, self.now));
        self.pump();
        self.offer(self.clients.len() - 1).unwrap();
        self.clients.len() - 1
    }

    /// Somebody joins and publishes sound, and pictures in three layers.
    pub(crate) fn join_publishing(&mut self, uid: &str) -> usize {
        let at = self.join(uid);
        let ssrc = 1000 * (at as u32 + 1);
        self.clients[at].publish(vec![Source::audio(ssrc)]);
        self.clients[at].publish(layers(ssrc + 1));
        self.offer(at).unwrap();
        at
    }

    pub(crate) fn offer(&mut self, at: usize) -> Result<(), Error> {
        let sdp = self.clients[at].offer(self.now);
        self.say(at, FromMember::Offer { sdp })
    }

    pub(crate) fn say(&mut self, at: usize, message: FromMember) -> Result<(), Error> {
        let said = self.sfu.say(self.clients[at].id, message, self.now);
        self.pump();
        said
    }

    pub(crate) fn prefer(&mut self, at: usize, uid: &str, layer: &str) {
        self.say(at, FromMember::Prefer { uid: uid.to_owned(), layer: layer.to_owned() }).unwrap();
    }

    pub(crate) fn run(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while self.now < end {
            self.step();
        }
    }

    /// Lets nothing be published any more, and what is on its way arrive.
    pub(crate) fn settle(&mut self) {
        for source in self.clients.iter_mut().flat_map(|client| &mut client.sources) {
            source.paused = true;
        }
        self.loss = Box::new(|_| false);
        self.run(2000);
    }

    fn step(&mut self) {
        self.now += STEP;
        self.steps += 1;
        while self.wire.front().is_some_and(|(at, _)| *at <= self.now) {
            let Some((_, datagram)) = self.wire.pop_front() else { break };
            self.deliver(&datagram);
        }
        if self.sfu.poll_timeout().is_some_and(|at| at <= self.now) {
            self.sfu.handle_timeout(self.now);
        }
        for client in self.clients.iter_mut().filter(|client| client.alive) {
            for connection in [&mut client.up, &mut client.down] {
                if connection.stack.poll_timeout().is_some_and(|at| at <= self.now) {
                    let _ = connection.stack.handle_timeout(self.now);
                }
            }
        }
        self.publish();
        self.pump();
    }

    fn publish(&mut self) {
        for client in self.clients.iter_mut().filter(|client| client.alive && client.up.state == "connected")
        {
            for source in client.sources.iter_mut().filter(|source| !source.paused) {
                let every = if source.frame == 0 { 4 } else { 7 };
                if self.steps.is_multiple_of(every) {
                    source.next().into_iter().for_each(|packet| client.up.write(packet, self.now));
                }
            }
        }
    }

    fn deliver(&mut self, datagram: &Datagram) {
        if datagram.to == SocketAddr::from(ADDRESS) {
            self.sfu.handle(datagram, self.now);
            return;
        }
        for client in self.clients.iter_mut().filter(|client| client.alive) {
            for connection in [&mut client.up, &mut client.down] {
                if connection.outside == datagram.to {
                    connection.receive(datagram, self.now);
                }
            }
        }
    }

    /// Puts everything on the wire that stands ready, and passes messages.
    pub(crate) fn pump(&mut self) {
        let due = self.now + DELAY;
        while let Some((_, datagram)) = self.sfu.poll_transmit() {
            let due = match self.room {
                Some(room) => {
                    let bits = (datagram.bytes.len() as u64 + 28) * 8;
                    self.busy = self.busy.max(self.now) + Duration::from_nanos(bits * 1_000_000_000 / room);
                    // A queue of 300 ms; what finds it full is lost.
                    if self.busy > self.now + Duration::from_millis(300) {
                        self.busy -= Duration::from_nanos(bits * 1_000_000_000 / room);
                        continue;
                    }
                    self.busy + DELAY
                }
                None => due,
            };
            if !(self.loss)(&datagram) {
                self.wire.push_back((due, datagram));
            }
        }
        for client in self.clients.iter_mut().filter(|client| client.alive) {
            client.notice();
            for connection in [&mut client.up, &mut client.down] {
                while let Some(datagram) = connection.transmit() {
                    if !(self.loss)(&datagram) {
                        self.wire.push_back((due, datagram));
                    }
                }
            }
        }
        if self.room.is_some() {
            self.wire.make_contiguous().sort_by_key(|(at, _)| *at);
        }
        while let Some(event) = self.sfu.poll_event() {
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Tell(id, message) => {
                let Some(client) = self.clients.iter_mut().find(|client| client.id == id) else { return };
                if let Some(sdp) = client.hear(message, self.now) {
                    self.sfu.say(id, FromMember::Answer { sdp }, self.now).unwrap();
                }
            }
            Event::Gone(id) => {
                for client in self.clients.iter_mut().filter(|client| client.id == id) {
                    client.gone = true;
                }
            }
            _ => {}
        }
    }

    pub(crate) fn view(&mut self) -> sfu::view::View {
        self.sfu.view("demo", self.now).unwrap()
    }

    /// Who spoke, as a member was told.
    pub(crate) fn speakers(&self, at: usize) -> Vec<Option<String>> {
        let told = self.clients[at].told.iter().filter_map(|message| match message {
            ToMember::Speaker { uid } => Some(uid.clone()),
            _ => None,
        });
        told.collect()
    }
}
