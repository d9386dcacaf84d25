//! The bad link, in virtual time: everything that can happen to a packet, from one seed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Emitter, Millis, NewEmitter, NewReceiver, Packet, Receiver, Story, show};
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
    Acknowledgment(usize, Packet),
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
    /// Loses a third, doubles some, and delays each by a time of its own, so that they overtake each other. Says
    /// what became of it.
    fn send(&mut self, now: Millis, make: impl Fn() -> Sent) -> &'static str {
        let copies = if self.chance.percent(33) { 0 } else { 1 + u64::from(self.chance.percent(20)) };
        for _ in 0..copies {
            self.sent += 1;
            let arrival = now + 10 + self.chance.below(150);
            self.on_its_way.insert((arrival, self.sent), make());
        }
        match copies {
            0 => ", lost",
            1 => "",
            _ => ", doubled",
        }
    }

    fn arrives(&mut self, now: Millis) -> Option<Sent> {
        let first = self.on_its_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }
}

/// Three senders and one receiver over this link, until all is delivered and acknowledged.
pub(super) fn run(
    exam: &Exam,
    seed: u64,
    emitter: NewEmitter<'_>,
    receiver: NewReceiver<'_>,
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

struct Run {
    emitters: Vec<Box<dyn Emitter>>,
    receiver: Box<dyn Receiver>,
    link: Link,
    /// Of each event, by its text: what happened to it.
    stories: BTreeMap<String, Story>,
    delivered: BTreeSet<String>,
    packets: usize,
}

impl Run {
    fn new(seed: u64, emitter: NewEmitter<'_>, receiver: NewReceiver<'_>) -> Self {
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
                self.reconnect(now);
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

    /// A connection ends, another begins: what was on its way is lost.
    fn reconnect(&mut self, now: Millis) {
        for sent in std::mem::take(&mut self.link.on_its_way).into_values() {
            let (what, packet) = match sent {
                Sent::Event(_, packet) => ("lost with its connection", packet),
                Sent::Acknowledgment(_, packet) => ("ack lost with its connection", packet),
            };
            self.stories
                .entry(packet.text.clone())
                .or_default()
                .say(now, &format!("{} {what}", show(&packet)));
        }
    }

    /// The senders' part of a step: what is new, and what is due again. Whether there was any.
    fn emit(&mut self, now: Millis) -> Result<bool, End> {
        let before = self.packets;
        for (at, emitter) in self.emitters.iter_mut().enumerate() {
            let mut packets = emitter.due(now);
            if now.is_multiple_of(EVERY) && now / EVERY < EVENTS {
                packets.push(emitter.emit(now, &format!("{} {}", SENDERS[at], now / EVERY)));
            }
            for packet in packets {
                self.packets += 1;
                let story = self.stories.entry(packet.text.clone()).or_default();
                let fate = self.link.send(now, || Sent::Event(at, packet.clone()));
                story.say(now, &format!("{} goes out{fate}", show(&packet)));
                if self.packets > MOST_PACKETS {
                    return Err(End {
                        story: story.clone(),
                        what: format!("packet {} in {now} ms", self.packets),
                        label: "a flood",
                        why: "so many packets for 60 events fill the link with repetitions. Each goes out 200 ms \
                              after it last did, and not at all once it is acknowledged",
                    });
                }
            }
        }
        Ok(self.packets > before)
    }

    fn arrive(&mut self, now: Millis, sent: Sent) -> Result<(), End> {
        let (at, packet) = match sent {
            Sent::Acknowledgment(at, packet) => {
                self.emitters[at].acknowledged(packet.id);
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
        let ack = match acknowledged {
            true => format!("ack{}", self.link.send(now, || Sent::Acknowledgment(at, packet.clone()))),
            false => "no ack".to_owned(),
        };
        story.say(now, &format!("{} arrives: {outcome}, {ack}", show(&packet)));
        for text in given {
            if takes && !self.delivered.insert(text) {
                return Err(End {
                    story: story.clone(),
                    what: "delivered twice".to_owned(),
                    label: "it was there before",
                    why: "an event is delivered once, however often it comes. The memory must hold every sender and id that was \
                          delivered, whatever came between",
                });
            }
        }
        Ok(())
    }

    /// An event that did not arrive, or one that is repeated for ever.
    fn unfinished(self) -> End {
        let lost = self.stories.iter().find(|(text, _)| !self.delivered.contains(*text));
        match lost.or(self.stories.iter().next()) {
            Some((_, story)) if lost.is_some() => End {
                story: story.clone(),
                what: "never delivered".to_owned(),
                label: "not in 60 s",
                why: "an event goes out again until its acknowledgment comes, and that goes out only when the \
                      application took it. With both, no event is lost on a link that sometimes works",
            },
            story => End {
                story: story.map(|(_, story)| story.clone()).unwrap_or_default(),
                what: "no silence".to_owned(),
                label: "still repeating after 60 s",
                why: "all events were delivered, and some are still repeated: each acknowledgment ends the repetition \
                      of its event, and each repetition must be acknowledged",
            },
        }
    }
}
