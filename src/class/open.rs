//! What a class gets to: an allow list. A lab that talks to the reader by a port of its own on loopback is not for others.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use crate::labs::http::{Listed, Started};

/// Labs, and the routes of each.
const OPEN: &[(&str, &[&str])] = &[
    ("sfu", &["/join"]),
    ("token", &["/sign", "/read"]),
    ("sdp", &["/read"]),
    ("network", &["/run", "/packet"]),
    ("checks", &["/run"]),
];

/// Why the others are not.
const CLOSED: &str = "this lab works on the machine that serves the class only";

/// The labs that are open, each with the routes that are.
pub(super) fn to_the_class(labs: &[Started]) -> impl Iterator<Item = (&'static str, Router)> + '_ {
    labs.iter().filter_map(|started| {
        let running = started.outcome.as_ref().ok()?;
        let (id, routes) = OPEN.iter().find(|(id, _)| *id == started.lab.id)?;
        let only = move |request: Request, next: Next| only(routes, request, next);
        Some((*id, running.router.clone().layer(middleware::from_fn(only))))
    })
}

async fn only(routes: &[&str], request: Request, next: Next) -> Response {
    if routes.contains(&request.uri().path()) {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// What is said of each lab.
pub(super) fn listing(labs: &[Started]) -> Vec<Listed<'_>> {
    let is_open = |started: &Started| OPEN.iter().any(|(id, _)| *id == started.lab.id);
    labs.iter()
        .map(|started| {
            if is_open(started) {
                Listed::without_addresses(started)
            } else {
                Listed::closed(started, CLOSED)
            }
        })
        .collect()
}
