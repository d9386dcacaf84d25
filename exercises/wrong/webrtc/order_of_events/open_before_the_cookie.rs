//! Opens the channel before there is an association.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  R C  B I  G Q A N  F L P T  S D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
