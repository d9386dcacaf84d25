//! Strangers' clients against the Socket.IO lab: npm's socket.io-client and PyPI's python-socketio, by long-polling
//! alone, by WebSocket alone, and with the upgrade.
//!
//! `.ci/run` installs both. Where one is not installed, its tests say so in one line and pass.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use wirebook::labs::socketio::{Config, SocketIoLab};

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_client_of_npm_by_polling() {
    holds(node(), "polling", NODE_STEPS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_client_of_npm_by_websocket() {
    holds(node(), "websocket", NODE_STEPS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_client_of_npm_upgrades() {
    holds(node(), "upgrade", NODE_STEPS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_socketio_by_polling() {
    holds(python(), "polling", PYTHON_STEPS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_socketio_by_websocket() {
    holds(python(), "websocket", PYTHON_STEPS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_socketio_upgrades() {
    holds(python(), "upgrade", PYTHON_STEPS).await;
}

const NODE_STEPS: &[&str] = &["transport", "rooms", "whispers", "binary", "acks", "namespaces"];
const PYTHON_STEPS: &[&str] = &["transport", "rooms", "whispers", "binary", "acks", "namespaces", "blocking"];

/// Runs a client against a lab of its own: every step has to say that it holds.
async fn holds(client: Result<Command, String>, mode: &str, steps: &[&str]) {
    let mut client = match client {
        Ok(client) => client,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let config = Config { port: Some(0), ..Config::default() };
    let workbook = SocketAddr::from(([127, 0, 0, 1], 3000));
    let lab = SocketIoLab::start(&config, workbook).await.expect("the lab starts");
    client.arg(lab.info().url).arg(mode);
    let output =
        tokio::task::spawn_blocking(move || client.output()).await.unwrap().expect("the client runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    let expected: String = steps.iter().map(|step| format!("{mode}: {step}\n")).collect();
    assert_eq!(said, expected, "{error}");
    assert!(output.status.success(), "{error}");
}

fn node() -> Result<Command, String> {
    node_runs("client.mjs")
}

/// A script for npm's client, or why there is none.
pub(crate) fn node_runs(script: &str) -> Result<Command, String> {
    let folder = clients().join("node");
    if !folder.join("node_modules/socket.io-client").exists() {
        return Err("no socket.io-client (npm ci --prefix tests/clients/node)".to_owned());
    }
    if Command::new("node").arg("--version").output().is_err() {
        return Err("no node in PATH".to_owned());
    }
    let mut node = Command::new("node");
    node.arg(folder.join(script));
    Ok(node)
}

fn python() -> Result<Command, String> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/venv/bin/python");
    if !python.exists() {
        return Err("no python-socketio (python3 -m venv target/clients/venv, then its pip install -r \
                    tests/clients/python/requirements.txt)"
            .to_owned());
    }
    let mut python = Command::new(python);
    python.arg(clients().join("python/client.py"));
    Ok(python)
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}
