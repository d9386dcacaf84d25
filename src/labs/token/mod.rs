//! The token lab: a token of the workbook's own app, byte by byte, and who would let its bearer in.
//!
//! ```text
//! POST /labs/token/sign   JSON: {"channel", "uid", "role": "publisher" | "subscriber", "seconds"}
//!                         JSON: {"token"}
//! POST /labs/token/read   JSON: {"token", "certificate"?, "channel"?, "uid"?, "later"?}, at most 60 KiB
//!                         JSON: {"html", "verdict"}
//! ```
//!
//! It listens on nothing of its own, and keeps nothing: a certificate that a reader types in checks one token and is
//! forgotten. The app is made up anew in each run, so its tokens are worth nothing elsewhere.

mod app;
mod reading;

pub use app::{App, Role, Wish, app};

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Lab, Running};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "token",
    title: "Sign a token, then try to get in with it",
    about: "Here you have a token signed, see each of its bytes, change it, and see who still lets you in and why nobody does. You can paste a token of your own, too.",
    start: |_| Box::pin(async { Ok(run()) }),
};

/// A token of a call has some 200 characters.
const LONGEST: usize = 60 * 1024;
/// So long may the body of a request take.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many tokens are looked at at once.
const MOST: usize = 4;

fn run() -> Running {
    let router = Router::new()
        .route("/sign", post(sign))
        .route("/read", post(read))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(Arc::new(Semaphore::new(MOST)));
    Running { addresses: Vec::new(), router, alive: Box::new(()) }
}

/// Seconds since 1970, which tokens count in.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

async fn sign(request: Request) -> Response {
    let wish = match body::<Wish>(request).await {
        Ok(wish) => wish,
        Err(refused) => return refused,
    };
    match app().sign(&wish, now()) {
        Ok(token) => not_kept(Json(json!({ "token": token }))),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{why}\n")).into_response(),
    }
}

async fn read(State(turns): State<Arc<Semaphore>>, request: Request) -> Response {
    let question = match body::<reading::Question>(request).await {
        Ok(question) => question,
        Err(refused) => return refused,
    };
    let Ok(_turn) = turns.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    match spawn_blocking(move || reading::read(&question, app(), now())).await {
        Ok(Ok(reading)) => not_kept(Json(reading)),
        Ok(Err(why)) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{why}\n")).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The JSON that was sent.
async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Response> {
    // A body that never ends would keep its connection's place.
    match timeout(PATIENCE, Json::<T>::from_request(request, &())).await {
        Ok(Ok(Json(body))) => Ok(body),
        // It quotes what it found, and that may be a certificate in the wrong place.
        Ok(Err(refused)) => {
            let why = "expected JSON of at most 60 KiB, with the fields and types that the page sends\n";
            Err((refused.status(), why).into_response())
        }
        Err(_) => {
            let why = format!("expected the whole request within {} s\n", PATIENCE.as_secs());
            Err((StatusCode::REQUEST_TIMEOUT, why).into_response())
        }
    }
}

/// A token is as good as a key while it counts: no cache is to have it.
fn not_kept(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}
