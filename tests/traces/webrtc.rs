//! The capture that the page `webrtc` draws from.

use std::fs;
use std::path::Path;
use std::process::Command;

use wire::trace::Secrets;
use wire::{Session, Severity};

use crate::redacted::redacted;
use crate::{read, traces};

pub(crate) const NAME: &str = "webrtc.pcapng";

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join(NAME));
    for (number, packet) in (1..).zip(redacted(&trace, "")) {
        insta::assert_snapshot!(format!("{number:02}"), packet);
    }
}

#[test]
fn it_is_decrypted_and_nothing_in_it_breaks_a_rule() {
    let trace = read(&traces().join(NAME));
    let mut session = Session::of(&trace, None);
    let mut said = Vec::new();
    for event in &trace.events {
        let d = session.dissect(event);
        assert!(d.worst().is_none_or(|worst| worst < Severity::Error), "{:?}", d.notes());
        said.push(d.summary());
    }
    for words in ["SDP offer", "SDP answer", "ClientHello", "INIT", "\"ping\"", "\"pong\""] {
        assert!(said.iter().any(|said| said.contains(words)), "{words} is missing in {said:#?}");
    }
}

#[test]
fn one_key_comes_along_in_the_capture_and_beside_it() {
    let trace = read(&traces().join(NAME));
    let [Secrets { kind: Secrets::TLS_KEY_LOG, bytes }] = &trace.secrets[..] else {
        panic!("{:?}", trace.secrets)
    };
    let beside = fs::read_to_string(traces().join(format!("{NAME}.keylog"))).unwrap();
    assert_eq!(String::from_utf8_lossy(bytes), beside);
    assert!(beside.starts_with("CLIENT_RANDOM ") && beside.lines().count() == 1, "{beside}");
}

/// Both ends have timers of their own. On a machine that is busy with something else, two of them can ring in the other
/// order: so there are a few tries.
#[test]
fn the_command_makes_the_same_packets_again() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("webrtc-{}", std::process::id()));
    let packets = |folder: &Path| redacted(&read(&folder.join(NAME)), "");
    let kept = packets(&traces());
    let made = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "-q", "-p", "xtask", "--", "traces", "webrtc", "--into"]);
        let output = cargo.arg(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        packets(&folder)
    };
    let mut last = made();
    for _ in 0..4 {
        if last != kept {
            last = made();
        }
    }
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(last.len(), kept.len());
    for (number, (made, kept)) in (1..).zip(last.iter().zip(&kept)) {
        assert_eq!(made, kept, "packet {number}");
    }
}
