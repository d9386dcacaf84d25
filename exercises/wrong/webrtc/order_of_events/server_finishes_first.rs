//! Lets the server finish first, as TLS 1.3 does.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  R C  B I  G Q N A  F L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
