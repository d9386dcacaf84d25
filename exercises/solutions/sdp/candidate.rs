//! # sdp::candidate: a solution
//!
//! The line is words, so it is read word by word, and each word is judged as it comes: that way the first one that is
//! wrong is the one that is told. What is fixed (eight words) comes first, what is free (pairs) after it in a loop,
//! which takes two words a round.
//!
//! Whether raddr and rport are there is known only at the end, since they may stand anywhere among the pairs.
//!
//! The three fields of the priority do not overlap, so `|` and `+` are the same. Widen each number before the shift:
//! a u8 shifted by 24 is gone.

use exercises::sdp::candidate::{Broken, Candidate};

/// The parts of a candidate line.
pub fn candidate(line: &str) -> Result<Candidate<'_>, Broken> {
    let attribute = line.strip_prefix("a=").unwrap_or(line);
    let rest = attribute.strip_prefix("candidate:").ok_or(Broken::NoCandidate)?;
    let mut words = rest.split(' ');
    let mut next = || words.next().ok_or(Broken::TooShort);

    let foundation = next()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    if foundation.is_empty() || foundation.len() > 32 || !foundation.chars().all(fits) {
        return Err(Broken::Foundation);
    }
    let component = next()?.parse().ok().filter(|n| (1..=256).contains(n)).ok_or(Broken::Component)?;
    let transport = next()?;
    let priority = next()?.parse().ok().filter(|n| (1..1 << 31).contains(n)).ok_or(Broken::Priority)?;
    let address = next()?;
    let port = next()?.parse().map_err(|_| Broken::Port)?;
    if next()? != "typ" {
        return Err(Broken::Type);
    }
    let kind = next()?;

    let (mut raddr, mut rport, mut tcp_type, mut extensions) = (None, None, None, Vec::new());
    while let Some(name) = words.next() {
        let value = words.next().ok_or(Broken::Extension)?;
        match name {
            "raddr" => raddr = Some(value),
            "rport" => rport = Some(value.parse().map_err(|_| Broken::Related)?),
            "tcptype" => tcp_type = Some(value),
            _ => extensions.push((name, value)),
        }
    }
    let related = raddr.zip(rport);
    if matches!(kind, "srflx" | "prflx" | "relay") && related.is_none() {
        return Err(Broken::Related);
    }
    Ok(Candidate {
        foundation,
        component,
        transport,
        priority,
        address,
        port,
        kind,
        related,
        tcp_type,
        extensions,
    })
}

/// The priority of a candidate.
pub fn priority(type_preference: u8, local_preference: u16, component: u16) -> u32 {
    u32::from(type_preference) << 24 | u32::from(local_preference) << 8 | u32::from(256 - component)
}

exercises::check!(sdp::candidate(candidate, priority));
