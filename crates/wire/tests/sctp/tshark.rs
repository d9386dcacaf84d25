//! Wireshark reads the same numbers, from every chunk and from a real call.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use wire::sctp::SCTP;
use wire::trace::{Event, Trace};
use wire::{Dissection, Meaning, Node};

use super::written::*;

/// SCTP in UDP as it is has this port (RFC 6951 section 4).
const ENDS: [&str; 2] = ["127.0.0.1:9899", "127.0.0.1:9898"];

/// What is compared: Wireshark's name of a field, the node, and the chunks in which it is looked for; none for all.
const COMPARED: [(&str, &str, &[&str]); 15] = [
    ("sctp.verification_tag", "Verification Tag", &[]),
    ("sctp.chunk_type", "Chunk Type", &[]),
    ("sctp.data_tsn_raw", "TSN", &["DATA", "I-DATA"]),
    ("sctp.data_sid", "Stream Identifier", &["DATA", "I-DATA"]),
    ("sctp.data_ssn", "Stream Sequence Number", &["DATA"]),
    ("sctp.data_mid", "Message Identifier", &["I-DATA"]),
    ("sctp.data_fsn", "Fragment Sequence Number", &["I-DATA"]),
    ("sctp.data_payload_proto_id", "Payload Protocol Identifier", &["DATA", "I-DATA"]),
    ("sctp.sack_cumulative_tsn_ack_raw", "Cumulative TSN Ack", &["SACK"]),
    ("sctp.sack_gap_block_start_tsn", "Gap Ack Block Start", &["SACK"]),
    ("sctp.sack_gap_block_end_tsn", "Gap Ack Block End", &["SACK"]),
    ("sctp.cause_code", "Cause Code", &[]),
    (
        "sctp.parameter_type",
        "Parameter Type",
        &["INIT", "INIT ACK", "RE-CONFIG", "HEARTBEAT", "HEARTBEAT ACK"],
    ),
    ("rtcdc.channel_type", "Channel Type", &[]),
    ("rtcdc.message_type", "Message Type", &[]),
];

fn trace(packets: Vec<Vec<u8>>) -> Trace {
    let [one, other] = ENDS.map(|end| end.parse().unwrap());
    let event = |(nth, packet)| Event::udp(Duration::from_millis(nth), one, other, packet);
    Trace::from_iter((0..).zip(packets).map(event))
}

/// A line for each packet, its fields with `|` between; `None`, and a line that says so, where it is not installed.
fn tshark(trace: &Trace, fields: &[&str]) -> Option<Vec<String>> {
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).expect("a Vec takes all");
    let mut command = Command::new("tshark");
    command.args(["-n", "-r", "-", "-o", "sctp.relative_tsns:FALSE", "-o", "sctp.checksum:CRC 32c"]);
    command.args(["-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]);
    command.args(fields.iter().flat_map(|field| ["-e", field]));
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
    else {
        println!("skipped: tshark is not installed (apt-get install tshark)");
        return None;
    };
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(&file).expect("it reads"));
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "tshark could not read the file: {}", output.status);
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// The numbers of that name in chunks of those names.
fn ours(d: &Dissection<'_>, name: &str, chunks: &[&str]) -> Vec<u64> {
    let (whole, mut found) = (d.below(0), Vec::new());
    let of = |node: &Node| match node.meaning {
        Meaning::Number(number) => Some(number),
        _ => node.uint(),
    };
    for (at, node) in (0..).zip(whole).filter(|(_, node)| node.field.name == name) {
        let chunk = d.children(0).filter(|child| *child <= at).last().unwrap();
        let listed = name == "Chunk Type" && at != chunk + 1;
        if (chunks.is_empty() || chunks.contains(&whole[chunk as usize].field.name)) && !listed {
            found.extend(of(node));
        }
    }
    found
}

fn agrees(packets: Vec<Vec<u8>>) {
    let names: Vec<_> = COMPARED.iter().map(|(name, ..)| *name).collect();
    let trace = trace(packets);
    let Some(lines) = tshark(&trace, &[&names[..], &["sctp.checksum.status", "rtcdc.label"]].concat()) else {
        return;
    };
    assert_eq!(lines.len(), trace.events.len());
    for (event, line) in trace.events.iter().zip(lines) {
        let d = SCTP.dissect(&event.bytes[..]);
        let theirs: Vec<_> = line.split('|').collect();
        for ((theirs_name, name, chunks), theirs) in COMPARED.iter().zip(&theirs) {
            let numbers: Vec<_> = theirs.split(',').filter(|text| !text.is_empty()).map(number).collect();
            assert_eq!(ours(&d, name, chunks), numbers, "{theirs_name} of {}: {line}", d.summary());
        }
        assert_eq!(theirs[COMPARED.len()], "1", "the checksum of {}", d.summary());
        let label = d.find("Label").map(|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned());
        assert_eq!(label.unwrap_or_default(), theirs[COMPARED.len() + 1]);
    }
}

#[test]
fn every_chunk_reads_as_in_wireshark() {
    let tag = |chunk: &[u8]| if chunk[0] == 1 { 0 } else { 7 };
    agrees(every_chunk().into_iter().map(|chunk| packet(tag(&chunk), &[chunk])).collect());
}

/// What the call of the chapter has inside DTLS.
#[cfg(feature = "decrypt")]
#[test]
fn the_packets_of_a_real_call_read_as_in_wireshark() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../traces/webrtc.pcapng")).unwrap();
    let call = Trace::read(&file).unwrap();
    let mut session = wire::Session::of(&call, None);
    let mut packets = Vec::new();
    for event in &call.events {
        let d = session.dissect(event);
        let inside = d.nodes().iter().filter(|node| node.field.name == "SCTP");
        packets.extend(inside.map(|node| d.bytes(node.span).to_vec()));
    }
    assert!(packets.len() >= 10, "INIT to ABORT: {}", packets.len());
    agrees(packets);
}
