//! # sdp::roles: a solution
//!
//! The first table is the one of RFC 4145. The second follows from it: where the answer is allowed, the one who says
//! active begins, and there is one at most.
//!
//! The directions need no table of 16 lines. A direction is two questions, "do I send?" and "do I receive?". We send
//! if we want to and the offerer receives; we receive if we want to and the offerer sends.

use exercises::sdp::roles::{Direction, Setup, Side};

/// The setups that an answer to `offer` may have.
pub fn answers(offer: Setup) -> Vec<Setup> {
    match offer {
        Setup::Actpass => vec![Setup::Active, Setup::Passive, Setup::Holdconn],
        Setup::Active => vec![Setup::Passive, Setup::Holdconn],
        Setup::Passive => vec![Setup::Active, Setup::Holdconn],
        Setup::Holdconn => vec![Setup::Holdconn],
    }
}

/// Who sends the ClientHello.
pub fn dtls_client(offer: Setup, answer: Setup) -> Option<Side> {
    match answer {
        _ if !answers(offer).contains(&answer) => None,
        Setup::Active => Some(Side::Answerer),
        Setup::Passive => Some(Side::Offerer),
        _ => None,
    }
}

/// The direction in the answer.
pub fn answered(offer: Direction, we_send: bool, we_receive: bool) -> Direction {
    let they_send = matches!(offer, Direction::Sendrecv | Direction::Sendonly);
    let they_receive = matches!(offer, Direction::Sendrecv | Direction::Recvonly);
    match (we_send && they_receive, we_receive && they_send) {
        (true, true) => Direction::Sendrecv,
        (true, false) => Direction::Sendonly,
        (false, true) => Direction::Recvonly,
        (false, false) => Direction::Inactive,
    }
}

exercises::check!(sdp::roles(answers, dtls_client, answered));
