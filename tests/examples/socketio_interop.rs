//! The Socket.IO example and strangers: npm's `socket.io` on either side, PyPI's `python-socketio` as a client.
//! `.ci/run` installs them; where one is not installed, its tests say so in one line and pass.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{Done, Running, command_to_end, installed, run};
use crate::socketio::{learned, server};

const WAYS: &[&str] = &["polling", "websocket", "upgrade"];

#[test]
fn socket_io_client_of_npm_chats_at_ours() {
    let steps = "transport\nrooms\nacks\nvolatile\nbinary\nwhisper\nnamespaces\n200 acks\n";
    their_client(|| node("socket.io-client", "chat.mjs"), steps);
}

#[test]
fn python_socketio_chats_at_ours() {
    their_client(python, "transport\nrooms\nacks\nbinary\nwhisper\n200 acks\n");
}

/// By each transport, at a server of its own.
fn their_client(client: impl Fn() -> Option<Command>, steps: &str) {
    for way in WAYS {
        let Some(mut client) = client() else { return };
        let (mut server, url) = server();
        let done = command_to_end(client.args([&url, *way]));
        assert_eq!((done.code, &*done.out), (Some(0), steps), "{way}: {}", done.err);
        assert!(server.runs(), "{way}");
    }
}

#[test]
fn our_client_talks_to_socket_io_of_npm() {
    for way in WAYS {
        let asks =
            ["--ask", r#"["echo","ä",{"deep":[1,null]}]"#, "--ask", r#"["ask back","are you there?"]"#];
        let Some(done) = at_their_server("/", way, &asks) else { return };
        assert_eq!(done.code, Some(0), "{way}: {}", done.err);
        let learned = learned(&done.out).join("\n");
        for text in [
            if *way == "polling" { ", by polling." } else { ", by websocket." },
            r#"The answer to echo: "ä" {"deep":[1,null]}"#,
            // What it asked is answered with nothing, as --connect answers everything.
            "The answer to ask back: null",
            r#"welcome "ping" <7 bytes>"#,
            r#"question "are you there?""#,
        ] {
            assert!(learned.contains(text), "{way}: {text} is missing in\n{learned}");
        }
        assert!(!done.out.contains("error: "), "{way}: the dissector finds fault:\n{}", done.out);
    }
}

#[test]
fn our_bytes_come_back_from_socket_io_of_npm() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces/stun.pcapng");
    let size = std::fs::metadata(&file).unwrap().len();
    for way in WAYS {
        let ask = ["--ask-with-file", r#"["echo"]"#, file.to_str().unwrap()];
        let Some(done) = at_their_server("/", way, &ask) else { return };
        assert_eq!(done.code, Some(0), "{way}: {}", done.err);
        assert!(done.out.contains(&format!("The answer to echo: <{size} bytes>")), "{way}: {}", done.out);
    }
}

#[test]
fn a_server_with_connection_state_recovery_sends_what_was_missed() {
    for way in ["websocket", "upgrade"] {
        let cut = ["--emit", r#"["cut"]"#, "--stay", "3"];
        let Some(done) = at_their_server("/", way, &cut) else { return };
        assert_eq!(done.code, Some(0), "{way}: {}", done.err);
        let learned = learned(&done.out).join("\n");
        for text in ["The server kept the session before", r#"missed "while you were away""#] {
            assert!(learned.contains(text), "{way}: {text} is missing in\n{}", done.out);
        }
    }
}

#[test]
fn a_refusal_and_a_farewell_of_socket_io_of_npm_are_told() {
    let Some(done) = at_their_server("/admin", "upgrade", &[]) else { return };
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("the namespace /admin is refused: not you"), "{}", done.err);

    let Some(done) = at_their_server("/", "upgrade", &["--emit", r#"["leave"]"#, "--stay", "20"]) else {
        return;
    };
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("the server ended the namespace"), "{}", done.err);
}

fn at_their_server(namespace: &str, way: &str, arguments: &[&str]) -> Option<Done> {
    let mut server = Running::command(&mut node("socket.io", "server.mjs")?);
    let url = server.line_with("Listening at").split_whitespace().nth(2).unwrap().to_owned() + namespace;
    let _server = server.drained();
    let way: &[&str] = if way == "upgrade" { &[] } else { &["--transport", way] };
    Some(run("socketio", &[&["--quiet", "--connect", &url], way, arguments].concat()))
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn node(package: &str, script: &str) -> Option<Command> {
    let folder = clients().join("node");
    if !folder.join("node_modules").join(package).is_dir() {
        eprintln!("skipped: no npm {package} (npm ci --prefix tests/clients/node)");
        return None;
    }
    let mut node = Command::new("node");
    node.arg(folder.join(script));
    installed("node").then_some(node)
}

fn python() -> Option<Command> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/venv/bin/python");
    let python = if own.is_file() { own } else { "python3".into() };
    let mut probe = Command::new(&python);
    probe.args(["-c", "import socketio, aiohttp"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no python-socketio (pip install -r tests/clients/python/requirements.txt)");
        return None;
    }
    let mut python = Command::new(python);
    python.arg(clients().join("python/chat.py"));
    Some(python)
}
