//! The page's side: a WebSocket that opens a port, tells what passes there, and is told what to do with it.
//!
//! ```text
//! to the page    {"type":"open","address":"127.0.0.1:41234"}
//!                {"type":"connection","no":1,"state":"open"}                    or "closed"
//!                {"type":"packet","no":1,"connection":1,"sent":true,"kind":"tcp","at":1.5,"from":…,"to":…,"bytes":9,
//!                 "summary":…,"html":…}
//!                {"type":"state","connection":1,"state":{…}}                    what the lab's server says
//!                {"type":"lost","count":12}
//! from the page  {"do":"kill"}                          resets all connections of the port
//!                {"do":"freeze"}, {"do":"thaw"}         stops relaying, goes on
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::annotate::{Annotator, Outgoing, Say};
use super::port::{Switches, accept};
use super::record::Recording;
use super::{Limits, Shared};

/// The page has no more to say than this.
pub(super) const LONGEST_COMMAND: usize = 1024;
/// One packet of 64 KiB, annotated, is far less.
pub(super) const MOST_UNSENT: usize = 4 << 20;
/// So many messages may wait for the page.
const QUEUED: usize = 256;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Command {
    Kill,
    Freeze,
    Thaw,
}

/// An open port's entry, as long as it is open.
struct Entry<'s>(&'s Shared, u16);

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// Serves the page until either side ends it.
pub(super) async fn serve(socket: WebSocket, shared: Arc<Shared>) {
    let (mut to_page, mut from_page) = socket.split();
    let why = match open().await {
        Ok((listener, address)) => tapped(&shared, listener, address, &mut to_page, &mut from_page).await,
        Err(error) => Some((close_code::ERROR, format!("no port can be opened: {error}"))),
    };
    let frame = why.map(|(code, reason)| CloseFrame { code, reason: short(reason).into() });
    // To a page that is gone already, there is nothing to say.
    let _ = timeout(Duration::from_secs(1), to_page.send(Message::Close(frame))).await;
}

async fn open() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Relays, records and tells, until the page ends it or breaks a rule; then says which.
async fn tapped(
    shared: &Shared,
    listener: TcpListener,
    address: SocketAddr,
    to_page: &mut SplitSink<WebSocket, Message>,
    from_page: &mut SplitStream<WebSocket>,
) -> Option<(u16, String)> {
    let recording = Arc::new(Recording::default());
    shared.lock().insert(address.port(), Arc::clone(&recording));
    let _entry = Entry(shared, address.port());
    let switches = Switches::default();
    let (out, messages) = mpsc::channel(QUEUED);
    let open = Say::Open { address };
    to_page.send(Message::text(open.json())).await.ok()?;
    tokio::select! {
        () = accept(listener, shared.upstream, shared.limits, &recording, &shared.relays, &switches) => None,
        () = Annotator::new(shared.lab, &recording, out).run() => None,
        () = tell(to_page, messages, shared.limits) => None,
        why = obey(from_page, &switches, shared.limits) => why,
    }
}

/// Sends what there is to tell, and a ping now and then.
async fn tell(
    page: &mut SplitSink<WebSocket, Message>,
    mut messages: mpsc::Receiver<Outgoing>,
    limits: Limits,
) {
    let mut ping = interval(limits.silence / 3);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            outgoing = messages.recv() => match outgoing {
                Some(Outgoing { json, .. }) => Message::text(json),
                None => return,
            },
            _ = ping.tick() => Message::Ping(axum::body::Bytes::new()),
        };
        if page.send(message).await.is_err() {
            return;
        }
    }
}

/// Does what the page says until it is gone.
async fn obey(
    page: &mut SplitStream<WebSocket>,
    switches: &Switches,
    limits: Limits,
) -> Option<(u16, String)> {
    loop {
        let Ok(message) = timeout(limits.silence, page.next()).await else {
            return Some((close_code::AWAY, format!("nothing heard for {} s", limits.silence.as_secs())));
        };
        match message?.ok()? {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(Command::Kill) => switches.kill.send_modify(|kills| *kills = kills.wrapping_add(1)),
                Ok(Command::Freeze) => drop(switches.frozen.send_replace(true)),
                Ok(Command::Thaw) => drop(switches.frozen.send_replace(false)),
                Err(error) => return Some((close_code::POLICY, error.to_string())),
            },
            Message::Binary(_) => {
                return Some((close_code::UNSUPPORTED, "expected JSON text, found binary".to_owned()));
            }
            Message::Close(_) => return None,
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

/// A close reason has at most 123 bytes (RFC 6455 section 5.5).
fn short(mut reason: String) -> String {
    while reason.len() > 123 {
        reason.pop();
    }
    reason
}
