//! Which pages may open a WebSocket: RFC 6455 section 10.2, RFC 6454.

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// What the student writes: names and values of a request's header fields and the origins that are allowed, to
/// whether the handshake goes on.
pub type Guard = fn(&[(&str, &str)], &[&str]) -> bool;

const ALLOWED: [&str; 2] = ["https://ping.example", "http://127.0.0.1:3000"];

/// One request.
struct Case {
    name: &'static str,
    /// What it has beside a Host.
    fields: &'static [(&'static str, &'static str)],
    go_on: bool,
    /// What to look at, which stands in the request once, and what it is.
    at: (&'static str, &'static str),
    /// Why the other answer is wrong.
    why: &'static str,
    spec: Spec,
}

const COMPARING: Spec = rfc(6454, "5");
const GUARD: Spec = rfc(6455, "10.2");

const CASES: [Case; 22] = [
    Case {
        name: "a page that is allowed",
        fields: &[("Origin", "https://ping.example")],
        go_on: true,
        at: ("https://ping.example", "is on the list"),
        why: "the list holds this origin, letter for letter. It need not be the server's own: Host says whom the request \
              is for, Origin whose page it comes from",
        spec: GUARD,
    },
    Case {
        name: "another page that is allowed",
        fields: &[("Origin", "http://127.0.0.1:3000")],
        go_on: true,
        at: ("http://127.0.0.1:3000", "is on the list"),
        why: "the list holds this origin, port and all",
        spec: GUARD,
    },
    Case {
        name: "a page of another site",
        fields: &[("Origin", "https://evil.example"), ("Cookie", "session=ping")],
        go_on: false,
        at: ("https://evil.example", "is not on the list"),
        why: "any page may ask for a WebSocket to any server, and the browser may send the cookies for that server along. No \
              rule of the browser stops the page from reading what comes back, as one does for other requests: the \
              server must look at Origin, and answer 403",
        spec: GUARD,
    },
    Case {
        name: "no Origin",
        fields: &[("User-Agent", "pong-bot/1.0")],
        go_on: true,
        at: ("GET", "no Origin in this request"),
        why: "all browsers send an Origin, so this is no browser, and no page is behind it that could abuse someone's \
              cookies. A program may write what it likes there; it is to be kept out by a password, not by Origin",
        spec: rfc(6455, "4.2.1"),
    },
    Case {
        name: "a name that begins as ours does",
        fields: &[("Origin", "https://ping.example.evil.example")],
        go_on: false,
        at: (".evil.example", "goes on"),
        why: "who owns evil.example may name a machine ping.example.evil.example. An origin is compared whole",
        spec: COMPARING,
    },
    Case {
        name: "a name that ends as ours does",
        fields: &[("Origin", "https://notping.example")],
        go_on: false,
        at: ("not", "something before it"),
        why: "anyone may buy the name notping.example. An origin is compared whole",
        spec: COMPARING,
    },
    Case {
        name: "a name below ours",
        fields: &[("Origin", "https://blog.ping.example")],
        go_on: false,
        at: ("blog.", "another host"),
        why: "blog.ping.example is another host, and so another origin. If its blog lets strangers write scripts, they \
              are no scripts of ping.example",
        spec: COMPARING,
    },
    Case {
        name: "null",
        fields: &[("Origin", "null")],
        go_on: false,
        at: ("null", "an origin that the browser does not tell"),
        why: "null stands for every page whose origin is not told: a file, or a frame with `sandbox`, which any site can \
              make. So who lets null in lets everyone in",
        spec: rfc(6454, "7.3"),
    },
    Case {
        name: "our name without the s",
        fields: &[("Origin", "http://ping.example")],
        go_on: false,
        at: ("http", "not https"),
        why: "the scheme is a part of the origin. A page that came over http may have been changed on its way by anyone",
        spec: COMPARING,
    },
    Case {
        name: "another port of our machine",
        fields: &[("Origin", "https://ping.example:8443")],
        go_on: false,
        at: (":8443", "another port"),
        why: "the port is a part of the origin: what listens on another one may belong to someone else",
        spec: COMPARING,
    },
    Case {
        name: "a port left out that the list has",
        fields: &[("Origin", "http://127.0.0.1")],
        go_on: false,
        at: ("http://127.0.0.1", "port 80"),
        why: "without a port an origin has the default one of its scheme, 80 for http. The list has 3000",
        spec: rfc(6454, "4"),
    },
    Case {
        name: "the default port, written out",
        fields: &[("Origin", "https://ping.example:443")],
        go_on: true,
        at: (":443", "443 is the default port of https"),
        why: "an origin is three values: scheme, host and port. Without a port it has the default one, 443 for https, so \
              this is the origin of the list. Browsers leave it out; others may not",
        spec: rfc(6454, "4"),
    },
    Case {
        name: "the default port of http, after https",
        fields: &[("Origin", "https://ping.example:80")],
        go_on: false,
        at: (":80", "not the default port of https"),
        why: "80 is the default port of http, and 443 that of https: this is another port than the list's",
        spec: rfc(6454, "4"),
    },
    Case {
        name: "other letters for the same",
        fields: &[("Origin", "HTTPS://Ping.Example")],
        go_on: true,
        at: ("HTTPS://Ping.Example", "the same, in other letters"),
        why: "scheme and host know no case: an origin has them in lower case, whatever stood in the address",
        spec: rfc(6454, "4"),
    },
    Case {
        name: "the header in other letters",
        fields: &[("origin", "https://evil.example")],
        go_on: false,
        at: ("origin", "the same header"),
        why: "names of header fields know no case, and many a proxy writes them small. A guard that looks for \"Origin\" \
              only takes this browser for a program without one",
        spec: rfc(9110, "5.1"),
    },
    Case {
        name: "two Origin headers, ours first",
        fields: &[("Origin", "https://ping.example"), ("Origin", "https://evil.example")],
        go_on: false,
        at: ("https://evil.example", "a second one"),
        why: "no browser sends two. Who looks at the first, or at any, believes the half that it likes; what the next \
              server reads may be the other",
        spec: rfc(6454, "7.3"),
    },
    Case {
        name: "two Origin headers, ours last",
        fields: &[("Origin", "https://evil.example"), ("Origin", "https://ping.example")],
        go_on: false,
        at: ("https://evil.example", "one of two"),
        why: "no browser sends two. Who puts headers into a map keeps the last one, and does not see that there was \
              another",
        spec: rfc(6454, "7.3"),
    },
    Case {
        name: "two origins in one header",
        fields: &[("Origin", "https://ping.example https://evil.example")],
        go_on: false,
        at: (" https://evil.example", "a second one"),
        why: "the header may list several origins that had a hand in the request, with spaces between. One of them is \
              not allowed, so the request is not; browsers send one",
        spec: rfc(6454, "7.1"),
    },
    Case {
        name: "the scheme of a WebSocket",
        fields: &[("Origin", "wss://ping.example")],
        go_on: false,
        at: ("wss", "no page has this scheme"),
        why: "Origin is where the page came from, https. That it asks for a wss address does not change it",
        spec: rfc(6454, "4"),
    },
    Case {
        name: "the server's own name, which is not on the list",
        fields: &[("Origin", "https://pong.example")],
        go_on: false,
        at: ("https://pong.example", "is not on the list"),
        why: "both Origin and Host say pong.example, and the list does not. That they agree proves little: an attacker's \
              name may be made to lead to this server, and then both say that name",
        spec: GUARD,
    },
    Case {
        name: "an Origin without a value",
        fields: &[("Origin", "")],
        go_on: false,
        at: ("Origin: ", "nothing behind it"),
        why: "the header is there, so this is not \"no Origin\"; and nothing is not on the list",
        spec: rfc(6454, "7.1"),
    },
    Case {
        name: "a request that is allowed, with more headers",
        fields: &[("User-Agent", "ping/2.0"), ("Cookie", "session=ping"), ("ORIGIN", "https://ping.example")],
        go_on: true,
        at: ("https://ping.example", "is on the list"),
        why: "one Origin, and it is on the list: nothing else matters here",
        spec: GUARD,
    },
];

/// Puts requests to `guard`.
///
/// # Errors
/// The first request that is judged wrongly.
pub fn check(exam: &Exam, guard: Guard) -> Result<(), Box<Failure>> {
    for case in &CASES {
        let fields = [&[("Host", "pong.example")], case.fields].concat();
        let text = request(&fields);
        let (needle, label) = case.at;
        let start = text.find(needle).unwrap_or(0);
        exam.case(case.name, text.as_bytes(), show(&case.go_on), case.spec).text().expect(
            &case.go_on,
            || guard(&fields, &ALLOWED),
            show,
            |_| Reason::new(case.spec, case.why).at(start..start + needle.len(), label),
        )?;
    }
    Ok(())
}

fn request(fields: &[(&str, &str)]) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET /rally HTTP/1.1\r\n{fields}")
}

fn show(go_on: &bool) -> String {
    if *go_on { "true: the handshake goes on" } else { "false: 403 Forbidden" }.to_owned()
}
