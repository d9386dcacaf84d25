//! # webrtc::order_of_events: a solution
//!
//! - H R C: offer, then answer; the server hands it on. (H goes on to pong too; that line is not in the trace.)
//! - E O J: what the STUN server tells becomes a candidate. E and O may stand before H: gathering begins with
//!   setLocalDescription. J may stand anywhere after H and O, even after the last of all, since it is late and no harm.
//! - B I: a check needs pong's password, which is in the answer.
//! - G Q A N: DTLS, on the pair that a check has proved.
//! - F L T: SCTP's handshake, inside DTLS.
//! - P S D M: the channel, and what is said in it. S need not wait for D.
//! - K: the end.

use exercises::webrtc::order_of_events::letters;

/// All events, first to last.
pub fn order() -> Vec<char> {
    letters("H E O J  R C  B I  G Q A N  F L T  P S D M  K")
}

exercises::check!(webrtc::order_of_events(order));
