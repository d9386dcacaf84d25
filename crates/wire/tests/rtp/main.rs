//! RTP and RTCP: what can be read of media on the way.

#[path = "../common/mod.rs"]
mod common;

use common::{complaints, text, tiles, tiles_however_damaged};
use proptest::prelude::*;
use wire::protocols::guess;
use wire::rtcp::RTCP;
use wire::rtp::RTP;

/// Opus, with a one-byte extension: mid "0" under ID 4, the loudness under ID 1, a byte of padding.
const AUDIO: &[u8] =
    b"\x90\xef\x12\x67\x00\x00\x03\xc0\xde\xad\xbe\xef\xbe\xde\x00\x02\x400\x10\xff\x00\x00\x00\x00opus";
/// Two contributors, and a two-byte extension with an empty element.
const MIXED: &[u8] =
    b"\x92\x60\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x08\x00\x00\x00\x09\x10\x00\x00\x02\x05\x00\x06\x02hi\x00\x00vp8";
/// A sender report and a CNAME, in clear.
const REPORT: &[u8] = b"\x81\xc8\x00\x0c\xde\xad\xbe\xef\xe8\x00\x00\x00\x80\x00\x00\x00\x00\x00\x03\xc0\x00\x00\x00\x02\x00\x00\x00\x50\
    \x00\x00\x00\x07\x40\x00\x00\x01\x00\x01\x00\x05\x00\x00\x00\x03\x00\x00\x80\x00\x00\x01\x00\x00\
    \x81\xca\x00\x03\xde\xad\xbe\xef\x01\x03abc\x00\x00\x00";
const NACK: &[u8] = b"\x81\xcd\x00\x03\x00\x00\x00\x01\x00\x00\x00\x02\x10\x00\x00\x05";
const TWCC: &[u8] =
    b"\x8f\xcd\x00\x05\x00\x00\x00\x01\x00\x00\x00\x02\x00\x07\x00\x01\x00\x00\x01\x00\x20\x01\x04\x00";
const PLI: &[u8] = b"\x81\xce\x00\x02\x00\x00\x00\x01\x00\x00\x00\x02";
const FIR: &[u8] = b"\x84\xce\x00\x04\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x09\x00\x00\x00";
const REMB: &[u8] = b"\x8f\xce\x00\x05\x00\x00\x00\x01\x00\x00\x00\x00REMB\x01\x0b\xd0\x90\x00\x00\x00\x02";
const BYE: &[u8] = b"\x81\xcb\x00\x02\xde\xad\xbe\xef\x03bye";
/// A receiver report with its eight bytes in clear, and what SRTP with a tag of ten bytes adds.
const SEALED: &[u8] = b"\x81\xc9\x00\x07\xde\xad\xbe\xef012345678901234567890123\x80\x00\x00\x01-ten-bytes";
/// The same under AES-GCM: the index last.
const SEALED_GCM: &[u8] =
    b"\x81\xc9\x00\x07\xde\xad\xbe\xef0123456789012345678901230123456789abcdef\x80\x00\x00\x01";

#[test]
fn each_is_told_apart_by_its_first_two_bytes_and_says_what_it_is() {
    for (bytes, layer, summary) in [
        (AUDIO, "rtp", "RTP 111, sequence 4711, 4 bytes"),
        (MIXED, "rtp", "RTP 96, sequence 1, 3 bytes"),
        (REPORT, "rtcp", "RTCP SR, SDES"),
        (NACK, "rtcp", "RTCP NACK"),
        (TWCC, "rtcp", "RTCP TWCC"),
        (PLI, "rtcp", "RTCP PLI"),
        (FIR, "rtcp", "RTCP FIR"),
        (REMB, "rtcp", "RTCP REMB"),
        (BYE, "rtcp", "RTCP BYE"),
        (SEALED, "rtcp", "RTCP RR, encrypted"),
        (SEALED_GCM, "rtcp", "RTCP RR, encrypted"),
    ] {
        let layer_found = guess(bytes);
        let d = layer_found.dissect(bytes);
        assert_eq!((layer_found.id, &*d.summary()), (layer, summary));
        assert!(complaints(&d).is_empty(), "{summary}: {:?}", d.notes());
    }
}

#[test]
fn the_ranges_of_rfc_7983_are_kept() {
    let mut bytes = [0_u8; 128];
    for first in 0..=255_u8 {
        bytes[0] = first;
        for (second, layer) in [(111, "rtp"), (200, "rtcp"), (223, "rtcp"), (224, "rtp"), (191, "rtp")] {
            bytes[1] = second;
            let found = guess(&bytes).id;
            assert_eq!(
                matches!(found, "rtp" | "rtcp"),
                (128..=191).contains(&first),
                "{first} {second}: {found}"
            );
            assert!(found == layer || !(128..=143).contains(&first), "{first} {second}: {found}");
        }
    }
}

#[test]
fn trees() {
    for (name, bytes) in [("audio", AUDIO), ("mixed", MIXED)] {
        insta::assert_snapshot!(name, text(&RTP.dissect(bytes)));
    }
    for (name, bytes) in [("report", REPORT), ("remb", REMB), ("sealed", SEALED), ("sealed_gcm", SEALED_GCM)]
    {
        insta::assert_snapshot!(name, text(&RTCP.dissect(bytes)));
    }
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    for bytes in [AUDIO, MIXED] {
        tiles_however_damaged(&RTP, bytes);
    }
    for bytes in [REPORT, NACK, TWCC, PLI, FIR, REMB, BYE, SEALED, SEALED_GCM] {
        tiles_however_damaged(&RTCP, bytes);
    }
}

proptest! {
    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>) {
        tiles(&RTP.dissect(&bytes[..]));
        tiles(&RTCP.dissect(&bytes[..]));
    }
}
