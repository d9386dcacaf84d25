//! Programs of others that make SDP: two browsers on a page that we serve them, and a Python script.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use tokio::sync::{Mutex, mpsc};

use crate::sdp_peers::Sdps;

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// One browser at a time: each takes what memory and cores there are.
static TURN: Mutex<()> = Mutex::const_new(());

const PAGE: &str = include_str!("browser.html");

/// Debian's chromium. `--no-sandbox`, as CI runs as root; the rest keeps it from going to the network on its own.
pub(crate) async fn chromium(offers: &BTreeMap<String, Sdps>) -> Option<Sdps> {
    let program = installed("chromium")?;
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    Some(visit(command, offers).await)
}

/// Keeps Firefox from going to the network on its own.
const FIREFOX_PREFERENCES: &str = r#"
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.region.update.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("media.gmp-manager.url", "");
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
"#;

/// Debian's firefox-esr. No driver for it comes with Debian, and none is needed: the page posts what it made.
pub(crate) async fn firefox(offers: &BTreeMap<String, Sdps>) -> Option<Sdps> {
    let program = installed("firefox-esr")?;
    let profile = tempfile::tempdir().unwrap();
    fs::write(profile.path().join("user.js"), FIREFOX_PREFERENCES).unwrap();
    let mut command = Command::new(program);
    command.args(["--headless", "--no-remote", "--profile"]).arg(profile.path());
    Some(visit(command, offers).await)
}

/// A browser that ends with the test.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Shows the page to a browser, and waits for what it posts.
async fn visit(mut browser: Command, offers: &BTreeMap<String, Sdps>) -> Sdps {
    let _turn = TURN.lock().await;
    let given = format!("const OFFERS = {};", serde_json::to_string(offers).unwrap());
    let page: Arc<str> = PAGE.replace("const OFFERS = {};", &given).into();
    let (made, mut post_box) = mpsc::channel(1);
    let app = Router::new()
        .route("/", get(async move || Html(page.to_string())))
        .route("/made", post(async move |body: String| drop(made.send(body).await)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = browser.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let browser = Browser(browser.spawn().unwrap());
    let body = tokio::time::timeout(PATIENCE, post_box.recv()).await;
    drop(browser);
    server.abort();
    let body = body.expect("the browser posts what it made").unwrap();
    let made: Sdps = serde_json::from_str(&body).unwrap();
    assert!(!made.contains_key("error"), "{}", made["error"]);
    made
}

/// aiortc from PyPI, of the version that tests/clients/python/requirements.txt names.
pub(crate) fn aiortc(offers: &BTreeMap<String, Sdps>) -> Option<Sdps> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/clients/venv/bin/python");
    let there = Command::new(&python).args(["-c", "import aiortc"]).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("skipped: no aiortc in target/clients/venv (.ci/run puts it there)");
        return None;
    }
    let script = root.join("tests/sdp_corpus/aiortc_makes.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    // It reads all before it writes.
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(offers).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "aiortc's script failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: no {program} in PATH (Debian: apt-get install {program})");
    }
    found
}
