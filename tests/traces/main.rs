//! The captures in traces/: what they hold, packet by packet, and that their commands make them again.
//!
//! What differs from run to run is left out of the snapshots by field: the ports that the system gave, the
//! sums over them, and times. Everything else, down to the transaction ids, must stay.

mod agora;
mod ice;
mod nat;
mod redacted;
mod sdp;
#[path = "../sdp_redacted/mod.rs"]
mod sdp_redacted;
mod socketio;
mod webrtc;
mod websocket;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wire::Session;
use wire::render::text::{self, Style};
use wire::trace::Trace;

use redacted::redacted;

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("traces")
}

fn read(path: &Path) -> Trace {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Trace::read(&bytes).unwrap()
}

/// The names of the captures, without the folder.
fn captures() -> Vec<String> {
    let names =
        fs::read_dir(traces()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".pcapng")).collect();
    names.sort();
    names
}

#[test]
fn each_capture_is_listed_in_the_readme_and_each_that_is_listed_is_there() {
    let readme = fs::read_to_string(traces().join("README.md")).unwrap();
    let mut listed: Vec<_> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    listed.sort_unstable();
    assert_eq!(listed, captures());
}

#[test]
fn rfc5769_is_the_rfcs_samples_byte_for_byte() {
    let trace = read(&traces().join("rfc5769.pcapng"));
    let passwords =
        ["VOkJxbRl1RmTxUk/WvJxBt", "VOkJxbRl1RmTxUk/WvJxBt", "VOkJxbRl1RmTxUk/WvJxBt", "TheMatrIX"];
    assert_eq!(trace.events.len(), passwords.len());
    for (number, (event, password)) in (1..).zip(trace.events.iter().zip(passwords)) {
        let mut tree = format!("{} -> {}\n{}\n\n", event.from, event.to, event.comment.as_deref().unwrap());
        // A session of its own each: the samples do not share a transaction.
        let dissection = Session::new(Some(password.to_owned())).dissect(event).into_owned();
        text::packet(&dissection, Style::default(), &mut tree).unwrap();
        insta::assert_snapshot!(format!("rfc5769_{number}"), tree);
    }
}

#[test]
fn stun_is_the_story_that_the_page_tells() {
    for (number, packet) in (1..).zip(redacted(&read(&traces().join("stun.pcapng")), "wirebook")) {
        insta::assert_snapshot!(format!("stun_{number:02}"), packet);
    }
}

/// With `WIREBOOK_CHAPTER` the capture of that chapter alone: who writes one does not wait for the examples of the others.
#[test]
fn the_commands_make_the_same_captures_again_field_by_field() {
    let chapter = std::env::var("WIREBOOK_CHAPTER").ok();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("traces-{}", std::process::id()));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "-q", "-p", "xtask", "--", "traces", "--into"]);
    let output = cargo.arg(&folder).args(&chapter).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = |name: &String| match &chapter {
        Some(chapter) => *name == format!("{chapter}.pcapng") && name != agora::NAME,
        None => ![webrtc::NAME, agora::NAME].contains(&&**name),
    };
    for name in captures().into_iter().filter(made) {
        let (kept, made) = (read(&traces().join(&name)), read(&folder.join(&name)));
        let (kept, made) = (redacted(&kept, "wirebook"), redacted(&made, "wirebook"));
        assert_eq!(kept.len(), made.len(), "{name}");
        for (number, (kept, made)) in (1..).zip(kept.iter().zip(&made)) {
            assert_eq!(kept, made, "{name}, packet {number}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
