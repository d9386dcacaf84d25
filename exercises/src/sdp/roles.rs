//! Who begins the handshake, and who sends: RFC 4145 section 4.1 with RFC 8842 section 5, and RFC 3264 section 6.1.

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// The four values of `a=setup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// "I begin."
    Active,
    /// "You begin."
    Passive,
    /// "You choose."
    Actpass,
    /// "Nobody begins, for now."
    Holdconn,
}

/// Who begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who made the offer.
    Offerer,
    /// Who answered it.
    Answerer,
}

/// The four directions, as the one who writes them sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// "I send, and I want to get."
    Sendrecv,
    /// "I send."
    Sendonly,
    /// "I want to get."
    Recvonly,
    /// "Neither."
    Inactive,
}

/// First function: the setups that an answer may have.
pub type Answers = fn(Setup) -> Vec<Setup>;
/// Second function: who is the client of the handshake, by offer and answer.
pub type DtlsClient = fn(Setup, Setup) -> Option<Side>;
/// Third function: the direction in the answer, by the offer, and whether the answerer would send, and would receive.
pub type Answered = fn(Direction, bool, bool) -> Direction;

const SETUPS: [Setup; 4] = [Setup::Actpass, Setup::Passive, Setup::Active, Setup::Holdconn];
const DIRECTIONS: [Direction; 4] =
    [Direction::Sendrecv, Direction::Sendonly, Direction::Recvonly, Direction::Inactive];

const TABLE: Spec = rfc(4145, "4.1");
const DTLS: Spec = rfc(8842, "5.1");
const DIRECTION: Spec = rfc(3264, "6.1");

/// Goes through all three tables, cell by cell.
///
/// # Errors
/// The first cell that is wrong.
pub fn check(
    exam: &Exam,
    answers: Answers,
    dtls_client: DtlsClient,
    answered: Answered,
) -> Result<(), Box<Failure>> {
    for offer in SETUPS {
        setup(exam, answers, offer)?;
    }
    for (offer, answer) in SETUPS.into_iter().flat_map(|offer| SETUPS.map(|answer| (offer, answer))) {
        client(exam, dtls_client, offer, answer)?;
    }
    for offer in DIRECTIONS {
        for (send, receive) in [(true, true), (true, false), (false, true), (false, false)] {
            direction(exam, answered, offer, send, receive)?;
        }
    }
    Ok(())
}

/// What RFC 4145 section 4.1 allows.
#[must_use]
pub fn allowed(offer: Setup) -> &'static [Setup] {
    match offer {
        Setup::Actpass => &[Setup::Active, Setup::Passive, Setup::Holdconn],
        Setup::Active => &[Setup::Passive, Setup::Holdconn],
        Setup::Passive => &[Setup::Active, Setup::Holdconn],
        Setup::Holdconn => &[Setup::Holdconn],
    }
}

fn setup(exam: &Exam, answers: Answers, offer: Setup) -> Result<(), Box<Failure>> {
    let right = allowed(offer);
    let line = format!("a=setup:{}", word(offer));
    let case =
        exam.case(&format!("answers({offer:?})"), line.as_bytes(), format!("{right:?}, in any order"), TABLE);
    let case = case.text();
    let returned = case.ask(|| answers(offer))?;
    let wrong = returned.iter().find(|answer| !right.contains(answer)).map(|answer| too_many(offer, *answer));
    let wrong = wrong.or_else(|| {
        right.iter().find(|answer| !returned.contains(answer)).map(|answer| missing(offer, *answer))
    });
    match wrong {
        Some((spec, label, why)) => {
            let reason = Reason::new(spec, why).at(8..line.len(), label);
            Err(case.wrong(format!("{returned:?}"), reason))
        }
        None => Ok(()),
    }
}

fn too_many(offer: Setup, answer: Setup) -> (Spec, String, &'static str) {
    let label = format!("{} cannot follow", word(answer));
    match (offer, answer) {
        (_, Setup::Actpass) => (
            TABLE,
            label,
            "actpass leaves the choice to the other side. The offer may do that; after the answer nobody is left to choose",
        ),
        (Setup::Holdconn, _) => (
            TABLE,
            label,
            "holdconn says that no connection is to be made for now, and an answer cannot want more than the offer",
        ),
        (_, Setup::Active) => (TABLE, label, "both would begin: the offerer has said that it does"),
        _ => (TABLE, label, "both would wait: the offerer has said that it does not begin"),
    }
}

fn missing(offer: Setup, answer: Setup) -> (Spec, String, &'static str) {
    let label = format!("{} may follow", word(answer));
    match (offer, answer) {
        (_, Setup::Holdconn) => (
            TABLE,
            label,
            "whatever the offer says, an answer may hold the connection back: holdconn is in each row of the general table. (A call \
             never says it: DTLS knows no connection that is held, by RFC 8842 section 5.1)",
        ),
        (Setup::Actpass, Setup::Passive) => (
            rfc(8842, "5.3"),
            label,
            "who is asked to choose may choose to wait. active is what most say, since the handshake can then begin before the \
             answer has arrived; passive is as right",
        ),
        (Setup::Actpass, _) => (
            rfc(8842, "5.3"),
            label,
            "who is asked to choose may choose to begin, and most do: the handshake need not wait for the answer to arrive",
        ),
        _ => (TABLE, label, "one side begins and the other waits: active and passive answer each other"),
    }
}

fn begins(offer: Setup, answer: Setup) -> Option<Side> {
    match (offer, answer) {
        (Setup::Active, Setup::Passive) | (Setup::Actpass, Setup::Passive) => Some(Side::Offerer),
        (Setup::Passive | Setup::Actpass, Setup::Active) => Some(Side::Answerer),
        _ => None,
    }
}

fn client(exam: &Exam, dtls_client: DtlsClient, offer: Setup, answer: Setup) -> Result<(), Box<Failure>> {
    let right = begins(offer, answer);
    let text = format!("offer   a=setup:{}\nanswer  a=setup:{}", word(offer), word(answer));
    let at = text.rfind(':').map_or(0, |colon| colon + 1)..text.len();
    exam.case(&format!("dtls_client({offer:?}, {answer:?})"), text.as_bytes(), format!("{right:?}"), DTLS)
        .text()
        .expect(
            &right,
            || dtls_client(offer, answer),
            |returned| format!("{returned:?}"),
            |returned| {
                let (label, why) = why_client(offer, answer, right, *returned);
                Reason::new(if right.is_none() { TABLE } else { DTLS }, why).at(at, label)
            },
        )
}

fn why_client(
    offer: Setup,
    answer: Setup,
    right: Option<Side>,
    returned: Option<Side>,
) -> (&'static str, &'static str) {
    match (right, returned) {
        (None, _) if answer == Setup::Actpass => {
            ("no answer", "an answer never says actpass, so this pair does not come to be: nobody begins")
        }
        (None, _) if answer == Setup::Holdconn => (
            "nobody begins",
            "holdconn is an answer that is allowed, and it says that there is no handshake for now",
        ),
        (None, _) if offer == Setup::Holdconn => (
            "not allowed",
            "holdconn is answered by holdconn alone: there is no connection on which one could begin",
        ),
        (None, _) => {
            ("not allowed", "both say the same, so both begin, or both wait: this answer is not allowed")
        }
        (Some(Side::Answerer), Some(_)) => (
            "I begin",
            "active is the client: it sends the ClientHello. The answer says active, so the answerer does. Who made the call \
             has nothing to do with it",
        ),
        (Some(Side::Offerer), Some(_)) => (
            "you begin",
            "active is the client: it sends the ClientHello. The answer says passive, so the offerer does",
        ),
        (Some(_), None) => {
            ("settled", "one side is active and the other one is passive: the active one begins")
        }
    }
}

fn sends(direction: Direction) -> bool {
    matches!(direction, Direction::Sendrecv | Direction::Sendonly)
}

fn receives(direction: Direction) -> bool {
    matches!(direction, Direction::Sendrecv | Direction::Recvonly)
}

fn direction_of(send: bool, receive: bool) -> Direction {
    match (send, receive) {
        (true, true) => Direction::Sendrecv,
        (true, false) => Direction::Sendonly,
        (false, true) => Direction::Recvonly,
        (false, false) => Direction::Inactive,
    }
}

fn direction(
    exam: &Exam,
    answered: Answered,
    offer: Direction,
    send: bool,
    receive: bool,
) -> Result<(), Box<Failure>> {
    let right = direction_of(send && receives(offer), receive && sends(offer));
    let line = format!("a={}", name(offer));
    let wish = match (send, receive) {
        (true, true) => "we would send and receive",
        (true, false) => "we would send",
        (false, true) => "we would receive",
        (false, false) => "we would do neither",
    };
    let asked = format!("answered({offer:?}, {send}, {receive}): {wish}");
    exam.case(&asked, line.as_bytes(), format!("{right:?}"), DIRECTION).text().expect(
        &right,
        || answered(offer, send, receive),
        |returned| format!("{returned:?}"),
        |returned| {
            let (label, why) = why_direction(offer, (send, receive), right, *returned);
            Reason::new(DIRECTION, why).at(2..line.len(), label)
        },
    )
}

fn why_direction(
    offer: Direction,
    (send, receive): (bool, bool),
    right: Direction,
    returned: Direction,
) -> (&'static str, &'static str) {
    if returned == offer && matches!(offer, Direction::Sendonly | Direction::Recvonly) {
        return (
            "said by the offerer, of itself",
            "each side writes what it does itself. What one only sends the other can only receive: sendonly is answered by \
             recvonly, and recvonly by sendonly",
        );
    }
    if sends(returned) && !receives(offer) {
        return (
            "the offerer does not receive",
            "directions are told by each side for itself. What the offerer sends the answerer receives, so sendonly is answered \
             by recvonly or inactive, and inactive by inactive: nobody sends to one who does not want to get",
        );
    }
    if receives(returned) && !sends(offer) {
        return (
            "the offerer does not send",
            "directions are told by each side for itself. recvonly is answered by sendonly or inactive: there is nothing to \
             receive from one who does not send",
        );
    }
    if right == Direction::Inactive && !send && !receive {
        return ("and we would do neither", "who would neither send nor receive says so: inactive");
    }
    if sends(returned) && !send {
        return (
            "and we would not send",
            "an answer says what its side will do, and this side has nothing to send",
        );
    }
    if receives(returned) && !receive {
        return (
            "and we would not receive",
            "an answer says what its side will do, and this side does not want to get",
        );
    }
    if sends(right) && !sends(returned) {
        return (
            "the offerer receives",
            "the offerer wants to get, and we would send: this half of the line can be used",
        );
    }
    ("the offerer sends", "the offerer sends, and we want to get: this half of the line can be used")
}

fn word(setup: Setup) -> &'static str {
    match setup {
        Setup::Active => "active",
        Setup::Passive => "passive",
        Setup::Actpass => "actpass",
        Setup::Holdconn => "holdconn",
    }
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Sendrecv => "sendrecv",
        Direction::Sendonly => "sendonly",
        Direction::Recvonly => "recvonly",
        Direction::Inactive => "inactive",
    }
}
