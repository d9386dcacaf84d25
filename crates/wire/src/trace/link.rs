//! The outermost header of a captured frame, which depends on where it was captured.
//!
//! ```text
//! Ethernet (1)             dst 6 | src 6 | [0x8100 or 0x88a8, tag 2]* | ethertype 2 | payload
//! Linux cooked v1 (113)    packet type 2 | ARPHRD 2 | length 2 | address 8 | ethertype 2 | payload
//! Linux cooked v2 (276)    ethertype 2 | 0 2 | interface 4 | ARPHRD 2 | type 1 | length 1 | address 8 | payload
//! BSD loopback (0, 108)    address family 4 | payload       0: byte order of the capturing host; 108: big
//! raw IP (101, 12, 14)     payload, whose first four bits tell IPv4 from IPv6
//! raw IPv4 (228), IPv6 (229)
//! ```
//!
//! The numbers are tcpdump's LINKTYPE values (<https://www.tcpdump.org/linktypes.html>). A cooked header is
//! what Linux makes up when it captures on all interfaces at once (`-i any`).

use super::Reason;
use super::order::ByteOrder::{Big, Little};

/// The link type of what is written here: the packet begins with its IP header.
pub(super) const LINKTYPE_RAW: u16 = 101;

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_VLAN: u16 = 0x8100;
/// 802.1ad, the outer tag of two ("QinQ"), and the number used for it before that was standardized.
const ETHERTYPE_QINQ: [u16; 2] = [0x88a8, 0x9100];

/// The IP packet inside `frame`.
pub(super) fn ip_packet(link_type: u32, frame: &[u8]) -> Result<&[u8], Reason> {
    match link_type {
        0 => loopback(frame, false),
        1 => after_ethertype(frame, 12, 14, "Ethernet"),
        12 | 14 | 101 | 228 | 229 => Ok(frame),
        108 => loopback(frame, true),
        113 => after_ethertype(frame, 14, 16, "Linux cooked v1"),
        276 => after_ethertype(frame, 0, 20, "Linux cooked v2"),
        other => Err(Reason::LinkType(other)),
    }
}

/// Steps over any VLAN tags between the ethertype, which stands at `ethertype_at`, and the payload.
fn after_ethertype<'a>(
    frame: &'a [u8],
    ethertype_at: usize,
    header_length: usize,
    header: &'static str,
) -> Result<&'a [u8], Reason> {
    let cut = |expected| Reason::CutShort { header, expected, found: frame.len() };
    let mut ethertype = Big.u16(frame, ethertype_at).ok_or(cut(header_length))?;
    let mut payload_at = header_length;
    while ethertype == ETHERTYPE_VLAN || ETHERTYPE_QINQ.contains(&ethertype) {
        ethertype = Big.u16(frame, payload_at + 2).ok_or(cut(payload_at + 4))?;
        payload_at += 4;
    }
    if ethertype != ETHERTYPE_IPV4 && ethertype != ETHERTYPE_IPV6 {
        return Err(Reason::NotIp(u32::from(ethertype)));
    }
    frame.get(payload_at..).ok_or(cut(payload_at))
}

/// The address families of IPv6 differ: 10 is Linux, 23 Windows, 24, 28 and 30 the BSDs and macOS.
fn loopback(frame: &[u8], network_order: bool) -> Result<&[u8], Reason> {
    let cut = Reason::CutShort { header: "BSD loopback", expected: 4, found: frame.len() };
    let mut family = Big.u32(frame, 0).ok_or(cut)?;
    if !network_order && family > 0xffff {
        family = Little.u32(frame, 0).ok_or(cut)?;
    }
    match family {
        2 | 10 | 23 | 24 | 28 | 30 => frame.get(4..).ok_or(cut),
        other => Err(Reason::NotIp(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_header_is_stepped_over() {
        let mac = [0u8; 12];
        let cooked = [0u8; 14];
        let cases: [(&str, u32, Vec<u8>); 13] = [
            ("ethernet, IPv4", 1, [&mac[..], &[8, 0]].concat()),
            ("ethernet, IPv6", 1, [&mac[..], &[0x86, 0xdd]].concat()),
            ("802.1Q", 1, [&mac[..], &[0x81, 0, 0, 7, 8, 0]].concat()),
            ("QinQ", 1, [&mac[..], &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0]].concat()),
            ("cooked v1", 113, [&cooked[..], &[8, 0]].concat()),
            ("cooked v2", 276, [&[8, 0][..], &[0; 18]].concat()),
            ("NULL, little", 0, vec![2, 0, 0, 0]),
            ("NULL, big", 0, vec![0, 0, 0, 30]),
            ("LOOP", 108, vec![0, 0, 0, 2]),
            ("raw", 101, vec![]),
            ("raw, BSD/OS", 12, vec![]),
            ("raw IPv4", 228, vec![]),
            ("raw IPv6", 229, vec![]),
        ];
        for (name, link_type, header) in cases {
            let frame = [&header[..], b"payload"].concat();
            assert_eq!(ip_packet(link_type, &frame), Ok(&b"payload"[..]), "{name}");
            for end in 0..header.len() {
                assert!(
                    matches!(ip_packet(link_type, &frame[..end]), Err(Reason::CutShort { .. })),
                    "{name} cut at {end}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_ip_is_named() {
        let arp = [&[0u8; 12][..], &[8, 6], &[0; 28]].concat();
        assert_eq!(ip_packet(1, &arp), Err(Reason::NotIp(0x0806)));
        assert_eq!(ip_packet(0, &[1, 0, 0, 0, 9]), Err(Reason::NotIp(1)));
        assert_eq!(ip_packet(147, &[0; 40]), Err(Reason::LinkType(147)));
    }
}
