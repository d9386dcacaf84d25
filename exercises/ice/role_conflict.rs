//! # ice::role_conflict: two who both want to decide
//!
//! One agent of a call is controlling: it decides which pair is used. The other one is controlled. Sometimes both
//! start with the same role. Each check tells the role of its sender, and a random number, the tie-breaker, so the agent
//! that gets a check can see the conflict and end it (RFC 8445 section 7.3.1.1):
//!
//! ```text
//!   I am          the request says   and my tie-breaker is   I answer     and I am from now on
//!   controlling   CONTROLLING        larger or equal         487          controlling
//!   controlling   CONTROLLING        smaller                 success      controlled
//!   controlled    CONTROLLED         larger or equal         success      controlling
//!   controlled    CONTROLLED         smaller                 487          controlled
//!   one           the other          whatever it is          success      what I was
//! ```
//!
//! Whichever of the two gets the first check, the one with the larger number ends up controlling. 487 says "Role
//! Conflict". Who gets it takes the role that its *request* did not say, and a new tie-breaker (section 7.2.5.1). And
//! whoever changes its role computes the priorities of all pairs again: who is G and who is D has changed.
//!
//! On the wire it is eight bytes, in one of two attributes:
//!
//! ```text
//!   80 29 00 08  tie-breaker      ICE-CONTROLLED
//!   80 2a 00 08  tie-breaker      ICE-CONTROLLING
//! ```
//!
//! By hand first: you are controlling, with tie-breaker 7. A request says ICE-CONTROLLING with tie-breaker 9. You answer
//! with success, and are controlled from now on.
//!
//! Check: `cargo run -- check ice::role_conflict`. The page: ice.html#who-decides-roles-and-their-conflict

use exercises::ice::Role;
use exercises::ice::role_conflict::{Agent, Answer};

/// A check arrived, in which `says` and `tie_breaker` stood. Changes the agent where it is to change, and gives the answer.
///
/// `agent` has `role`, `tie_breaker` and `priorities_are_old`, which is set to true by whoever changes the role.
pub fn on_request(agent: &mut Agent, says: Role, tie_breaker: u64) -> Answer {
    todo!()
}

/// One of our own checks was answered with 487. `our_request_said` is the role that stood in it: since then the role
/// may have changed. `new_tie_breaker` is a random number that nobody knows yet.
pub fn on_role_conflict(agent: &mut Agent, our_request_said: Role, new_tie_breaker: u64) {
    todo!()
}

exercises::check!(ice::role_conflict(on_request, on_role_conflict));
