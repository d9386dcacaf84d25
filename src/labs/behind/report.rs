//! What the page reports: which servers were asked, and what the browser said.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;
use wire::sdp::CANDIDATE;

/// So many servers may be asked at once; the page asks for no more.
const MOST_SERVERS: usize = 12;
/// So many candidates, errors and datagrams are looked at.
const MOST: usize = 200;

/// What one `RTCPeerConnection` found.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Report {
    /// The servers, as `iceServers` named them: `stun:192.0.2.1:3478`.
    pub(super) servers: Vec<String>,
    /// The candidates.
    pub(super) candidates: Vec<Gathered>,
    /// What `icecandidateerror` said.
    pub(super) errors: Vec<Failure>,
    /// Whether the browser said that it has gathered all.
    pub(super) complete: bool,
    /// Servers that answered when they were asked alone, of those that were; the page asks so where gathering did not
    /// end in time.
    pub(super) alone: Vec<String>,
    /// Milliseconds until gathering ended, or the page's patience.
    pub(super) took: f64,
    /// The requests that the workbook's own server saw meanwhile.
    pub(super) seen: Vec<Seen>,
}

/// A candidate, as the browser told it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Gathered {
    /// `candidate:…`
    pub(super) line: String,
    /// `RTCIceCandidate.url`: the server that said so first.
    pub(super) url: Option<String>,
    /// Milliseconds since the browser was asked.
    pub(super) at: f64,
}

/// An `icecandidateerror`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) url: String,
    pub(super) code: u16,
    pub(super) text: String,
}

/// A request, as the STUN lab saw it.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

/// A candidate that could be read.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) line: String,
    pub(super) url: Option<String>,
    pub(super) at: f64,
    pub(super) kind: String,
    pub(super) transport: String,
    pub(super) component: u64,
    pub(super) foundation: String,
    /// An IP address, or a name.
    pub(super) address: String,
    pub(super) port: u16,
    /// `raddr` and `rport`, where they tell something: browsers write 0.0.0.0 and 0 to hide them.
    pub(super) base: Option<(String, u16)>,
}

impl Candidate {
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    pub(super) fn is_tcp(&self) -> bool {
        self.transport.eq_ignore_ascii_case("tcp")
    }

    pub(super) fn is_udp(&self, kind: &str) -> bool {
        self.kind == kind && self.transport.eq_ignore_ascii_case("udp")
    }

    /// Whether its address stands behind an mDNS name.
    pub(super) fn is_hidden(&self) -> bool {
        self.address.ends_with(".local")
    }

    /// Address and port.
    pub(super) fn at(&self) -> String {
        match self.ip() {
            Some(ip) => SocketAddr::new(ip, self.port).to_string(),
            None => format!("{}:{}", self.address, self.port),
        }
    }
}

impl Report {
    /// Why it is too much, if it is.
    pub(super) fn fits(&self) -> Result<(), String> {
        for (what, count, most) in [
            ("servers", self.servers.len(), MOST_SERVERS),
            ("servers", self.alone.len(), MOST_SERVERS),
            ("candidates", self.candidates.len(), MOST),
            ("errors", self.errors.len(), MOST),
            ("datagrams", self.seen.len(), MOST),
        ] {
            if count > most {
                return Err(format!("expected at most {most} {what}, found {count}"));
            }
        }
        Ok(())
    }

    /// The candidates that can be read; an empty one, which ends a generation, is none.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        self.candidates.iter().filter_map(read).collect()
    }

    /// The servers that are known to have answered, each once.
    ///
    /// A browser that gathered all heard of every server, or said which failed. One that still waits does not: where
    /// two servers see the same, it tells of the first alone.
    pub(super) fn answered(&self) -> Vec<&str> {
        let mut answered: Vec<&str> = Vec::new();
        for server in self.servers.iter().map(String::as_str) {
            let failed = self.errors.iter().any(|failure| failure.url == server);
            let told = self.candidates.iter().any(|it| it.url.as_deref() == Some(server));
            let alone = self.alone.iter().any(|it| it == server);
            if (told || alone || (self.complete && !failed)) && !answered.contains(&server) {
                answered.push(server);
            }
        }
        answered
    }
}

fn read(gathered: &Gathered) -> Option<Candidate> {
    let d = CANDIDATE.dissect(gathered.line.as_bytes());
    let found = wire::sdp::Candidate::alone(&d).next()?;
    let hidden = |(address, port): &(&str, u16)| *port == 0 || ["0.0.0.0", "::"].contains(address);
    Some(Candidate {
        line: gathered.line.clone(),
        url: gathered.url.clone(),
        at: gathered.at,
        kind: found.kind.to_owned(),
        transport: found.transport.to_owned(),
        component: found.component,
        foundation: found.foundation.to_owned(),
        address: found.address.to_owned(),
        port: found.port,
        base: found.related.filter(|related| !hidden(related)).map(|(at, port)| (at.to_owned(), port)),
    })
}

/// Host and port of `stun:HOST:PORT` (RFC 7064 section 3.1), whose port may be left out.
pub(super) fn host_and_port(url: &str) -> Option<(&str, u16)> {
    let (scheme, rest) = url.split_once(':')?;
    if !["stun", "turn"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((host, port.parse().ok()?)),
        _ => Some((rest, 3478)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_host_and_port_and_the_port_may_be_left_out() {
        for (url, at) in [
            ("stun:192.0.2.1:3479", Some(("192.0.2.1", 3479))),
            ("STUN:stun.example", Some(("stun.example", 3478))),
            ("stun:[2001:db8::1]", Some(("[2001:db8::1]", 3478))),
            ("stun:[2001:db8::1]:1", Some(("[2001:db8::1]", 1))),
            ("turn:turn.example?transport=udp", Some(("turn.example", 3478))),
            ("http://stun.example", None),
            ("stun:a:70000", None),
            ("", None),
        ] {
            assert_eq!(host_and_port(url), at, "{url}");
        }
    }

    #[test]
    fn who_gathered_all_heard_of_every_server_that_did_not_fail_and_who_did_not_of_those_it_told() {
        let servers = ["stun:a", "stun:b", "stun:c"].map(str::to_owned).to_vec();
        let candidates = || {
            vec![Gathered {
                line: "candidate:1 1 udp 1 198.51.100.1 4000 typ srflx raddr 0.0.0.0 rport 0".to_owned(),
                url: Some("stun:b".to_owned()),
                at: 1.0,
            }]
        };
        let failure = Failure { url: "stun:c".to_owned(), code: 701, text: String::new() };
        let whole = Report {
            servers: servers.clone(),
            candidates: candidates(),
            errors: vec![failure],
            complete: true,
            ..Report::default()
        };
        assert_eq!(whole.answered(), ["stun:a", "stun:b"]);
        let mut part = Report { servers, candidates: candidates(), ..Report::default() };
        assert_eq!(part.answered(), ["stun:b"]);
        part.alone = vec!["stun:c".to_owned(), "stun:elsewhere".to_owned()];
        assert_eq!(part.answered(), ["stun:b", "stun:c"]);
        assert_eq!(part.candidates()[0].base, None);
    }
}
