//! Answers inactive where the two do not want the same.

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
    let all = we_send == they_receive && we_receive == they_send;
    match (all && we_send && they_receive, all && we_receive && they_send) {
        (true, true) => Direction::Sendrecv,
        (true, false) => Direction::Sendonly,
        (false, true) => Direction::Recvonly,
        (false, false) => Direction::Inactive,
    }
}

exercises::check!(sdp::roles(answers, dtls_client, answered));
