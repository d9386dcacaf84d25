//! The handshake lab: the reader edits the request that opens a WebSocket, and sees what a server makes of it.
//!
//! ```text
//! POST /labs/handshake/send     text, at most 8 KiB: the request, its lines ended by LF or CRLF
//!                               JSON: Outcome
//! ```
//!
//! What is sent goes to an echo server that the lab keeps for this and to nowhere else; it is the same that the
//! WebSocket lab runs.

mod send;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::websocket::handshake::LONGEST_HEAD;
use super::websocket::{Echo, Limits, bind};
use super::{Address, Lab, Names, Running, Surroundings};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "handshake",
    title: "Edit the handshake, and see what the server makes of it",
    about: "Here you change the request that opens a WebSocket, send it to the workbook's own server, and see its answer: 101, 400, 403, 426.",
    start: |surroundings| Box::pin(async move { run(&surroundings) }),
};

/// A reader waits for the answer to half a request, so its end comes soon.
const LIMITS: Limits = Limits {
    connections: 64,
    handshake: Duration::from_secs(2),
    idle: Duration::from_secs(10),
    rate: 1 << 20,
};
/// So long may the body of a request take.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many requests are under way at once.
const MOST: usize = 8;

struct Desk {
    server: SocketAddr,
    /// The server's names, and the workbook's.
    known: (Names, Names),
    turns: Semaphore,
}

fn run(surroundings: &Surroundings) -> Result<Running> {
    let listener = bind(None)?;
    let server = listener.local_addr()?;
    let known = (Names::of(server), Names::of(surroundings.workbook));
    let echo = Echo::start(listener, known.clone(), LIMITS);
    let desk = Arc::new(Desk { server, known, turns: Semaphore::new(MOST) });
    let router = Router::new()
        .route("/send", post(answer))
        .layer(DefaultBodyLimit::max(LONGEST_HEAD))
        .with_state(desk);
    let addresses = vec![Address { name: "WebSocket".to_owned(), url: format!("ws://{server}") }];
    Ok(Running { addresses, router, alive: Box::new(echo) })
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    // A body that never ends would keep its connection's place.
    let text = match timeout(PATIENCE, String::from_request(request, &())).await {
        Ok(Ok(text)) => text,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_) => {
            let why = format!("expected the whole request within {} s\n", PATIENCE.as_secs());
            return (StatusCode::REQUEST_TIMEOUT, why).into_response();
        }
    };
    let Ok(_turn) = desk.turns.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    match send::send(&text, desk.server, &desk.known).await {
        Ok(outcome) => Json(outcome).into_response(),
        Err(error) => {
            let why = format!("the lab's own server at {} cannot be reached: {error}\n", desk.server);
            (StatusCode::BAD_GATEWAY, why).into_response()
        }
    }
}
