//! # sdp::roles: who begins, and who sends
//!
//! Two lines of an answer depend on two lines of its offer. Each has a table.
//!
//! `a=setup` (RFC 4145 section 4.1) says who begins the connection; in a call, that is who sends the ClientHello of
//! the DTLS handshake (RFC 8842 section 5.1):
//!
//! ```text
//!   active      I begin
//!   passive     you begin
//!   actpass     you choose
//!   holdconn    nobody begins, for now
//! ```
//!
//! One side must begin and one must wait. An answer may also hold the connection back, whatever was offered; and it
//! cannot want a connection where the offer holds it back. That is the general table, for all that connects. A call
//! uses three of the four words: DTLS knows no connection that is held (RFC 8842 section 5.1).
//!
//! The direction (RFC 3264 section 6.1) says who sends media. Each side writes what it does itself:
//!
//! ```text
//!   a=sendrecv    a=sendonly    a=recvonly    a=inactive
//! ```
//!
//! By hand first: "a=sendonly" is offered, and the answerer would send and receive. It can receive, and it cannot
//! send to one who does not receive: "a=recvonly".
//!
//! Check: `cargo run -- check sdp::roles`. The page: sdp.html#roles

use exercises::sdp::roles::{Direction, Setup, Side};

/// The setups that an answer to `offer` may have, in any order.
pub fn answers(offer: Setup) -> Vec<Setup> {
    match offer {
        Setup::Actpass => todo!(),
        Setup::Active => todo!(),
        Setup::Passive => todo!(),
        Setup::Holdconn => todo!(),
    }
}

/// Who sends the ClientHello: `Some(Side::Offerer)`, `Some(Side::Answerer)`; or None, where nobody does, or where that
/// answer is not allowed.
pub fn dtls_client(offer: Setup, answer: Setup) -> Option<Side> {
    todo!()
}

/// The direction in the answer. `we_send` and `we_receive`: what the answerer would do, if the offerer lets it. As
/// much of that as is possible is to be done.
pub fn answered(offer: Direction, we_send: bool, we_receive: bool) -> Direction {
    todo!()
}

exercises::check!(sdp::roles(answers, dtls_client, answered));
