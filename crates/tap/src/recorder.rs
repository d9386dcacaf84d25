//! The trace that all sockets of a program share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use wire::Dissection;
use wire::render::ladder::Ladder;
use wire::trace::{Event, Secrets, Trace};

use crate::Screen;

/// Records what passes, in the order in which it passed, and shows it as it happens. Clones share one trace.
#[derive(Clone, Debug, Default)]
pub struct Tap {
    shared: Option<Arc<Mutex<Shared>>>,
}

#[derive(Debug, Default)]
struct Shared {
    trace: Trace,
    bytes: usize,
    dropped: u64,
    remark: Option<String>,
    names: Vec<(SocketAddr, String)>,
    screen: Option<Screen>,
}

impl Tap {
    /// How many events a tap keeps: whoever floods a listening example must not fill its memory.
    pub const MOST_EVENTS: usize = 100_000;
    /// How many bytes of payload a tap keeps.
    pub const MOST_BYTES: usize = 64 << 20;
    /// How many keys a tap keeps: one for each DTLS handshake.
    pub const MOST_SECRETS: usize = 1_000;

    /// A tap that records and shows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { shared: Some(Arc::default()) }
    }

    /// A tap that shows each event on `screen` as it records it.
    #[must_use]
    pub fn shown_on(screen: Screen) -> Self {
        let shared = Shared { screen: Some(screen), ..Shared::default() };
        Self { shared: Some(Arc::new(Mutex::new(shared))) }
    }

    /// A tap that neither records nor shows: where both ends of a talk are in one program, one end is enough.
    #[must_use]
    pub fn off() -> Self {
        Self { shared: None }
    }

    /// Shows in short from now on: of packets that say the same, numbers aside, the first with its fields and the others
    /// without; of a session description the lines that tell it from another. What is recorded stays whole.
    pub fn shortly(&self) {
        if let Some(screen) = self.lock().as_mut().and_then(|shared| shared.screen.as_mut()) {
            screen.shortly();
        }
    }

    /// Explains what comes next: on the screen, and as the comment of the next event in the trace.
    pub fn say(&self, text: &str) {
        let Some(mut shared) = self.lock() else { return };
        shared.remark = Some(text.to_owned());
        if let Some(screen) = &mut shared.screen {
            screen.say(text);
        }
    }

    /// Tells what goes on. Unlike what is only said, this is there beside JSON too, on standard error.
    pub fn tell(&self, text: &str) {
        if let Some(screen) = self.lock().as_mut().and_then(|shared| shared.screen.as_mut()) {
            screen.tell(text);
        }
    }

    /// Tells what was learned from the packets before it, marked as such.
    pub fn learned(&self, text: &str) {
        if let Some(screen) = self.lock().as_mut().and_then(|shared| shared.screen.as_mut()) {
            screen.learned(text);
        }
    }

    /// Explains bytes that are no packet by themselves, a session description line by line: shown where packets are
    /// shown with their fields, recorded nowhere.
    pub fn explain(&self, dissection: &Dissection<'_>) {
        if let Some(screen) = self.lock().as_ref().and_then(|shared| shared.screen.as_ref()) {
            screen.explain(dissection);
        }
    }

    /// Shows these lines as they are, a table for instance: not beside JSON, and recorded nowhere.
    pub fn print(&self, lines: &str) {
        if let Some(screen) = self.lock().as_ref().and_then(|shared| shared.screen.as_ref()) {
            screen.lines(lines);
        }
    }

    /// Draws a ladder that says more than what was recorded does, of packets that were lost for instance.
    pub fn ladder(&self, ladder: &Ladder) {
        if let Some(screen) = self.lock().as_ref().and_then(|shared| shared.screen.as_ref()) {
            screen.drawing(ladder);
        }
    }

    /// Calls an address by this name where a whole exchange is drawn.
    pub fn name(&self, address: SocketAddr, name: &str) {
        if let Some(mut shared) = self.lock() {
            shared.names.push((address, name.to_owned()));
        }
    }

    /// Draws all that was recorded as a ladder, where there is anything to draw.
    pub(crate) fn draw(&self) {
        let Some(shared) = self.lock() else { return };
        let Shared { trace, names, screen, .. } = &*shared;
        if let Some(screen) = screen.as_ref().filter(|_| !trace.events.is_empty()) {
            screen.ladder(trace, names);
        }
    }

    /// Adds an event. Beyond [`Tap::MOST_EVENTS`] or [`Tap::MOST_BYTES`] it is shown and counted only.
    pub fn record(&self, mut event: Event) {
        let Some(mut shared) = self.lock() else { return };
        event.comment = event.comment.or(shared.remark.take());
        if let Some(screen) = &mut shared.screen {
            screen.event(&event);
        }
        shared.keep(event);
    }

    /// Adds an event as [`Tap::record`] does, and shows nothing: for what comes by the hundred, or is told in other words.
    pub fn keep(&self, event: Event) {
        let Some(mut shared) = self.lock() else { return };
        if let Some(screen) = &mut shared.screen {
            screen.pass(&event);
        }
        shared.keep(event);
    }

    /// Keeps a line of a TLS key log, once: what comes after it is shown decrypted, and a capture holds it. Whether it
    /// is new, and had room.
    pub fn secret(&self, line: &str) -> bool {
        let Some(mut shared) = self.lock() else { return false };
        let secrets = Secrets::tls_key_log(format!("{line}\n"));
        if shared.trace.secrets.len() >= Self::MOST_SECRETS || shared.trace.secrets.contains(&secrets) {
            return false;
        }
        if let Some(screen) = &mut shared.screen {
            screen.learn(&secrets);
        }
        shared.trace.secrets.push(secrets);
        true
    }

    /// What was recorded so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.lock().map(|shared| shared.trace.clone()).unwrap_or_default()
    }

    /// How many events found no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.lock().map_or(0, |shared| shared.dropped)
    }

    fn lock(&self) -> Option<MutexGuard<'_, Shared>> {
        // A panic while the lock was held leaves at worst one event out.
        self.shared.as_ref().map(|shared| shared.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    fn keep(&mut self, event: Event) {
        if self.trace.events.len() < Tap::MOST_EVENTS && self.bytes + event.bytes.len() <= Tap::MOST_BYTES {
            self.bytes += event.bytes.len();
            self.trace.push(event);
        } else {
            self.dropped += 1;
        }
    }
}

/// Since the Unix epoch; zero on a clock that is set before it.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bytes: &[u8]) -> Event {
        let address = "192.0.2.1:1".parse().unwrap();
        Event::udp(Duration::ZERO, address, address, bytes)
    }

    #[test]
    fn clones_record_into_one_trace() {
        let tap = Tap::new();
        tap.clone().record(event(b"1"));
        tap.record(event(b"2"));
        let bytes: Vec<_> = tap.trace().events.into_iter().map(|event| event.bytes).collect();
        assert_eq!(bytes, [b"1", b"2"]);
    }

    #[test]
    fn what_is_said_becomes_the_comment_of_the_next_event_only() {
        let tap = Tap::new();
        tap.say("who am I?");
        tap.record(event(b"1"));
        tap.record(event(b"2"));
        let comments: Vec<_> = tap.trace().events.into_iter().map(|event| event.comment).collect();
        assert_eq!(comments, [Some("who am I?".to_owned()), None]);
    }

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let tap = Tap::new();
        for _ in 0..Tap::MOST_EVENTS + 2 {
            tap.record(event(b""));
        }
        assert_eq!((tap.trace().events.len(), tap.dropped()), (Tap::MOST_EVENTS, 2));

        let tap = Tap::new();
        let large = vec![0; Tap::MOST_BYTES / 2];
        for _ in 0..3 {
            tap.record(event(&large));
        }
        assert_eq!((tap.trace().events.len(), tap.dropped()), (2, 1));
    }

    #[test]
    fn a_key_is_kept_once_and_only_so_many_are() {
        let tap = Tap::new();
        for n in 0..Tap::MOST_SECRETS + 2 {
            assert_eq!(tap.secret(&n.to_string()), n < Tap::MOST_SECRETS);
            assert!(!tap.secret("0"));
        }
        let secrets = tap.trace().secrets;
        assert_eq!((secrets.len(), &secrets[1]), (Tap::MOST_SECRETS, &Secrets::tls_key_log("1\n")));
    }

    #[test]
    fn a_tap_that_is_off_keeps_nothing() {
        let tap = Tap::off();
        tap.record(event(b"1"));
        assert_eq!(tap.trace(), Trace::default());
    }
}
