//! Live reload: an open page hears of each rebuild, and of what is wrong with one that failed.
//!
//! A message is the whole state, `{"edition":3,"broken":null}`, so that a page which missed some is right
//! again after the next. The page reloads when the edition is not its own.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::pages::{Leaves, print};
use crate::book::Site;

/// So many pages may be open at once.
const MOST_PAGES: usize = 128;

/// The newest edition that could be built, and the mistakes in what came after it.
#[derive(Debug)]
pub struct News {
    edition: u64,
    pub(super) leaves: Arc<Leaves>,
    broken: Option<String>,
}

/// Whoever builds the book tells here how it went.
#[derive(Debug)]
pub struct Edition {
    news: watch::Sender<Arc<News>>,
}

impl Edition {
    /// The first edition. `number` differs from that of an earlier run, so that its open pages reload too.
    #[must_use]
    pub fn first(site: &Site, number: u64) -> Self {
        let leaves = Arc::new(print(site, number));
        let news = watch::Sender::new(Arc::new(News { edition: number, leaves, broken: None }));
        Self { news }
    }

    /// Where to hear of the next.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<News>> {
        self.news.subscribe()
    }

    /// The book was built again.
    pub fn next(&self, site: &Site) {
        let edition = self.news.borrow().edition + 1;
        let leaves = Arc::new(print(site, edition));
        self.news.send_replace(Arc::new(News { edition, leaves, broken: None }));
    }

    /// The book could not be built again: the last edition stays.
    pub fn broken(&self, why: impl Into<String>) {
        self.news.send_modify(|news| {
            let News { edition, leaves, .. } = &**news;
            *news =
                Arc::new(News { edition: *edition, leaves: Arc::clone(leaves), broken: Some(why.into()) });
        });
    }
}

/// The page, with the script that listens.
pub(super) fn with_script(html: &str, edition: u64) -> String {
    let script = format!("<script src=\"/__live.js\" data-edition=\"{edition}\" defer></script>\n");
    match html.rfind("</body>") {
        Some(at) => format!("{}{script}{}", &html[..at], &html[at..]),
        None => html.to_owned(),
    }
}

pub(super) fn routes() -> Router<watch::Receiver<Arc<News>>> {
    let script = ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("live.js"));
    let free = Arc::new(Semaphore::new(MOST_PAGES));
    Router::new()
        .route("/__live", routing::get(move |news, upgrade| listen(news, upgrade, Arc::clone(&free))))
        .route("/__live.js", routing::get(move || async move { script.into_response() }))
}

async fn listen(
    State(news): State<watch::Receiver<Arc<News>>>,
    upgrade: WebSocketUpgrade,
    free: Arc<Semaphore>,
) -> Response {
    let Ok(place) = free.try_acquire_owned() else {
        let why = format!("{MOST_PAGES} pages are open already: close one of them\n");
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    // Nothing a page sends here means anything.
    upgrade.max_message_size(1024).max_frame_size(1024).max_write_buffer_size(1 << 20).on_upgrade(
        async move |socket| {
            tell(socket, news).await;
            drop(place);
        },
    )
}

async fn tell(mut socket: WebSocket, mut news: watch::Receiver<Arc<News>>) {
    loop {
        let message = {
            let news = news.borrow_and_update();
            json!({ "edition": news.edition.to_string(), "broken": news.broken }).to_string()
        };
        if socket.send(Message::text(message)).await.is_err() {
            return;
        }
        loop {
            tokio::select! {
                change = news.changed() => match change {
                    Ok(()) => break,
                    Err(_) => return,
                },
                received = socket.recv() => if !matches!(received, Some(Ok(_))) { return },
            }
        }
    }
}
