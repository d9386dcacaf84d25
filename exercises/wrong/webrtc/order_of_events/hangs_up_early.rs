//! Hangs up and then listens.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  R C  B I  G Q A N  F L T  P S D K M";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
