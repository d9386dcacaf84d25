//! Checks before the password is known.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  B I  R C  G Q A N  F L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
