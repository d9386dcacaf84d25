//! `cargo run --example agora` with a project of Agora's in the environment: it prints a token, sends nothing, and never
//! shows the certificate.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use wire::agora::{Question, admit};

use crate::agora::command;
use crate::process::{Done, command_to_end, installed, program};
use crate::stun::scratch;

/// Of the examples in Agora's own packages.
const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const OTHER: &str = "00000000000000000000000000000000";

/// With all that makes programs talk.
fn with(app_id: impl AsRef<OsStr>, certificate: impl AsRef<OsStr>, arguments: &[&str]) -> Done {
    let mut command = command(arguments);
    command.env("AGORA_APP_ID", app_id).env("AGORA_APP_CERTIFICATE", certificate);
    command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    command_to_end(&mut command)
}

fn token_in(out: &str) -> String {
    out.lines().find(|line| line.starts_with("007eJ")).unwrap_or_else(|| panic!("{out}")).to_owned()
}

/// Holds that no text shows the secret, whole or the greater part of it, in whatever case.
fn hides(secret: &str, done: &Done) {
    let shown = [&*done.out, &*done.err].concat().to_lowercase();
    let secret = secret.to_lowercase();
    let parts = secret.as_bytes().windows(12.min(secret.len().max(1)));
    for part in parts.map(String::from_utf8_lossy) {
        assert!(!shown.contains(&*part), "{part} is shown:\n{}{}", done.out, done.err);
    }
}

#[test]
fn a_real_token_and_where_to_try_it() {
    let arguments = ["--channel", "lecture", "--uid", "ping", "--seconds", "60"];
    let done = with(APP_ID, CERTIFICATE, &arguments);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    hides(CERTIFICATE, &done);
    for words in ["https://webdemo.agora.io/", "Nothing was sent anywhere", "The signature is right", APP_ID]
    {
        assert!(done.out.contains(words), "{words} is not in {}", done.out);
    }
    let question = Question {
        app_id: APP_ID,
        certificate: &CERTIFICATE.parse().unwrap(),
        channel: "lecture",
        uid: "ping",
        now: SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs(),
    };
    let admission = admit(&token_in(&done.out), &question).unwrap();
    assert!(admission.join <= question.now + 60 && admission.video.is_some(), "{admission:?}");

    // As JSON, and as a capture, which has no packet.
    let capture = scratch("agora-project.pcapng");
    let arguments = ["--json", "--uid", "ping", "--channel", "lecture", "--pcap", capture.to_str().unwrap()];
    let done = with(APP_ID, CERTIFICATE, &arguments);
    let json: Value = serde_json::from_str(done.out.trim()).unwrap();
    assert!(admit(json["token"].as_str().unwrap(), &question).is_ok(), "{json}");
    hides(CERTIFICATE, &done);
    for file in [&capture, &scratch("agora-project.pcapng.keylog")] {
        let bytes = fs::read(file).unwrap();
        let shown = bytes.windows(12).any(|part| CERTIFICATE.as_bytes().windows(12).any(|of| of == part));
        assert!(!shown, "{}", file.display());
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_token_is_held_to_the_project_in_the_environment() {
    let token = token_in(&with(APP_ID, CERTIFICATE, &["--uid", "ping"]).out);
    for (app_id, certificate, arguments, code, says) in [
        (APP_ID, CERTIFICATE, &[][..], 0, "The signature is right."),
        (APP_ID, CERTIFICATE, &["--channel", "other"], 1, "wrong-channel"),
        (APP_ID, CERTIFICATE, &["--uid", "pong"], 1, "wrong-uid"),
        (APP_ID, OTHER, &[], 1, "wrong-signature"),
        (OTHER, CERTIFICATE, &[], 1, "wrong-app"),
    ] {
        let done = with(app_id, certificate, &[&["--token", &token], arguments].concat());
        assert_eq!(done.code, Some(code), "{says}: {}", done.err);
        assert!([&*done.out, &*done.err].concat().contains(says), "{says}: {}{}", done.out, done.err);
        hides(certificate, &done);
    }
}

#[test]
fn what_is_no_certificate_is_refused_and_not_repeated() {
    let short = &CERTIFICATE[..31];
    let quoted = format!("\"{CERTIFICATE}\"");
    let spaced = format!("{CERTIFICATE} ");
    let nearly = CERTIFICATE.replace('b', "g");
    let long = CERTIFICATE.repeat(1000);
    for certificate in [short, &quoted, &spaced, &nearly, &long, "geheim!geheim!geheim"] {
        for arguments in [&[][..], &["--json"], &["--listen", "127.0.0.1:0"], &["--token", "nonsense"]] {
            let done = with(APP_ID, certificate, arguments);
            assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.out);
            assert!(
                done.err.contains("AGORA_APP_CERTIFICATE: an App Certificate has 32 hex digits"),
                "{}",
                done.err
            );
            hides(certificate, &done);
        }
    }
}

/// Whoever mixes the two up does not find the secret on the screen.
#[test]
fn what_is_no_app_id_is_refused_and_not_repeated() {
    let nearly = format!("{CERTIFICATE}0");
    for app_id in [&*nearly, &CERTIFICATE[..31]] {
        let done = with(app_id, APP_ID, &[]);
        assert_eq!(done.code, Some(2), "{}", done.out);
        assert!(done.err.contains("AGORA_APP_ID: expected 32 hex digits"), "{}", done.err);
        hides(app_id, &done);
    }
}

#[test]
fn half_a_project_is_refused_and_an_empty_one_is_none() {
    for (app_id, certificate, says) in [
        (APP_ID, "", "AGORA_APP_ID is set and AGORA_APP_CERTIFICATE is not"),
        ("", CERTIFICATE, "AGORA_APP_CERTIFICATE is set and AGORA_APP_ID is not"),
    ] {
        let done = with(app_id, certificate, &[]);
        assert_eq!(done.code, Some(2), "{}", done.out);
        assert!(done.err.contains(says), "{}", done.err);
        hides(CERTIFICATE, &done);
    }
    let done = with("", "", &["--quiet"]);
    assert!(done.code == Some(0) && done.out.contains("2. ping joins"), "{}", done.err);
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_refused_and_not_repeated() {
    use std::os::unix::ffi::OsStrExt;
    let certificate = [CERTIFICATE.as_bytes(), &[0xff]].concat();
    let done = with(APP_ID, OsStr::from_bytes(&certificate), &[]);
    assert_eq!(done.code, Some(2), "{}", done.out);
    hides(CERTIFICATE, &done);
}

/// Process lists show arguments to everybody.
#[test]
fn no_argument_takes_the_certificate() {
    let assigned = format!("--certificate={CERTIFICATE}");
    let app = format!("--app-certificate={CERTIFICATE}");
    let seed = format!("--seed={CERTIFICATE}");
    for arguments in [
        &["--certificate", CERTIFICATE][..],
        &[&assigned],
        &[&app],
        &[&seed],
        &[CERTIFICATE],
        &["--token", CERTIFICATE],
        &["--role", CERTIFICATE],
        &["--server", CERTIFICATE, "--token", "nonsense"],
    ] {
        let done = command_to_end(&mut command(arguments));
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.out);
        hides(CERTIFICATE, &done);
    }
    let done = with(APP_ID, CERTIFICATE, &["--channel", CERTIFICATE]);
    assert_eq!(done.code, Some(2), "{}", done.out);
    assert!(done.err.contains("among the arguments"), "{}", done.err);
    hides(CERTIFICATE, &done);
}

/// In a namespace without any network, and in one with loopback only: so nothing goes anywhere else.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_sent_outside() {
    if !installed("unshare") || !installed("ip") {
        return;
    }
    let within = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "sh", "-c", script, "sh"]).arg(program("agora"));
        command
    };
    if command_to_end(&mut within("exit 0")).code != Some(0) {
        eprintln!("skipped: no network namespace may be made here");
        return;
    }
    let mut real = within("exec \"$1\" --quiet");
    let done = command_to_end(real.env("AGORA_APP_ID", APP_ID).env("AGORA_APP_CERTIFICATE", CERTIFICATE));
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let mut story = within("ip link set lo up && exec \"$1\" --quiet");
    let done = command_to_end(story.env_remove("AGORA_APP_ID").env_remove("AGORA_APP_CERTIFICATE"));
    assert_eq!((done.code, &*done.err), (Some(0), ""));
}
