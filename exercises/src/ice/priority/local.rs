//! Local preferences of a host with IPv4 and IPv6: RFC 8421 section 4.

use std::net::IpAddr;
use std::ops::Range;

use wire::{Spec, rfc};

use super::{FORMULA, LocalPreferences};
use crate::{Exam, Failure, Reason};

const DUAL_STACK: Spec = rfc(8421, "4");

const HOSTS: [(&str, &[&str]); 7] = [
    ("one address", &["192.0.2.10"]),
    ("one address of IPv6", &["2001:db8::10"]),
    ("one of each, IPv4 first", &["192.0.2.10", "2001:db8::10"]),
    ("one of each, IPv6 first", &["2001:db8::10", "192.0.2.10"]),
    ("two networks", &["192.0.2.10", "198.51.100.10"]),
    (
        "two of IPv4, six of IPv6",
        &[
            "2001:db8::1",
            "2001:db8::2",
            "2001:db8::3",
            "192.0.2.10",
            "198.51.100.10",
            "2001:db8::4",
            "2001:db8::5",
            "2001:db8::6",
        ],
    ),
    ("no address at all", &[]),
];

pub(super) fn check(exam: &Exam, local_preferences: LocalPreferences) -> Result<(), Box<Failure>> {
    for (name, addresses) in HOSTS {
        let text = addresses.join("\n");
        let addresses: Vec<IpAddr> = addresses.iter().filter_map(|address| address.parse().ok()).collect();
        let case = exam
            .case(&format!("local_preferences: {name}"), text.as_bytes(), expected(&addresses), DUAL_STACK)
            .text();
        let returned = case.ask(|| local_preferences(&addresses))?;
        if let Some((spec, line, label, why)) = broken(&addresses, &returned) {
            let reason = Reason::new(spec, why).at(place(&text, line), label);
            return Err(case.wrong(format!("{returned:?}"), reason));
        }
    }
    Ok(())
}

fn expected(addresses: &[IpAddr]) -> String {
    match addresses {
        [] => "[]: no address, no number".to_owned(),
        [_] => "[65535]".to_owned(),
        _ => format!("{} different numbers, by the rules", addresses.len()),
    }
}

type Broken = (Spec, usize, String, String);

/// The first rule that the numbers break, and the address that shows it.
fn broken(addresses: &[IpAddr], returned: &[u16]) -> Option<Broken> {
    let told = |spec, line, label: &str, why: &str| Some((spec, line, label.to_owned(), why.to_owned()));
    if returned.len() != addresses.len() {
        let why = "one number for each address, in the order of the addresses";
        return told(FORMULA, 0, "and so on", &format!("{why}: {} were asked for", addresses.len()));
    }
    if let ([_], [number]) = (addresses, returned)
        && *number != 65535
    {
        let why = "where there is one address only, its local preference is 65535, be it IPv4 or IPv6";
        return told(FORMULA, 0, "the only one", why);
    }
    let twice = (0..returned.len()).find(|at| returned[..*at].contains(&returned[*at]));
    if let Some(line) = twice {
        let why = "candidates of one kind and component need different local preferences: with the same one they have the \
                   same priority, and each agent would order their pairs as it likes";
        return told(FORMULA, line, &format!("has {} too", returned[line]), why);
    }
    let best = |six: bool| {
        let of_that = (0..addresses.len()).filter(|at| addresses[*at].is_ipv6() == six);
        of_that.max_by_key(|at| returned[*at])
    };
    let (Some(six), Some(four)) = (best(true), best(false)) else { return None };
    if returned[six] < returned[four] {
        let why = "an IPv6 address comes first, so that its checks can succeed first: that is how two that both have \
                   IPv6 come to use it";
        return told(DUAL_STACK, four, &format!("{} is above all of IPv6", returned[four]), why);
    }
    let fours = addresses.iter().filter(|address| address.is_ipv4()).count();
    let head_start = addresses.len() / fours;
    let above =
        (0..addresses.len()).filter(|at| addresses[*at].is_ipv6() && returned[*at] > returned[four]).count();
    if above > head_start {
        let why = format!(
            "{above} addresses of IPv6 are above the best of IPv4; ({fours} + {}) / {fours} is {head_start}. Checks go out one \
             by one: where IPv6 leads nowhere, IPv4 would wait for all of them",
            addresses.len() - fours
        );
        return told(DUAL_STACK, four, "comes too late", &why);
    }
    None
}

/// Where a line of the text is.
fn place(text: &str, line: usize) -> Range<usize> {
    let start: usize = text.split('\n').take(line).map(|line| line.len() + 1).sum();
    start..start + text.split('\n').nth(line).map_or(0, str::len)
}
