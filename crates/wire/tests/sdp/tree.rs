//! The tree, line by line.

use wire::sdp::{CANDIDATE, SDP};
use wire::{Severity, protocols};

use crate::common::{tiles, tiles_however_damaged};
use crate::samples::{ALL, DATA, MEDIA};

#[test]
fn sdp_is_known_by_its_first_line() {
    for sample in ALL {
        assert_eq!(protocols::guess(sample.as_bytes()).id, "sdp");
    }
    assert_eq!(protocols::guess(b"a=candidate:1 1 udp 1 192.0.2.1 1 typ host").id, "candidate");
    for other in ["v=1\r\n", "v=00", "o=- 1 1 IN IP4 a", "v0", ""] {
        assert_ne!(protocols::guess(other.as_bytes()).id, "sdp", "{other:?}");
    }
}

#[test]
fn what_browsers_write_has_nothing_wrong_with_it() {
    let d = SDP.dissect(DATA.as_bytes());
    assert!(d.worst() <= Some(Severity::Info), "{:?}", d.notes());
    let d = SDP.dissect(MEDIA.as_bytes());
    let complaints: Vec<_> = d.notes().iter().filter(|n| n.severity > Severity::Info).collect();
    assert_eq!(complaints.len(), 1, "the x= line, and nothing else: {complaints:?}");
}

#[test]
fn every_part_is_named_and_read() {
    for (name, sample) in [("data", DATA), ("media", MEDIA)] {
        let d = SDP.dissect(sample.as_bytes());
        assert!(d.find("Not dissected").is_none(), "{name}");
    }
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    for sample in ALL {
        for len in 0..=sample.len() {
            tiles(&SDP.dissect(&sample.as_bytes()[..len]));
        }
        for bit in 0..sample.len() * 8 {
            let mut flipped = sample.as_bytes().to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            tiles(&SDP.dissect(flipped));
        }
    }
    let line = "a=candidate:1 1 tcp 2122260223 192.0.2.1 9 typ host raddr 0.0.0.0 rport 0 tcptype active";
    tiles_however_damaged(&CANDIDATE, line.as_bytes());
}
