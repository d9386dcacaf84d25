//! One call, in one task: the WebSocket that signals, the UDP socket, the peer between them, and the clock.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{Message, WebSocket};
use peer::{Datagram, Part, Peer, Taken};
use tokio::net::UdpSocket;
use tokio::time::{sleep_until, timeout};

use super::peer_side::Behavior;
use super::signaling::{Heard, Said};
use super::telling::Telling;
use super::{Counted, LOOPBACK, Limits, Shared};
use crate::labs::pace::Pace;
use crate::labs::wiretap::{Recorder, Way};

/// What one UDP datagram of WebRTC can hold, with room.
const LONGEST_DATAGRAM: usize = 4096;
/// So many data channels may be open at once.
const MOST_CHANNELS: usize = 16;
/// So long may a browser take to read a signaling message.
const SHORTLY: Duration = Duration::from_secs(5);
/// A timer that is due at once over and over costs no more than this many turns a second.
const TICK: Duration = Duration::from_millis(1);
/// How often the page hears how much went back.
const REPORT: Duration = Duration::from_secs(1);

/// Who calls.
pub(super) struct Caller<'s> {
    shared: &'s Shared,
    limits: Limits,
    websocket: WebSocket,
    telling: Telling,
    messages: u32,
    candidates: u32,
    begun: Instant,
    /// When the browser last said or showed something.
    heard: Instant,
    pace: Pace,
}

/// The other end, once there was an offer.
struct Line<'s> {
    socket: Arc<UdpSocket>,
    _counted: Counted<'s>,
    /// `None` once it was stopped: the socket stays, and nobody answers.
    peer: Option<Peer>,
    behavior: Behavior,
    stopped: Option<Instant>,
    reported: (Instant, u64),
}

/// What happened next.
enum Next {
    Signal(Option<Message>),
    Datagram(Option<Datagram>),
    Due,
}

/// Why the call is over.
enum Over {
    /// The browser is gone, or said goodbye.
    Quiet,
    /// What the browser is to know.
    Told(String),
}

impl<'s> Caller<'s> {
    pub(super) fn new(shared: &'s Shared, websocket: WebSocket, recorder: Option<Recorder>) -> Self {
        let now = Instant::now();
        Self {
            shared,
            limits: shared.limits,
            websocket,
            telling: Telling::new(recorder),
            messages: 0,
            candidates: 0,
            begun: now,
            heard: now,
            pace: Pace::new(shared.limits.rate, shared.limits.rate, now),
        }
    }

    /// Serves the call to its end, whoever ends it.
    pub(super) async fn serve(mut self) {
        let mut line = None;
        let over = loop {
            if let Err(over) = self.turn(&mut line).await {
                break over;
            }
        };
        if let Some(line) = &mut line {
            line.hang_up(&self.telling);
        }
        if let Over::Told(why) = over {
            self.telling.over(&why);
            let _ = self.say(&Said::Bye { why }).await;
        }
        let _ = timeout(SHORTLY, self.websocket.send(Message::Close(None))).await;
    }

    /// Waits for what happens next and does it.
    async fn turn(&mut self, line: &mut Option<Line<'s>>) -> Result<(), Over> {
        let until = self.check_time(line.as_ref())?;
        let due = line.as_mut().and_then(|line| line.peer.as_mut()?.poll_timeout());
        let wake = due.map_or(until, |due| due.max(Instant::now() + TICK).min(until));
        let socket = line.as_ref().map(|line| Arc::clone(&line.socket));
        let mut buffer = [0; LONGEST_DATAGRAM];
        let next = tokio::select! {
            message = self.websocket.recv() => Next::Signal(message.and_then(Result::ok)),
            datagram = receive(socket.as_deref(), &mut buffer) => Next::Datagram(datagram),
            () = sleep_until(wake.into()) => Next::Due,
        };
        match next {
            Next::Signal(message) => self.signal(message, line).await?,
            Next::Datagram(datagram) => {
                if let (Some(datagram), Some(line)) = (datagram, line.as_mut())
                    && self.pace.admits(1, Instant::now())
                {
                    line.handle(&datagram, &self.telling);
                }
            }
            Next::Due => {
                if let Some(peer) = line.as_mut().and_then(|line| line.peer.as_mut()) {
                    peer.handle_timeout(Instant::now())
                        .map_err(|error| Over::Told(format!("the peer gave up: {error}")))?;
                }
            }
        }
        let Some(line) = line else { return Ok(()) };
        if line.pump(&self.telling) {
            self.heard = Instant::now();
        }
        line.still_there()
    }

    /// Until when nothing has to happen; or that the time is over.
    fn check_time(&self, line: Option<&Line<'_>>) -> Result<Instant, Over> {
        let Limits { setup, idle, whole, silence, .. } = self.limits;
        let connected = line.is_some_and(Line::was_connected);
        let stopped = line.and_then(|line| line.stopped);
        let bounds = [
            (self.begun + whole, format!("no call here takes longer than {} minutes", whole.as_secs() / 60)),
            match stopped {
                Some(at) => (at + silence, "the peer was stopped, and its socket is closed now".to_owned()),
                None if connected => {
                    (self.heard + idle, format!("nothing was said for {} seconds", idle.as_secs()))
                }
                None => {
                    (self.begun + setup, format!("no call came about within {} seconds", setup.as_secs()))
                }
            },
        ];
        let now = Instant::now();
        match bounds.iter().find(|(until, _)| *until <= now) {
            Some((_, why)) => Err(Over::Told(why.clone())),
            None => Ok(bounds.iter().map(|(until, _)| *until).min().unwrap_or(now)),
        }
    }

    async fn signal(&mut self, message: Option<Message>, line: &mut Option<Line<'s>>) -> Result<(), Over> {
        let text = match message.ok_or(Over::Quiet)? {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Over::Told("expected JSON text, found binary".to_owned())),
            Message::Close(_) => return Err(Over::Quiet),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        self.messages += 1;
        if self.messages > self.limits.messages {
            return Err(Over::Told(format!("more than {} signaling messages", self.limits.messages)));
        }
        match Heard::read(&text) {
            Ok(Heard::Offer { sdp }) => self.offered(&sdp, line).await,
            Ok(Heard::Candidate { candidate }) => self.candidate(&candidate, line.as_mut()).await,
            Ok(Heard::Bye) => Err(Over::Quiet),
            Ok(Heard::Stop) => {
                if let Some(line) = line {
                    line.stop(&self.telling);
                }
                Ok(())
            }
            Err(why) => self.say(&Said::Error { why }).await,
        }
    }

    /// Answers an offer: the first, or a later one of the same call.
    async fn offered(&mut self, offer: &str, slot: &mut Option<Line<'s>>) -> Result<(), Over> {
        let first = slot.is_none();
        if first {
            *slot = Some(self.connect().await?);
        }
        let Some(line) = slot else { return Ok(()) };
        let Some(peer) = &mut line.peer else {
            return self.say(&Said::Error { why: "the peer was stopped: call again".to_owned() }).await;
        };
        let answer = match Behavior::answer(peer, offer, Instant::now()) {
            Ok(answer) => answer,
            Err(error) => {
                if first {
                    *slot = None;
                }
                return self.say(&Said::Error { why: error.to_string() }).await;
            }
        };
        // Only what was taken: to write down what nobody can use costs more than to send it.
        self.telling.description("offer", offer);
        self.telling.description("answer", &answer);
        let mid = answer.lines().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or("0").to_owned();
        self.say(&Said::Answer { sdp: answer }).await?;
        if first {
            let own = line.socket.local_addr().map_err(|error| Over::Told(error.to_string()))?;
            let trickled = peer.add_host(own).map_err(|error| Over::Told(error.to_string()))?;
            // It stays as it is where the peer is closed already.
            let _ = peer.end_of_gathering();
            for (candidate, taken) in [(trickled, Taken::Added), (String::new(), Taken::End)] {
                self.telling.candidate(&candidate, "peer", taken);
                self.say(&Said::Candidate { candidate, sdp_mid: mid.clone(), sdp_m_line_index: 0 }).await?;
            }
        }
        Ok(())
    }

    async fn connect(&mut self) -> Result<Line<'s>, Over> {
        let fail = |what: &str, error: String| Over::Told(format!("no {what} for the call: {error}"));
        let socket = UdpSocket::bind(LOOPBACK).await.map_err(|error| fail("socket", error.to_string()))?;
        let config = peer::Config { key_log: self.telling.key_log(), media: true };
        let now = Instant::now();
        let peer = Peer::new(config, now).map_err(|error| fail("peer", error.to_string()))?;
        Ok(Line {
            socket: Arc::new(socket),
            _counted: Counted::in_gauge(&self.shared.sockets),
            peer: Some(peer),
            behavior: Behavior::default(),
            stopped: None,
            reported: (now, 0),
        })
    }

    async fn candidate(&mut self, candidate: &str, line: Option<&mut Line<'s>>) -> Result<(), Over> {
        self.candidates += 1;
        if self.candidates > self.limits.candidates {
            return Ok(());
        }
        let Some(line) = line else {
            let why = "expected an offer first, found a candidate".to_owned();
            return self.say(&Said::Error { why }).await;
        };
        let Some(peer) = &mut line.peer else { return Ok(()) };
        match peer.add_remote(candidate) {
            Ok(taken) => {
                self.telling.candidate(candidate, "browser", taken);
                Ok(())
            }
            Err(error) => self.say(&Said::Error { why: error.to_string() }).await,
        }
    }

    async fn say(&mut self, said: &Said) -> Result<(), Over> {
        match timeout(SHORTLY, self.websocket.send(Message::text(said.json()))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over::Quiet),
        }
    }
}

/// The next datagram; never, as long as there is no socket. `None` where the system had an error to report.
async fn receive(socket: Option<&UdpSocket>, buffer: &mut [u8]) -> Option<Datagram> {
    let Some(socket) = socket else { return pending().await };
    let (len, from) = socket.recv_from(buffer).await.ok()?;
    let to = socket.local_addr().ok()?;
    Some(Datagram { from, to, bytes: buffer.get(..len)?.to_vec() })
}

impl Line<'_> {
    fn handle(&mut self, datagram: &Datagram, telling: &Telling) {
        if let Some(peer) = &mut self.peer {
            // What cannot be read is dropped, as the RFCs say. Keys come out of here, so it is recorded after.
            let _ = peer.handle(datagram, Instant::now());
        }
        telling.datagram(Way::Sent, datagram);
    }

    /// Takes what the peer has to tell and to send; whether the browser said or showed something.
    fn pump(&mut self, telling: &Telling) -> bool {
        let Some(peer) = &mut self.peer else { return false };
        let (now, mut heard) = (Instant::now(), false);
        while Behavior::listens(peer)
            && let Some(event) = peer.poll_event()
        {
            telling.event(&event);
            heard |= self.behavior.hear(peer, &event, now);
        }
        send(peer, &self.socket, telling);
        let reflected = self.behavior.mirror.reflected;
        if reflected > self.reported.1 && now.saturating_duration_since(self.reported.0) >= REPORT {
            self.reported = (now, reflected);
            telling.reflected(reflected);
        }
        heard
    }

    /// A call is over when ICE gave it up, when DTLS was closed from the other side, and when it has too many channels.
    fn still_there(&self) -> Result<(), Over> {
        let Some(peer) = &self.peer else { return Ok(()) };
        if peer.channel_count() > MOST_CHANNELS {
            return Err(Over::Told(format!("a call here has at most {MOST_CHANNELS} data channels at once")));
        }
        let is = |part| peer.states().of(part).unwrap_or_default();
        match (is(Part::Ice), is(Part::Dtls)) {
            ("failed", _) => Err(Over::Told("ICE failed: the browser answers no more (RFC 7675)".to_owned())),
            (_, "closed") => Err(Over::Told("the browser closed DTLS".to_owned())),
            (_, "failed") => Err(Over::Told("DTLS failed".to_owned())),
            _ => Ok(()),
        }
    }

    fn was_connected(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.states().of(Part::Dtls) == Some("connected"))
    }

    /// Vanishes without a word.
    fn stop(&mut self, telling: &Telling) {
        if self.peer.take().is_some() {
            self.stopped = Some(Instant::now());
            telling.over("stopped: it answers nothing from now on, and says nothing");
        }
    }

    /// Says goodbye, where there is still somebody to say it.
    fn hang_up(&mut self, telling: &Telling) {
        let Some(peer) = &mut self.peer else { return };
        // It is closed all the same.
        let _ = peer.close();
        while let Some(event) = peer.poll_event() {
            telling.event(&event);
        }
        send(peer, &self.socket, telling);
        for part in [Part::Ice, Part::Dtls, Part::Sctp] {
            telling.state(part, "closed");
        }
    }
}

/// What the system has no room for is lost, as datagrams may be.
fn send(peer: &mut Peer, socket: &UdpSocket, telling: &Telling) {
    while let Some(datagram) = peer.poll_transmit() {
        telling.datagram(Way::Received, &datagram);
        let _ = socket.try_send_to(&datagram.bytes, datagram.to);
    }
}
