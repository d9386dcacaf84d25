//! Candidates: addresses at which an agent may be reached, and how much it wants to be
//! reached there.

use scenario::{CandidateView, Kind, Side};
use tap::Tap;

// ANCHOR: candidates
/// The formula of RFC 8445 section 5.1.2.1. The type preference decides, then which of
/// the host's own addresses it is, then the component.
fn priority(type_preference: u32, local_preference: u32, component: u32) -> u32 {
    (type_preference << 24) + (local_preference << 8) + (256 - component)
}

/// `srflx 198.51.100.1:40000   100 x 2^24 + 65535 x 2^8 + 255 = 1694498815`
pub(crate) fn line(candidate: &CandidateView) -> String {
    let CandidateView { kind, address, type_preference, local_preference, .. } =
        candidate;
    let component = u32::from(candidate.component);
    let computed = priority(*type_preference, *local_preference, component);
    let note = match computed == candidate.priority {
        true => String::new(),
        false => format!(" (the agent says {})", candidate.priority),
    };
    format!(
        "  {:<5} {:<21}  {type_preference:>3} x 2^24 + {local_preference:>5} x 2^8 + {} = {computed}{note}",
        kind.to_string(),
        address.to_string(),
        256 - component,
    )
}
// ANCHOR_END: candidates

/// All of one side, and what each kind is.
pub(crate) fn tell(side: Side, candidates: &[CandidateView], tap: &Tap) {
    tap.print(&format!("\n{side}:"));
    for candidate in candidates {
        tap.print(&line(candidate));
    }
    let missing = !candidates.iter().any(|candidate| candidate.kind == Kind::Srflx);
    if missing {
        tap.print("  (no srflx: see below what the STUN server said, if anything)");
    }
}

/// What a kind of candidate is, in a few words.
pub(crate) fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "an address of the host's own",
        Kind::Srflx => "what the STUN server saw: outside of the NAT",
        Kind::Prflx => "what the other agent saw, or was seen from, in a check",
        Kind::Relay => "an address on a TURN server",
    }
}
