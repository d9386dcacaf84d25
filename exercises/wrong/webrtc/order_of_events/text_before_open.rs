//! Says "ping" before the channel is opened.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  R C  B I  G Q A N  F L T  S P D M  K")
}

exercises::check!(webrtc::order_of_events(order));
