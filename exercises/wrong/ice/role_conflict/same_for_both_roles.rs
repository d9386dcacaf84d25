//! Answers 487 with the larger tie-breaker, in either role.

use exercises::ice::Role;
use exercises::ice::role_conflict::{Agent, Answer};

/// A check arrived.
pub fn on_request(agent: &mut Agent, says: Role, tie_breaker: u64) -> Answer {
    if says != agent.role {
        return Answer::Success;
    }
    if agent.tie_breaker >= tie_breaker {
        return Answer::RoleConflict;
    }
    let other = if agent.role == Role::Controlling { Role::Controlled } else { Role::Controlling };
    take_role(agent, other);
    Answer::Success
}

/// One of our own checks was answered with 487.
pub fn on_role_conflict(agent: &mut Agent, our_request_said: Role, new_tie_breaker: u64) {
    let other = match our_request_said {
        Role::Controlling => Role::Controlled,
        Role::Controlled => Role::Controlling,
    };
    take_role(agent, other);
    agent.tie_breaker = new_tie_breaker;
}

fn take_role(agent: &mut Agent, role: Role) {
    agent.priorities_are_old |= role != agent.role;
    agent.role = role;
}

exercises::check!(ice::role_conflict(on_request, on_role_conflict));
