//! The bad link, in virtual time: everything that can happen to a packet, from one seed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Emitter, Millis, Packet, Receiver, Story, show};
use crate::socketio::specs::GUARANTEES;
use crate::{Exam, Failure};

const SENDERS: [&str; 3] = ["ping", "pang", "peng"];
/// Each sender emits so many events, one in each of so many milliseconds.
const EVENTS: u64 = 20;
const EVERY: Millis = 70;
const STEP: Millis = 10;
/// A connection lasts so long; what is on its way when it ends is lost.
const CONNECTION: Millis = 900;
/// Nothing was repeated for so long: nothing will be.
const SILENCE: Millis = 500;
/// With a third of all packets lost an event is through in seconds.
const PATIENCE: Millis = 60_000;
/// What a sender that repeats every 200 ms needs, several times over.
const MOST_PACKETS: usize = 6_000;

/// What is on its way.
enum Sent {
    Event(usize, Packet),
    Acknowledgment(usize, u64),
}

struct Link {
    chance: Chance,
    /// By arrival, then by a number that keeps two of the same time apart.
    on_its_way: BTreeMap<(Millis, u64), Sent>,
    sent: u64,
}

/// A small generator of numbers that look random (xorshift): the same seed, the same link.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

impl Link {
    /// Loses a third, doubles some, and delays each by a time of its own, so that they overtake each other.
    fn send(&mut self, now: Millis, make: impl Fn() -> Sent) {
        let copies = if self.chance.percent(33) { 0 } else { 1 + u64::from(self.chance.percent(20)) };
        for _ in 0..copies {
            self.sent += 1;
            let arrival = now + 10 + self.chance.below(150);
            self.on_its_way.insert((arrival, self.sent), make());
        }
    }

    fn arrives(&mut self, now: Millis) -> Option<Sent> {
        let first = self.on_its_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }
}

/// Three senders and one receiver over this link, until all is delivered and acknowledged.
pub(super) fn run<E: Emitter, R: Receiver>(
    exam: &Exam,
    seed: u64,
    emitter: fn(&'static str) -> E,
    receiver: fn() -> R,
) -> Result<(), Box<Failure>> {
    let name = format!("a bad link (seed {seed}): 3 senders, 60 events, a third of all packets lost");
    let story = Story::default();
    let case = story.case(exam, &name, "each event once, then silence", GUARANTEES);
    let ran = case.ask(|| Run::new(seed, emitter, receiver).run())?;
    match ran {
        Ok(()) => Ok(()),
        Err(end) => Err(end.story.fails(case, &end.what, end.label, GUARANTEES, end.why)),
    }
}

/// How it ended, where not well.
struct End {
    story: Story,
    what: String,
    label: &'static str,
    why: &'static str,
}

struct Run<E, R> {
    emitters: Vec<E>,
    receiver: R,
    link: Link,
    /// Of each event, by its text: what happened to it.
    stories: BTreeMap<String, Story>,
    delivered: BTreeSet<String>,
    packets: usize,
}

impl<E: Emitter, R: Receiver> Run<E, R> {
    fn new(seed: u64, emitter: fn(&'static str) -> E, receiver: fn() -> R) -> Self {
        let chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            emitters: SENDERS.map(emitter).into_iter().collect(),
            receiver: receiver(),
            link: Link { chance, on_its_way: BTreeMap::new(), sent: 0 },
            stories: BTreeMap::new(),
            delivered: BTreeSet::new(),
            packets: 0,
        }
    }

    fn run(mut self) -> Result<(), End> {
        let mut active = 0;
        for now in (0..PATIENCE).step_by(STEP as usize) {
            if now.is_multiple_of(CONNECTION) {
                self.link.on_its_way.clear();
            }
            if self.emit(now)? || !self.link.on_its_way.is_empty() {
                active = now;
            }
            while let Some(sent) = self.link.arrives(now) {
                self.arrive(now, sent)?;
            }
            let all = self.delivered.len() as u64 == EVENTS * SENDERS.len() as u64;
            if all && now > active + SILENCE {
                return Ok(());
            }
        }
        Err(self.unfinished())
    }

    /// The senders' part of a step: what is new, and what is due again. Whether there was any.
    fn emit(&mut self, now: Millis) -> Result<bool, End> {
        let before = self.packets;
        for (at, emitter) in self.emitters.iter_mut().enumerate() {
            let mut packets = emitter.due(now);
            if now.is_multiple_of(EVERY) && now / EVERY < EVENTS {
                packets.push(emitter.emit(now, &format!("{} says {}", SENDERS[at], now / EVERY)));
            }
            for packet in packets {
                self.packets += 1;
                let story = self.stories.entry(packet.text.clone()).or_default();
                story.say(now, &format!("{} goes out", show(&packet)));
                if self.packets > MOST_PACKETS {
                    return Err(End {
                        story: story.clone(),
                        what: format!("packet {} in {now} ms", self.packets),
                        label: "a flood",
                        why: "so many packets for 60 events fill the link with repetitions. Each goes out 200 ms \
                              after it last did, and not at all once it is acknowledged",
                    });
                }
                self.link.send(now, || Sent::Event(at, packet.clone()));
            }
        }
        Ok(self.packets > before)
    }

    fn arrive(&mut self, now: Millis, sent: Sent) -> Result<(), End> {
        let (at, packet) = match sent {
            Sent::Acknowledgment(at, id) => {
                self.emitters[at].acknowledged(id);
                return Ok(());
            }
            Sent::Event(at, packet) => (at, packet),
        };
        let connection = (now / CONNECTION) as u32 * SENDERS.len() as u32 + at as u32;
        let takes = !self.link.chance.percent(10);
        let mut given = Vec::new();
        let acknowledged = self.receiver.receive(connection, &packet, &mut |text| {
            given.push(text.to_owned());
            takes
        });
        let story = self.stories.entry(packet.text.clone()).or_default();
        let outcome = match (given.len(), takes) {
            (0, _) => "not delivered",
            (_, true) => "delivered",
            (_, false) => "offered, not taken",
        };
        let ack = if acknowledged { "ack" } else { "no ack" };
        story.say(now, &format!("{} arrives: {outcome}, {ack}", show(&packet)));
        for text in given {
            if takes && !self.delivered.insert(text) {
                return Err(End {
                    story: story.clone(),
                    what: "for the second time".to_owned(),
                    label: "delivered twice",
                    why: "this event was delivered before. The memory must hold every sender and id that was \
                          delivered, whatever came between",
                });
            }
        }
        if acknowledged {
            self.link.send(now, || Sent::Acknowledgment(at, packet.id));
        }
        Ok(())
    }

    /// An event that did not arrive, or one that is repeated for ever.
    fn unfinished(self) -> End {
        let lost = self.stories.iter().find(|(text, _)| !self.delivered.contains(*text));
        match lost.or(self.stories.iter().next()) {
            Some((_, story)) if lost.is_some() => End {
                story: story.clone(),
                what: "not delivered after 60 s".to_owned(),
                label: "lost",
                why: "an event goes out again until its acknowledgment comes, and that goes out only when the \
                      application took it. With both, no event is lost on a link that sometimes works",
            },
            story => End {
                story: story.map(|(_, story)| story.clone()).unwrap_or_default(),
                what: "no silence after 60 s".to_owned(),
                label: "still repeating",
                why: "all events were delivered, and some are still repeated: each acknowledgment ends the repetition \
                      of its event, and each repetition must be acknowledged",
            },
        }
    }
}
