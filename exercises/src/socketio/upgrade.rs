//! A client that moves from polling to WebSocket and loses nothing: Engine.IO 4, Upgrade.

use wire::Spec;

use super::specs::{HEARTBEAT, POLLING, UPGRADE, WEBSOCKET};
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
pub fn check<M: Machine>(exam: &Exam, new: fn() -> M) -> Result<(), Box<Failure>> {
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

    /// Why an action is wrong now.
    fn too_much(&self, action: &Action, missing: Option<&Action>) -> (Spec, String) {
        use Phase::{Draining, Polling, Probing, WebSocket};
        let (spec, why) = match (action, self.phase) {
            (Action::Frame(packet), Probing) if packet == "5" => (
                UPGRADE,
                "5 ends the upgrade, and nobody has said yet that the new way works: only 3probe says so. A proxy may \
                 let the 101 through, and no frame after it",
            ),
            (Action::Frame(packet), Draining) if packet == "5" => (
                UPGRADE,
                if self.getting {
                    "the GET is still on its way, and may bring packets that the server sent before it heard of the \
                     WebSocket. 5 comes when it has been answered: the server answers it with 6 for that purpose"
                } else {
                    "the POST is still on its way. Its packets were sent first and must arrive first; TCP connections \
                     do not wait for each other"
                },
            ),
            (Action::Frame(packet), Polling | Probing | Draining) if packet.starts_with('3') => (
                HEARTBEAT,
                "the ping came by polling, and the session still is there: until 5 the WebSocket carries the probe \
                 alone. The pong goes where packets go now, and waits where they wait",
            ),
            (Action::Frame(_), Polling | Probing | Draining) => (
                UPGRADE,
                "until 5 the WebSocket carries the probe alone. A server that gets anything else on it takes the \
                 upgrade for failed and closes it, and what was sent there is lost",
            ),
            (Action::Post(packets), WebSocket) if packets.iter().any(|packet| packet == "3") => (
                HEARTBEAT,
                "the ping came on the WebSocket, and so must the pong: with 5 polling ended, and the server refuses every \
                 POST of this session",
            ),
            (Action::Post(_) | Action::Poll, WebSocket) => {
                (UPGRADE, "with 5 polling ended: from now on every packet is a frame of the WebSocket")
            }
            (Action::Post(_), Draining) => (
                UPGRADE,
                "3probe pauses polling: no new request, so that the last ones can be waited for. What is to be sent \
                 now waits, and goes on the WebSocket after 5",
            ),
            (Action::Post(_), _) if self.posting => (
                POLLING,
                "a POST is on its way, and a client must not have two: they could overtake each other. What comes \
                 meanwhile goes into the next one, all together",
            ),
            (Action::Post(_), _) if matches!(missing, Some(Action::Post(_))) => (
                POLLING,
                "one POST holds all packets that wait, in the order in which they came: a message begins with 4, a \
                 pong is 3",
            ),
            (Action::Poll, Draining) => (
                UPGRADE,
                "3probe pauses polling: no new GET. What the server would answer to it could come after the first \
                 frame of the WebSocket",
            ),
            (Action::Poll, _) => (POLLING, "a GET is on its way, and a client must not have two"),
            (Action::End, _) => (
                UPGRADE,
                "the probe failed, and not the session: it lives where it always did, in polling. Many networks let no \
                 WebSocket through, and that is why polling comes first",
            ),
            (Action::Connect, _) => {
                (WEBSOCKET, "a session has one WebSocket, and it is opened once, if the server offered it")
            }
            (Action::Close, _) => {
                (UPGRADE, "the WebSocket does as it should: only another answer than 3probe is a reason")
            }
            (Action::Deliver(_), _) => (
                UPGRADE,
                "the application gets what follows the 4 of a message, and nothing else: the other types are Engine.IO's own business",
            ),
            (Action::Frame(_) | Action::Post(_), _) => (UPGRADE, "nothing asks for this packet now"),
        };
        (spec, why.to_owned())
    }

    /// What is lost without an action.
    fn too_little(&self, event: &Event, action: &Action) -> (Spec, String) {
        let lost = matches!(event, Event::Lost | Event::Frame("3other"));
        let (spec, why) = match action {
            Action::Frame(packet) if packet == "2probe" => (
                UPGRADE,
                "the WebSocket is open, which says little: a probe must show that frames come through, in both \
                 directions",
            ),
            Action::Frame(packet) if packet == "5" => (
                UPGRADE,
                "3probe has come, and no request of polling is on its way any more. The server waits for 5 to change \
                 over",
            ),
            Action::Frame(packet) if packet == "3" && matches!(event, Event::Frame("2")) => (
                HEARTBEAT,
                "a ping must be answered within pingTimeout, where it came from. A server that misses one pong closes \
                 the session",
            ),
            Action::Frame(_) if self.phase == Phase::Draining => (
                UPGRADE,
                "what the application sent while polling was paused has waited for this: after 5 it goes out, first \
                 come, first served. Dropped now, it is lost, and nobody will send it again",
            ),
            Action::Frame(_) => (UPGRADE, "after 5 a packet goes as a frame of the WebSocket, at once"),
            Action::Poll if lost => (
                POLLING,
                "polling was paused for an upgrade that will not come. The last GET is answered: without another one \
                 the server cannot send any more, and hears no pong",
            ),
            Action::Poll => (
                POLLING,
                "a GET brings packets once. Without the next one the server has no way to send, and the next ping \
                 never arrives",
            ),
            Action::Post(_) => (
                POLLING,
                "packets wait and no POST is on its way: now they go, all in one. Until 5, polling carries \
                 everything, also while the probe is on its way",
            ),
            Action::Connect => {
                (UPGRADE, "the server offers WebSocket: the client tries it, with the same session id")
            }
            Action::Close => (
                UPGRADE,
                "only 3probe says that the new way works. With any other answer the client closes the WebSocket, and \
                 stays where it is",
            ),
            Action::Deliver(_) => (
                UPGRADE,
                "a message came, and the application did not get it. While polling is paused, what the last GET \
                 brings still counts",
            ),
            Action::End => (
                UPGRADE,
                "after 5 there is no polling to go back to: with the WebSocket the session is gone. The application \
                 must hear of it, and connect anew",
            ),
        };
        (spec, why.to_owned())
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
