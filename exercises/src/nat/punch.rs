//! Who meets whom without a relay: what RFC 4787's mapping and filtering come to, for two.

mod mistakes;
mod puncher;
mod story;

use wire::{Spec, rfc};

use super::Dependence;
use super::Dependence::{AddressAndPortDependent, EndpointIndependent};
use crate::{Exam, Failure, Reason};
use mistakes::MISTAKES;
use story::Story;

/// What stands between a host and the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Nothing.
    Open,
    /// A NAT.
    Nat {
        /// When it reuses a port.
        mapping: Dependence,
        /// Whom it lets in.
        filtering: Dependence,
    },
    /// A firewall that no UDP passes.
    Blocked,
}

/// What the student writes: whether two meet.
pub type CanMeet = fn(Edge, Edge) -> bool;

const MAPPING: Spec = rfc(4787, "4.1");
const FILTERING: Spec = rfc(4787, "5");

impl Edge {
    /// The eleven: none, the nine NATs with mapping first, blocked.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let nats = Dependence::ALL.into_iter().flat_map(|mapping| {
            Dependence::ALL.into_iter().map(move |filtering| Self::Nat { mapping, filtering })
        });
        std::iter::once(Self::Open).chain(nats).chain([Self::Blocked]).collect()
    }

    /// As the simulator calls it: `none`, `eim-apdf`, `blocked`.
    #[must_use]
    pub fn name(self) -> String {
        self.of_sim().to_string()
    }

    fn of_sim(self) -> sim::Edge {
        match self {
            Self::Open => sim::Edge::Open,
            Self::Nat { mapping, filtering } => {
                sim::Edge::Nat(sim::Behavior::of(mapping.of_sim(), filtering.of_sim()))
            }
            Self::Blocked => sim::Edge::UdpBlocked,
        }
    }

    /// Mapping and filtering, `None` where no UDP passes. Without a NAT all is open.
    fn behavior(self) -> Option<(Dependence, Dependence)> {
        match self {
            Self::Open => Some((EndpointIndependent, EndpointIndependent)),
            Self::Nat { mapping, filtering } => Some((mapping, filtering)),
            Self::Blocked => None,
        }
    }
}

/// Whether two hosts meet in the simulator that do no more than ask, tell, write and answer.
#[must_use]
pub fn meet(left: Edge, right: Edge) -> bool {
    puncher::play(left, right).met()
}

/// Asks for all pairs, and lets each be tried in the simulator.
///
/// # Errors
/// The first pair of which the student and the simulator do not say the same.
pub fn check(exam: &Exam, can_meet: CanMeet) -> Result<(), Box<Failure>> {
    for (left, right) in pairs() {
        let meeting = puncher::play(left, right);
        let right_answer = meeting.met();
        let story = Story::of(&meeting, left, right);
        let name = format!("can_meet({}, {})", left.name(), right.name());
        exam.case(&name, story.text.as_bytes(), say(right_answer), MAPPING).text().expect(
            &right_answer,
            || can_meet(left, right),
            |returned| say(*returned).to_owned(),
            |returned| explain(can_meet, (left, right), *returned, &story),
        )?;
    }
    Ok(())
}

/// The 121 pairs: those without a NAT that blocks first.
pub fn pairs() -> impl Iterator<Item = (Edge, Edge)> {
    let all = Edge::all();
    let blocked = |(left, right): &(Edge, Edge)| [*left, *right].contains(&Edge::Blocked);
    let pairs: Vec<_> = all.iter().flat_map(|left| all.iter().map(move |right| (*left, *right))).collect();
    let (without, with): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| !blocked(pair));
    without.into_iter().chain(with)
}

fn say(met: bool) -> &'static str {
    if met { "true: they meet" } else { "false: they do not" }
}

/// What the packets show, and which rule the student seems to go by.
fn explain(can_meet: CanMeet, (left, right): (Edge, Edge), returned: bool, story: &Story) -> Reason {
    let (spec, why) = why(left, right);
    // A panic elsewhere is no rule.
    let table =
        std::panic::catch_unwind(|| pairs().map(|(left, right)| can_meet(left, right)).collect::<Vec<_>>());
    let rule = table.ok().and_then(|table| {
        MISTAKES.iter().find(|mistake| {
            pairs().map(|(left, right)| (mistake.rule)(left, right)).eq(table.iter().copied())
        })
    });
    let why = match rule {
        Some(mistake) => format!("{}. Here: {why}", mistake.says),
        None => why,
    };
    let (at, label) = story.point(returned);
    Reason::new(spec, why).at(at, label)
}

/// Why these two meet, or do not.
fn why(left: Edge, right: Edge) -> (Spec, String) {
    let (Some(l), Some(r)) = (left.behavior(), right.behavior()) else {
        let side = if left == Edge::Blocked { "left" } else { "right" };
        return (
            FILTERING,
            format!(
                "no UDP passes {side}'s firewall: its host does not even learn its own address, and nothing can come in"
            ),
        );
    };
    let told = |(mapping, _): (Dependence, Dependence)| mapping == EndpointIndependent;
    match (told(l), told(r)) {
        (true, true) => (
            MAPPING,
            "both mappings are endpoint-independent, so both ports that were told are right. Each side's first packet opens \
             its own filter, and the next one from the other side comes in, whatever the filters are"
                .to_owned(),
        ),
        (true, false) => one_told("left", "right", l.1),
        (false, true) => one_told("right", "left", r.1),
        (false, false) => none_told(l, r),
    }
}

fn one_told(steady: &str, other: &str, filter: Dependence) -> (Spec, String) {
    let start = format!(
        "{other}'s packets go to the port that was told, but leave from one that nobody was told: {other}'s NAT made a new \
         port, since the packet went to a new place"
    );
    if filter == AddressAndPortDependent {
        return (
            FILTERING,
            format!(
                "{start}. {steady}'s filter looks at ports: {steady} wrote to {other}'s old port, so what comes \
                 from the new one is dropped"
            ),
        );
    }
    (
        FILTERING,
        format!(
            "{start}. {steady}'s filter does not look at ports, so they come in; {steady} learns the new port, \
             answers, and is let in"
        ),
    )
}

fn none_told(l: (Dependence, Dependence), r: (Dependence, Dependence)) -> (Spec, String) {
    let filters = [l.1, r.1];
    let start = "neither told port is right: both NATs made a new port for the other side. What arrives at a told port comes \
                 to the mapping that was made for the server, as from a stranger";
    if !filters.contains(&EndpointIndependent) {
        return (FILTERING, format!("{start}; and neither filter lets a stranger in"));
    }
    let (open, other) = if l.1 == EndpointIndependent { ("left", "right") } else { ("right", "left") };
    if filters.contains(&AddressAndPortDependent) {
        return (
            FILTERING,
            format!(
                "{start}. {open}'s filter lets it in, and {open} writes back, from its new port. {other} wrote to \
                 the told port of {open}, its filter looks at ports, and this is another"
            ),
        );
    }
    if l.0 == AddressAndPortDependent && r.0 == AddressAndPortDependent {
        return (
            MAPPING,
            format!(
                "{start}. The filters let packets in, but each answer goes to a port that is new, so its NAT \
                 sends it from one that is new too: no answer comes from where the packet had gone, and the chase \
                 has no end"
            ),
        );
    }
    (
        FILTERING,
        format!(
            "{start}. {open}'s filter lets it in, {open} learns the port and writes back; {other}'s filter does \
             not look at ports. One of the two mappings stays the same for one address, so the chase ends"
        ),
    )
}
