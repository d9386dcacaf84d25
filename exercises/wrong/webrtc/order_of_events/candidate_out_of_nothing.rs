//! Tells the address that the STUN server has yet to tell.

/// The letters of all events, first to last.
pub fn order() -> Vec<char> {
    let letters = "H J E O  R C  B I  G Q A N  F L T  P S D M  K";
    letters.chars().filter(|letter| !letter.is_whitespace()).collect()
}

exercises::check!(webrtc::order_of_events(order));
