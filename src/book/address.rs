//! The form of an address on the web, as far as it can be judged without the web.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

use regex::Regex;

use super::problem::Complaint;

/// The hosts that may be linked to without encryption, each for a reason.
const PLAIN: &[&str] = &[
    // A workshop of 2011: its papers were never published at an https address.
    "w2spconf.com",
];

/// What only tells the site which page sent its reader.
const TRACKING: &[&str] = &[
    "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "ref", "ref_src",
    "source", "si", "trk", "spm", "share", "feature",
];

/// Checks an address that begins with `http:` or `https:`.
pub(super) fn check(link: &str) -> Result<(), Complaint> {
    let no = |why: &str, help: &str| Err(Complaint::new(format!("`{link}` {why}")).help(help));
    let parts = link.split_once("://").filter(|(_, rest)| !rest.is_empty());
    let spaced = link.contains(|c: char| c.is_whitespace() || c.is_control());
    let Some((scheme, rest)) = parts.filter(|_| !spaced) else {
        return no("is no web address", "write https://HOST/PATH, with %20 for a space");
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, after) = rest.split_at(host_end);
    if !is_host(host) {
        return no("names no host", "write https://HOST/PATH with the host's full name, in small letters");
    }
    if scheme == "http" && !PLAIN.contains(&host) {
        return no("is not encrypted", "write https, or give the reason in src/book/address.rs");
    }
    if let Some(strange) = link.chars().find(|c| !c.is_ascii() || "<>\"{}|\\^`".contains(*c)) {
        return no(&format!("holds a `{strange}`"), "write it as %XX, a byte each");
    }
    if !percents_are_whole(after) {
        return no("holds a % that is no %XX", "write %25 for the sign itself");
    }
    if after.contains("//") {
        return no("has two slashes in a row", "one is enough");
    }
    if link.ends_with(|c: char| ".,;:!?'*_~#&=-".contains(c)) || !brackets_match(after) {
        return no(
            "ends in what belongs to the sentence, or lacks a bracket",
            "take the address from the page itself",
        );
    }
    if let Some(name) = tracking(after) {
        return no(&format!("tells where its reader came from, by `{name}`"), "leave that parameter out");
    }
    Ok(())
}

/// A full name, or an address of IPv4: no user, no port, no name that holds in one network only.
fn is_host(host: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])$")
            .expect("the pattern is a constant")
    });
    NAME.is_match(host) || host.parse::<Ipv4Addr>().is_ok()
}

fn percents_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

fn brackets_match(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' | '[' => open.push(c),
            ')' if open.pop() != Some('(') => return false,
            ']' if open.pop() != Some('[') => return false,
            _ => {}
        }
    }
    open.is_empty()
}

fn tracking(after: &str) -> Option<&str> {
    let query = after.split_once('?')?.1.split('#').next()?;
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.into_iter().find(|name| TRACKING.contains(name) || name.starts_with("utm_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_one_can_follow_passes() {
        for link in [
            "https://hpbn.co/",
            "https://socket.io/docs/v4/#what-socketio-is-not",
            "http://w2spconf.com/2011/papers/websocket.pdf",
            "https://en.wikipedia.org/wiki/Port_(computer_networking)",
            "https://www.youtube.com/watch?v=p2HzZkd2A40",
            "https://example.org/a%20b?q=%C3%A4#x",
            "https://192.0.2.1/",
        ] {
            assert_eq!(check(link), Ok(()), "{link}");
        }
    }

    #[test]
    fn each_way_to_be_malformed_is_told() {
        for (link, told) in [
            ("https:example.org", "no web address"),
            ("https://", "no web address"),
            ("https://example.org/a b", "no web address"),
            ("https:///a", "names no host"),
            ("https://localhost/a", "names no host"),
            ("https://example", "names no host"),
            ("https://example.org./", "names no host"),
            ("https://example..org/", "names no host"),
            ("https://-example.org/", "names no host"),
            ("https://Example.org/", "names no host"),
            ("https://me@example.org/", "names no host"),
            ("https://example.org:8443/", "names no host"),
            ("https://example.org)", "names no host"),
            ("https://1.2.3/", "names no host"),
            ("http://example.org/", "not encrypted"),
            ("http://w2spconf.com.example.org/", "not encrypted"),
            ("https://example.org/<a>", "holds a `<`"),
            ("https://example.org/ä", "holds a `ä`"),
            ("https://example.org/a|b", "holds a `|`"),
            ("https://example.org/a%2", "no %XX"),
            ("https://example.org/50%", "no %XX"),
            ("https://example.org/%zz", "no %XX"),
            ("https://example.org//a", "two slashes"),
            ("https://example.org/https://b.example", "two slashes"),
            ("https://example.org/a.", "belongs to the sentence"),
            ("https://example.org/a,", "belongs to the sentence"),
            ("https://example.org/a#", "belongs to the sentence"),
            ("https://example.org/a?", "belongs to the sentence"),
            ("https://example.org/a)", "lacks a bracket"),
            ("https://example.org/a_(b", "lacks a bracket"),
            ("https://example.org/a[b)]", "lacks a bracket"),
            ("https://example.org/?utm_medium=x", "`utm_medium`"),
            ("https://example.org/?a=1&fbclid=2#b", "`fbclid`"),
            ("https://example.org/?ref=rp", "`ref`"),
        ] {
            let said = check(link).expect_err(link);
            assert!(said.what.contains(told), "{link}: said {:?}, expected {told:?}", said.what);
            assert!(said.help.is_some(), "{link}");
        }
    }
}
