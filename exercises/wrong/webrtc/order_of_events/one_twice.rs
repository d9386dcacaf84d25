//! Has an event twice.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  R C  B I B  G Q A N  F L T  P S D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
