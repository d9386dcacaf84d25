//! Looks for raddr and rport right after the type, and nowhere else.

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
    let first = rest.split(' ').nth(8);
    let related = raddr.zip(rport).filter(|_| first == Some("raddr"));
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
