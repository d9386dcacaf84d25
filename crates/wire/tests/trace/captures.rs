//! Capture files made by hand, for what no tool here writes.

use std::net::{Ipv4Addr, SocketAddr};

/// The captures that real tools made.
pub(crate) const REAL: [(&str, &[u8]); 10] = [
    ("tcpdump-lo-udp-tcp.pcap", include_bytes!("../data/tcpdump-lo-udp-tcp.pcap")),
    ("tcpdump-lo-nanoseconds.pcap", include_bytes!("../data/tcpdump-lo-nanoseconds.pcap")),
    ("tcpdump-any-cooked-v1.pcap", include_bytes!("../data/tcpdump-any-cooked-v1.pcap")),
    ("tcpdump-any-cooked-v2.pcap", include_bytes!("../data/tcpdump-any-cooked-v2.pcap")),
    ("tshark-lo.pcapng", include_bytes!("../data/tshark-lo.pcapng")),
    ("dumpcap-any.pcapng", include_bytes!("../data/dumpcap-any.pcapng")),
    ("tcpdump-lo-fragments.pcap", include_bytes!("../data/tcpdump-lo-fragments.pcap")),
    ("editcap-rawip.pcapng", include_bytes!("../data/editcap-rawip.pcapng")),
    ("editcap-secrets.pcapng", include_bytes!("../data/editcap-secrets.pcapng")),
    ("editcap-snapped.pcap", include_bytes!("../data/editcap-snapped.pcap")),
];

pub(crate) fn real(name: &str) -> &'static [u8] {
    REAL.iter().find(|(real, _)| *real == name).expect(name).1
}

/// A byte order to write numbers in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Big,
    Little,
}

pub(crate) const ORDERS: [Order; 2] = [Order::Big, Order::Little];

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Order::Big => value.to_be_bytes(),
            Order::Little => value.to_le_bytes(),
        }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Order::Big => value.to_be_bytes(),
            Order::Little => value.to_le_bytes(),
        }
    }
}

/// A pcapng block around `body`, which is padded.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().wrapping_neg() % 4];
    let total = order.u32((12 + body.len() + padding.len()) as u32);
    [&order.u32(kind)[..], &total, body, &padding, &total].concat()
}

pub(crate) fn section_header(order: Order) -> Vec<u8> {
    let body = [&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &[0xff; 8]].concat();
    block(order, 0x0a0d_0d0a, &body)
}

pub(crate) fn interface(order: Order, link_type: u16, snap_len: u32, options: &[u8]) -> Vec<u8> {
    let body = [&order.u16(link_type)[..], &[0, 0], &order.u32(snap_len), options].concat();
    block(order, 1, &body)
}

pub(crate) fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let padding = vec![0; value.len().wrapping_neg() % 4];
    [&order.u16(code)[..], &order.u16(value.len() as u16), value, &padding].concat()
}

pub(crate) fn enhanced_packet(
    order: Order,
    interface: u32,
    at: u64,
    packet: &[u8],
    options: &[u8],
) -> Vec<u8> {
    let length = order.u32(packet.len() as u32);
    let padding = vec![0; packet.len().wrapping_neg() % 4];
    let time = [order.u32((at >> 32) as u32), order.u32(at as u32)].concat();
    block(order, 6, &[&order.u32(interface)[..], &time, &length, &length, packet, &padding, options].concat())
}

/// A pcap file of raw IP packets, a second apart.
pub(crate) fn pcap(order: Order, magic: u32, link_type: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [&order.u32(magic)[..], &order.u16(2), &order.u16(4), &[0; 8]].concat();
    file.extend(order.u32(262_144));
    file.extend(order.u32(link_type));
    for (second, packet) in packets.iter().enumerate() {
        file.extend(order.u32(second as u32));
        file.extend(order.u32(5));
        file.extend(order.u32(packet.len() as u32));
        file.extend(order.u32(packet.len() as u32));
        file.extend(packet);
    }
    file
}

pub(crate) const CLIENT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);
pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 3478);

fn ipv4(from: SocketAddr, to: SocketAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + payload.len() as u16).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    for end in [from, to] {
        if let std::net::IpAddr::V4(address) = end.ip() {
            packet.extend(address.octets());
        }
    }
    packet.extend(payload);
    packet
}

/// An IPv4 packet with a datagram.
pub(crate) fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(from.port().to_be_bytes());
    datagram.extend(to.port().to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(from, to, 17, &datagram)
}

pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

/// An IPv4 packet with a TCP segment.
pub(crate) fn tcp(
    (from, to): (SocketAddr, SocketAddr),
    flags: u8,
    sequence: u32,
    acknowledgment: u32,
    payload: &[u8],
) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(from.port().to_be_bytes());
    segment.extend(to.port().to_be_bytes());
    segment.extend(sequence.to_be_bytes());
    segment.extend(acknowledgment.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ipv4(from, to, 6, &segment)
}
