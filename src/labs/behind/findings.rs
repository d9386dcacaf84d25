//! What follows from a report: each question with its answer, the evidence, and where it is specified.
//!
//! What a browser did not tell is not guessed: an answer that would need it says what is missing.

use serde::Serialize;
use wire::{Spec, rfc};

use super::mapping::{Base, Mapping, bases, mapping};
use super::report::{Candidate, Report, host_and_port};

/// A question that a reader has, and its answer.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) question: &'static str,
    pub(super) answer: String,
    /// What the answer rests on.
    pub(super) because: String,
    specs: Vec<Cited>,
}

#[derive(Debug, Serialize)]
struct Cited {
    name: String,
    url: String,
}

fn finding(
    id: &'static str,
    question: &'static str,
    (answer, because): (impl Into<String>, impl Into<String>),
    specs: &[Spec],
) -> Finding {
    let cited = |spec: &Spec| Cited { name: spec.to_string(), url: spec.url() };
    let (answer, because) = (answer.into(), because.into());
    Finding { id, question, answer, because, specs: specs.iter().map(cited).collect() }
}

/// All of them, the one that the lab is named after first.
pub(super) fn of(report: &Report, candidates: &[Candidate]) -> Vec<Finding> {
    let bases = bases(candidates);
    vec![
        finding(
            "nat",
            "Is there a NAT on the way?",
            nat(report, candidates, &bases),
            &[rfc(8445, "5.1.1.2"), rfc(8445, "5.1.3")],
        ),
        finding(
            "mapping",
            "Does the mapping depend on whom I ask?",
            dependence(report, &bases),
            &[rfc(5780, "4.3"), rfc(4787, "4.1")],
        ),
        finding("port", "Does it keep my port?", port(report, candidates, &bases), &[rfc(4787, "4.2.1")]),
        finding(
            "filtering",
            "Who is let in through the mapping?",
            (
                "No page can find out.",
                "The test is a Binding request with CHANGE-REQUEST, upon which the server answers from its other address \
                 or port. A browser sends no such request. A program can: cargo run --example nat -- --server HOST:PORT",
            ),
            &[rfc(5780, "4.4"), rfc(4787, "5")],
        ),
        finding("udp", "Does UDP pass?", udp(report, candidates), &[rfc(5780, "4.2")]),
        finding(
            "socket",
            "Was it one socket that asked them all?",
            socket(report, &bases),
            &[rfc(8445, "5.1.1.2")],
        ),
        finding("hidden", "What is my own address?", own(candidates), &[rfc(8828, "5.2")]),
        finding("families", "IPv4, IPv6 or both?", families(candidates), &[rfc(8445, "5.1.1.1")]),
        finding("tcp", "And TCP?", tcp(candidates), &[rfc(6544, "4.1"), rfc(6544, "4.5")]),
        finding(
            "time",
            "How long did it take?",
            time(report, candidates),
            &[rfc(8489, "6.2.1"), rfc(8838, "9")],
        ),
    ]
}

type Told = (String, String);

fn nat(report: &Report, candidates: &[Candidate], bases: &[Base<'_>]) -> Told {
    if is_loopback(report) {
        return (
            "Not between you and these servers: they are on your own machine.".to_owned(),
            format!(
                "A datagram to 127.0.0.1 never leaves the machine, so nothing on the way could rewrite it.{} Ask a server \
                 on the other side of your router to learn of the NAT in between, or look at what others saw elsewhere.",
                match sources(report).as_slice() {
                    [one] => format!(" The server saw {one}, which is the socket itself."),
                    _ => String::new(),
                }
            ),
        );
    }
    let Some(first) = bases.first().and_then(|base| base.mapped.first()) else {
        let answered = report.answered().len();
        return if answered == 0 {
            ("Unknown: no server answered.".to_owned(), silent(report))
        } else {
            (
                "Not as seen from there.".to_owned(),
                format!(
                    "{} answered, and your browser made no srflx candidate of it: what they saw is an address that it \
                     has itself, and a candidate that equals another is left out.",
                    servers(answered)
                ),
            )
        };
    };
    let hosts: Vec<&Candidate> = candidates.iter().filter(|it| it.is_udp("host")).collect();
    let seen = format!("From there you are {}{}", first.at(), block(first));
    let base = first.base.as_ref().map(|(address, port)| (address.as_str(), *port));
    let known = |host: &&&Candidate| !host.is_hidden();
    if hosts.iter().any(|host| host.at() == first.at()) {
        return ("No.".to_owned(), format!("{seen}, and so your machine calls itself."));
    }
    if let Some((address, port)) = base {
        return ("Yes.".to_owned(), format!("{seen}; the socket's own address is {address}, port {port}."));
    }
    if let Some(host) = hosts.iter().find(known) {
        return ("Yes.".to_owned(), format!("{seen}; the socket's own address is {}.", host.at()));
    }
    if !hosts.is_empty() && hosts.iter().all(|host| host.port != first.port) {
        let ports: Vec<String> = hosts.iter().map(|host| host.port.to_string()).collect();
        return (
            "Yes.".to_owned(),
            format!(
                "{seen}; the socket's own port is {}, so somebody on the way rewrote it.",
                ports.join(" or ")
            ),
        );
    }
    (
        format!("Compare: is {} an address of your own machine?", first.address),
        format!(
            "{seen}. The port is the socket's own. If the address is too, there is no NAT; if it is not, there is one \
             that kept the port. The page cannot compare, as your browser hides its own address; and since leaving the \
             candidate out would betray it, Chromium tells it even where both are equal."
        ),
    )
}

/// What is to be said of an address that no host on the Internet has.
fn block(candidate: &Candidate) -> &'static str {
    match candidate.ip() {
        Some(std::net::IpAddr::V4(ip)) => match ip.octets() {
            [100, 64..=127, ..] => ", an address between a carrier's NAT and its customers (RFC 6598)",
            _ if ip.is_private() => ", a private address (RFC 1918): they are on your side of the last NAT",
            _ => "",
        },
        _ => "",
    }
}

fn dependence(report: &Report, bases: &[Base<'_>]) -> Told {
    let answered = report.answered();
    if is_loopback(report) {
        return match sources(report).as_slice() {
            [one] => (
                "No: nothing maps it.".to_owned(),
                format!(
                    "All {} requests came from {one}, whichever address and port they went to. So it looks behind an \
                     endpoint-independent mapping too, with the address of the NAT in place of it.",
                    report.seen.len()
                ),
            ),
            _ => (
                "No: nothing maps it.".to_owned(),
                "Between a socket and loopback there is no NAT.".to_owned(),
            ),
        };
    }
    let Some(base) = bases.iter().max_by_key(|base| base.mapped.len()) else {
        return (
            "Unknown.".to_owned(),
            "There is no mapping to look at: no srflx candidate was gathered.".to_owned(),
        );
    };
    let list: Vec<String> = base
        .mapped
        .iter()
        .map(|it| it.url.as_ref().map_or_else(|| it.at(), |url| format!("{} as {url} saw it", it.at())))
        .collect();
    let seen = match (base.mapped.len(), answered.len()) {
        (1, of) => format!("{} answered, and there is one address: {}.", servers(of), list.join("")),
        (n, of) => format!("{} answered, and there are {n} addresses: {}.", servers(of), list.join(", ")),
    };
    let rest = report.servers.len().saturating_sub(answered.len());
    let missing = match rest {
        0 => String::new(),
        _ => format!(
            " Of {} more nothing was heard: where two servers see the same, a browser tells only of the first.",
            servers(rest)
        ),
    };
    let (answer, rule) = match mapping(base.mapped.len(), &answered) {
        Mapping::EndpointIndependent => (
            "No: endpoint-independent mapping.",
            "A peer that is told this address can send to it, as far as the filter lets it in: hole punching has something to aim at.",
        ),
        Mapping::SameForEveryPort => (
            "Not on the port, at least.",
            "These servers share one address: name another host to see whether that counts.",
        ),
        Mapping::AddressDependent => (
            "Yes, on the address: address-dependent mapping.",
            "What a server sees is not what a peer at another address will see.",
        ),
        Mapping::AddressAndPortDependent => (
            "Yes, on address and port: what RFC 3489 called symmetric.",
            "Each peer gets a mapping that no server has seen. The srflx candidates lead to mappings that were made for the servers; whether those let anybody else in is up to the filter.",
        ),
        Mapping::Dependent => (
            "Yes: it is not endpoint-independent.",
            "Whether on the address alone or on the port too, these servers do not tell: that takes two ports of one host.",
        ),
        Mapping::Unknown => (
            "Unknown: that takes the answers of two servers.",
            "One answer is one mapping, and shows nothing of another.",
        ),
    };
    (answer.to_owned(), format!("{seen}{missing} {rule}"))
}

fn port(report: &Report, candidates: &[Candidate], bases: &[Base<'_>]) -> Told {
    if is_loopback(report) {
        return ("Yes: nobody changes it.".to_owned(), "There is no NAT on the way.".to_owned());
    }
    let mapped: Vec<u16> = bases.iter().flat_map(|base| &base.mapped).map(|it| it.port).collect();
    let own: Vec<u16> = candidates.iter().filter(|it| it.is_udp("host")).map(|it| it.port).collect();
    if mapped.is_empty() || own.is_empty() {
        return (
            "Unknown.".to_owned(),
            "That takes a host candidate and a srflx candidate to compare.".to_owned(),
        );
    }
    let list = |ports: &[u16]| ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let evidence = format!("The socket's own port: {}. Seen from outside: {}.", list(&own), list(&mapped));
    let kept = mapped.iter().filter(|port| own.contains(port)).count();
    let answer = match kept {
        0 => "No.",
        all if all == mapped.len() => "Yes, this time.",
        _ => "Not always.",
    };
    let rule = "A NAT that preserves ports must give another where two machines behind it use the same.";
    (answer.to_owned(), format!("{evidence} {rule}"))
}

fn udp(report: &Report, candidates: &[Candidate]) -> Told {
    let answered = report.answered().len();
    if answered > 0 || candidates.iter().any(|it| it.is_udp("srflx")) {
        let of = servers(report.servers.len());
        return ("Yes.".to_owned(), format!("{answered} of {of} answered a Binding request over UDP."));
    }
    if !report.seen.is_empty() {
        return ("Yes.".to_owned(), "The workbook's server saw the requests.".to_owned());
    }
    ("Nothing came back.".to_owned(), silent(report))
}

fn silent(report: &Report) -> String {
    let said: Vec<String> =
        report.errors.iter().map(|it| format!("{}: {} {}", it.url, it.code, it.text)).collect();
    let said =
        if said.is_empty() { String::new() } else { format!(" Your browser says: {}.", said.join("; ")) };
    format!(
        "None of {} answered within {}.{said} Either they are not there, or UDP to them is blocked; then ICE is left \
         with TCP, and with a TURN server that is reached by TCP or TLS.",
        servers(report.servers.len()),
        seconds(report.took),
    )
}

fn socket(report: &Report, bases: &[Base<'_>]) -> Told {
    match (sources(report).as_slice(), bases) {
        ([one], _) => (
            "Yes.".to_owned(),
            format!(
                "The workbook's server saw all {} requests, to {}, come from {one}. Without that, different answers would prove nothing.",
                report.seen.len(),
                addresses(report),
            ),
        ),
        ([], []) => ("Unknown.".to_owned(), "There is nothing to tell it by.".to_owned()),
        ([], [_]) => (
            "By all that it tells, yes.".to_owned(),
            "The srflx candidates are of one component and one base. ICE wants it so: requests go out from each host \
             candidate to each server."
                .to_owned(),
        ),
        ([], many) => (
            "No, and it need not be.".to_owned(),
            format!(
                "The srflx candidates are of {} bases, as from several networks, or from IPv4 and IPv6. Each is looked at alone.",
                many.len()
            ),
        ),
        (many, _) => {
            let list: Vec<String> = many.iter().map(ToString::to_string).collect();
            ("No.".to_owned(), format!("The workbook's server saw requests from {}.", list.join(", ")))
        }
    }
}

fn own(candidates: &[Candidate]) -> Told {
    let hosts: Vec<&Candidate> = candidates.iter().filter(|it| it.kind == "host").collect();
    let shown: Vec<String> = hosts.iter().filter(|it| !it.is_hidden()).map(|it| it.at()).collect();
    if hosts.is_empty() {
        return (
            "Your browser does not tell.".to_owned(),
            "It gathered no host candidate: no network is up, or a setting or an extension forbids it."
                .to_owned(),
        );
    }
    if !shown.is_empty() {
        return (
            shown.join(", "),
            "Your browser shows this page its addresses: it may use your camera or microphone, or hides nothing."
                .to_owned(),
        );
    }
    (
        "A page may not know.".to_owned(),
        "The name that ends in .local was made up for this page. Your browser answers to it by multicast DNS, so a \
         peer in the same network finds you and a page far away learns nothing. raddr and rport are 0 for the same \
         reason. A page that you let use the camera or the microphone sees the addresses."
            .to_owned(),
    )
}

fn families(candidates: &[Candidate]) -> Told {
    let ips: Vec<bool> = candidates.iter().filter_map(Candidate::ip).map(|ip| ip.is_ipv6()).collect();
    let hidden = candidates.iter().filter(|it| it.is_hidden()).count();
    let answer = match (ips.contains(&false), ips.contains(&true)) {
        (true, true) => "Both.",
        (true, false) => "IPv4, as far as can be seen.",
        (false, true) => "IPv6, as far as can be seen.",
        (false, false) => "Not to be seen here.",
    };
    let because = match hidden {
        0 => "By the addresses of the candidates.".to_owned(),
        n => format!(
            "By the addresses that are not hidden: {n} of {} candidates are behind a name, which hides the family too. \
             A server sees the family by which it was asked.",
            candidates.len()
        ),
    };
    (answer.to_owned(), because)
}

fn tcp(candidates: &[Candidate]) -> Told {
    let tcp: Vec<&Candidate> = candidates.iter().filter(|it| it.is_tcp()).collect();
    if tcp.is_empty() {
        return (
            "No TCP candidate was told.".to_owned(),
            "STUN servers are asked over UDP, so a TCP mapping is not looked at either way.".to_owned(),
        );
    }
    let active = tcp.iter().filter(|it| it.port == 9).count();
    (
        format!("{} of the candidates are TCP.", tcp.len()),
        format!(
            "{active} of them have port 9, discard, which stands for an active candidate: your browser would open \
             connections from there, and takes none."
        ),
    )
}

fn time(report: &Report, candidates: &[Candidate]) -> Told {
    let first = candidates.iter().filter(|it| it.is_udp("srflx")).map(|it| it.at).min_by(f64::total_cmp);
    let first = first
        .map_or_else(String::new, |at| format!(" The first srflx candidate was there after {at:.0} ms."));
    if report.complete {
        return (
            format!("{}.", seconds(report.took)),
            format!("Then your browser said that it has gathered all.{first}"),
        );
    }
    (
        format!("It was not done after {}.", seconds(report.took)),
        format!(
            "A server that does not answer is asked again and again, for 39.5 s where a client does as RFC 8489 says; \
             Chromium 156 was measured to give up after 39.9 s.{first} That is why candidates are sent as they come, and not at the end."
        ),
    )
}

/// At how many of its addresses the workbook's server was asked.
fn addresses(report: &Report) -> String {
    let to: std::collections::BTreeSet<_> = report.seen.iter().map(|seen| seen.to).collect();
    if to.len() == 1 { "one address".to_owned() } else { format!("{} addresses", to.len()) }
}

/// From where the workbook's server was asked.
fn sources(report: &Report) -> Vec<std::net::SocketAddr> {
    let mut sources: Vec<_> = report.seen.iter().map(|seen| seen.from).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn is_loopback(report: &Report) -> bool {
    let hosts = report.servers.iter().filter_map(|url| host_and_port(url)).map(|(host, _)| host);
    let on_loopback = |host: &str| {
        let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        ip.map_or(host == "localhost", |ip| ip.is_loopback())
    };
    let mut hosts = hosts.peekable();
    hosts.peek().is_some() && hosts.all(on_loopback)
}

fn servers(count: usize) -> String {
    if count == 1 { "1 server".to_owned() } else { format!("{count} servers") }
}

fn seconds(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
