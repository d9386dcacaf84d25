//! The capture that the page `webrtc` draws from.

use std::fs;
use std::path::Path;
use std::process::Command;

use wire::trace::{Secrets, Trace, Transport};

use crate::{read, traces};

pub(crate) const NAME: &str = "webrtc.pcapng";

/// Who sends what to whom, with what was said about it: a line a packet.
fn outline(trace: &Trace) -> String {
    let mut ends = Vec::new();
    let lines = trace.events.iter().map(|event| {
        let [from, to] =
            [event.from, event.to].map(|end| match ends.iter().position(|known| *known == end) {
                Some(at) => at + 1,
                None => {
                    ends.push(end);
                    ends.len()
                }
            });
        let what = match (event.transport, event.bytes.first()) {
            (Transport::Tcp, _) => "TCP".to_owned(),
            (_, Some(0..=3)) => "STUN".to_owned(),
            (_, Some(kind @ 20..=63)) => format!("DTLS {kind}"),
            (_, other) => format!("{other:?}"),
        };
        let comment = event.comment.as_ref().map(|comment| format!("{comment}\n")).unwrap_or_default();
        format!("{comment}{from} -> {to}  {what}\n")
    });
    lines.collect()
}

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    insta::assert_snapshot!("webrtc_outline", outline(&read(&traces().join(NAME))));
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
    let kept = outline(&read(&traces().join(NAME)));
    let made = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "-q", "-p", "xtask", "--", "traces", "webrtc", "--into"]);
        let output = cargo.arg(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        outline(&read(&folder.join(NAME)))
    };
    let mut last = made();
    for _ in 0..4 {
        if last != kept {
            last = made();
        }
    }
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(last, kept);
}
