//! The mistakes behind wrong answers.

use std::ops::Range;

use wire::{Spec, rfc};

use super::{Broken, Candidate, FORMULA, GRAMMAR, Parsed, formula};
use crate::{Bits, Reason};

/// Where the tokens of a line stand.
fn tokens(line: &str) -> Vec<(Range<usize>, &str)> {
    let start = line.find(':').map_or(0, |colon| colon + 1);
    let mut at = start;
    let tokens = line[start..].split(' ').map(|token| {
        let place = at..at + token.len();
        at = place.end + 1;
        (place, token)
    });
    tokens.collect()
}

/// The place of the token with that number; behind the end, where there is none.
fn token(line: &str, number: usize) -> Range<usize> {
    tokens(line).get(number).map_or(line.len()..line.len(), |(place, _)| place.clone())
}

/// The place of the value after a name.
fn value_of(line: &str, name: &str) -> Range<usize> {
    let tokens = tokens(line);
    let at = tokens.iter().skip(6).position(|(_, token)| *token == name);
    at.and_then(|at| tokens.get(at + 7)).map_or(line.len()..line.len(), |(place, _)| place.clone())
}

pub(super) fn place_of(line: &str, broken: Broken) -> Range<usize> {
    match broken {
        Broken::NoCandidate => 0..line.find(':').map_or(line.len(), |colon| colon + 1),
        Broken::TooShort => line.len()..line.len(),
        Broken::Foundation => token(line, 0),
        Broken::Component => token(line, 1),
        Broken::Priority => token(line, 3),
        Broken::Port => token(line, 5),
        Broken::Type => token(line, 6),
        Broken::Related if line.contains("rport") => value_of(line, "rport"),
        Broken::Related => token(line, 7),
        Broken::Extension => tokens(line).pop().map_or(0..0, |(place, _)| place),
    }
}

pub(super) fn label(broken: Broken) -> &'static str {
    match broken {
        Broken::NoCandidate => "no candidate",
        Broken::TooShort => "ends too early",
        Broken::Foundation => "no foundation",
        Broken::Component => "1 to 256",
        Broken::Priority => "1 to 2147483647",
        Broken::Port => "0 to 65535",
        Broken::Type => "typ should stand here",
        Broken::Related => "the related address",
        Broken::Extension => "a name without a value",
    }
}

pub(super) fn explain(line: &str, right: &Parsed<'_>, returned: &Parsed<'_>) -> Reason {
    match (right, returned) {
        (Ok(right), Ok(returned)) => parts(line, right, returned),
        (Ok(right), Err(broken)) => refused(line, right, *broken),
        (Err(broken), _) => {
            Reason::new(spec_of(*broken), accepted(line, *broken)).at(place_of(line, *broken), label(*broken))
        }
    }
}

fn spec_of(broken: Broken) -> Spec {
    if broken == Broken::Priority { rfc(8445, "5.1.2") } else { GRAMMAR }
}

/// The first part in which two differ.
fn parts(line: &str, right: &Candidate<'_>, returned: &Candidate<'_>) -> Reason {
    let reason = |number, label: &str, why: &str| Reason::new(GRAMMAR, why).at(token(line, number), label);
    if returned.foundation != right.foundation {
        if returned.foundation.ends_with(right.foundation) {
            let why = "candidate: is the name of the attribute, and what follows its colon is the foundation";
            return reason(0, "begins after the colon", why);
        }
        return reason(
            0,
            "the foundation",
            "the first word after the colon is the foundation: text, also where it is digits",
        );
    }
    if returned.component != right.component {
        return reason(1, "the component", "the second word is the component, in decimal");
    }
    if returned.transport != right.transport {
        return reason(
            2,
            "the transport",
            "the third word is the transport, as it stands there: compare it without regard to case",
        );
    }
    if returned.priority != right.priority {
        return reason(
            3,
            "the priority",
            "the fourth word is the priority. Up to 2^31 - 1: a u32 holds it, an i16 or u16 does not",
        );
    }
    if returned.address != right.address {
        return reason(4, "the address", why_address(right.address));
    }
    if returned.port != right.port {
        return reason(5, "the port", "the sixth word is the port, in decimal");
    }
    if returned.kind != right.kind {
        return reason(7, "the type", "the type is the word after typ");
    }
    pairs(line, right, returned)
}

/// The pairs after the type.
fn pairs(line: &str, right: &Candidate<'_>, returned: &Candidate<'_>) -> Reason {
    if returned.related != right.related {
        let why = match returned.related {
            None => {
                "raddr and rport are the address and the port from which a server or a relay was asked. They come after \
                     the type; what else is there may stand before, between or behind"
            }
            Some(_) => "raddr's value is the related address, and rport's value the related port",
        };
        return Reason::new(GRAMMAR, why).at(value_of(line, "raddr"), "the related address");
    }
    if returned.tcp_type != right.tcp_type {
        let why = "tcptype is a name like any other after the type: it may stand anywhere among them. A TCP candidate says \
                   with it who opens the connection";
        return Reason::new(rfc(6544, "4.5"), why).at(value_of(line, "tcptype"), "the TCP type");
    }
    let known = ["raddr", "rport", "tcptype"];
    if let Some((name, _)) = returned.extensions.iter().find(|(name, _)| known.contains(name)) {
        let why = format!("{name} has a field of its own; extensions has the pairs that have none");
        return Reason::new(GRAMMAR, why).at(value_of(line, name), "has a field of its own");
    }
    if let Some((name, _)) = right.extensions.iter().find(|pair| !returned.extensions.contains(pair)) {
        let why = "what is not known survives: after the type come pairs, a name and a value, and each agent may add some. \
                   One word that is skipped alone makes names of all values that follow";
        return Reason::new(GRAMMAR, why).at(value_of(line, name), format!("the value of {name}"));
    }
    let why = "the pairs stay in the order in which they came, each once";
    Reason::new(GRAMMAR, why).at(token(line, 8).start..line.len(), "in this order")
}

/// An error, though all is well.
fn refused(line: &str, right: &Candidate<'_>, broken: Broken) -> Reason {
    let (at, label, why) = match broken {
        Broken::NoCandidate if !line.starts_with("a=") => (
            0..10,
            "without a=",
            "in an SDP the line begins with a=; in a message of trickle ICE, as in a browser's RTCIceCandidate, it does not. \
             Both are read",
        ),
        Broken::NoCandidate => (0..12, "as in an SDP", "in an SDP the line begins with a="),
        Broken::Foundation => (
            token(line, 0),
            "a foundation",
            "1 to 32 characters: letters, digits, + and /. It need not be a number",
        ),
        Broken::Component => (token(line, 1), "a component", "components are 1 to 256"),
        Broken::Priority => (token(line, 3), "a priority", "priorities are 1 to 2147483647"),
        Broken::TooShort | Broken::Port if right.address.parse::<std::net::Ipv4Addr>().is_err() => {
            (token(line, 4), "an address too", why_address(right.address))
        }
        Broken::Port => {
            (token(line, 5), "a port", "0 to 65535: an active TCP candidate has 9, and nobody connects to it")
        }
        Broken::Related if right.related.is_some() => (
            value_of(line, "raddr"),
            "here it is",
            "raddr and rport are there. The grammar has them right after the type; who takes them wherever a name can stand \
             reads that and all else",
        ),
        Broken::Related if line.contains("raddr") => (
            value_of(line, "ufrag"),
            "a value, and no name",
            "after the type come pairs. Every second word is a value, whatever it looks like, and this one is ufrag's",
        ),
        Broken::Related => (
            token(line, 7),
            "needs no raddr",
            "only srflx, prflx and relay have an address that they relate to. host has none, and of a type that is new \
             nobody knows it",
        ),
        Broken::Type => (
            token(line, 7),
            "a type",
            "the seventh word is typ, and the eighth is the type. New types may come, and who does not know one skips that \
             candidate later, and not the line",
        ),
        Broken::TooShort => {
            (0..line.len(), "all of it", "eight words are there, from the foundation to the type")
        }
        Broken::Extension => (
            token(line, 8).start..line.len(),
            "pairs",
            "after the type come pairs of a name and a value, and each name here has its value",
        ),
    };
    Reason::new(GRAMMAR, why).at(at, label)
}

fn why_address(address: &str) -> &'static str {
    if address.contains(':') {
        "the address ends at the space. An IPv6 address has colons of its own, and stands here without brackets"
    } else if address.ends_with(".local") {
        "a browser hides its private addresses behind names that it makes up, and that are asked for by mDNS. The name \
         stands where the address would, and whoever gets it looks it up"
    } else {
        "the fifth word is the address"
    }
}

/// No error or another one, though something is wrong.
fn accepted(line: &str, broken: Broken) -> &'static str {
    match broken {
        Broken::NoCandidate => "the attribute's name is candidate: all else has a grammar of its own",
        Broken::TooShort => {
            "eight words are a must: foundation, component, transport, priority, address, port, typ and the type. This line \
             ends before"
        }
        Broken::Foundation if token(line, 0).is_empty() => "a foundation has at least one character",
        Broken::Foundation => {
            "a foundation has letters, digits, + and /, and at most 32 of them. What else stands here came from somewhere \
             else, and goes no further"
        }
        Broken::Component => {
            "components are counted from 1, and end with 256: the priority has eight bits for 256 - component"
        }
        Broken::Priority if line.contains(" 0 ") => "the least priority is 1",
        Broken::Priority => {
            "a priority is positive and below 2^31, so that it is the same number for who reads it with a sign and who reads \
             it without"
        }
        Broken::Port => "a port has sixteen bits",
        Broken::Type => "the seventh word says that the type follows: typ, and no other",
        Broken::Related if line.contains("rport") => "rport's value is a port: a number up to 65535",
        Broken::Related => {
            "srflx, prflx and relay say from where they were learned: raddr and rport are a must there. Who hides the \
             address writes 0.0.0.0 and 9"
        }
        Broken::Extension => "after the type come pairs. This name is the last word, and has no value",
    }
}

pub(super) fn explain_priority(kind: u8, local: u16, component: u16, returned: u32) -> Reason {
    let right = formula(kind, local, component);
    let (kind, local, component) = (u32::from(kind), u32::from(local), u32::from(component));
    let rest = 256 - component;
    let (mask, label, why) = if returned == (kind << 24 | local << 8) + component {
        (
            0xff,
            format!("256 - {component}, and not {component}"),
            "the lowest eight bits are 256 minus the component, so that component 1 is better than component 2",
        )
    } else if returned == local << 24 | kind << 8 | rest || returned == local << 16 | kind << 8 | rest {
        (
            u64::from(u32::MAX),
            "type, local, component".to_owned(),
            "the type preference stands first: a direct way beats a relayed one, whatever the interface. Between two of the \
             same type the local preference decides",
        )
    } else if returned == kind << 16 | local << 8 | rest || returned == (kind << 16) + (local << 8) + rest {
        (
            0xff00_0000,
            format!("{kind} << 24"),
            "the type preference has the highest eight bits: the local preference alone has sixteen, and is below them",
        )
    } else if returned == right.wrapping_sub(1) || returned == right.wrapping_add(1) {
        (
            0xff,
            format!("256 - {component}"),
            "the lowest eight bits are 256 minus the component: 255 for the first one",
        )
    } else if returned == kind << 24 | rest {
        (
            0x00ff_ff00,
            format!("{local} << 8"),
            "the local preference is missing: it has the sixteen bits in the middle",
        )
    } else {
        (
            u64::from(returned ^ right),
            "these differ".to_owned(),
            "three fields: type preference << 24, local preference << 8, and 256 - component. Added, since nothing \
             overlaps",
        )
    };
    let bits = Bits { word: u64::from(right), groups: &[8, 16, 8], mask, label };
    Reason::new(FORMULA, format!("{why}. The bits are those of {right}")).bits(bits)
}
