//! The HTTP server: the pages of the book, the routes of its labs, and word of every rebuild.
//!
//! | path | what |
//! | --- | --- |
//! | `/labs.json` | every lab, and what it listens on |
//! | `/labs/ID/…` | the routes of that lab |
//! | `/__live` | a WebSocket that says which build is being served, and what is wrong with the newest |
//! | else | a page or a file of the book |

mod accept;
mod guard;
mod listing;
mod live;
mod pages;

pub(crate) use accept::{Limits, serve_within};
pub use accept::{bind, serve, serve_tls};
pub use listing::Listed;
pub use live::{Edition, News};

/// Where to hear of the newest edition.
pub type Newest = watch::Receiver<Arc<News>>;

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use axum::{Router, middleware, routing};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Address, Lab, Names, Running, Surroundings};

/// No request to the workbook or a lab has more to say than this.
const MOST_BODY: usize = 64 * 1024;

/// A lab and what became of it.
#[derive(Debug)]
pub struct Started {
    /// The lab.
    pub lab: &'static Lab,
    /// Running, or why it is not.
    pub outcome: Result<Running, String>,
}

impl Started {
    /// Starts every lab. One that cannot start does not keep the others, or the book, from it.
    pub async fn all(labs: &[&'static Lab], surroundings: &Surroundings) -> Vec<Self> {
        let mut started = Vec::new();
        for lab in labs.iter().copied() {
            let outcome = (lab.start)(surroundings.clone()).await.map_err(|error| format!("{error:#}"));
            started.push(Self { lab, outcome });
        }
        started
    }

    /// What it listens on; nothing if it does not run.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        self.outcome.as_ref().map_or(&[], |running| &running.addresses)
    }
}

/// The routes, and what has to live as long as they are served.
pub struct House {
    /// All routes, guarded.
    pub router: Router,
    /// To drop this stops the labs.
    pub alive: Vec<Box<dyn Any + Send + Sync>>,
}

/// Puts book and labs under one roof. `address` is what the server listens on, `news` the newest edition.
#[must_use]
pub fn house(address: SocketAddr, labs: Vec<Started>, news: Newest) -> House {
    let listed: Vec<Listed<'_>> = labs.iter().map(Listed::whole).collect();
    let open = labs
        .iter()
        .filter_map(|Started { lab, outcome }| Some((lab.id, outcome.as_ref().ok()?.router.clone())));
    let router = guarded(rooms(open, &listed, news), Names::of(address));
    let alive = labs.into_iter().filter_map(|started| Some(started.outcome.ok()?.alive)).collect();
    House { router, alive }
}

/// The book, and these labs by their ids, not guarded yet.
pub(crate) fn rooms(
    labs: impl Iterator<Item = (&'static str, Router)>,
    listed: &[Listed<'_>],
    news: Newest,
) -> Router {
    let listing = listing::json(listed);
    let routes = labs
        .fold(Router::new(), |routes, (id, router)| routes.nest(&format!("/labs/{id}"), router))
        .route("/labs.json", routing::get(move || async move { listing::reply(listing) }))
        .layer(constant(header::CACHE_CONTROL, "no-store"))
        .layer(middleware::from_fn(guard::same_origin));
    live::routes().fallback(pages::page).with_state(news).merge(routes)
}

/// With what holds for every request: who may ask, and what a browser may do with the answer.
pub(crate) fn guarded(rooms: Router, names: Names) -> Router {
    rooms
        .layer(RequestBodyLimitLayer::new(MOST_BODY))
        .layer(middleware::from_fn_with_state(names, guard::host_and_origin))
        .layer(CatchPanicLayer::new())
        .layer(constant(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Not "no-referrer": a form of such a page, as the class's own, says `Origin: null`, and is refused.
        .layer(constant(header::REFERRER_POLICY, "same-origin"))
        .layer(constant(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(constant(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
}

fn constant(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
