//! The priority of a candidate and of a pair: RFC 8445 sections 5.1.2 and 6.1.2.3.

mod local;

use wire::{Spec, rfc};

use super::{Kind, Role};
use crate::{Bits, Exam, Failure, Reason};

/// First function: kind, local preference and component, to a priority.
pub type Priority = fn(Kind, u16, u16) -> u32;
/// Second function: addresses of a host, to local preferences.
pub type LocalPreferences = fn(&[std::net::IpAddr]) -> Vec<u16>;
/// Third function: the priority of a candidate, to what its checks say.
pub type PriorityInACheck = fn(u32) -> u32;
/// Fourth function: our role, our candidate's priority and theirs, to the pair's.
pub type PairPriority = fn(Role, u32, u32) -> u64;

const FORMULA: Spec = rfc(8445, "5.1.2.1");
const PREFERENCES: Spec = rfc(8445, "5.1.2.2");
const IN_A_CHECK: Spec = rfc(8445, "7.1.1");
const PAIR: Spec = rfc(8445, "6.1.2.3");

/// Asks for candidates, for addresses, for checks, then for pairs as both sides see them.
///
/// # Errors
/// The first answer that is wrong.
pub fn check(
    exam: &Exam,
    priority: Priority,
    local_preferences: LocalPreferences,
    priority_in_a_check: PriorityInACheck,
    pair_priority: PairPriority,
) -> Result<(), Box<Failure>> {
    candidates(exam, priority)?;
    local::check(exam, local_preferences)?;
    in_a_check(exam, priority_in_a_check)?;
    pairs(exam, pair_priority)
}

/// Section 5.1.2.2.
#[must_use]
pub fn type_preference(kind: Kind) -> u32 {
    match kind {
        Kind::Host => 126,
        Kind::PeerReflexive => 110,
        Kind::ServerReflexive => 100,
        Kind::Relayed => 0,
    }
}

/// Section 5.1.2.1.
#[must_use]
pub fn formula(kind: Kind, local_preference: u16, component: u16) -> u32 {
    type_preference(kind) << 24 | u32::from(local_preference) << 8 | (256 - u32::from(component))
}

/// Section 6.1.2.3, by G and D.
#[must_use]
pub fn pair_formula(g: u32, d: u32) -> u64 {
    (u64::from(g.min(d)) << 32) + 2 * u64::from(g.max(d)) + u64::from(g > d)
}

const CANDIDATES: [(&str, Kind, u16, u16); 8] = [
    ("a host candidate", Kind::Host, 65535, 1),
    ("a server-reflexive candidate", Kind::ServerReflexive, 65535, 1),
    ("a relayed candidate", Kind::Relayed, 65535, 1),
    ("a peer-reflexive candidate", Kind::PeerReflexive, 65535, 1),
    ("a host candidate for RTCP", Kind::Host, 65535, 2),
    ("a host candidate of the second address", Kind::Host, 65534, 1),
    ("the highest component there is", Kind::Host, 65535, 256),
    ("the smallest number of all", Kind::Relayed, 0, 256),
];

fn candidates(exam: &Exam, priority: Priority) -> Result<(), Box<Failure>> {
    for (name, kind, local, component) in CANDIDATES {
        let right = formula(kind, local, component);
        let name = format!("{name}: priority({kind:?}, {local}, {component})");
        exam.case(&name, format!("priority({kind:?}, {local}, {component})").as_bytes(), right, FORMULA)
            .text()
            .expect(
                &right,
                || priority(kind, local, component),
                u32::to_string,
                |returned| explain_candidate((kind, local, component), *returned),
            )?;
    }
    Ok(())
}

/// The three numbers of a priority, as bits.
fn three(word: u32, mask: u32, label: &str) -> Bits {
    Bits { word: word.into(), groups: &[8, 16, 8], mask: mask.into(), label: label.to_owned() }
}

fn explain_candidate((kind, local, component): (Kind, u16, u16), returned: u32) -> Reason {
    let right = formula(kind, local, component);
    let told = |spec, mask, label: &str, why: &str| Reason::new(spec, why).bits(three(returned, mask, label));
    if returned != right && returned == right & 0x00ff_ffff {
        let why = "the type preference is missing. A number of eight bits that is moved up by 24 has nothing left: make it a \
                   u32 first";
        return told(FORMULA, 0xff00_0000, "nothing here", why);
    }
    if returned & 0xff00_0000 != right & 0xff00_0000 && returned & 0x00ff_ffff == right & 0x00ff_ffff {
        let other = returned >> 24;
        let why = match (kind, other) {
            (Kind::PeerReflexive, _) => {
                "peer-reflexive is 110, above server-reflexive: it was learned from a check of the peer itself, so that way \
                 is known to work in one direction at least"
            }
            (Kind::Relayed, _) => {
                "relayed is 0: a relay costs money and time, and is what is left when all else fails"
            }
            _ => {
                "host is 126, peer-reflexive 110, server-reflexive 100, relayed 0; 126 is the highest that is allowed"
            }
        };
        return told(PREFERENCES, 0xff00_0000, "the type preference", why);
    }
    if returned & 0xff != right & 0xff && returned & 0xffff_ff00 == right & 0xffff_ff00 {
        let why = match returned & 0xff {
            low if low == u32::from(component) & 0xff => {
                "the last term is 256 - component, so that component 1 is worth more than component 2: media before RTCP"
            }
            _ => {
                "the last term is 256 - component: 255 for component 1. With 255 - component, component 256 has none"
            }
        };
        return told(FORMULA, 0xff, "256 - component", why);
    }
    let why = "three numbers side by side, none runs into the other: the type preference in the upper 8 bits, the local \
               preference in the next 16, 256 - component in the last 8";
    told(FORMULA, returned ^ right, "differs", why)
}

const IN_CHECKS: [(&str, u32); 4] = [
    ("a check from a server-reflexive candidate", 1_694_498_815),
    ("a check from a relayed candidate", 16_777_215),
    ("a check from a host candidate", 2_130_706_431),
    ("a check from the host candidate of the second address, for RTCP", 2_130_706_174),
];

fn in_a_check(exam: &Exam, priority_in_a_check: PriorityInACheck) -> Result<(), Box<Failure>> {
    for (name, candidate) in IN_CHECKS {
        let right = 110 << 24 | candidate & 0x00ff_ffff;
        let name = format!("{name}: priority_in_a_check({candidate})");
        // PRIORITY as it stands in the request: type 0x0024, length 4.
        let attribute = [&[0x00, 0x24, 0x00, 0x04][..], &u32::to_be_bytes(right)].concat();
        exam.case(&name, &attribute, format!("{right} ({right:#010x})"), IN_A_CHECK).expect(
            &right,
            || priority_in_a_check(candidate),
            |returned| format!("{returned} ({returned:#010x})"),
            |returned| explain_in_a_check(candidate, *returned),
        )?;
    }
    Ok(())
}

fn explain_in_a_check(candidate: u32, returned: u32) -> Reason {
    let (at, label, why) = if candidate >> 24 == 126 && returned >> 24 == 126 {
        (
            4..5,
            "126 | 110 is 126",
            "the type preference of the candidate is still there. Clear the upper eight bits before you put 110 there",
        )
    } else if returned == candidate {
        (
            4..5,
            "110, whatever the candidate is",
            "a check says what its sender is worth to one who has never heard of it. If the peer learns a candidate from this \
             check, that candidate is peer-reflexive, and gets this number as its priority",
        )
    } else if returned >> 24 == 110 {
        (
            5..8,
            "stays as it is",
            "only the type preference changes. Local preference and component are those of the local candidate, so that \
             candidates learned from one host keep their order",
        )
    } else {
        (
            4..5,
            "the type preference of peer-reflexive",
            "the upper eight bits are 110, the type preference of peer-reflexive candidates",
        )
    };
    Reason::new(IN_A_CHECK, why).at(at, label)
}

const HOST: u32 = 2_130_706_431;
const REFLEXIVE: u32 = 1_694_498_815;
const RELAYED: u32 = 16_777_215;

const PAIRS: [(&str, Role, u32, u32); 9] = [
    ("host and host", Role::Controlling, HOST, HOST),
    ("host and relayed", Role::Controlling, HOST, RELAYED),
    ("the same pair, seen from the other side", Role::Controlled, RELAYED, HOST),
    ("relayed and host", Role::Controlling, RELAYED, HOST),
    ("the same pair, seen from the other side", Role::Controlled, HOST, RELAYED),
    ("server-reflexive and host", Role::Controlled, REFLEXIVE, HOST),
    ("the two lowest", Role::Controlling, 1, 1),
    ("the lowest and the highest", Role::Controlled, 1, 2_147_483_647),
    ("the two highest", Role::Controlling, 2_147_483_647, 2_147_483_647),
];

fn pairs(exam: &Exam, pair_priority: PairPriority) -> Result<(), Box<Failure>> {
    for (name, role, local, remote) in PAIRS {
        let (g, d) = match role {
            Role::Controlling => (local, remote),
            Role::Controlled => (remote, local),
        };
        let right = pair_formula(g, d);
        let picture = format!("pair_priority({role:?}, {local}, {remote})\nG = {g}\nD = {d}");
        exam.case(
            &format!("{name}, as the {} agent", format!("{role:?}").to_lowercase()),
            picture.as_bytes(),
            right,
            PAIR,
        )
        .text()
        .expect(
            &right,
            || pair_priority(role, local, remote),
            u64::to_string,
            |returned| {
                // A mirror image tells two mistakes apart; a panic tells nothing.
                let mirrored = std::panic::catch_unwind(|| pair_priority(role, remote, local)).ok();
                explain_pair((g, d), (*returned, mirrored), &picture)
            },
        )?;
    }
    Ok(())
}

/// As an f64 gives it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is what goes wrong")]
fn rounded(g: u32, d: u32) -> u64 {
    (f64::from(g.min(d)) * 4_294_967_296.0 + 2.0 * f64::from(g.max(d)) + f64::from(u8::from(g > d))) as u64
}

fn explain_pair((g, d): (u32, u32), (returned, mirrored): (u64, Option<u64>), picture: &str) -> Reason {
    let call = 0..picture.find('\n').unwrap_or(0);
    let both = picture.find("G =").unwrap_or(0)..picture.len();
    let (low, high) = (u64::from(g.min(d)), u64::from(g.max(d)));
    let (at, label, why) = if returned == pair_formula(d, g) && mirrored == Some(pair_formula(g, d)) && g != d
    {
        (
            both,
            "which is whose?",
            "G is the controlling agent's, D the controlled agent's, whoever computes. With local and remote in their place \
             the two agents get different numbers, and try pairs in different orders",
        )
    } else if returned == pair_formula(g, d) - u64::from(g > d) {
        (
            both,
            "G > D",
            "1 is added where G > D. It decides between a pair and its mirror image, for which MIN and MAX are the same",
        )
    } else if returned == pair_formula(g, d) + u64::from(g == d) {
        (both, "G and D are equal", "1 is added where G is larger than D, and not where they are equal")
    } else if returned == (high << 32) + 2 * low + u64::from(g > d) && g != d {
        (
            both,
            "the smaller one comes first",
            "MIN goes into the upper half. A pair is as good as the worse of its two candidates: through a relay is through \
             a relay, however good the other end is",
        )
    } else if returned >> 32 == 0 {
        (
            call,
            "does not fit into 32 bits",
            "the result has more than 32 bits, and so has 2^32 * MIN: in u32 all of it is lost at the left. Make both \
             numbers a u64 first, then compute",
        )
    } else if returned == rounded(g, d) {
        (
            call,
            "63 bits",
            "floating point keeps 53 bits, and this number has up to 63: what MAX adds is rounded away. JavaScript's numbers are \
             of this kind",
        )
    } else {
        (
            both,
            "MIN, MAX and who is larger",
            "pair priority = 2^32 * MIN(G, D) + 2 * MAX(G, D) + (1 if G > D, else 0), all of it in u64",
        )
    };
    Reason::new(PAIR, why).at(at, label)
}
