//! The Internet Protocol, both versions: who sent a packet to whom, and what it carries.
//!
//! ```text
//! IPv4, RFC 791 section 3.1
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |Version|  IHL  |Type of Service|          Total Length         |
//! |         Identification        |Flags|      Fragment Offset    |
//! |  Time to Live |    Protocol   |        Header Checksum        |
//! |                         Source Address                        |
//! |                      Destination Address                      |
//! |                    Options, up to IHL words                   |
//!
//! IPv6, RFC 8200 section 3
//! |Version| Traffic Class |              Flow Label               |
//! |         Payload Length        |  Next Header  |   Hop Limit   |
//! |                   Source Address, 16 bytes                    |
//! |                 Destination Address, 16 bytes                 |
//! |      extension headers (section 4), each naming the next      |
//! ```
//!
//! No checksum is verified: a host that leaves checksums to its network card captures packets before they
//! have one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Reason;
use super::order::ByteOrder::Big;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

/// A packet without its IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// What the payload begins with: [`TCP`], [`UDP`] or another number.
    pub(super) protocol: u8,
    pub(super) fragment: Option<Fragment>,
    pub(super) payload: &'a [u8],
}

/// Where in its datagram a fragment's payload lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) identification: u32,
    /// In bytes.
    pub(super) offset: usize,
    pub(super) more: bool,
}

pub(super) fn packet(bytes: &[u8]) -> Result<Packet<'_>, Reason> {
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => v4(bytes),
        Some(6) => v6(bytes),
        Some(version) => Err(broken("IP", "Version", u32::from(version))),
        None => Err(Reason::CutShort { header: "IP", expected: 20, found: 0 }),
    }
}

fn v4(bytes: &[u8]) -> Result<Packet<'_>, Reason> {
    let Some(header) = bytes.first_chunk::<20>() else {
        return Err(Reason::CutShort { header: "IPv4", expected: 20, found: bytes.len() });
    };
    let [version_ihl, _, length_0, length_1, id_0, id_1, flags_0, flags_1, _, protocol, ..] = *header;
    let ihl = version_ihl & 0xf;
    if ihl < 5 {
        return Err(broken("IPv4", "IHL", u32::from(ihl)));
    }
    let header_length = 4 * usize::from(ihl);
    let total_length = match usize::from(u16::from_be_bytes([length_0, length_1])) {
        // A card that cuts large sends into packets by itself leaves the length to be filled in.
        0 => bytes.len(),
        length if length < header_length => return Err(broken("IPv4", "Total Length", length as u32)),
        length => length,
    };
    let payload = bounded(bytes, header_length, total_length, "IPv4")?;
    let flags = u16::from_be_bytes([flags_0, flags_1]);
    let (more, offset) = (flags & 0x2000 != 0, 8 * usize::from(flags & 0x1fff));
    Ok(Packet {
        source: v4_address(bytes, 12),
        destination: v4_address(bytes, 16),
        protocol,
        fragment: (more || offset > 0).then_some(Fragment {
            identification: u32::from(u16::from_be_bytes([id_0, id_1])),
            offset,
            more,
        }),
        payload,
    })
}

fn v6(bytes: &[u8]) -> Result<Packet<'_>, Reason> {
    let Some(header) = bytes.first_chunk::<40>() else {
        return Err(Reason::CutShort { header: "IPv6", expected: 40, found: bytes.len() });
    };
    let [_, _, _, _, length_0, length_1, next_header, ..] = *header;
    let end = match usize::from(u16::from_be_bytes([length_0, length_1])) {
        0 => bytes.len(),
        length => 40 + length,
    };
    let packet = Packet {
        source: v6_address(bytes, 8),
        destination: v6_address(bytes, 24),
        protocol: next_header,
        fragment: None,
        payload: bounded(bytes, 40, end, "IPv6")?,
    };
    past_extensions(packet)
}

/// The same packet without the extension headers that its payload begins with. IPv4 has none.
pub(super) fn past_extensions(mut packet: Packet<'_>) -> Result<Packet<'_>, Reason> {
    while packet.source.is_ipv6() && step_over_extension(&mut packet)? {}
    Ok(packet)
}

/// Steps over one extension header (RFC 8200 section 4); false if there is none left. Each is at least
/// eight bytes, so this ends.
fn step_over_extension(packet: &mut Packet<'_>) -> Result<bool, Reason> {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const FRAGMENT: u8 = 44;
    const AUTHENTICATION: u8 = 51;
    const DESTINATION_OPTIONS: u8 = 60;
    const MOBILITY: u8 = 135;
    const HIP: u8 = 139;
    const SHIM6: u8 = 140;

    let header = packet.payload;
    let extension_length = |unit: usize, extra: usize| match header.get(1) {
        Some(&length) => unit * (usize::from(length) + extra),
        None => 8,
    };
    let length = match packet.protocol {
        HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY | HIP | SHIM6 => extension_length(8, 1),
        FRAGMENT => 8,
        AUTHENTICATION => extension_length(4, 2),
        _ => return Ok(false),
    };
    let (Some(&next_header), Some(payload)) = (header.first(), header.get(length..)) else {
        return Err(Reason::CutShort { header: "an IPv6 extension", expected: length, found: header.len() });
    };
    if packet.protocol == FRAGMENT {
        let (offset_and_flag, identification) =
            (Big.u16(header, 2).unwrap_or(0), Big.u32(header, 4).unwrap_or(0));
        let (offset, more) = (usize::from(offset_and_flag & !7), offset_and_flag & 1 != 0);
        if more || offset > 0 {
            packet.fragment = Some(Fragment { identification, offset, more });
        }
    }
    packet.protocol = next_header;
    packet.payload = payload;
    // Only the first fragment holds the headers that follow; the others begin mid-payload (section 4.5).
    Ok(packet.fragment.is_none())
}

fn bounded<'a>(bytes: &'a [u8], start: usize, end: usize, header: &'static str) -> Result<&'a [u8], Reason> {
    bytes.get(start..end).ok_or(Reason::CutShort { header, expected: end, found: bytes.len() })
}

fn v4_address(bytes: &[u8], at: usize) -> IpAddr {
    Ipv4Addr::from_bits(Big.u32(bytes, at).unwrap_or(0)).into()
}

fn v6_address(bytes: &[u8], at: usize) -> IpAddr {
    let half = |at| u128::from(Big.u64(bytes, at).unwrap_or(0));
    Ipv6Addr::from_bits(half(at) << 64 | half(at + 8)).into()
}

fn broken(header: &'static str, field: &'static str, found: u32) -> Reason {
    Reason::Broken { header, field, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of 20 bytes, from 10.0.0.1 to 10.0.0.2.
    fn ipv4(ihl: u8, total_length: u8, flags_and_offset: [u8; 2]) -> Vec<u8> {
        let [flags, offset] = flags_and_offset;
        vec![0x40 | ihl, 0, 0, total_length, 0, 9, flags, offset, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
    }

    fn ipv6(payload_length: u8, next_header: u8) -> Vec<u8> {
        let mut header = vec![0x60, 0, 0, 0, 0, payload_length, next_header, 64];
        header.extend(Ipv6Addr::LOCALHOST.octets());
        header.extend(Ipv6Addr::UNSPECIFIED.octets());
        header
    }

    #[test]
    fn the_total_length_and_not_the_frame_bounds_an_ipv4_packet() {
        let cases: [(&str, Vec<u8>, &[u8]); 3] = [
            ("padded by Ethernet", [ipv4(5, 23, [0, 0]), b"abc\0\0".to_vec()].concat(), b"abc"),
            ("options", [ipv4(6, 27, [0, 0]), b"\x01\x01\x01\0abc".to_vec()].concat(), b"abc"),
            ("length left to the card", [ipv4(5, 0, [0, 0]), b"abc".to_vec()].concat(), b"abc"),
        ];
        for (name, bytes, payload) in cases {
            let packet = packet(&bytes).expect(name);
            assert_eq!((packet.payload, packet.protocol, packet.fragment), (payload, 17, None), "{name}");
            assert_eq!(packet.source, Ipv4Addr::new(10, 0, 0, 1), "{name}");
            assert_eq!(packet.destination, Ipv4Addr::new(10, 0, 0, 2), "{name}");
        }
    }

    #[test]
    fn a_fragment_says_where_it_lies() {
        let more = Some(Fragment { identification: 9, offset: 0, more: true });
        let last = Some(Fragment { identification: 9, offset: 24, more: false });
        for (flags, fragment) in [([0x20, 0], more), ([0, 3], last), ([0x40, 0], None)] {
            assert_eq!(packet(&ipv4(5, 20, flags)).map(|packet| packet.fragment), Ok(fragment));
        }
        let v6 = [ipv6(9, 44), vec![17, 0, 0, 25, 0, 0, 0, 9, b'x']].concat();
        let packet = packet(&v6).expect("IPv6");
        assert_eq!(packet.fragment, Some(Fragment { identification: 9, offset: 24, more: true }));
        assert_eq!((packet.protocol, packet.payload), (17, &b"x"[..]));
    }

    #[test]
    fn ipv6_extension_headers_are_stepped_over() {
        let hop_by_hop = [60, 0, 1, 4, 0, 0, 0, 0];
        let destination_options = [51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let authentication = [44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let atomic_fragment = [6, 0, 0, 0, 0, 0, 0, 1];
        let extensions =
            [&hop_by_hop[..], &destination_options, &authentication, &atomic_fragment, b"tcp"].concat();
        let bytes = [ipv6(extensions.len() as u8, 0), extensions].concat();
        let packet = packet(&bytes).expect("IPv6");
        assert_eq!((packet.protocol, packet.payload, packet.fragment), (TCP, &b"tcp"[..], None));
    }

    #[test]
    fn what_is_cut_or_broken_is_named() {
        let cases: [(Vec<u8>, Reason); 8] = [
            (vec![], Reason::CutShort { header: "IP", expected: 20, found: 0 }),
            (vec![0x45; 19], Reason::CutShort { header: "IPv4", expected: 20, found: 19 }),
            (vec![0x60; 39], Reason::CutShort { header: "IPv6", expected: 40, found: 39 }),
            (vec![0x50; 40], broken("IP", "Version", 5)),
            (ipv4(4, 20, [0, 0]), broken("IPv4", "IHL", 4)),
            (ipv4(5, 19, [0, 0]), broken("IPv4", "Total Length", 19)),
            (ipv4(5, 21, [0, 0]), Reason::CutShort { header: "IPv4", expected: 21, found: 20 }),
            (
                [ipv6(4, 0), vec![17, 0, 0, 0]].concat(),
                Reason::CutShort { header: "an IPv6 extension", expected: 8, found: 4 },
            ),
        ];
        for (bytes, why) in cases {
            assert_eq!(packet(&bytes), Err(why), "{bytes:02x?}");
        }
    }
}
