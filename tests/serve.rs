//! `wirebook serve`, as a browser and as a stranger see it.

mod checkout;
#[path = "serve/class.rs"]
mod class;
#[path = "serve/client.rs"]
mod client;

use std::fs;
use std::net::TcpListener;

use checkout::Checkout;
use client::{Live, Server};

fn book() -> Checkout {
    Checkout::of(&[("a.md", "# First\n\n{{#lab stun}}\n"), ("b.md", "# Second\n")])
}

#[test]
fn a_page_is_served_with_a_policy_that_lets_only_its_own_scripts_run() {
    let server = Server::start(book());
    for path in ["/", "/a.html", "/index.html"] {
        let answer = server.ask(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains("First"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'sha256-"), "{policy}");
        let scripts = policy.split_once("script-src").unwrap().1.split_once(';').unwrap().0;
        assert!(!scripts.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(server.ask("/nowhere.html", &[]).status, 404);
    assert_eq!(server.ask("/../Cargo.toml", &[]).status, 404);
    assert_eq!(server.ask("/%2e%2e/Cargo.toml", &[]).status, 404);
}

#[test]
fn a_page_that_the_browser_has_is_not_sent_again() {
    let server = Server::start(book());
    let tag = server.ask("/a.html", &[]).header("etag").unwrap().to_owned();
    let answer = server.ask("/a.html", &[("If-None-Match", &tag)]);
    assert_eq!((answer.status, answer.body.as_str()), (304, ""));
}

#[test]
fn labs_are_listed_with_the_addresses_they_listen_on() {
    let server = Server::start(book());
    let answer = server.ask("/labs.json", &[]);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let listing: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let lab = &listing["labs"][0];
    assert_eq!((lab["id"].as_str(), lab["path"].as_str()), (Some("stun"), Some("/labs/stun/")));
    let url = lab["addresses"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("stun:127.0.0.1:"), "{url}");
    assert!(server.said.contains(url), "{url} is printed: {}", server.said);
    assert_eq!(server.ask("/labs/stun/info", &[]).status, 200);
}

#[test]
fn strangers_are_refused() {
    let server = Server::start(book());
    let port = server.port;
    let local = format!("127.0.0.1:{port}");
    for (path, headers, status) in [
        ("/", vec![("Host", "evil.example")], 403),
        ("/", vec![("Host", "127.0.0.1:1")], 403),
        ("/", vec![("Host", local.as_str()), ("Host", "evil.example")], 403),
        ("/labs.json", vec![("Origin", "http://evil.example")], 403),
        ("/labs.json", vec![("Origin", "null")], 403),
        ("/labs.json", vec![("Sec-Fetch-Site", "cross-site")], 403),
        ("/labs.json", vec![("Sec-Fetch-Site", "same-site")], 403),
        ("/labs.json", vec![("Sec-Fetch-Site", "same-origin")], 200),
        ("/a.html", vec![("Sec-Fetch-Site", "cross-site")], 200),
        ("/", vec![("Host", &format!("localhost:{port}"))], 200),
        ("/", vec![("Origin", &format!("http://127.0.0.1:{port}"))], 200),
    ] {
        assert_eq!(server.ask(path, &headers).status, status, "{path} {headers:?}");
    }
    assert!(Live::connect(&server, Some("http://evil.example")).is_err());
    assert!(Live::connect(&server, Some(&format!("http://localhost:{port}"))).is_ok());
}

#[test]
fn only_reading_is_answered() {
    let server = Server::start(book());
    assert_eq!(server.request("POST", "/a.html", &[("Content-Length", "0")]).status, 405);
    assert_eq!(server.request("HEAD", "/a.html", &[]).body, "");
}

#[test]
fn an_open_page_hears_of_a_rebuild_and_of_what_is_wrong_with_one() {
    let server = Server::start(book());
    let page = server.checkout.path().join("book/b.md");
    let mut live = Live::connect(&server, None).unwrap();
    let first = live.news();
    assert_eq!(first.broken, None);
    assert!(server.ask("/b.html", &[]).body.contains(&format!("data-edition=\"{}\"", first.edition)));

    fs::write(&page, "# Second, better\n").unwrap();
    live.until(|news| news.edition != first.edition);
    assert!(server.ask("/b.html", &[]).body.contains("Second, better"));

    fs::write(&page, "# Third\n\n{{#lab turn}}\n").unwrap();
    let broken = live.until(|news| news.broken.is_some());
    let why = broken.broken.clone().unwrap();
    assert!(why.contains("no lab `turn`") && why.contains("book/b.md:3"), "{why}");
    assert!(server.ask("/b.html", &[]).body.contains("Second, better"), "the last good page is served");
    let mut late = Live::connect(&server, None).unwrap();
    assert_eq!(late.news().broken, Some(why), "a page that opens now hears of it too");

    fs::write(&page, "# Third\n").unwrap();
    let fixed = live.until(|news| news.broken.is_none());
    assert_ne!(fixed.edition, broken.edition);
    assert!(server.ask("/b.html", &[]).body.contains("Third"));
}

#[test]
fn pages_are_told_of_rebuilds_up_to_a_number() {
    let server = Server::start(book());
    let open: Vec<_> = (0..128).map(|_| Live::connect(&server, None).unwrap()).collect();
    assert!(Live::connect(&server, None).is_err());
    assert_eq!(server.ask("/a.html", &[]).status, 200, "they take no reader's place");
    drop(open);
    while Live::connect(&server, None).is_err() {
        std::thread::yield_now();
    }
}

#[test]
fn a_port_that_is_in_use_is_told_where_it_was_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = client::wirebook(&book(), &["serve", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        format!(
            "error: port {port} of 127.0.0.1 is in use: end what listens there, name another port, \
             or leave --port out\n"
        )
    );
}

#[test]
fn a_port_that_was_not_named_gives_way() {
    // Taken here or by someone else: either way the usual port is not free.
    let _taken = TcpListener::bind("127.0.0.1:3000");
    let server = Server::start_with(book(), &["serve"]);
    assert_ne!(server.port, 3000);
    assert_eq!(server.ask("/", &[]).status, 200);
}

#[test]
fn a_book_with_a_mistake_is_not_served() {
    let output = client::wirebook(
        &Checkout::of(&[("a.md", "[b](b.md)\n\n{{#lab \x1b[31m}}\n")]),
        &["serve", "--port", "0"],
    )
    .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--> book/a.md:1"), "{said}");
    assert!(said.contains("no lab `\\u{1b}[31m`") && !said.contains('\x1b'), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_cleanly_and_leaves_nothing_behind() {
    for signal in ["INT", "TERM"] {
        let mut server = Server::start(book());
        let _open = Live::connect(&server, None).unwrap();
        assert_eq!(server.stop(signal), Some(0), "{signal}");
        let target = server.checkout.path().join("target");
        let left: Vec<_> = fs::read_dir(target).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "{signal} leaves {left:?}");
    }
}
