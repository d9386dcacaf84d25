//! Strangers call the WebRTC example: Chromium, Firefox, PyPI's aiortc and npm's node-datachannel. `.ci/run` installs
//! all of them; where one is not installed, its tests say so in one line and pass.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::process::{Running, command_to_end, installed};
use crate::stun::scratch;
use crate::webrtc::server;

/// Far more than a call takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn chromium_gets_text_bytes_sound_and_pictures_back() {
    for certificate in ["ecdsa", "rsa"] {
        browser(chromium, certificate);
    }
}

#[test]
fn firefox_gets_text_bytes_sound_and_pictures_back() {
    for certificate in ["ecdsa", "rsa"] {
        browser(firefox, certificate);
    }
}

/// As the server of the DTLS handshake, which it is if the answer may choose, aiortc takes ECDSA only.
#[test]
fn aiortc_gets_text_bytes_sound_and_pictures_back() {
    for arguments in [&["ecdsa"][..], &["ecdsa", "active"], &["rsa", "active"]] {
        let Some(mut python) = python() else { return };
        let (_server, address) = server();
        let done = command_to_end(python.arg(format!("http://{address}/")).args(arguments));
        let mut steps: Vec<_> = done.out.lines().collect();
        steps[3..].sort_unstable();
        let expected = ["open", "text", "binary", "audio", "close", "video"];
        assert_eq!((done.code, &*steps), (Some(0), &expected[..]), "{arguments:?}: {}", done.err);
    }
}

#[test]
fn node_datachannel_gets_text_and_bytes_back() {
    let rsa = installed("openssl").then(rsa_certificate);
    let certificates = [None].into_iter().chain(rsa.iter().map(Some));
    for certificate in certificates {
        let Some(mut node) = node() else { return };
        let (_server, address) = server();
        node.arg(format!("http://{address}/")).args(certificate.into_iter().flatten());
        let done = command_to_end(&mut node);
        assert_eq!((done.code, &*done.out), (Some(0), "open\ntext\nbinary\nclose\n"), "{}", done.err);
    }
    for file in rsa.into_iter().flatten() {
        fs::remove_file(file).unwrap();
    }
}

/// Has a browser open the example's page, with a script behind it that does what a reader would.
fn browser(start: fn(url: &str, profile: &Path) -> Option<Command>, certificate: &str) {
    let (_server, address) = server();
    let (stage, reports) = stage(address);
    let profile = scratch(&format!("profile-{certificate}-{}", stage.port()));
    fs::create_dir_all(&profile).unwrap();
    let Some(mut command) = start(&format!("http://{stage}/?{certificate}"), &profile) else { return };
    let browser = Running::command(&mut command);
    for step in ["open", "text", "binary", "audio", "video", "close"] {
        let reported = reports.recv_timeout(PATIENCE);
        assert_eq!(reported.as_deref(), Ok(step), "{:?}, {certificate}", command.get_program());
    }
    drop(browser);
    // Some of its processes end a moment later, and write until then.
    let _ = fs::remove_dir_all(profile);
}

fn chromium(url: &str, profile: &Path) -> Option<Command> {
    let mut chromium = Command::new("chromium");
    // As root, in a closed network, and with a camera that is none.
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    chromium.args(["--disable-dev-shm-usage", "--allow-loopback-in-peer-connection"]);
    chromium.args(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]);
    chromium.arg(format!("--user-data-dir={}", profile.display())).arg(url);
    installed("chromium").then_some(chromium)
}

fn firefox(url: &str, profile: &Path) -> Option<Command> {
    let name = ["firefox-esr", "firefox"].into_iter().find(|name| installed(name))?;
    let preferences = "\
        user_pref('media.navigator.permission.disabled', true);\n\
        user_pref('media.navigator.streams.fake', true);\n\
        user_pref('media.peerconnection.ice.loopback', true);\n\
        user_pref('media.peerconnection.ice.obfuscate_host_addresses', false);\n\
        user_pref('media.autoplay.default', 0);\n\
        user_pref('app.normandy.enabled', false);\n\
        user_pref('app.update.enabled', false);\n\
        user_pref('browser.shell.checkDefaultBrowser', false);\n\
        user_pref('datareporting.policy.dataSubmissionEnabled', false);\n\
        user_pref('media.gmp-manager.updateEnabled', false);\n\
        user_pref('network.captive-portal-service.enabled', false);\n\
        user_pref('network.connectivity-service.enabled', false);\n\
        user_pref('toolkit.telemetry.enabled', false);\n";
    fs::write(profile.join("user.js"), preferences).unwrap();
    let mut firefox = Command::new(name);
    firefox.args(["--headless", "--no-remote", "--profile"]).arg(profile).arg(url);
    firefox.env("HOME", profile);
    Some(firefox)
}

/// A server between a browser and the example: it puts the script behind the page, and takes the script's reports. All
/// else goes to the example as it came, and comes back so.
fn stage(example: SocketAddr) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (reports, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let reports = reports.clone();
            thread::spawn(move || play(stream, example, &reports));
        }
    });
    (address, received)
}

/// One request.
fn play(mut stream: TcpStream, example: SocketAddr, reports: &Sender<String>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, body) = match first.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["POST", "/report"] => {
            reports.send(String::from_utf8(body).ok()?).ok()?;
            ("204 No Content".to_owned(), String::new())
        }
        ["POST", "/offer"] => ask(example, "POST /offer", &body)?,
        ["GET", path] if path.starts_with("/?") => {
            let (status, page) = ask(example, "GET /", b"")?;
            let script = include_str!("../clients/browser/call.js");
            (status, format!("{page}<script>{script}</script>"))
        }
        _ => ("404 Not Found".to_owned(), String::new()),
    };
    let kind = if body.starts_with('{') { "application/json" } else { "text/html; charset=utf-8" };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .ok()
}

/// The example's status and content.
pub(crate) fn ask(example: SocketAddr, what: &str, body: &[u8]) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(example).ok()?;
    let length = body.len();
    let head = format!(
        "{what} HTTP/1.1\r\nHost: {example}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.lines().next()?.strip_prefix("HTTP/1.1 ")?;
    Some((status.to_owned(), body.to_owned()))
}

/// A certificate with an RSA key, and the key.
fn rsa_certificate() -> [PathBuf; 2] {
    let files = [scratch("rsa-certificate.pem"), scratch("rsa-key.pem")];
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=wirebook"]);
    let done = command_to_end(openssl.arg("-out").arg(&files[0]).arg("-keyout").arg(&files[1]));
    assert_eq!(done.code, Some(0), "{}", done.err);
    files
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn node() -> Option<Command> {
    let folder = clients().join("node");
    if !folder.join("node_modules/node-datachannel").is_dir() {
        eprintln!("skipped: no npm node-datachannel (npm ci --prefix tests/clients/node)");
        return None;
    }
    let mut node = Command::new("node");
    node.arg(folder.join("call.mjs"));
    installed("node").then_some(node)
}

fn python() -> Option<Command> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/venv/bin/python");
    let python = if own.is_file() { own } else { "python3".into() };
    let mut probe = Command::new(&python);
    probe.args(["-c", "import aiohttp, aiortc"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no Python aiortc (pip install -r tests/clients/python/requirements.txt)");
        return None;
    }
    let mut python = Command::new(python);
    python.arg(clients().join("python/call.py"));
    Some(python)
}
