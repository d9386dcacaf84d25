//! Calls: what signaling said, and what later packets mean by it.
//!
//! An SDP or a candidate that a TCP stream carried says with which password checks are keyed, which certificate is
//! the right one, where candidates are, and what the numbers in RTP stand for. All of it is bounded, and what is
//! oldest is forgotten first.

mod certificates;
mod checks;
mod media;

use std::net::{IpAddr, SocketAddr};

use super::bounded::Bounded;
use crate::context::Agents;
use crate::sdp::{Candidate, Description, Section};
use crate::tree::{Dissection, Severity};

/// So many of each kind are remembered.
const MOST: usize = 1024;
/// Nothing that is longer is remembered: ufrags and passwords have at most 256 characters (RFC 8839 section 5.4).
const MOST_LEN: usize = 256;

/// What the signaling of a trace said.
#[derive(Debug, Default)]
pub(super) struct Calls {
    agents: Agents,
    /// By the hash's name in small letters and its bytes.
    fingerprints: Bounded<(String, Vec<u8>), u64, MOST>,
    candidates: Bounded<SocketAddr, Announced, MOST>,
    /// Candidates whose addresses are hidden behind names, by their ports.
    hidden: Bounded<u16, u64, MOST>,
    payload_types: Bounded<u64, Said, MOST>,
    extensions: Bounded<u64, Said, MOST>,
}

/// A candidate, and which packet announced it.
#[derive(Debug)]
struct Announced {
    kind: String,
    packet: u64,
}

/// What a number stands for, and which packet said so. Calls number for themselves: where two descriptions disagree,
/// nothing says which of them a packet goes by.
#[derive(Debug)]
struct Said {
    what: String,
    packet: u64,
    disputed: bool,
}

/// What keys the checks.
#[derive(Clone, Copy)]
struct Credentials<'d> {
    ufrag: Option<&'d str>,
    password: Option<&'d str>,
}

impl<'d> Credentials<'d> {
    fn of(section: &Section<'d>) -> Self {
        Self { ufrag: section.ice_ufrag(), password: section.ice_pwd() }
    }
}

impl Calls {
    /// Takes in what the messages of a packet say.
    pub(super) fn learn(&mut self, number: u64, d: &Dissection<'_>) {
        for description in Description::all(d) {
            let session = Credentials::of(&description.session);
            self.section(number, &description.session, session);
            description.media.iter().for_each(|section| self.section(number, section, session));
        }
        Candidate::alone(d).for_each(|candidate| self.candidate(number, &candidate));
    }

    /// Who can be asked, with which password.
    pub(super) fn agents(&self) -> &Agents {
        &self.agents
    }

    /// The packet whose SDP has this fingerprint of a certificate: `hash` by its name in SDP (sha-256), and its bytes.
    fn fingerprint_seen(&self, hash: &str, bytes: &[u8]) -> Option<u64> {
        self.fingerprints.of(&(hash.to_ascii_lowercase(), bytes.to_vec())).copied()
    }

    /// Takes in a section; what it does not say of itself, the session says for it.
    fn section(&mut self, number: u64, section: &Section<'_>, session: Credentials<'_>) {
        let own = Credentials::of(section);
        let (ufrag, password) = (own.ufrag.or(session.ufrag), own.password.or(session.password));
        if let (Some(ufrag), Some(password)) = (ufrag, password)
            && ufrag.len() <= MOST_LEN
            && password.len() <= MOST_LEN
        {
            self.agents.insert(ufrag, password, number);
        }
        for fingerprint in section.fingerprints().filter(|fingerprint| fingerprint.value.len() <= MOST_LEN) {
            if let Some(bytes) = bytes(fingerprint.value) {
                self.fingerprints.insert((fingerprint.hash.to_ascii_lowercase(), bytes), number);
            }
        }
        section.candidates().for_each(|candidate| self.candidate(number, &candidate));
        if section.port() == Some(0) && !section.is_bundle_only() {
            return;
        }
        for map in section.rtpmaps() {
            let channels = map.channels.map(|channels| format!("/{channels}")).unwrap_or_default();
            let what = format!("{}/{}{channels}", map.encoding, map.clock_rate);
            remember(&mut self.payload_types, map.payload_type, what, number);
        }
        for map in section.extmaps() {
            remember(&mut self.extensions, map.id, map.uri.to_owned(), number);
        }
    }

    fn candidate(&mut self, number: u64, candidate: &Candidate<'_>) {
        if candidate.kind.len() > MOST_LEN || !candidate.transport.eq_ignore_ascii_case("udp") {
            return;
        }
        match candidate.address.parse::<IpAddr>() {
            Ok(ip) => {
                let announced = Announced { kind: candidate.kind.to_owned(), packet: number };
                self.candidates.insert(SocketAddr::new(ip, candidate.port), announced);
            }
            Err(_) if candidate.address.ends_with(".local") => self.hidden.insert(candidate.port, number),
            Err(_) => {}
        }
    }
}

fn remember(map: &mut Bounded<u64, Said, MOST>, key: u64, what: String, packet: u64) {
    if what.len() <= MOST_LEN {
        let differs = |before: &Said| before.disputed || !before.what.eq_ignore_ascii_case(&what);
        let disputed = map.of(&key).is_some_and(differs);
        map.insert(key, Said { what, packet, disputed });
    }
}

/// `AB:CD:…`
fn bytes(fingerprint: &str) -> Option<Vec<u8>> {
    fingerprint.split(':').map(|pair| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2)).collect()
}

/// Says something at the node of that place.
fn say(d: &mut Dissection<'_>, at: usize, severity: Severity, text: String, spec: crate::spec::Spec) {
    d.annotate(at as u32, severity, text);
    if let Some(note) = d.tree.notes.last_mut().filter(|note| note.node as usize == at) {
        note.spec = Some(spec);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::SDP;

    #[test]
    fn what_the_session_says_holds_for_a_section_that_says_nothing() {
        let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:both\r\na=ice-pwd:of-the-session\r\n\
                   m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:mine\r\na=ice-pwd:of-the-section\r\n\
                   m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
        let mut calls = Calls::default();
        calls.learn(5, &SDP.dissect(sdp.as_bytes()));
        let password = |name: &[u8]| calls.agents().asked(name).map(|agent| (agent.password, agent.packet));
        assert_eq!(password(b"both:peer"), Some(("of-the-session", 5)));
        assert_eq!(password(b"mine:peer"), Some(("of-the-section", 5)));
        assert_eq!(password(b"mine"), None);
    }

    #[test]
    fn a_fingerprint_is_known_by_its_hash_and_its_bytes() {
        let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:SHA-256 AB:0c:FF\r\n";
        let mut calls = Calls::default();
        calls.learn(5, &SDP.dissect(sdp.as_bytes()));
        assert_eq!(calls.fingerprint_seen("sha-256", &[0xab, 0x0c, 0xff]), Some(5));
        assert_eq!(calls.fingerprint_seen("sha-1", &[0xab, 0x0c, 0xff]), None);
        assert_eq!(calls.fingerprint_seen("sha-256", &[0xab, 0x0c]), None);
    }
}
