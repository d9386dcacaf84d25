//! Says "ping" before the channel is opened.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  R C  B I  G Q A N  F L T  S P D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
