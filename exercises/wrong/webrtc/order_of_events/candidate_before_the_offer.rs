//! Sends a candidate before its description.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("E O J  H R C  B I  G Q A N  F L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
