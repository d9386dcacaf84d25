//! The WebSocket example and strangers: npm's `ws` and PyPI's `websockets`, each on either side. `.ci/run` installs
//! both; where one is not installed, its tests say so in one line and pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{Done, Running, command_to_end, installed, program};
use crate::stun::scratch;
use crate::websocket::server;

#[test]
fn npm_ws_gets_its_echoes_from_us() {
    their_client(node());
}

#[test]
fn python_websockets_gets_its_echoes_from_us() {
    their_client(python());
}

#[test]
fn we_get_our_echo_from_npm_ws() {
    their_server(node());
}

#[test]
fn we_get_our_echo_from_python_websockets() {
    their_server(python());
}

#[test]
fn over_tls_what_is_recorded_is_what_is_inside() {
    let Some(mut python) = python().filter(|_| installed("openssl")) else { return };
    let (certificate, key) = certificate();
    let mut server = Running::command(python.arg("listen").arg(&certificate).arg(&key));
    let url = url_of(&mut server);
    assert!(url.starts_with("wss://"), "{url}");
    let _server = server.drained();

    let done = ask(&url, Some(&certificate));
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    for text in ["Over TLS", "request-target: \"/\"", "came back as it went", "1000 \"that was all\""] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }

    // A certificate of one's own is none that the system trusts.
    let done = ask(&url, None);
    assert_eq!(done.code, Some(1), "{}{}", done.out, done.err);
    assert!(done.err.contains("certificate") && done.err.contains("SSL_CERT_FILE"), "{}", done.err);

    let done = ask(&url.replace("wss:", "ws:"), None);
    assert_eq!(done.code, Some(1), "{}{}", done.out, done.err);
    for file in [certificate, key] {
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_server_without_tls_is_told_from_one_with_it() {
    let (_server, address) = server();
    let Some(certificate) = installed("openssl").then(certificate) else { return };
    let done = ask(&format!("wss://{address}/"), Some(&certificate.0));
    assert_eq!(done.code, Some(1), "{}{}", done.out, done.err);
    assert!(done.err.contains("no TLS") && done.err.contains("ws://"), "{}", done.err);
    for file in [certificate.0, certificate.1] {
        fs::remove_file(file).unwrap();
    }
}

fn their_client(client: Option<Command>) {
    let Some(mut client) = client else { return };
    let (_server, address) = server();
    let done = command_to_end(client.args(["connect", &format!("ws://{address}/")]));
    assert_eq!((done.code, &*done.out), (Some(0), "text\nbinary\nfragments\nclose\n"), "{}", done.err);
}

fn their_server(server: Option<Command>) {
    let Some(mut server) = server else { return };
    let mut server = Running::command(server.arg("listen"));
    let url = url_of(&mut server);
    let _server = server.drained();
    let done = ask(&url, None);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    for text in ["came back as it went", "The Pong brought", "1000 \"that was all\""] {
        assert!(done.out.contains(text), "{text} is missing in\n{}", done.out);
    }
    assert!(!done.out.contains("error: "), "{}", done.out);
}

fn ask(url: &str, trusted: Option<&Path>) -> Done {
    let mut client = Command::new(program("websocket"));
    client.args(["--connect", url]);
    if let Some(trusted) = trusted {
        client.env("SSL_CERT_FILE", trusted);
    }
    command_to_end(&mut client)
}

fn url_of(server: &mut Running) -> String {
    server.line_with("Listening at").split_whitespace().nth(2).unwrap().to_owned()
}

/// A certificate for this machine that nobody signed, and its key.
fn certificate() -> (PathBuf, PathBuf) {
    let name = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-");
    let files = (scratch(&format!("{name}certificate.pem")), scratch(&format!("{name}key.pem")));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let done = command_to_end(openssl.arg("-out").arg(&files.0).arg("-keyout").arg(&files.1));
    assert_eq!(done.code, Some(0), "{}", done.err);
    files
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn node() -> Option<Command> {
    let folder = clients().join("node");
    if !folder.join("node_modules/ws").is_dir() {
        eprintln!("skipped: no npm ws (npm ci --prefix tests/clients/node)");
        return None;
    }
    let mut node = Command::new("node");
    node.arg(folder.join("echo.mjs"));
    installed("node").then_some(node)
}

fn python() -> Option<Command> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/venv/bin/python");
    let python = if own.is_file() { own } else { "python3".into() };
    let mut probe = Command::new(&python);
    probe.args(["-c", "import websockets.asyncio"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no Python websockets (pip install -r tests/clients/python/requirements.txt)");
        return None;
    }
    let mut python = Command::new(python);
    python.arg(clients().join("python/echo.py"));
    Some(python)
}
