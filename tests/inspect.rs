//! `wirebook inspect` as a user meets it: what goes in, what is printed, what it exits with.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const REQUEST: &str = "000100002112a44270696e672d706f6e672d3031";

fn wirebook(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirebook"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env("COLUMNS", "80").env_remove("NO_COLOR");
    command
}

fn run(args: &[&str]) -> Output {
    wirebook(args).output().expect("the program starts")
}

fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut child = wirebook(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("text")
}

#[test]
fn a_message_comes_as_hex_base64_a_file_or_a_pipe() {
    let hex = run(&["inspect", REQUEST]);
    insta::assert_snapshot!("request", stdout(&hex));
    let bytes: Vec<u8> = (0..REQUEST.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&REQUEST[at..at + 2], 16).unwrap())
        .collect();
    let dir = tempfile();
    let file = dir.join("request.bin");
    std::fs::write(&file, &bytes).unwrap();
    for other in [
        run(&["inspect", "AAEAACESpEJwaW5nLXBvbmctMDE="]),
        run(&["inspect", "00:01:00:00", "21:12:a4:42", "70696e672d706f6e672d3031"]),
        run(&["inspect", file.to_str().unwrap()]),
        piped(&["inspect", "-"], &bytes),
        piped(&["inspect", "-"], format!("{REQUEST}\n").as_bytes()),
    ] {
        assert_eq!(stdout(&other), stdout(&hex), "{}", stderr(&other));
    }
}

fn tempfile() -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("inspect");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn any_bytes_give_a_tree_and_exit_0() {
    for bytes in [&b""[..], b"\0", b"\x80\xff hello", &[0x40; 70], &[0; 100_000], "ünïcode\n".as_bytes()] {
        for args in [&["inspect", "-"][..], &["inspect", "--json", "-"], &["inspect", "--as", "stun", "-"]] {
            let output = piped(args, bytes);
            assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
            assert!(!output.stdout.is_empty(), "{args:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_one_line_and_exit_2() {
    for (args, says) in [
        (&["inspect", "no-such.pcapng"][..], "cannot read no-such.pcapng"),
        (&["inspect", "not hex!"], "neither a file, nor hex, nor base64"),
        (&["inspect", "--ladder", REQUEST], "--ladder, --filter and --keylog are for captures"),
        (&["inspect", "--filter", "stun and", "traces/stun.pcapng"], "at column 9: expected a protocol"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
    for args in [&["inspect"][..], &["inspect", "--as", "smtp", REQUEST], &["inspect", "--nonsense"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    assert!(
        stderr(&run(&["inspect", "--as", "smtp", REQUEST]))
            .contains("no such protocol; there are stun, dtls, http,")
    );
}

#[test]
fn what_has_no_end_is_refused_rather_than_read() {
    let endless = tempfile().join("endless.bin");
    std::fs::File::create(&endless).unwrap().set_len(1 << 40).unwrap();
    let output = run(&["inspect", endless.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("has more than the 16 MiB that are read at once"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_key_log_beside_the_capture_opens_it() {
    let capture = std::fs::read("crates/wire/tests/data/dtls-aes128.pcapng").unwrap();
    let mut trace = wire::trace::Trace::read(&capture).unwrap();
    let dir = tempfile();
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("call.keys"), &trace.secrets.pop().unwrap().bytes).unwrap();
    std::fs::write(path("no.keys"), "to whom it may concern\n").unwrap();
    trace.write_pcapng(&mut std::fs::File::create(path("call.pcapng")).unwrap()).unwrap();
    let inspect =
        |more: &[&str]| run(&[&["inspect", &path("call.pcapng"), "--filter", "dtls"], more].concat());
    assert!(stdout(&inspect(&[])).contains("  encrypted application data, 5 bytes"));
    let opened = inspect(&["--keylog", &path("call.keys")]);
    assert!(stdout(&opened).contains("  application data, 5 bytes"), "{}", stdout(&opened));
    for (keys, why) in [("no.keys", "is not a TLS key log"), ("none.keys", "cannot read the key log")] {
        let refused = inspect(&["--keylog", &path(keys)]);
        assert_eq!(refused.status.code(), Some(2), "{keys}");
        assert!(stderr(&refused).contains(why), "{}", stderr(&refused));
    }
    let message = run(&["inspect", REQUEST, "--keylog", &path("call.keys")]);
    assert!(stderr(&message).contains("is one message"), "{}", stderr(&message));
}

#[test]
fn an_error_repeats_nothing_that_a_terminal_would_obey() {
    for args in [
        &["inspect", "no-\x1b]0;such\x07.pcap"][..],
        &["inspect", "\u{9b}31m not hex"],
        &["inspect", "--filter", "\x1b[31m", "traces/stun.pcapng"],
        &["inspect", "--filter", "tcp and \"\x1b[31m\"", "traces/stun.pcapng"],
    ] {
        let output = run(args);
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
        assert!(said.contains("\\u{"), "{said:?}");
    }
}

#[test]
fn a_capture_is_listed_filtered_drawn_and_written_as_json() {
    insta::assert_snapshot!("rfc5769_list", stdout(&run(&["inspect", "traces/rfc5769.pcapng"])));
    insta::assert_snapshot!(
        "rfc5769_ladder",
        stdout(&run(&["inspect", "traces/rfc5769.pcapng", "--ladder"]))
    );
    let filtered = run(&["inspect", "traces/rfc5769.pcapng", "--filter", "class == request and realm"]);
    assert_eq!(stdout(&filtered).lines().count(), 1, "{}", stdout(&filtered));
    let none = run(&["inspect", "traces/rfc5769.pcapng", "--filter", "tcp"]);
    assert_eq!(stdout(&none), "none of 4 packets passes `tcp`\n");
    let json = run(&["inspect", "traces/rfc5769.pcapng", "--json", "--password", "VOkJxbRl1RmTxUk/WvJxBt"]);
    let records: Vec<serde_json::Value> =
        stdout(&json).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(records.len(), 4);
    for (record, number) in records.iter().zip(1..) {
        assert_eq!((&record["packet"], &record["protocol"]), (&number.into(), &"stun".into()));
        assert_eq!(record["dissection"]["name"], "STUN");
    }
    // Three passwords are right and one is not: the tree says which.
    let verdicts = records.iter().map(|r| r.to_string().contains("is the HMAC under the given password"));
    assert_eq!(verdicts.collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn help_names_an_example_and_the_exit_codes() {
    for command in
        ["serve", "build", "inspect", "diff", "check", "watch", "hint", "solution", "progress", "list"]
    {
        let output = run(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(stdout(&output).contains("Example"), "{command}: {}", stdout(&output));
    }
    assert!(
        stdout(&run(&["--help"])).contains("Exit codes: 0 fine, 1 something failed a check, 2 wrong usage")
    );
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&run(&["completions", shell])).contains("inspect"), "{shell}");
    }
}

#[test]
fn who_reads_no_further_is_no_error() {
    for args in [&["list"][..], &["list", "--json"], &["completions", "bash"], &["inspect", REQUEST]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = wirebook(args).stdout(writer).output().expect("the program starts");
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn color_is_for_terminals_only() {
    assert!(!stdout(&run(&["inspect", REQUEST])).contains('\x1b'));
}

#[test]
fn a_session_description_says_so_itself_and_is_read_line_by_line() {
    let offer = "tests/data/sdp/chromium/data-gathered-offer.sdp";
    let shown = run(&["inspect", offer]);
    let text = stdout(&shown);
    assert!(text.starts_with("  1  v=0\n"), "{text}");
    assert!(text.contains("cand-type host: an address of the machine itself"), "{text}");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}");
    assert!(stdout(&run(&["inspect", "--verbose", offer])).contains("0000  76"), "its bytes");
    assert!(stdout(&run(&["inspect", "--json", offer])).contains("\"connection-address\""));
}

/// Of npm's agora-token, with the certificate that it is tested with.
const TOKEN: &str = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj";
const OLD_TOKEN: &str = "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/QQAAEAAQCvKDdW";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

#[test]
fn an_agora_token_comes_as_it_is_from_argument_file_or_pipe() {
    let word = run(&["inspect", TOKEN]);
    assert!(stdout(&word).contains("Channel: \"7d72365eb983"), "{}", stdout(&word));
    assert!(!stdout(&word).contains("verified") && !stdout(&word).contains("wrong"), "{}", stdout(&word));
    let file = tempfile().join("token.txt");
    std::fs::write(&file, TOKEN).unwrap();
    for other in [
        run(&["inspect", file.to_str().unwrap()]),
        piped(&["inspect", "-"], TOKEN.as_bytes()),
        run(&["inspect", "--as", "agora", TOKEN]),
    ] {
        assert_eq!(stdout(&other), stdout(&word), "{}", stderr(&other));
    }
    let line = piped(&["inspect", "-"], format!("{TOKEN}\n").as_bytes());
    assert!(stdout(&line).contains("Line end") && stdout(&line).contains("Uid: \"2882341273\""));
    // One that is hardly a token, if its reader says that it is one.
    let cut = run(&["inspect", "--as", "agora", &TOKEN[..70]]);
    assert!(stdout(&cut).contains("breaks off"), "{}", stdout(&cut));
    let old = run(&["inspect", OLD_TOKEN]);
    assert!(stdout(&old).contains("AccessToken2"), "{}", stdout(&old));
}

#[test]
fn a_tokens_signature_is_checked_with_the_certificate_of_the_environment_which_is_not_printed() {
    let with = |certificate: &str, args: &[&str]| {
        let output = wirebook(args).env("AGORA_APP_CERTIFICATE", certificate).output().unwrap();
        for said in [stdout(&output), stderr(&output)] {
            assert!(!said.contains(CERTIFICATE) && !said.contains("5CFd2fd1"), "{said}");
        }
        output
    };
    for args in [&["inspect", TOKEN][..], &["inspect", "--json", TOKEN]] {
        for (certificate, verdict) in
            [(CERTIFICATE, Some("verified:")), (&"0".repeat(32), Some("wrong:")), ("", None)]
        {
            let output = with(certificate, args);
            for word in ["verified:", "wrong:"] {
                assert_eq!(stdout(&output).contains(word), verdict == Some(word), "{}", stdout(&output));
            }
        }
    }
    let refused = with(&CERTIFICATE[1..], &["inspect", TOKEN]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        stderr(&refused),
        "error: cannot use AGORA_APP_CERTIFICATE: an App Certificate has 32 hex digits, this has 31 characters: copy it from \
         the project's settings, without quotes\n"
    );
}
