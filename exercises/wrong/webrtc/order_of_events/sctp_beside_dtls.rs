//! Sends INIT while the handshake goes on.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H E O J  R C  B I  G Q A F N  L T  P S D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
