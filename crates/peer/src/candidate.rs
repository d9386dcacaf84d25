//! Candidates: where a side can be reached ([RFC 8445 section 5.1]).
//!
//! [RFC 8445 section 5.1]: https://www.rfc-editor.org/rfc/rfc8445#section-5.1

use std::net::{IpAddr, SocketAddr};

use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, CandidateServerReflexiveConfig, RTCIceCandidate,
    RTCIceCandidateInit,
};

use crate::{Error, Peer};

/// What became of a candidate of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It will be checked.
    Added,
    /// An mDNS name, which only hosts in the same network can resolve, and this peer does not. It learns the address
    /// from the other side's check: a peer-reflexive candidate ([RFC 8445 section 7.3.1.3]).
    ///
    /// [RFC 8445 section 7.3.1.3]: https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.3
    Hidden,
    /// Over TCP; this peer speaks UDP only.
    OtherTransport,
    /// The empty one: there will be no more ([RFC 8838 section 13]).
    ///
    /// [RFC 8838 section 13]: https://www.rfc-editor.org/rfc/rfc8838#section-13
    End,
}

impl Peer {
    /// A socket of the host: a host candidate. Gives its line, to be told to the other side.
    ///
    /// # Errors
    /// If the peer is closed.
    pub fn add_host(&mut self, address: SocketAddr) -> Result<String, Error> {
        let config = CandidateHostConfig { base_config: at(address), ..CandidateHostConfig::default() };
        self.add_local(&RTCIceCandidate::from(&config.new_candidate_host()?))
    }

    /// What a STUN server saw of the socket at `base`: a server-reflexive candidate. Gives its line.
    ///
    /// # Errors
    /// If the peer is closed.
    pub fn add_server_reflexive(&mut self, mapped: SocketAddr, base: SocketAddr) -> Result<String, Error> {
        let config = CandidateServerReflexiveConfig {
            base_config: at(mapped),
            rel_addr: base.ip().to_string(),
            rel_port: base.port(),
            ..CandidateServerReflexiveConfig::default()
        };
        self.add_local(&RTCIceCandidate::from(&config.new_candidate_server_reflexive()?))
    }

    /// There will be no more candidates of ours.
    ///
    /// # Errors
    /// If the peer is closed.
    pub fn end_of_gathering(&mut self) -> Result<(), Error> {
        self.connection.add_local_candidate(RTCIceCandidateInit::default())?;
        self.notice();
        Ok(())
    }

    /// A candidate of the other side, once its description is known.
    ///
    /// # Errors
    /// If the line cannot be read, or comes before the description.
    pub fn add_remote(&mut self, line: &str) -> Result<Taken, Error> {
        let line = line.strip_prefix("a=").unwrap_or(line).trim();
        if line.is_empty() {
            return Ok(Taken::End);
        }
        if let Some(other) = unusable(line)? {
            return Ok(other);
        }
        let candidate = RTCIceCandidateInit { candidate: line.to_owned(), ..RTCIceCandidateInit::default() };
        self.connection
            .add_remote_candidate(candidate)
            .map_err(|error| Error::Candidate(error.to_string()))?;
        self.notice();
        Ok(Taken::Added)
    }

    fn add_local(&mut self, candidate: &RTCIceCandidate) -> Result<String, Error> {
        let json = candidate.to_json()?;
        let line = json.candidate.clone();
        self.connection.add_local_candidate(json)?;
        self.notice();
        Ok(line)
    }
}

fn at(address: SocketAddr) -> CandidateConfig {
    CandidateConfig {
        network: "udp".to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        component: 1,
        ..CandidateConfig::default()
    }
}

/// `candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE …`: whether it is one that this peer leaves.
fn unusable(line: &str) -> Result<Option<Taken>, Error> {
    let mut words = line.split_ascii_whitespace();
    let (Some(transport), Some(address)) = (words.nth(2), words.nth(1)) else {
        return Err(Error::Candidate("it has fewer words than eight".to_owned()));
    };
    if !transport.eq_ignore_ascii_case("udp") {
        return Ok(Some(Taken::OtherTransport));
    }
    if address.parse::<IpAddr>().is_ok() {
        return Ok(None);
    }
    // The only names that a browser puts here (draft-ietf-mmusic-mdns-ice-candidates); others would need DNS.
    if address.to_ascii_lowercase().ends_with(".local") {
        return Ok(Some(Taken::Hidden));
    }
    Err(Error::Candidate("its address is neither an IP address nor a name under .local".to_owned()))
}
