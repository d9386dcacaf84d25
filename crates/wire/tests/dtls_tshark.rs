//! Wireshark reads the same: what is inside the records, and what the numbers are called.

#![cfg(feature = "decrypt")]

use std::process::{Command, Stdio};

use wire::trace::Trace;
use wire::{Dissection, Meaning, Session};

const CAPTURES: [(&str, bool); 3] = [
    ("dtls-ecdsa.pcapng", true),
    ("dtls-aes128.pcapng", true),
    // Wireshark 4.0 does not open ChaCha20-Poly1305 in DTLS.
    ("dtls-rsa.pcapng", false),
];

fn path(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What `tshark` prints of a capture; `None`, and a line that says so, where it is not installed.
fn tshark(name: &str, args: &[&str]) -> Option<String> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r", &path(name)]).args(args).stderr(Stdio::null());
    let Ok(output) = command.output() else {
        println!("skipped: tshark is not installed (apt-get install tshark)");
        return None;
    };
    assert!(output.status.success(), "{name}: {}", output.status);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn dissect(name: &str, mut each: impl FnMut(&Dissection<'_>)) {
    let trace = Trace::read(&std::fs::read(path(name)).unwrap()).unwrap();
    let mut session = Session::of(&trace, None);
    trace.events.iter().for_each(|event| each(&session.dissect(event)));
}

#[test]
fn what_is_decrypted_is_the_same_byte_for_byte() {
    for (name, _) in CAPTURES.iter().filter(|(_, opened)| *opened) {
        let Some(theirs) = tshark(name, &["-x"]).map(|dump| decrypted(&dump)) else { return };
        let mut ours = Vec::new();
        dissect(name, |d| {
            let opened = d.nodes().iter().filter(|node| node.field.name == "Decrypted");
            ours.extend(opened.map(|node| d.bytes(node.span).to_vec()));
        });
        assert!(theirs.len() >= 6, "{name}: tshark decrypted {} records", theirs.len());
        assert_eq!(ours, theirs, "{name}");
    }
}

/// The dumps headed "Decrypted DTLS". An empty line ends each.
fn decrypted(dump: &str) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut inside = false;
    for line in dump.lines() {
        if line.ends_with("bytes):") {
            inside = line.starts_with("Decrypted DTLS");
            out.extend(inside.then(Vec::new));
        } else if line.is_empty() {
            inside = false;
        } else if let (true, Some((_, hex)), Some(last)) = (inside, line.split_once("  "), out.last_mut()) {
            let hex = hex.get(..47.min(hex.len())).unwrap_or_default();
            last.extend(hex.split_whitespace().map_while(|byte| u8::from_str_radix(byte, 16).ok()));
        }
    }
    out
}

#[test]
fn numbers_are_called_the_same() {
    const KINDS: [(&str, &[&str]); 5] = [
        ("Cipher Suite", &["cipher_suite"]),
        ("Supported Group", &["NamedGroup"]),
        ("Named Curve", &["namedcurve"]),
        ("SRTP Protection Profile", &["SRTPProtectionProfile"]),
        ("Type", &["extension_type"]),
    ];
    for (name, _) in CAPTURES {
        let Some(pdml) = tshark(name, &["-T", "pdml"]) else { return };
        for (kind, fields) in KINDS {
            let prefix = format!("showname=\"{kind}: ");
            let theirs: Vec<_> = pdml
                .lines()
                .filter(|line| line.contains("name=\"dtls."))
                .filter_map(|line| line.split_once(&prefix)?.1.split_once(" ("))
                .map(|(called, _)| called.to_owned())
                .collect();
            let mut ours = Vec::new();
            dissect(name, |d| {
                let nodes = d.nodes().iter().filter(|node| fields.contains(&node.field.name));
                ours.extend(nodes.filter_map(|node| match node.meaning {
                    Meaning::Name(name) => Some(name.to_owned()),
                    _ => None,
                }));
            });
            assert!(!ours.is_empty(), "{name}: no {kind}");
            assert_eq!(ours, theirs, "{name}: {kind}");
        }
    }
}
