//! The capture that the pages `agora` and `sfu` draw from.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use wire::trace::{Secrets, Trace};
use wire::{Dissection, Session, Severity};

use crate::redacted::redacted;
use crate::{read, sdp_redacted, traces};

pub(crate) const NAME: &str = "agora.pcapng";

/// What each packet says, in its forty characters.
fn said(trace: &Trace) -> Vec<String> {
    let mut session = Session::of(trace, None);
    trace.events.iter().map(|event| session.dissect(event).summary()).collect()
}

/// SSRC, sequence number, timestamp (RFC 3550 section 5.1).
fn rtp(bytes: &[u8]) -> (u32, u16, u32) {
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (word(8), u16::from_be_bytes([bytes[2], bytes[3]]), word(4))
}

/// Where the SFU takes media: where the first check goes.
fn media(trace: &Trace, said: &[String]) -> SocketAddr {
    let check = said.iter().position(|said| said == "Binding request").unwrap();
    trace.events[check].to
}

/// The packets that the pages tell of, by name: their places, counted from 0. What lies between two of them, and how
/// much of it, hangs on timers of three ends.
fn decisive(trace: &Trace) -> BTreeMap<&'static str, usize> {
    let said = said(trace);
    let (server, media) = (trace.events[0].to, media(trace, &said));
    let ping = trace.events[0].from;
    let first = |what: &str, is: &dyn Fn(usize) -> bool| {
        let found = (0..said.len()).find(|at| said[*at].contains(what) && is(*at));
        found.unwrap_or_else(|| panic!("no packet says {what:?}:\n{}", said.join("\n")))
    };
    let (from, to) = (|at: usize| trace.events[at].from, |at: usize| trace.events[at].to);
    let any = |_: usize| true;
    let pong = from(first("RTC demo as pong", &any));
    let down = first("RTP 96", &|at| from(at) == media);
    let (_, sequence, _) = rtp(&trace.events[down].bytes);
    let up = |at: usize| to(at) == media && rtp(&trace.events[at].bytes).1 == sequence;
    BTreeMap::from([
        ("upgrade", first("upgrade to websocket", &any)),
        ("join", first("join, Agora token", &any)),
        ("joined", first("joined", &|at| to(at) == ping)),
        ("offer_up", first("SDP offer", &|at| from(at) == ping)),
        ("answer_up", first("SDP answer", &|at| from(at) == server)),
        ("offer_down", first("SDP offer", &|at| to(at) == pong)),
        ("answer_down", first("SDP answer", &|at| from(at) == pong)),
        ("check", first("Binding request", &any)),
        ("rtp_up", first("RTP 96", &up)),
        ("rtp_down", down),
        ("data_up", first("DATA \"ping\"", &any)),
        ("data_down", first("DATA \"{", &any)),
        ("no_right", first("refused", &|at| to(at) == pong)),
        ("refused", first("refused", &|at| to(at) != pong)),
        ("expiring", first("expiring", &any)),
        ("renew", first("renew, Agora token", &any)),
        ("renewed", first("renewed", &any)),
        ("bye", first("bye", &any)),
    ])
}

/// What is computed over the time of day, drawn anew, or counts what timers send.
const CHANCE: &[&str] = &[
    "Content",
    "ADLER32",
    "Issue timestamp",
    "sequence_number",
    "sequence number",
    "timestamp",
    "SSRC",
    "Message Length",
];

fn shown(trace: &Trace) -> BTreeMap<&'static str, String> {
    let packets = redacted(trace, "");
    let mut session = Session::of(trace, None);
    let said: Vec<_> = trace.events.iter().map(|event| session.dissect(event).into_owned()).collect();
    let mut descriptions = sdp_redacted::Chance::default();
    let mut shown = BTreeMap::new();
    for (name, at) in decisive(trace) {
        let packet = match description(&said[at]) {
            None => steady(&packets[at]),
            Some(sdp) => {
                let lines = packets[at].lines().take_while(|line| !line.starts_with("WebSocket"));
                let head: String = lines.map(|line| format!("{line}\n")).collect();
                head + &steady(&descriptions.redact(&sdp))
            }
        };
        shown.insert(name, packet);
    }
    shown
}

/// The session description in a message.
fn description(d: &Dissection<'_>) -> Option<String> {
    let message = d.find("Application data").map(|node| d.bytes(node.span))?;
    let json: serde_json::Value = serde_json::from_slice(message).ok()?;
    json["sdp"].as_str().map(str::to_owned)
}

fn steady(packet: &str) -> String {
    let replaced = [
        (r"packet \d+", "packet [number]"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "[time]"),
        (r"\b(slot|audio|video)-[0-9a-f]{8}\b", "$1-[random]"),
    ];
    let text = replaced.iter().fold(packet.to_owned(), |text, (pattern, by)| {
        Regex::new(pattern).unwrap().replace_all(&text, *by).into_owned()
    });
    let steady = |line: &str| match line.split_once(": ") {
        Some((name, _)) if CHANCE.contains(&name.trim_start()) => format!("{name}: [chance]"),
        _ => line.to_owned(),
    };
    text.lines().map(steady).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_decisive_packets_are_those_that_the_pages_tell_of() {
    for (name, packet) in shown(&read(&traces().join(NAME))) {
        insta::assert_snapshot!(name, packet);
    }
}

#[test]
fn it_is_small_and_decrypted_and_nothing_in_it_breaks_a_rule() {
    let path = traces().join(NAME);
    assert!(fs::metadata(&path).unwrap().len() < 150_000);
    let trace = read(&path);
    let mut session = Session::of(&trace, None);
    for (number, event) in (1..).zip(&trace.events) {
        let d = session.dissect(event);
        assert!(d.worst().is_none_or(|worst| worst < Severity::Error), "{number}: {:?}", d.notes());
    }
}

#[test]
fn its_keys_come_along_in_it_and_beside_it() {
    let inside: String = read(&traces().join(NAME))
        .secrets
        .iter()
        .map(|Secrets { kind, bytes }| {
            assert_eq!(*kind, Secrets::TLS_KEY_LOG);
            String::from_utf8_lossy(bytes)
        })
        .collect();
    let beside = fs::read_to_string(traces().join(format!("{NAME}.keylog"))).unwrap();
    assert_eq!(inside, beside);
    assert!(beside.lines().all(|line| line.starts_with("CLIENT_RANDOM ")), "{beside}");
}

/// What an SFU does, in the headers: all that it forwards is what came, under another SSRC.
#[test]
fn each_packet_that_the_sfu_sends_on_came_in_before_under_another_ssrc() {
    let trace = read(&traces().join(NAME));
    let said = said(&trace);
    let media = media(&trace, &said);
    let mut came: BTreeMap<(u8, u16), (u32, u32)> = BTreeMap::new();
    let mut steps: BTreeMap<u8, Vec<(u32, u32)>> = BTreeMap::new();
    for (event, _) in trace.events.iter().zip(&said).filter(|(_, said)| said.starts_with("RTP ")) {
        let (ssrc, sequence, timestamp) = rtp(&event.bytes);
        let kind = event.bytes[1] & 0x7f;
        if event.to == media {
            came.insert((kind, sequence), (ssrc, timestamp));
        } else {
            let (before, stamp) = came[&(kind, sequence)];
            assert_ne!(before, ssrc);
            steps.entry(kind).or_default().push((ssrc, timestamp.wrapping_sub(stamp)));
        }
    }
    // One SSRC a track, and one shift of its time.
    for (kind, packets) in &steps {
        assert!(packets.len() >= 5 && packets.iter().all(|one| one == &packets[0]), "{kind}: {packets:?}");
    }
    assert_eq!(steps.keys().copied().collect::<Vec<_>>(), [96, 111]);
}

/// On a machine that is busy with something else a packet may be lost to a timer: so there are a few tries.
#[test]
fn the_command_makes_the_same_packets_again() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("agora-{}", std::process::id()));
    let kept = shown(&read(&traces().join(NAME)));
    let made = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "-q", "-p", "xtask", "--", "traces", "agora", "--into"]);
        let output = cargo.arg(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        shown(&read(&folder.join(NAME)))
    };
    let mut last = made();
    for _ in 0..3 {
        if last != kept {
            last = made();
        }
    }
    fs::remove_dir_all(folder).unwrap();
    for (name, packet) in &kept {
        assert_eq!(&last[name], packet, "{name}");
    }
}
