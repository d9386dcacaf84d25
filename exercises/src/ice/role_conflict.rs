//! Two agents with the same role: RFC 8445 sections 7.3.1.1 and 7.2.5.1.

use wire::{Spec, rfc};

use super::Role::{self, Controlled, Controlling};
use crate::{Exam, Failure, Reason};

/// What an agent knows of its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its role.
    pub role: Role,
    /// A random number, of which the larger one wins (sections 7.3.1.1 and 16.1).
    pub tie_breaker: u64,
    /// Whether it must compute the priorities of its pairs again.
    pub priorities_are_old: bool,
}

/// What a check is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A success response.
    Success,
    /// An error response, 487 (Role Conflict).
    RoleConflict,
}

/// First function: a check arrived.
pub type OnRequest = fn(&mut Agent, Role, u64) -> Answer;
/// Second function: one of our checks was answered with 487.
pub type OnRoleConflict = fn(&mut Agent, Role, u64);

const REQUEST: Spec = rfc(8445, "7.3.1.1");
const RESPONSE: Spec = rfc(8445, "7.2.5.1");

const TIE_BREAKERS: [(&str, u64, u64); 6] = [
    ("ours is larger", 9, 7),
    ("ours is smaller", 7, 9),
    ("they are equal", 7, 7),
    ("ours is smaller, but not in its lower half", 0x1_ffff_ffff, 0x2_0000_0000),
    ("ours is larger, and begins with a 1", 0x8000_0000_0000_0009, 7),
    ("ours is smaller, in the last bit", 0x7fff_ffff_ffff_fffe, 0x7fff_ffff_ffff_ffff),
];

/// Goes through the table, then through what follows a 487.
///
/// # Errors
/// The first line that is wrong.
pub fn check(
    exam: &Exam,
    on_request: OnRequest,
    on_role_conflict: OnRoleConflict,
) -> Result<(), Box<Failure>> {
    for says in [Controlling, Controlled] {
        for role in [Controlling, Controlled] {
            for (name, ours, theirs) in TIE_BREAKERS {
                request(exam, on_request, Agent::new(role, ours), says, (name, theirs))?;
            }
        }
    }
    for said in [Controlling, Controlled] {
        for now in [said, other(said)] {
            response(exam, on_role_conflict, Agent::new(now, 7), said)?;
        }
    }
    Ok(())
}

impl Agent {
    /// An agent that has just begun.
    #[must_use]
    pub fn new(role: Role, tie_breaker: u64) -> Self {
        Self { role, tie_breaker, priorities_are_old: false }
    }
}

fn other(role: Role) -> Role {
    if role == Controlling { Controlled } else { Controlling }
}

/// What section 7.3.1.1 says: the answer, and the agent as it is then.
#[must_use]
pub fn answered(agent: Agent, says: Role, tie_breaker: u64) -> (Answer, Agent) {
    let wins = agent.tie_breaker >= tie_breaker;
    match (agent.role, says) {
        (Controlling, Controlling) if wins => (Answer::RoleConflict, agent),
        (Controlled, Controlled) if !wins => (Answer::RoleConflict, agent),
        (Controlling, Controlling) | (Controlled, Controlled) => {
            (Answer::Success, Agent { role: other(agent.role), priorities_are_old: true, ..agent })
        }
        _ => (Answer::Success, agent),
    }
}

/// The attribute as it stands in a request (section 16.1).
fn attribute(says: Role, tie_breaker: u64) -> Vec<u8> {
    let kind = if says == Controlling { 0x2a } else { 0x29 };
    [&[0x80, kind, 0x00, 0x08][..], &tie_breaker.to_be_bytes()].concat()
}

fn show(answer: Answer, agent: Agent) -> String {
    let answer = match answer {
        Answer::Success => "Success",
        Answer::RoleConflict => "RoleConflict (487)",
    };
    format!("{answer}; {}", state(agent))
}

fn state(agent: Agent) -> String {
    let old = if agent.priorities_are_old { ", priorities are old" } else { "" };
    format!("{:?}, tie-breaker {}{old}", agent.role, number(agent.tie_breaker))
}

fn number(tie_breaker: u64) -> String {
    if tie_breaker < 100 { tie_breaker.to_string() } else { format!("{tie_breaker:#x}") }
}

fn request(
    exam: &Exam,
    on_request: OnRequest,
    before: Agent,
    says: Role,
    (tie, theirs): (&str, u64),
) -> Result<(), Box<Failure>> {
    let right = answered(before, says, theirs);
    let name = format!(
        "we are {:?} with {}, a request says {says:?} with {}: {tie}",
        before.role,
        number(before.tie_breaker),
        number(theirs)
    );
    let name = name.replace("Control", "control");
    let bytes = attribute(says, theirs);
    exam.case(&name, &bytes, show(right.0, right.1), REQUEST)
        .at(0..4, &format!("ICE-{}", format!("{says:?}").to_uppercase()))
        .expect(
            &right,
            || {
                let mut agent = before;
                let answer = on_request(&mut agent, says, theirs);
                (answer, agent)
            },
            |(answer, agent)| show(*answer, *agent),
            |(answer, after)| explain_request(before, says, theirs, right, (*answer, *after)),
        )
}

fn explain_request(
    before: Agent,
    says: Role,
    theirs: u64,
    right: (Answer, Agent),
    (answer, after): (Answer, Agent),
) -> Reason {
    let (kind, number) = (0..2, 4..12);
    let wins = before.tie_breaker >= theirs;
    let (at, label, why) = if before.role != says {
        (
            kind,
            "the other role",
            "one is controlling and the other one controlled: there is no conflict, whatever the tie-breakers are. They are \
             looked at where both say the same",
        )
    } else if after.tie_breaker != before.tie_breaker {
        (
            number,
            "theirs",
            "a request does not change our tie-breaker. Only who gets a 487 takes a new one, and not the other one's",
        )
    } else if answer == right.0 && after.role == right.1.role {
        (
            kind,
            "makes us change",
            "the priority of a pair is made of G and D, by who is controlling. Who changes its role has to compute all of them \
             again; who does not, need not",
        )
    } else if answer == right.0 && right.0 == Answer::RoleConflict {
        (
            number,
            "the one who asked changes",
            "487 tells the other one to change. If we changed too, both would have changed, and both have the same role \
             again",
        )
    } else if answer == Answer::Success && right.0 == Answer::Success {
        (
            number,
            "we change",
            "where both say the same, one of the two must change. We do, as the tie-breakers say, and answer as if nothing \
             had been",
        )
    } else if before.tie_breaker == theirs {
        (
            number,
            "equal",
            "an equal tie-breaker counts as larger: \u{201c}larger than or equal\u{201d} is in the row that makes us \
             controlling",
        )
    } else if answer == Answer::RoleConflict && after.role == right.1.role {
        (
            number,
            "we change, so there is no conflict left",
            "who changes its own role has ended the conflict, and answers with success. 487 would make the other one change \
             as well",
        )
    } else if before.role == Controlled {
        (
            number,
            if wins { "smaller than ours" } else { "larger than ours" },
            "the larger tie-breaker is to be controlling, in both rows. So the controlled agent that has it changes, and the \
             one that has it not answers 487: the other way round from a controlling agent",
        )
    } else if (before.tie_breaker as i64 >= theirs as i64) != wins {
        (
            number,
            "64 bits without a sign",
            "a tie-breaker is a u64. As a signed number one that begins with a 1 would be below zero, and smaller than all \
             others",
        )
    } else if (before.tie_breaker as u32 >= theirs as u32) != wins {
        (
            number,
            "64 bits",
            "a tie-breaker has 64 bits, and all of them count: compare the u64, and no half of it",
        )
    } else {
        (
            number,
            if wins { "smaller than ours" } else { "larger than ours" },
            "the larger tie-breaker stays controlling. Who has it answers 487; who has it not changes to controlled, and \
             answers with success",
        )
    };
    Reason::new(REQUEST, why).at(at, label)
}

/// The error response, its first attribute: ERROR-CODE 487.
const ERROR_CODE: &[u8] = b"\x00\x09\x00\x11\x00\x00\x04\x57Role Conflict";

fn response(
    exam: &Exam,
    on_role_conflict: OnRoleConflict,
    before: Agent,
    said: Role,
) -> Result<(), Box<Failure>> {
    const NEW: u64 = 42;
    let role = other(said);
    let changed = role != before.role;
    let right = Agent { role, tie_breaker: NEW, priorities_are_old: changed };
    let meanwhile = if changed { "" } else { " by now" };
    let name = format!(
        "487 for a request that said {said:?}; we are {:?}{meanwhile}, new tie-breaker {NEW}",
        before.role
    );
    let name = name.replace("Control", "control");
    exam.case(&name, ERROR_CODE, state(right), RESPONSE).at(4..8, "487").expect(
        &right,
        || {
            let mut agent = before;
            on_role_conflict(&mut agent, said, NEW);
            agent
        },
        |agent| state(*agent),
        |after| {
            let why = if after.role != role && !changed {
                "the answer is about the request, and that was sent when we had the other role. A check of the other side has \
                 changed us since. Who turns round again is back in the role that was refused: take the role that the request \
                 did not say"
            } else if after.role != role {
                "who gets 487 changes: the other one has the larger claim to the role that our request said"
            } else if after.tie_breaker != NEW {
                "who gets 487 takes a new tie-breaker as well. Where both have the same number, both get a 487 and both \
                 change: with the old numbers that would go on for ever"
            } else if changed {
                "the role has changed, so the priorities of all pairs have too: G and D have changed places"
            } else {
                "the role is what it was before this answer, so the priorities are as good as they were"
            };
            Reason::new(RESPONSE, why).at(4..8, "487")
        },
    )
}
