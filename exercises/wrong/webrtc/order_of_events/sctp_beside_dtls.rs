//! Sends INIT while the handshake goes on.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  R C  B I  G Q A F N  L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
