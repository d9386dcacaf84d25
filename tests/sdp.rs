//! `wirebook inspect --sdp` and `wirebook diff` as a user meets them: what is printed, and what they exit with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const OFFER: &str = "crates/wire/tests/sdp_lint/offer.sdp";
const ANSWER: &str = "crates/wire/tests/sdp_lint/answer.sdp";

fn wirebook(args: &[&str], columns: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirebook"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env("COLUMNS", columns).env_remove("NO_COLOR");
    command
}

fn run(args: &[&str], columns: &str) -> Output {
    wirebook(args, columns).output().expect("the program starts")
}

fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut child = wirebook(args, "80")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// A file with the answer, changed.
fn broken(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = read(ANSWER);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).expect("a file");
    file
}

/// What is said, without where the file is on this machine.
fn said(output: &Output, file: &Path) -> String {
    let dir = file.parent().and_then(Path::to_str).expect("a folder");
    stdout(output).replace(&format!("{dir}/"), "")
}

const CHANGES: &[(&str, &str)] = &[
    ("a=setup:active", "a=setup:actpass"),
    ("a=recvonly", "a=sendrecv"),
    ("11:22:33:44", "11:22:33"),
    ("m=audio 9", "m=audio 0"),
];

#[test]
fn a_description_without_a_mistake_says_so_and_exits_0() {
    for (file, kind) in [(OFFER, "offer"), (ANSWER, "answer")] {
        let output = run(&["inspect", "--sdp", file, "--type", kind], "80");
        assert_eq!(stdout(&output), format!("{file}: no errors, no warnings\n"));
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn mistakes_are_shown_under_their_lines_and_exit_1() {
    let file = broken("mistakes.sdp", CHANGES);
    let path = file.to_str().expect("a path");
    let output = run(&["inspect", "--sdp", path, "--offer", OFFER], "80");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    insta::assert_snapshot!("mistakes", said(&output, &file));
    assert!(!stdout(&output).contains('\x1b'), "no color for a pipe");
    for line in stdout(&output).lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn warnings_alone_exit_0() {
    let file = broken("warnings.sdp", &[("a=mid:0\r\n", "a=mid:0\n"), ("11:22:33:44", "aa:22:33:44")]);
    let output = run(&["inspect", "--sdp", file.to_str().expect("a path")], "80");
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).ends_with(": no errors, 4 warnings\n"), "{}", stdout(&output));
}

#[test]
fn a_description_comes_from_a_pipe_or_in_the_json_of_signaling() {
    let plain = piped(&["inspect", "--sdp", "-"], read(ANSWER).as_bytes());
    assert_eq!(stdout(&plain), "<stdin>: no errors, no warnings\n");
    // The JSON says that it is an answer, where actpass is a mistake.
    let sdp = read(ANSWER).replace("a=setup:active", "a=setup:actpass");
    let signal = serde_json::json!({ "type": "answer", "sdp": sdp }).to_string();
    let output = piped(&["inspect", "--sdp", "-", "--json"], signal.as_bytes());
    let told: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(
        (output.status.code(), &told["type"], &told["errors"]),
        (Some(1), &"answer".into(), &3.into())
    );
    let finding = &told["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["line"], &finding["column"]),
        (&"setup-in-answer".into(), &17.into(), &9.into())
    );
    assert_eq!(finding["url"], "https://www.rfc-editor.org/rfc/rfc9429#section-5.3.1");
}

#[test]
fn offer_and_answer_stand_side_by_side_and_below_each_other_where_it_is_narrow() {
    let file = broken("side-by-side.sdp", CHANGES);
    let path = file.to_str().expect("a path");
    for columns in ["50", "80", "120"] {
        // Relative, so that the head is the same on every machine.
        let output = wirebook(&["diff", "offer.sdp", "side-by-side.sdp"], columns)
            .current_dir({
                std::fs::copy(
                    Path::new(env!("CARGO_MANIFEST_DIR")).join(OFFER),
                    file.with_file_name("offer.sdp"),
                )
                .expect("a copy");
                file.parent().expect("a folder")
            })
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(1), "{path}: {}", stderr(&output));
        insta::assert_snapshot!(format!("diff_{columns}"), stdout(&output));
        for line in stdout(&output).lines() {
            assert!(line.chars().count() <= columns.parse().expect("a number"), "{columns}: {line}");
        }
    }
    let output = run(&["diff", OFFER, ANSWER], "80");
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).ends_with("answer.sdp: no errors, no warnings\n"), "{}", stdout(&output));
}

#[test]
fn an_ice_restart_is_told_where_two_descriptions_are_of_one_side() {
    let [one, two] = [1, 2].map(|n| format!("tests/data/sdp/chromium/restart-{n}-offer.sdp"));
    let output = run(&["diff", &one, &two, "--json"], "80");
    let told: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(told["compared"], "versions");
    let rows = told["sections"][0]["rows"].as_array().expect("rows");
    let ice = rows.iter().find(|row| row["name"] == "ice-ufrag").expect("a row");
    assert_eq!(ice["change"], "changed");
    assert!(ice["why"].as_str().is_some_and(|why| why.starts_with("ICE restart")), "{ice}");
}

#[test]
fn every_answer_of_the_corpus_is_compared_with_exit_0() {
    for maker in ["aiortc", "chromium", "firefox", "rtc", "webrtc"] {
        for kind in ["data", "audio-video", "recvonly"] {
            let name = |half| format!("tests/data/sdp/{maker}/{kind}-{half}.sdp");
            let output = run(&["diff", &name("offer"), &name("answer")], "100");
            assert_eq!(output.status.code(), Some(0), "{maker} {kind}: {}", stdout(&output));
        }
    }
}

#[test]
fn what_cannot_be_read_is_one_line_and_exit_2() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    let endless = Path::new(directory).join("endless.sdp");
    std::fs::File::create(&endless).expect("a file").set_len(1 << 30).expect("a length");
    for (args, says) in [
        (&["inspect", "--sdp", "no-such.sdp"][..], "cannot read no-such.sdp"),
        (&["inspect", "--sdp", endless.to_str().expect("a path")], "more than the 1 MiB"),
        (&["inspect", "--sdp", "a", "b"], "--sdp takes one file"),
        (&["diff", "-", "-"], "give the path of the other"),
        (&["diff", OFFER, directory], "cannot read"),
        (&["inspect", "--sdp", "no-\x1b]0;such\x07.sdp"], "\\u{1b}"),
    ] {
        let output = run(args, "80");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            stderr(&output).starts_with("error: ") && stderr(&output).contains(says),
            "{}",
            stderr(&output)
        );
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
    for args in
        [&["inspect", "--offer", "a", "b"][..], &["inspect", "--sdp", "--type", "x", "a"], &["diff", "a"]]
    {
        assert_eq!(run(args, "80").status.code(), Some(2), "{args:?}");
    }
    for (input, says) in [("", "is empty"), ("{\"sdp\":1}", "looks like JSON")] {
        let output = piped(&["inspect", "--sdp", "-"], input.as_bytes());
        assert_eq!(
            (output.status.code(), stderr(&output).contains(says)),
            (Some(2), true),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn no_description_makes_a_terminal_obey() {
    let file = broken("obey.sdp", &[("a=mid:0", "a=mid:\x1b]0;x\x07"), ("a=mid:1", "a=mid:\u{9b}31m")]);
    let path = file.to_str().expect("a path");
    for args in [&["inspect", "--sdp", path][..], &["diff", OFFER, path], &["diff", path, path]] {
        let text = stdout(&run(args, "80"));
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }
    // Bytes that are no text at all.
    for bytes in [&b"\xff\xfe\x00\x01"[..], b"v=0", b"=\r\n=\r\n", &[b'\n'; 5000]] {
        let output = piped(&["inspect", "--sdp", "-"], bytes);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{}", stderr(&output));
    }
}
