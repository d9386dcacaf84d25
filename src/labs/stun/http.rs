//! The lab's side of the web: what it is, what it sees, and the capture of that.
//!
//! ```text
//! GET /labs/stun/info               JSON: super::Info
//! GET /labs/stun/live               server-sent events:
//!                                   packet  {"no", "at", "from", "to", "summary", "html"}
//!                                   lost    {"count"}: so many packets were not shown, as they came too fast
//! GET /labs/stun/capture.pcapng     the last thousand packets that somebody watched
//! ```

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream;
use serde::Serialize;
use stun_server::Endpoint;
use wire::Session;
use wire::render::html::{self, PacketView};
use wire::trace::Event;

use super::feed::{Next, Sighting, WATCHERS, Watch};
use super::listen::Listener;
use super::{Info, PASSWORD, USERNAME};

/// The pace at which a watcher is fed: some hundred packets a second are more than anybody reads, and
/// annotating takes time from the server.
const PACE: Duration = Duration::from_millis(10);

#[derive(Clone)]
struct Lab {
    listener: Arc<Listener>,
    notices: Arc<[String]>,
}

/// One packet, as the page gets it.
#[derive(Serialize)]
struct Packet {
    /// Counted from 1 since the lab began.
    no: u64,
    /// Seconds since the Unix epoch.
    at: f64,
    from: SocketAddr,
    to: SocketAddr,
    /// What it says, in a line.
    summary: String,
    /// The packet taken apart: `<figure class="packet">`.
    html: String,
}

#[derive(Serialize)]
struct Lost {
    count: u64,
}

pub(super) fn router(listener: Arc<Listener>, notices: Vec<String>) -> Router {
    Router::new()
        .route("/info", get(async |State(lab): State<Lab>| Json(info(&lab.listener, &lab.notices))))
        .route("/live", get(live))
        .route("/capture.pcapng", get(capture))
        .with_state(Lab { listener, notices: notices.into() })
}

pub(super) fn info(listener: &Listener, notices: &[String]) -> Info {
    let address = listener.sockets.primary;
    Info {
        address,
        alternate: listener.server.address(Endpoint::PRIMARY.opposite()),
        servers: listener.server.addresses().map(|(_, address)| address).collect(),
        url: format!("stun:{address}"),
        username: USERNAME,
        password: PASSWORD,
        notices: notices.to_owned(),
        counts: listener.counts(),
    }
}

async fn live(State(lab): State<Lab>) -> Response {
    let Some(watch) = lab.listener.feed.watch() else {
        let why =
            format!("{WATCHERS} pages watch the STUN lab already: close one of them, then reload this one\n");
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let session = Session::new(Some(PASSWORD.to_owned()));
    let events = stream::unfold((watch, session), async |(mut watch, mut session)| {
        let event = next(&mut watch, &mut session).await?;
        Some((Ok::<_, Infallible>(event), (watch, session)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn next(watch: &mut Watch, session: &mut Session) -> Option<sse::Event> {
    let (name, json) = match watch.next().await? {
        Next::Saw(sighting) => {
            tokio::time::sleep(PACE).await;
            ("packet", serde_json::to_string(&packet(&sighting, session)))
        }
        Next::Lost(count) => ("lost", serde_json::to_string(&Lost { count })),
    };
    // Strings and finite numbers always have a JSON form.
    Some(sse::Event::default().event(name).data(json.ok()?))
}

fn packet(sighting: &Sighting, session: &mut Session) -> Packet {
    let Sighting { no, event } = sighting;
    let (summary, html) = annotate(*no, event, session);
    Packet { no: *no, at: event.at.as_secs_f64(), from: event.from, to: event.to, summary, html }
}

/// The summary, and the figure. Ids inside it begin with `stun-live-NO`.
fn annotate(no: u64, event: &Event, session: &mut Session) -> (String, String) {
    let d = session.dissect(event);
    let summary = d.summary();
    let id = format!("stun-live-{no}");
    let detail = format!("packet {no}, {} to {}", event.from, event.to);
    let view = PacketView { caption: Some(&summary), detail: Some(&detail), ..PacketView::new(&id) };
    let mut html = String::new();
    // Writing to a String cannot fail.
    let _ = html::packet(&d, &view, &mut html);
    (summary, html)
}

async fn capture(State(lab): State<Lab>) -> Response {
    let mut bytes = Vec::new();
    match lab.listener.feed.trace().write_pcapng(&mut bytes) {
        Ok(()) => {
            let headers = [
                (header::CONTENT_TYPE, "application/x-pcapng"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"stun-lab.pcapng\""),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write the capture: {error}\n"))
            .into_response(),
    }
}
