//! Has an event twice.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  R C  B I B  G Q A N  F L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
