//! A check list: RFC 8445 sections 6.1.2.2 to 6.1.2.5.

mod settings;
mod steps;

use std::net::{IpAddr, SocketAddr};

use wire::{Spec, rfc};

use super::Kind;
use super::priority::pair_formula;
use crate::{Exam, Failure, Reason};
use settings::Setting;
use steps::{MISTAKES, RIGHT};

/// A candidate, as far as a check list looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// How it was found.
    pub kind: Kind,
    /// 1 to 256.
    pub component: u16,
    /// Where packets to it go.
    pub address: SocketAddr,
    /// Where its agent sends from when it uses it. Of host and relayed candidates it is the address itself. Of remote
    /// candidates nobody knows it: it is the address too.
    pub base: SocketAddr,
    /// Its priority.
    pub priority: u32,
}

/// A pair of the check list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// From where its check is sent: the base of the local candidate.
    pub local: SocketAddr,
    /// To where.
    pub remote: SocketAddr,
    /// Of both candidates.
    pub component: u16,
    /// Of the pair.
    pub priority: u64,
}

impl Pair {
    /// The pair of a local and a remote candidate, for the controlling agent.
    #[must_use]
    pub fn of(local: &Candidate, remote: &Candidate) -> Self {
        Self {
            local: local.base,
            remote: remote.address,
            component: local.component,
            priority: pair_formula(local.priority, remote.priority),
        }
    }
}

/// Whether it is an IPv6 link-local address, fe80::/10 (RFC 4291 section 2.5.6).
#[must_use]
pub fn is_link_local(address: SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
        IpAddr::V4(_) => false,
    }
}

/// What the student writes: local and remote candidates, and how many pairs may stay.
pub type CheckList = fn(&[Candidate], &[Candidate], usize) -> Vec<Pair>;

const FORMING: Spec = rfc(8445, "6.1.2.2");
const ORDERING: Spec = rfc(8445, "6.1.2.3");
const PRUNING: Spec = rfc(8445, "6.1.2.4");
const LIMIT: Spec = rfc(8445, "6.1.2.5");

/// So many lines of a list are shown.
const SHOWN: usize = 6;

/// Puts settings to the student's function, each of which shows one step.
///
/// # Errors
/// The first list that is wrong.
pub fn check(exam: &Exam, check_list: CheckList) -> Result<(), Box<Failure>> {
    for setting in settings::all() {
        let Setting { name, local, remote, limit } = &setting;
        let right = steps::follow(&RIGHT, local, remote, *limit);
        let picture = picture(local, remote, None, false);
        exam.case(name, picture.text.as_bytes(), show(&right), FORMING).text().expect(
            &right,
            || check_list(local, remote, *limit),
            |returned| show(returned),
            |returned| explain(&setting, &right, returned),
        )?;
    }
    Ok(())
}

/// The settings, each with its check list.
pub fn lists() -> impl Iterator<Item = (&'static str, Vec<Candidate>, Vec<Candidate>, Vec<Pair>)> {
    settings::all().into_iter().map(|Setting { name, local, remote, limit }| {
        let list = steps::follow(&RIGHT, &local, &remote, limit);
        (name, local, remote, list)
    })
}

fn explain(setting: &Setting, right: &[Pair], returned: &[Pair]) -> Reason {
    let Setting { local, remote, limit, .. } = setting;
    let found = MISTAKES.iter().find(|mistake| {
        let list = steps::follow(&mistake.way, local, remote, *limit);
        list == returned && list != right
    });
    let extra = returned.iter().find(|pair| !right.contains(pair));
    let missing = right.iter().find(|pair| !returned.contains(pair));
    let about = extra.or(missing).or(returned
        .iter()
        .zip(right)
        .find(|(one, other)| one != other)
        .map(|(one, _)| one));
    let picture = picture(local, remote, about, found.is_some_and(|mistake| mistake.ours));
    let label = match (extra, missing) {
        (Some(_), _) => "this pair should not be there",
        (None, Some(_)) => "this pair is missing",
        (None, None) => "not at its place",
    };
    let (spec, label, why) = match found {
        Some(mistake) => (mistake.spec, mistake.label, mistake.why),
        None => (FORMING, label, "go through the five steps in their order: form, sort, replace, prune, cut"),
    };
    Reason::new(spec, why).at(picture.marked, label)
}

/// Each pair on a line of its own, with its priority: `192.168.1.2:5000 -> 203.0.113.1:40000  7277816997797167103`.
fn show(list: &[Pair]) -> String {
    if list.is_empty() {
        return "no pair".to_owned();
    }
    let (shown, more) = few(list);
    let mut lines: Vec<_> =
        shown.iter().map(|pair| format!("{} -> {}  {}", pair.local, pair.remote, pair.priority)).collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// All of a short list, the first of a long one and how many more there are.
fn few<T>(list: &[T]) -> (&[T], usize) {
    if list.len() <= SHOWN { (list, 0) } else { (&list[..2], list.len() - 2) }
}

/// The candidates as text, with the ones of a pair marked.
struct Picture {
    text: String,
    marked: std::ops::Range<usize>,
}

/// Marks our candidate of the pair, or theirs.
fn picture(local: &[Candidate], remote: &[Candidate], about: Option<&Pair>, ours: bool) -> Picture {
    let mut text = String::new();
    let mut marked = None;
    for (side, candidates) in [("ours  ", local), ("theirs", remote)] {
        let of_pair = |candidate: &Candidate| {
            about.is_some_and(|pair| match (side, ours) {
                ("ours  ", true) => [candidate.address, candidate.base].contains(&pair.local),
                ("theirs", false) => candidate.address == pair.remote,
                _ => false,
            })
        };
        let (shown, more) = few(candidates);
        for candidate in shown {
            let start = text.len();
            let Candidate { kind, component, address, base, .. } = candidate;
            text += &format!("{side} {:<5} {component} {address}", short(*kind));
            if base != address {
                text += &format!(", base {base}");
            }
            if of_pair(candidate) {
                marked = marked.or(Some(start..text.len()));
            }
            text.push('\n');
        }
        if more > 0 {
            let start = text.len();
            text += &format!("{side} and {more} more");
            if candidates[shown.len()..].iter().any(of_pair) {
                marked = Some(start..text.len());
            }
            text.push('\n');
        }
    }
    let marked = marked.unwrap_or(0..text.find('\n').unwrap_or(0));
    Picture { text, marked }
}

fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "host",
        Kind::PeerReflexive => "prflx",
        Kind::ServerReflexive => "srflx",
        Kind::Relayed => "relay",
    }
}
