//! An emitter that repeats and a receiver that remembers, over a link that loses, doubles and reorders.

mod link;

use wire::Spec;

use super::specs::{ACKNOWLEDGEMENT, GUARANTEES};
use crate::{Case, Exam, Failure, Reason};

/// One event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who sends it: the same name over all its connections.
    pub sender: &'static str,
    /// Its number, which the sender chose.
    pub id: u64,
    /// What the application said.
    pub text: String,
}

/// Milliseconds since the link began.
pub type Millis = u64;

/// An event that is not acknowledged goes out again so long after it last did.
pub const RETRY_AFTER: Millis = 200;

/// So much of what happened, and of what the student answered, fits on a line of 80 columns.
const ROOM: usize = 58;

/// What the student writes: the side that sends.
pub trait Emitter {
    /// The application emits `text`: what goes out now.
    fn emit(&mut self, now: Millis, text: &str) -> Packet;
    /// The event of that id was acknowledged.
    fn acknowledged(&mut self, id: u64);
    /// What must go out again now.
    fn due(&mut self, now: Millis) -> Vec<Packet>;
}

/// What the student writes: the side that receives.
pub trait Receiver {
    /// A packet came on a connection. `deliver` hands a text to the application and says whether it took it. The
    /// answer is whether to acknowledge the packet.
    fn receive(&mut self, connection: u32, packet: &Packet, deliver: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// Makes the side that sends, by its name.
type NewEmitter<'n> = &'n dyn Fn(&'static str) -> Box<dyn Emitter>;
/// Makes the side that receives.
type NewReceiver<'n> = &'n dyn Fn() -> Box<dyn Receiver>;

/// Tries each rule alone, then all of them over a bad link, in virtual time.
///
/// # Errors
/// The first rule that does not hold.
pub fn check<E: Emitter + 'static, R: Receiver + 'static>(
    exam: &Exam,
    emitter: fn(&'static str) -> E,
    receiver: fn() -> R,
) -> Result<(), Box<Failure>> {
    // Boxed, so that the rest is compiled here and not with each save of a student's file.
    all(exam, &|name| Box::new(emitter(name)), &|| Box::new(receiver()))
}

fn all(exam: &Exam, emitter: NewEmitter<'_>, receiver: NewReceiver<'_>) -> Result<(), Box<Failure>> {
    repeats(exam, &mut *emitter("ping"))?;
    rests(exam, &mut *emitter("ping"))?;
    does_not_give_up(exam, &mut *emitter("ping"))?;
    delivers(exam, &mut *receiver())?;
    for seed in 1..=5 {
        link::run(exam, seed, emitter, receiver)?;
    }
    Ok(())
}

/// What happened so far, a line for each, and the last one open for what comes.
#[derive(Clone, Default)]
pub(super) struct Story(String);

impl Story {
    pub(super) fn say(&mut self, now: Millis, what: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0 += &format!("{now:>5} ms  {what}");
    }

    fn case<'e>(&self, exam: &'e Exam, name: &str, expected: &str, spec: Spec) -> Case<'e> {
        exam.case(name, self.0.as_bytes(), expected, spec).text()
    }

    /// The story, this added to its last line and pointed at.
    fn fails(&self, case: Case<'_>, answer: &str, label: &str, spec: Spec, why: &str) -> Box<Failure> {
        let (before, last) = self
            .0
            .rsplit_once('\n')
            .map_or(("", &*self.0), |(_, last)| (&self.0[..self.0.len() - last.len()], last));
        // On a line of its own, where there is no room beside what happened.
        let arrow =
            if last.len() + answer.len() > ROOM { format!("\n{:>11}", "-> ") } else { " -> ".to_owned() };
        let bytes = format!("{before}{last:<36}{arrow}{answer}").into_bytes();
        let reason = Reason::new(spec, why).at(bytes.len() - answer.len()..bytes.len(), label);
        let mut failure = case.wrong(answer, reason);
        failure.bytes = bytes;
        failure
    }
}

pub(super) fn show(packet: &Packet) -> String {
    format!("{}/{} {:?}", packet.sender, packet.id, packet.text)
}

fn show_all(packets: &[Packet]) -> String {
    if packets.is_empty() {
        return "nothing".to_owned();
    }
    packets.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// Two events, no answer: both go out again in time, as they were.
fn repeats(exam: &Exam, emitter: &mut dyn Emitter) -> Result<(), Box<Failure>> {
    let name = "an event that nobody acknowledges";
    let mut story = Story::default();
    story.say(0, "ping emits \"hi\"");
    let case = story.case(exam, name, "a packet of ping, \"hi\"", GUARANTEES);
    let first = case.ask(|| emitter.emit(0, "hi"))?;
    if (first.sender, first.text.as_str()) != ("ping", "hi") {
        let why =
            "a packet says who sends it and what: the name that the emitter was made with, and the text";
        return Err(story.fails(case, &show(&first), "not what was emitted", GUARANTEES, why));
    }
    story.0 += &format!(", as {}", show(&first));
    story.say(50, "ping emits \"hi\" once more");
    let case = story.case(exam, name, "another id", GUARANTEES);
    let second = case.ask(|| emitter.emit(50, "hi"))?;
    if second.id == first.id {
        let why = "these are two events, though they say the same: with one id, the receiver takes the second for a \
                   repetition of the first and drops it";
        return Err(story.fails(case, &show(&second), "the same id", GUARANTEES, why));
    }
    story.0 += &format!(", as {}", show(&second));
    for (now, expected) in [
        (100, vec![]),
        (200, vec![&first]),
        (220, vec![]),
        (250, vec![&second]),
        (399, vec![]),
        (400, vec![&first]),
    ] {
        story.say(now, "what is due?");
        let expected: Vec<Packet> = expected.into_iter().cloned().collect();
        let case = story.case(exam, name, &show_all(&expected), GUARANTEES);
        let due = case.ask(|| emitter.due(now))?;
        if due != expected {
            let (label, why) = not_due(&expected, &due);
            return Err(story.fails(case, &show_all(&due), label, GUARANTEES, why));
        }
        story.0 += &format!(" {}", show_all(&expected));
    }
    Ok(())
}

fn not_due(expected: &[Packet], due: &[Packet]) -> (&'static str, &'static str) {
    match (expected, due) {
        ([right], [other]) if right.text == other.text && right.id != other.id => (
            "a new id",
            "the id tells the receiver that this is the same event again. With a new one it is a new event, and is \
             delivered once more: a repetition is the packet as it was",
        ),
        ([], [_, ..]) => (
            "too early",
            "the answer may still be on its way. An event goes out again 200 ms after it last went out, first time or \
             repetition; each has a time of its own",
        ),
        ([_], []) => (
            "overdue",
            "200 ms have passed since this went out last, and no acknowledgment came: the event or its acknowledgment \
             was lost. The sender cannot know which, so it sends again, and again",
        ),
        _ => ("not what is due", "each event is due 200 ms after it last went out, and only then"),
    }
}

/// An acknowledged event is not repeated, the others are.
fn rests(exam: &Exam, emitter: &mut dyn Emitter) -> Result<(), Box<Failure>> {
    let name = "one of two events is acknowledged";
    let mut story = Story::default();
    story.say(0, "ping emits \"a\", then \"b\"");
    let case = story.case(exam, name, "two packets", GUARANTEES);
    let (one, two) = case.ask(|| (emitter.emit(0, "a"), emitter.emit(0, "b")))?;
    story.say(90, &format!("the acknowledgment of ping/{} comes, twice", one.id));
    story.say(100, "one comes that nobody asked for: 999999");
    let case = story.case(exam, name, "no answer needed", ACKNOWLEDGEMENT);
    case.ask(|| {
        emitter.acknowledged(one.id);
        emitter.acknowledged(one.id);
        emitter.acknowledged(999_999);
    })?;
    story.say(200, "what is due?");
    let case = story.case(exam, name, &show_all(std::slice::from_ref(&two)), GUARANTEES);
    let due = case.ask(|| emitter.due(200))?;
    let (label, why) = match due.as_slice() {
        [only] if *only == two => return Ok(()),
        [] => (
            "one event is forgotten",
            "an acknowledgment is for the event whose id it brings, and for no other. \"b\" is still open",
        ),
        due if due.contains(&one) => (
            "acknowledged, and not due",
            "an acknowledgment ends the repetition of its event. Otherwise the link fills with events that have long \
             arrived",
        ),
        _ => ("not what is due", "only the event that is not acknowledged is due, with the id it had"),
    };
    Err(story.fails(case, &show_all(&due), label, GUARANTEES, why))
}

/// However long the link is down.
fn does_not_give_up(exam: &Exam, emitter: &mut dyn Emitter) -> Result<(), Box<Failure>> {
    let mut story = Story::default();
    story.say(0, "ping emits \"hi\"");
    let case = story.case(exam, "a link that is down for ten seconds", "a packet", GUARANTEES);
    let packet = case.ask(|| emitter.emit(0, "hi"))?;
    for now in (200..=10_000).step_by(200) {
        let mut story = story.clone();
        story.say(now, "what is due?");
        let expected = show_all(std::slice::from_ref(&packet));
        let case = story.case(exam, "a link that is down for ten seconds", &expected, GUARANTEES);
        let due = case.ask(|| emitter.due(now))?;
        if due != [packet.clone()] {
            let why = "at least once means until it is acknowledged. A sender that gives up offers less, and must \
                       then tell its application: Socket.IO's `retries` does so";
            return Err(story.fails(case, &show_all(&due), "given up", GUARANTEES, why));
        }
    }
    Ok(())
}

/// A packet arrives: on which connection, which packet, whether the application takes it; then how often it is
/// delivered and whether it is acknowledged; and what is wrong otherwise.
struct Arrival {
    connection: u32,
    packet: (&'static str, u64, &'static str),
    takes: bool,
    delivered: usize,
    acknowledged: bool,
    what: &'static str,
    /// Why it must be delivered, or must not.
    deliver: &'static str,
    /// Why it must be acknowledged, or must not.
    acknowledge: &'static str,
}

const NEW: Arrival = Arrival {
    connection: 1,
    packet: ("ping", 0, "hi"),
    takes: true,
    delivered: 1,
    acknowledged: true,
    what: "",
    deliver: "an event that was not seen before is delivered",
    acknowledge: "the application has it: now the sender may forget it, and only an acknowledgment tells it so",
};

const AGAIN: Arrival = Arrival {
    delivered: 0,
    what: " again",
    deliver: "the application has had this event. The link doubled it, or its acknowledgment was lost: it is the same \
              sender and the same id, so it is not delivered again",
    acknowledge: "a repetition says that the sender does not know. Most often the first acknowledgment was lost; \
                  without another one the event comes again, for ever",
    ..NEW
};

const ARRIVALS: [Arrival; 11] = [
    NEW,
    AGAIN,
    Arrival {
        packet: ("ping", 2, "ho"),
        deliver: "id 2 before id 1: the link has overtaken. This task promises no order, so what comes is delivered \
                  when it comes",
        ..NEW
    },
    Arrival {
        packet: ("ping", 1, "hey"),
        deliver: "id 1 after id 2 was overtaken on its way, and was never seen: to have seen a later one says nothing \
                  about it",
        ..NEW
    },
    Arrival {
        packet: ("ping", 2, "ho"),
        deliver: "ping/2 was delivered, and others came since. A link that doubles may deliver the double late: every \
                  id counts, not the last one alone",
        ..AGAIN
    },
    Arrival {
        packet: ("ping", 3, "hi"),
        deliver: "the text was there before, and the id was not: this is a new event. Two people may say hi",
        ..NEW
    },
    Arrival {
        connection: 2,
        packet: ("pang", 0, "hi"),
        what: "",
        deliver: "each sender counts for itself. pang's event 0 is not ping's event 0",
        ..NEW
    },
    Arrival {
        connection: 3,
        what: " again, reconnected",
        deliver: "ping came back on another connection and repeats what it has no acknowledgment for. The memory \
                  belongs to the sender and not to the connection: that is what a repetition is for",
        ..AGAIN
    },
    Arrival {
        packet: ("ping", 4, "full"),
        takes: false,
        what: ", no room",
        acknowledge: "the application did not take it. An acknowledgment would say that it is done, the sender would \
                      forget the event, and it would be lost: first deliver, then acknowledge",
        acknowledged: false,
        ..NEW
    },
    Arrival {
        packet: ("ping", 4, "full"),
        what: " again, room now",
        deliver: "it came before, and the application did not take it: it was never delivered. Only what was \
                  delivered belongs into the memory",
        ..NEW
    },
    Arrival { packet: ("ping", 4, "full"), ..AGAIN },
];

fn delivers(exam: &Exam, receiver: &mut dyn Receiver) -> Result<(), Box<Failure>> {
    let mut story = Story::default();
    for (now, arrival) in (0..).step_by(10).zip(ARRIVALS) {
        let (sender, id, text) = arrival.packet;
        let packet = Packet { sender, id, text: text.to_owned() };
        story.say(now, &format!("{}{}", show(&packet), arrival.what));
        let expected = outcome(arrival.delivered, arrival.acknowledged, arrival.takes);
        let case = story.case(exam, "packets arrive", &expected, GUARANTEES);
        let mut given = Vec::new();
        let acknowledged = case.ask(|| {
            receiver.receive(arrival.connection, &packet, &mut |text| {
                given.push(text.to_owned());
                arrival.takes
            })
        })?;
        let returned = outcome(given.len(), acknowledged, arrival.takes);
        if given.iter().any(|given| given != text) {
            let why = "the application gets the text of the packet, and nothing else";
            return Err(story.fails(case, &format!("delivered {given:?}"), "another text", GUARANTEES, why));
        } else if given.len() != arrival.delivered {
            let label = if given.len() > arrival.delivered { "one too many" } else { "not delivered" };
            return Err(story.fails(case, &returned, label, GUARANTEES, arrival.deliver));
        } else if acknowledged != arrival.acknowledged {
            let label = if acknowledged { "acknowledged" } else { "not acknowledged" };
            return Err(story.fails(case, &returned, label, ACKNOWLEDGEMENT, arrival.acknowledge));
        }
        story.0 += &format!(": {expected}");
    }
    Ok(())
}

fn outcome(delivered: usize, acknowledged: bool, takes: bool) -> String {
    let delivered = match (delivered, takes) {
        (0, _) => "not delivered".to_owned(),
        (1, true) => "delivered".to_owned(),
        (1, false) => "offered, not taken".to_owned(),
        (times, _) => format!("delivered {times} times"),
    };
    format!("{delivered}, {}", if acknowledged { "ack" } else { "no ack" })
}
