//! Bytes from outside: whatever they are, reading ends, without a panic and without more memory than they
//! are worth.

use proptest::prelude::*;
use wire::trace::{Trace, looks_like_capture};

use super::captures::{REAL, real};

/// Reads, and holds the result to what any input must keep to.
fn read(bytes: &[u8]) {
    looks_like_capture(bytes);
    let Ok(trace) = Trace::read(bytes) else { return };
    // Comments cannot be invented, and a payload byte is in the file; so both are bounded by it.
    let payload: usize = trace.events.iter().map(|event| event.bytes.len()).sum();
    assert!(payload <= bytes.len(), "{payload} bytes of payload from {} of file", bytes.len());
    assert!(trace.skipped.len() <= Trace::LISTED_SKIPS);
    assert!(trace.skipped.len() as u64 <= trace.skipped_count);
    let mut again = Vec::new();
    trace.write_pcapng(&mut again).expect("what was read can be written");
}

#[test]
fn every_truncation_of_a_real_capture_is_read_up_to_the_cut() {
    for (name, whole) in REAL {
        let all = Trace::read(whole).expect(name);
        for end in 0..whole.len() {
            let cut = &whole[..end];
            read(cut);
            if let Ok(trace) = Trace::read(cut) {
                assert!(trace.events.len() <= all.events.len(), "{name} cut at {end}");
                assert!(all.events.starts_with(&trace.events), "{name} cut at {end}");
            } else {
                assert!(end < 28, "{name} cut at {end}: nothing was read");
            }
        }
    }
}

#[test]
fn a_flip_in_any_byte_of_a_real_capture_is_survived() {
    for (_, whole) in REAL {
        let mut bytes = whole.to_vec();
        for index in 0..bytes.len() {
            for flip in [1 << (index % 8), 0xff] {
                bytes[index] ^= flip;
                read(&bytes);
                bytes[index] ^= flip;
            }
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_behind_a_file_header_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read(&bytes);
        read(&[&real("tcpdump-lo-udp-tcp.pcap")[..24], &bytes].concat());
        read(&[&real("tshark-lo.pcapng")[..28], &bytes].concat());
    }

    #[test]
    fn random_packets_of_every_link_type_are_survived(
        packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..10),
        link_type in prop::sample::select(vec![0u32, 1, 12, 101, 108, 113, 228, 229, 276]),
        first in prop::sample::select(vec![0x45u8, 0x46, 0x60]),
        protocol in prop::sample::select(vec![0u8, 6, 17, 43, 44, 51, 60]),
    ) {
        use super::captures::{Order, pcap};
        let shaped: Vec<Vec<u8>> = packets
            .iter()
            .map(|packet| {
                let mut packet = packet.clone();
                // Enough of a header that the layers below are reached.
                for (at, value) in [(0, first), (2, 0), (3, 0), (6, if first == 0x60 { protocol } else { 0 }), (9, protocol)] {
                    if let Some(byte) = packet.get_mut(at) { *byte = value; }
                }
                packet
            })
            .collect();
        read(&pcap(Order::Little, 0xa1b2_c3d4, link_type, &packets));
        read(&pcap(Order::Big, 0xa1b2_3c4d, 101, &shaped));
    }

    #[test]
    fn many_flips_at_once_are_survived(flips in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..40), which in 0..REAL.len()) {
        let mut bytes = REAL[which].1.to_vec();
        let length = bytes.len();
        for (at, value) in flips {
            bytes[usize::from(at) % length] = value;
        }
        read(&bytes);
    }
}
