//! What the peer does with what it hears: "ping" gets "pong", other text `echo:` and the text, bytes the same bytes, and
//! camera and microphone see and hear themselves.

use std::time::Instant;

use peer::{Event, Kind, Mirror, Peer};

/// So much may be on its way to the browser, over all channels, before more is read of it: SCTP then tells the browser to wait.
const MOST_UNACKNOWLEDGED: usize = 256 << 10;

/// Its behavior, over the stack.
#[derive(Debug, Default)]
pub(super) struct Behavior {
    pub(super) mirror: Mirror,
}

impl Behavior {
    /// Takes an offer and answers it; with a track for each kind of media that comes.
    pub(super) fn answer(peer: &mut Peer, offer: &str, now: Instant) -> Result<String, peer::Error> {
        peer.take_offer(offer, now)?;
        for kind in [Kind::Audio, Kind::Video] {
            if peer.is_offered(kind) {
                peer.add_track(kind)?;
            }
        }
        peer.answer(now)
    }

    /// Whether it is time to hear what the browser has to say.
    pub(super) fn listens(peer: &mut Peer) -> bool {
        peer.unacknowledged() < MOST_UNACKNOWLEDGED
    }

    /// Does what an event asks for; whether the browser said or showed something.
    pub(super) fn hear(&mut self, peer: &mut Peer, event: &Event, now: Instant) -> bool {
        let said = match event {
            Event::Text(channel, text) if text == "ping" => peer.send_text(*channel, "pong", now),
            Event::Text(channel, text) => peer.send_text(*channel, &format!("echo:{text}"), now),
            Event::Binary(channel, bytes) => peer.send_binary(*channel, bytes, now),
            other => self.mirror.see(peer, other, now),
        };
        // A channel that closes meanwhile, a track that was not taken: nobody waits for it.
        let _ = said;
        matches!(event, Event::Text(..) | Event::Binary(..) | Event::Rtp { .. })
    }
}
