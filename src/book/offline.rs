//! That no page needs the network: whatever a page loads is in the book.
//!
//! The served pages have a policy that lets the browser fetch nothing from elsewhere; this finds what would
//! then be missing, and holds for pages that another server shows, or that were printed to a file.

use std::sync::LazyLock;

use regex::Regex;

use super::anatomy::Anatomy;
use super::links::scheme;
use super::problem::{Complaint, Problem, line_at};
use super::site::Site;

/// What a page would fetch from elsewhere, each with a complaint.
pub(super) fn of_page(anatomy: &Anatomy) -> Vec<(String, Complaint)> {
    let styles = anatomy.styles.iter().flat_map(|style| in_style(style));
    let scripts = anatomy.scripts.iter().flat_map(|script| in_script(script));
    let loads = anatomy.loads.iter().map(String::as_str).filter(|link| is_elsewhere(link));
    let all = loads.chain(styles.map(|(_, link)| link)).chain(scripts.map(|(_, link)| link));
    all.map(|link| (link.to_owned(), complaint(link))).collect()
}

/// The same of all style sheets, and of the scripts that are this book's own.
pub(super) fn check(site: &Site) -> Vec<Problem> {
    let mut problems = Vec::new();
    // mdBook copies the folder of the theme as well; no page loads that copy.
    let styles = site.texts(".css").filter(|(path, _)| !path.starts_with("theme/"));
    let styles = styles.map(|(path, text)| (path, text, in_style(text)));
    let scripts = site.own_scripts().map(|(path, text)| (path, text, in_script(text)));
    for (path, text, found) in styles.chain(scripts) {
        let file = without_hash(path);
        let told = found.into_iter().map(|(at, link)| complaint(link).at(&file, line_at(text, at)));
        problems.extend(told);
    }
    problems
}

fn complaint(link: &str) -> Complaint {
    Complaint::new(format!("the page would fetch `{link}` from another host"))
        .help("no page needs the network: put a copy into the book, or link to it")
}

/// Whether an address leaves the host that the page came from.
fn is_elsewhere(link: &str) -> bool {
    let link = link.trim_start();
    let own = |scheme: &str| ["data", "blob", "about"].iter().any(|own| own.eq_ignore_ascii_case(scheme));
    link.replace('\\', "/").starts_with("//") || scheme(link).is_some_and(|(scheme, _)| !own(scheme))
}

fn in_style(text: &str) -> Vec<(usize, &str)> {
    static LOADS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:url\(|@import)\s*["']?([^"')\s;]+)"#).expect("the pattern is a constant")
    });
    found(&LOADS, text).filter(|(_, link)| is_elsewhere(link)).collect()
}

/// Addresses that stand as they are where a script connects. What it puts together from `location` does not.
fn in_script(text: &str) -> Vec<(usize, &str)> {
    static CONNECTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?x)
            (?: \b(?:fetch|import|importScripts|sendBeacon|WebSocket|EventSource|Worker|SharedWorker|Request|register)\s*\(\s*
              | \bopen\s*\(\s*["'`]\w+["'`]\s*,\s*
              | \b(?:from|import)\s*
              | \.(?:src|srcset)\s*=\s*
              | \burls?["']?\s*:\s*\[?\s*
            ) ["'`]
            ( (?:https?:|wss?:)?//[^"'`]* | (?:stuns?|turns?):[^"'`]* )"#,
        )
        .expect("the pattern is a constant")
    });
    found(&CONNECTS, text).filter(|(_, link)| !is_computed_or_own(link)).collect()
}

fn found<'a>(pattern: &'static Regex, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    pattern.captures_iter(text).filter_map(|found| found.get(1)).map(|link| (link.start(), link.as_str()))
}

/// Whether the host is a variable, or the machine itself.
fn is_computed_or_own(link: &str) -> bool {
    let host =
        link.split_once(':').filter(|(scheme, _)| !scheme.contains('/')).map_or(link, |(_, host)| host);
    let host = host.trim_start_matches('/');
    ["${", "127.0.0.1", "localhost", "[::1]"].iter().any(|own| host.starts_with(own))
}

/// The name that the file has in the sources: mdBook writes a hash into it.
pub(super) fn without_hash(path: &str) -> String {
    static HASH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"-[0-9a-f]{8}(\.\w+)$").expect("the pattern is a constant"));
    HASH.replace(path, "$1").into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::anatomy::anatomy;
    use super::*;

    fn needs(page: &str) -> bool {
        !of_page(&anatomy(page)).is_empty()
    }

    #[test]
    fn a_page_that_loads_from_elsewhere_is_found_out() {
        for page in [
            r#"<script src="https://a.example/b.js"></script>"#,
            r#"<script src="//a.example/b.js"></script>"#,
            r#"<script src="\\a.example\b.js"></script>"#,
            r#"<link rel=stylesheet href="HTTPS://a.example/b.css">"#,
            r#"<link rel="dns-prefetch" href="https://a.example">"#,
            r#"<img src="b.png" srcset="b.png 1x, https://a.example/b.png 2x">"#,
            r#"<iframe src=https://a.example></iframe>"#,
            r#"<a href="b.html" ping="https://a.example/p">b</a>"#,
            r#"<svg><image href="https://a.example/b.svg"/></svg>"#,
            r#"<base href="https://a.example/">"#,
            r#"<meta http-equiv=refresh content="0;url=https://a.example/">"#,
            r#"<p style="background: url('https://a.example/b.png')">b</p>"#,
            r#"<style>@import "https://a.example/b.css";</style>"#,
            r#"<style>@font-face { src: url(//a.example/b.woff2) }</style>"#,
            r#"<script>fetch("https://a.example/b")</script>"#,
        ] {
            assert!(needs(page), "{page}");
        }
    }

    #[test]
    fn a_page_that_links_elsewhere_and_loads_its_own_needs_nothing() {
        for page in [
            r#"<a href="https://a.example/">a</a>"#,
            r#"<script src="b.js"></script><link rel=stylesheet href="/b.css"><img src="data:image/png;base64,AA==">"#,
            r#"<link rel=canonical href="https://a.example/">"#,
            r##"<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>"##,
            r#"<style>a { background: url(b.svg) }</style><p style="color: red">b</p>"#,
            r#"<script>let a = { href: "https://a.example" }; fetch("b.json");</script>"#,
        ] {
            assert!(!needs(page), "{page}");
        }
    }

    #[test]
    fn a_script_may_connect_to_where_it_came_from_and_nowhere_else() {
        for (script, needs) in [
            ("new WebSocket(`ws://${location.host}/a`)", false),
            ("await fetch(`http://${this.#url}/a`)", false),
            ("fetch('http://127.0.0.1:1/a')", false),
            ("urls: `stun:${server}`", false),
            ("import { a } from './b.js'", false),
            ("element('a', { href: 'https://a.example' })", false),
            ("new WebSocket('wss://a.example/b')", true),
            ("fetch(`//a.example/${b}`)", true),
            ("request.open('GET', 'https://a.example')", true),
            ("import { a } from 'https://a.example/b.js'", true),
            ("image.src = 'https://a.example/b.png'", true),
            ("iceServers: [{ urls: 'stun:stun.a.example:3478' }]", true),
            ("{ \"urls\": [\"turns:a.example\"] }", true),
        ] {
            assert_eq!(!in_script(script).is_empty(), needs, "{script}");
        }
    }

    #[test]
    fn a_script_is_named_as_in_the_sources() {
        assert_eq!(without_hash("book/theme/labs/call-1a2b3c4d.js"), "book/theme/labs/call.js");
        assert_eq!(without_hash("book/theme/call-view.js"), "book/theme/call-view.js");
    }
}
