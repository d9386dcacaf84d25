//! A client that moves from polling to WebSocket and loses nothing: Engine.IO 4, Upgrade.

mod mistakes;

use super::specs::UPGRADE;
use crate::{Exam, Failure, Reason};

/// What happens to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The handshake was answered: there is a session, and the server offers an upgrade to WebSocket or does not.
    Opened {
        /// Whether "websocket" stands in its `upgrades`.
        websocket: bool,
    },
    /// The application wants to send this text.
    Send(&'static str),
    /// The GET was answered, with these packets.
    Polled(&'static [&'static str]),
    /// The POST was answered: "ok".
    Posted,
    /// The WebSocket is open.
    Connected,
    /// A packet came on the WebSocket.
    Frame(&'static str),
    /// The WebSocket could not be opened, or is closed.
    Lost,
}

/// What the client does about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends a GET, which the server answers when it has packets.
    Poll,
    /// Sends a POST with these packets.
    Post(Vec<String>),
    /// Opens a WebSocket with the same session id.
    Connect,
    /// Sends a packet on the WebSocket.
    Frame(String),
    /// Closes the WebSocket.
    Close,
    /// Hands a text to the application.
    Deliver(String),
    /// Tells the application that the session is over.
    End,
}

/// What the student writes: a client without a socket and without a clock.
pub trait Machine {
    /// What is to be done, in order.
    fn handle(&mut self, event: Event) -> Vec<Action>;
}

/// How far the upgrade is, as the script knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Polling,
    Probing,
    Draining,
    WebSocket,
}

/// A step: what happens, and what is to be done about it.
type Step = (Event, Vec<Action>);

/// Plays several sessions with the student's client.
///
/// # Errors
/// The first event that it did not answer as it should.
pub fn check<M: Machine + 'static>(exam: &Exam, new: fn() -> M) -> Result<(), Box<Failure>> {
    // Boxed, so that the rest is compiled here and not with each save of a student's file.
    play(exam, &|| Box::new(new()))
}

fn play(exam: &Exam, new: &dyn Fn() -> Box<dyn Machine>) -> Result<(), Box<Failure>> {
    for (title, steps) in stories() {
        let mut client = new();
        let mut story = Story::default();
        for (event, right) in steps {
            story.happens(&event);
            let case = exam.case(title, story.text.as_bytes(), words(&right), UPGRADE).text();
            let at = story.event.clone();
            let case = case.at(at, "what happens now");
            let returned = case.ask(|| client.handle(event.clone()))?;
            if by_channel(&returned) != by_channel(&right) {
                let (place, reason) = story.explain(&event, &right, &returned);
                let mut failure = case.wrong(words(&returned), reason);
                failure.bytes = place;
                return Err(failure);
            }
            story.answered(&right);
        }
    }
    Ok(())
}

fn stories() -> Vec<(&'static str, Vec<Step>)> {
    use Event::{Connected, Frame, Lost, Opened, Polled, Posted, Send};
    let post = |packets: &[&str]| Action::Post(packets.iter().map(|packet| (*packet).to_owned()).collect());
    let frame = |packet: &str| Action::Frame(packet.to_owned());
    let deliver = |text: &str| Action::Deliver(text.to_owned());
    let poll = || Action::Poll;
    let probing = || {
        vec![(Opened { websocket: true }, vec![poll(), Action::Connect]), (Connected, vec![frame("2probe")])]
    };
    let upgraded = || {
        let rest = [(Frame("3probe"), vec![]), (Polled(&["6"]), vec![frame("5")])];
        probing().into_iter().chain(rest).collect::<Vec<_>>()
    };
    let then = |start: Vec<Step>, rest: Vec<Step>| start.into_iter().chain(rest).collect::<Vec<_>>();
    vec![
        ("a server that offers no upgrade", {
            vec![
                (Opened { websocket: false }, vec![poll()]),
                (Polled(&["4hi"]), vec![deliver("hi"), poll()]),
                (Polled(&["4x", "2", "4y"]), vec![deliver("x"), deliver("y"), post(&["3"]), poll()]),
                (Send("a"), vec![]),
                (Send("b"), vec![]),
                (Posted, vec![post(&["4a", "4b"])]),
                (Posted, vec![]),
            ]
        }),
        ("an upgrade while nobody speaks", {
            then(
                upgraded(),
                vec![
                    (Frame("4hi"), vec![deliver("hi")]),
                    (Frame("2"), vec![frame("3")]),
                    (Send("ho"), vec![frame("4ho")]),
                ],
            )
        }),
        ("an application that speaks while the probe is on its way", {
            then(
                probing(),
                vec![
                    (Send("a"), vec![post(&["4a"])]),
                    (Polled(&["4b", "2"]), vec![deliver("b"), poll()]),
                    (Send("c"), vec![]),
                    (Posted, vec![post(&["3", "4c"])]),
                    (Posted, vec![]),
                ],
            )
        }),
        ("an upgrade with a GET and a POST on their way", {
            then(
                probing(),
                vec![
                    (Send("a"), vec![post(&["4a"])]),
                    (Frame("3probe"), vec![]),
                    (Send("b"), vec![]),
                    (Polled(&["4x", "2"]), vec![deliver("x")]),
                    (Send("c"), vec![]),
                    (Posted, vec![frame("5"), frame("4b"), frame("3"), frame("4c")]),
                    (Frame("2"), vec![frame("3")]),
                    (Send("d"), vec![frame("4d")]),
                ],
            )
        }),
        ("a WebSocket that cannot be opened: a proxy is in the way", {
            vec![
                (Opened { websocket: true }, vec![poll(), Action::Connect]),
                (Lost, vec![]),
                (Polled(&["4x"]), vec![deliver("x"), poll()]),
                (Send("a"), vec![post(&["4a"])]),
            ]
        }),
        ("a probe with another answer", {
            then(
                probing(),
                vec![
                    (Frame("3other"), vec![Action::Close]),
                    (Lost, vec![]),
                    (Polled(&["6"]), vec![poll()]),
                    (Send("a"), vec![post(&["4a"])]),
                ],
            )
        }),
        ("a WebSocket that is lost while polling is paused", {
            then(
                probing(),
                vec![
                    (Send("a"), vec![post(&["4a"])]),
                    (Frame("3probe"), vec![]),
                    (Polled(&["6"]), vec![]),
                    (Send("b"), vec![]),
                    (Lost, vec![poll()]),
                    (Posted, vec![post(&["4b"])]),
                    (Polled(&["4x"]), vec![deliver("x"), poll()]),
                ],
            )
        }),
        ("a WebSocket that is lost after the upgrade", then(upgraded(), vec![(Lost, vec![Action::End])])),
    ]
}

/// What happened so far, as text, and what the script knows of it.
struct Story {
    text: String,
    /// Where the last event stands in it.
    event: std::ops::Range<usize>,
    phase: Phase,
    getting: bool,
    posting: bool,
}

impl Default for Story {
    fn default() -> Self {
        Self { text: String::new(), event: 0..0, phase: Phase::Polling, getting: false, posting: false }
    }
}

impl Story {
    fn happens(&mut self, event: &Event) {
        let start = self.text.len();
        self.text += &say(event);
        self.event = start..self.text.len();
        match event {
            Event::Polled(_) => self.getting = false,
            Event::Posted => self.posting = false,
            Event::Frame("3probe") if self.phase == Phase::Probing => self.phase = Phase::Draining,
            Event::Frame(_) | Event::Lost if self.phase != Phase::WebSocket => self.phase = Phase::Polling,
            _ => {}
        }
    }

    fn answered(&mut self, right: &[Action]) {
        self.text += &format!("{}{}\n", self.arrow(), words(right));
        self.getting |= right.contains(&Action::Poll);
        self.posting |= right.iter().any(|action| matches!(action, Action::Post(_)));
        if right.contains(&Action::Connect) {
            self.phase = Phase::Probing;
        } else if right.contains(&Action::Frame("5".to_owned())) {
            self.phase = Phase::WebSocket;
        }
    }

    /// What stands between an event and its answer.
    fn arrow(&self) -> String {
        " ".repeat(24_usize.saturating_sub(self.event.len()).max(1)) + "-> "
    }

    /// The story with the wrong answer, and what is wrong about it.
    fn explain(&self, event: &Event, right: &[Action], returned: &[Action]) -> (Vec<u8>, Reason) {
        let surplus = returned.iter().enumerate().find(|(at, action)| {
            let before = returned[..*at].iter().filter(|other| other == action).count();
            right.iter().filter(|other| other == action).count() <= before
        });
        let missing = right.iter().find(|action| !returned.contains(action));
        let reason = match (surplus, missing) {
            (Some((_, action)), missing) => self.too_much(action, missing),
            (None, Some(action)) => self.too_little(event, action),
            (None, None) => (
                UPGRADE,
                "all of it, but not in this order. Engine.IO keeps the order in which an application sends, also \
                 when the transport changes"
                    .to_owned(),
            ),
        };
        let mut text = self.text.clone() + &self.arrow();
        let mark = surplus.map_or(self.event.clone(), |(at, action)| {
            let before: usize = returned[..at].iter().map(|action| word(action).len() + 2).sum();
            text.len() + before..text.len() + before + word(action).len()
        });
        text += &words(returned);
        let label = if surplus.is_some() { "not now" } else { "something is missing here" };
        (text.into_bytes(), Reason::new(reason.0, reason.1).at(mark, label))
    }
}

/// The actions of each channel in their order: what two channels do at once has none.
fn by_channel(actions: &[Action]) -> Vec<&Action> {
    let channel = |action: &&Action| match action {
        Action::Poll => 0,
        Action::Post(_) => 1,
        Action::Connect | Action::Frame(_) | Action::Close => 2,
        Action::Deliver(_) | Action::End => 3,
    };
    let mut sorted: Vec<_> = actions.iter().collect();
    sorted.sort_by_key(channel);
    sorted
}

fn say(event: &Event) -> String {
    match event {
        Event::Opened { websocket: true } => "Opened, with websocket".to_owned(),
        Event::Opened { websocket: false } => "Opened, no websocket".to_owned(),
        Event::Polled(packets) => format!("Polled [{}]", packets.join(", ")),
        Event::Send(text) => format!("Send {text}"),
        Event::Frame(packet) => format!("Frame {packet}"),
        Event::Posted => "Posted".to_owned(),
        Event::Connected => "Connected".to_owned(),
        Event::Lost => "Lost".to_owned(),
    }
}

fn words(actions: &[Action]) -> String {
    if actions.is_empty() {
        return "nothing".to_owned();
    }
    actions.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn word(action: &Action) -> String {
    match action {
        Action::Poll => "Poll".to_owned(),
        Action::Post(packets) => format!("Post [{}]", packets.join(", ")),
        Action::Connect => "Connect".to_owned(),
        Action::Frame(packet) => format!("Frame {packet}"),
        Action::Close => "Close".to_owned(),
        Action::Deliver(text) => format!("Deliver {text}"),
        Action::End => "End".to_owned(),
    }
}
