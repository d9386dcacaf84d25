//! Checks before the password is known.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  B I  R C  G Q A N  F L T  P S D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
