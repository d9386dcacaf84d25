//! What the story needs beside its words.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result};
use tap::Random;
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep, timeout};

use crate::client::{Event, Socket};
use crate::failure::Failure;
use crate::http::Endpoint;
use crate::record::Record;

/// What pong listens for.
pub(crate) struct Ears {
    pub(crate) said: Receiver<Event>,
    pub(crate) typing: Receiver<Event>,
    pub(crate) file: Receiver<Event>,
    pub(crate) whisper: Receiver<Event>,
    pub(crate) announcement: Receiver<Event>,
}

impl Ears {
    pub(crate) async fn of(socket: &Socket) -> Result<Self, Failure> {
        Ok(Self {
            said: socket.on("said").await?,
            typing: socket.on("typing").await?,
            file: socket.on("file").await?,
            whisper: socket.on("whisper").await?,
            announcement: socket.on("announcement").await?,
        })
    }
}

pub(crate) fn endpoint(
    name: &str,
    address: SocketAddr,
    record: &Record,
    random: &mut Random,
) -> Endpoint {
    // Each client its own chances, so that one does not change the other's.
    let seed = u64::from_be_bytes(random.bytes());
    Endpoint {
        address,
        host: address.to_string(),
        path: "/socket.io/".to_owned(),
        name: name.to_owned(),
        record: record.clone(),
        random: Mutex::new(Random::new(Some(seed))),
    }
}

pub(crate) async fn heard(events: &mut Receiver<Event>) -> Result<Event> {
    let event = timeout(Duration::from_secs(5), events.recv()).await;
    event.ok().flatten().context("expected an event within 5 s, found silence")
}

/// Time for what is on its way, so that each packet stands with the step that it
/// belongs to, and the same story is told each time.
pub(crate) const BREATH: Duration = Duration::from_millis(30);

pub(crate) async fn breathe() {
    // In small steps: on a busy machine one long sleep may end together with what it
    // waits for, and come first.
    for _ in 0..10 {
        sleep(BREATH / 10).await;
    }
}
