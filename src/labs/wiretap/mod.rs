//! The wiretap: what passes between a page and a lab, shown in that page while it happens.
//!
//! A page cannot see the bytes that its own browser sends. So it opens a port of its own here and has its
//! browser connect there in place of the lab:
//!
//! ```text
//! browser  <-- bytes -->  127.0.0.1:PORT  <-- the same bytes -->  the lab's server
//!                               |
//!    page  <-- annotated packets, over GET /labs/ID/wire
//! ```
//!
//! Bytes are relayed before anybody looks at them, and the relay never waits for the page: one that cannot keep up
//! loses packets and is told how many. All that a page can make it hold is bounded: [`Limits`].
//!
//! | route | what |
//! | --- | --- |
//! | `GET /labs/ID/wire` | a WebSocket: [`page`] has its messages. It opens the port, and with it the port goes |
//! | `GET /labs/ID/capture.pcapng?port=N` | what was recorded of that port, while it is open |
//! | `GET /labs/ID/keys.log?port=N` | the keys that decrypt it, where the lab has some |
//!
//! A lab whose server also speaks over UDP adds that to the same recording: [`Recorder`].

mod annotate;
mod kept;
mod page;
mod port;
mod record;
mod recorder;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::Names;
use record::Recording;
use recorder::Relays;
pub use recorder::{Recorder, Way};

/// A lab's wiretap. Clones are the same one.
#[derive(Clone)]
pub struct Wiretap {
    shared: Arc<Shared>,
}

/// What readers may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many pages listen at once.
    pub readers: usize,
    /// So many connections a port has at once; another one is reset.
    pub connections: usize,
    /// A connection on which nothing moves for so long is reset.
    pub idle: Duration,
    /// A page of which nothing is heard for so long, though it was pinged, is gone.
    pub silence: Duration,
}

impl Default for Limits {
    /// A browser opens six connections for HTTP, and one more for each WebSocket.
    fn default() -> Self {
        Self {
            readers: 32,
            connections: 16,
            idle: Duration::from_secs(600),
            silence: Duration::from_secs(90),
        }
    }
}

struct Shared {
    lab: &'static str,
    upstream: SocketAddr,
    /// The names of the lab itself, and of the workbook.
    names: (Names, Names),
    limits: Limits,
    readers: Arc<Semaphore>,
    ports: Mutex<BTreeMap<u16, Arc<Recording>>>,
    relays: Arc<Relays>,
}

impl fmt::Debug for Wiretap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { lab, upstream, limits, .. } = &*self.shared;
        f.debug_struct("Wiretap")
            .field("lab", lab)
            .field("upstream", upstream)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

impl Wiretap {
    /// A wiretap in front of the lab's server at `upstream`, for pages of the workbook at `workbook`.
    #[must_use]
    pub fn new(lab: &'static str, upstream: SocketAddr, workbook: SocketAddr) -> Self {
        Self::within(Limits::default(), lab, upstream, workbook)
    }

    /// As [`Wiretap::new`], with other limits.
    #[must_use]
    pub fn within(limits: Limits, lab: &'static str, upstream: SocketAddr, workbook: SocketAddr) -> Self {
        let shared = Shared {
            lab,
            upstream,
            names: (Names::of(upstream), Names::of(workbook)),
            limits,
            readers: Arc::new(Semaphore::new(limits.readers)),
            ports: Mutex::default(),
            relays: Arc::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// `wire`, `capture.pcapng` and `keys.log`, to be merged into the lab's routes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/wire", get(wire))
            .route("/capture.pcapng", get(capture))
            .route("/keys.log", get(keys))
            .with_state(Arc::clone(&self.shared))
    }

    /// Why the lab refuses a request with these headers, if it does. Bytes are relayed as they are, so `Host` may also
    /// name a port that is open in front of the lab; `Origin` has to name a page of the workbook. [`Names`] says why.
    #[must_use]
    pub fn refusal(&self, headers: &HeaderMap) -> Option<String> {
        let (own, workbook) = &self.shared.names;
        own.refusal_beside(headers, |host| self.shared.has_port(host), workbook)
    }

    /// Whether a `Host` header names the lab's own server, or a port that is open in front of it.
    #[must_use]
    pub fn has_host(&self, host: &str) -> bool {
        self.shared.names.0.has_host(host) || self.shared.has_port(host)
    }

    /// Whether an `Origin` header names a page of the workbook.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.shared.names.1.has_origin(origin)
    }

    /// The recording of the reader whose relay connected from `peer`, the address that the lab's server accepted;
    /// `None` if nobody watches that connection. Asked once the first bytes were read, it is known.
    #[must_use]
    pub fn recorder(&self, peer: SocketAddr) -> Option<Recorder> {
        self.shared.relays.find(peer)
    }

    /// The hosts of the lab's own server, for a person who used another.
    #[must_use]
    pub fn hosts(&self) -> String {
        self.shared.names.0.list()
    }
}

impl Shared {
    /// Whether a `Host` header names a port that is open.
    fn has_port(&self, host: &str) -> bool {
        self.lock().keys().any(|port| Names::of(([127, 0, 0, 1], *port).into()).has_host(host))
    }

    /// Nothing is left half done where a panic could have poisoned the lock.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u16, Arc<Recording>>> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recording(&self, which: Asked) -> Option<Arc<Recording>> {
        let Query(Which { port }) = which.ok()?;
        self.lock().get(&port).cloned()
    }
}

async fn wire(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&shared.readers).try_acquire_owned() else {
        let why = format!(
            "{} pages listen to this lab already: close one of them, then try again\n",
            shared.limits.readers
        );
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    upgrade
        .max_message_size(page::LONGEST_COMMAND)
        .max_frame_size(page::LONGEST_COMMAND)
        .max_write_buffer_size(page::MOST_UNSENT)
        .on_upgrade(async move |socket| {
            page::serve(socket, shared).await;
            drop(place);
        })
}

#[derive(Deserialize)]
struct Which {
    port: u16,
}

type Asked = Result<Query<Which>, QueryRejection>;

async fn capture(State(shared): State<Arc<Shared>>, which: Asked) -> Response {
    let Some(recording) = shared.recording(which) else { return gone("capture.pcapng") };
    let mut bytes = Vec::new();
    match recording.trace().write_pcapng(&mut bytes) {
        Ok(()) => download("application/x-pcapng", &format!("{}-lab.pcapng", shared.lab), bytes),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write the capture: {error}\n"))
            .into_response(),
    }
}

async fn keys(State(shared): State<Arc<Shared>>, which: Asked) -> Response {
    let Some(recording) = shared.recording(which) else { return gone("keys.log") };
    download("text/plain; charset=utf-8", &format!("{}-lab-keys.log", shared.lab), recording.key_log().into())
}

fn download(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

fn gone(what: &str) -> Response {
    let why = format!("expected {what}?port=N with a port that a page has open now: reload the page\n");
    (StatusCode::NOT_FOUND, why).into_response()
}
