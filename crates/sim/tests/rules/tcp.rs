//! What NATs do with TCP: RFC 5382, and what a watcher learns from flags (RFC 6146 section 3.5.2.2).

use sim::{Behavior, Dependence, Flags, Packet, Refusal, Segment};

use crate::support::{Bench, at};

const X: &str = "10.0.0.2:5000";
const Y: &str = "192.0.2.1:443";
const HOUR: u64 = 3600;
const ESTABLISHED: u64 = 2 * HOUR + 4 * 60;
const TRANSITORY: u64 = 4 * 60;

const SYN: Flags = Flags { syn: true, ack: false, fin: false, rst: false };
const SYN_ACK: Flags = Flags { syn: true, ack: true, fin: false, rst: false };
const ACK: Flags = Flags { syn: false, ack: true, fin: false, rst: false };
const FIN: Flags = Flags { syn: false, ack: true, fin: true, rst: false };
const RST: Flags = Flags { syn: false, ack: false, fin: false, rst: true };

/// A NAT, X behind it and Y outside, and the external endpoint once there is one.
struct Tcp(Bench, Option<std::net::SocketAddr>);

impl Tcp {
    fn new(behavior: Behavior) -> Self {
        Self(Bench::new(behavior), None)
    }

    fn goes(&mut self, flags: Flags) -> Result<(), Refusal> {
        let segment = Segment { flags, ..Segment::default() };
        let sent = self.0.send(&Packet::tcp(at(X), at(Y), segment))?;
        self.1 = Some(sent.from);
        Ok(())
    }

    fn comes(&mut self, from: &str, flags: Flags) -> Result<(), Refusal> {
        let segment = Segment { flags, ..Segment::default() };
        let to = self.1.unwrap_or(at("198.51.100.1:40000"));
        self.0.take(&Packet::tcp(at(from), to, segment)).map(|_| ())
    }

    fn established() -> Self {
        let mut tcp = Self::new(Behavior::PORT_RESTRICTED_CONE);
        tcp.goes(SYN).unwrap();
        tcp.comes(Y, SYN_ACK).unwrap();
        tcp.goes(ACK).unwrap();
        tcp
    }

    /// How many more seconds the mapping lives if nothing happens.
    fn lives(&self) -> u64 {
        let mapping = self.0.nat.mappings(self.0.now).next();
        mapping.map_or(0, |mapping| (mapping.expires - self.0.now).as_secs())
    }
}

#[test]
fn a_mapping_is_made_by_syn_only_rfc_5382_section_4_1() {
    for flags in [ACK, FIN, RST] {
        let mut tcp = Tcp::new(Behavior::FULL_CONE);
        assert_eq!(tcp.goes(flags), Err(Refusal::NoConnection));
        assert_eq!(tcp.lives(), 0);
    }
    let mut tcp = Tcp::new(Behavior::FULL_CONE);
    assert_eq!(tcp.goes(SYN), Ok(()));
    assert_eq!(tcp.goes(ACK), Ok(()));
}

#[test]
fn req_2_a_handshake_and_a_simultaneous_open_both_establish() {
    assert_eq!(Tcp::established().lives(), ESTABLISHED);
    let mut tcp = Tcp::new(Behavior::PORT_RESTRICTED_CONE);
    tcp.goes(SYN).unwrap();
    tcp.comes(Y, SYN).unwrap();
    tcp.goes(SYN_ACK).unwrap();
    tcp.comes(Y, SYN_ACK).unwrap();
    assert_eq!(tcp.lives(), ESTABLISHED);
}

#[test]
fn req_3_a_filter_refuses_a_strangers_syn_and_an_open_one_lets_it_in() {
    for (filtering, comes) in [
        (Dependence::EndpointIndependent, Ok(())),
        (Dependence::AddressDependent, Err(Refusal::Filtered(Dependence::AddressDependent))),
    ] {
        let mut tcp = Tcp::new(Behavior::of(Dependence::EndpointIndependent, filtering));
        tcp.goes(SYN).unwrap();
        assert_eq!(tcp.comes("192.0.2.9:1", SYN), comes);
        assert!(tcp.comes("192.0.2.9:2", ACK).is_err(), "of no connection");
    }
}

#[test]
fn req_5_an_idle_connection_lives_two_hours_and_four_minutes_and_one_that_opens_or_closes_four_minutes() {
    let mut tcp = Tcp::new(Behavior::PORT_RESTRICTED_CONE);
    tcp.goes(SYN).unwrap();
    assert_eq!(tcp.lives(), TRANSITORY);
    for (segments, lives) in [
        (&[][..], ESTABLISHED),
        (&[(true, FIN)], ESTABLISHED),
        (&[(true, FIN), (false, FIN)], TRANSITORY),
        (&[(true, FIN), (false, FIN), (true, ACK)], TRANSITORY),
        (&[(true, RST)], TRANSITORY),
        (&[(false, RST)], TRANSITORY),
        (&[(false, RST), (true, ACK)], ESTABLISHED),
        (&[(true, FIN), (false, FIN), (true, SYN), (false, SYN_ACK)], ESTABLISHED),
    ] {
        let mut tcp = Tcp::established();
        for &(goes, flags) in segments {
            if goes { tcp.goes(flags) } else { tcp.comes(Y, flags) }.unwrap();
        }
        assert_eq!(tcp.lives(), lives, "{segments:?}");
    }
}

#[test]
fn req_5_packets_in_either_direction_keep_a_connection() {
    let mut tcp = Tcp::established();
    for goes in [true, false] {
        tcp.0.after(2 * HOUR);
        if goes { tcp.goes(ACK) } else { tcp.comes(Y, ACK) }.unwrap();
        assert_eq!(tcp.lives(), ESTABLISHED);
    }
    tcp.0.after(ESTABLISHED);
    assert_eq!(tcp.goes(ACK), Err(Refusal::NoConnection));
}

#[test]
fn req_5_one_connection_that_ends_leaves_another_of_the_same_mapping_alone() {
    let mut tcp = Tcp::established();
    let other = "192.0.2.2:443";
    let segment = |flags| Packet::tcp(at(X), at(other), Segment { flags, ..Segment::default() });
    tcp.0.send(&segment(SYN)).unwrap();
    tcp.0.send(&segment(RST)).unwrap();
    assert_eq!(tcp.lives(), ESTABLISHED);
}

#[test]
fn req_7_udp_and_tcp_have_ports_of_their_own() {
    let mut tcp = Tcp::new(Behavior { ports: sim::PortAssignment::Preserving, ..Behavior::FULL_CONE });
    tcp.goes(SYN).unwrap();
    assert_eq!(tcp.0.goes(X, Y), Ok(tcp.1.unwrap()));
    assert_eq!(tcp.0.live(), 2);
}

#[test]
fn a_mapping_follows_so_many_connections_only() {
    let mut tcp = Tcp::new(Behavior::FULL_CONE);
    tcp.goes(SYN).unwrap();
    for port in 1..2000 {
        tcp.comes(&format!("192.0.2.9:{port}"), SYN).unwrap();
    }
    assert!(tcp.comes("192.0.2.9:1999", ACK).is_ok());
    assert_eq!(tcp.comes("192.0.2.9:5", ACK), Err(Refusal::NoConnection));
}
