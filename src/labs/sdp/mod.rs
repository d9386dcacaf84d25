//! The SDP lab: the reader's own session description, each line explained, and what the linter says of it.
//!
//! ```text
//! POST /labs/sdp/read     JSON: {"sdp", "type": "offer" | "answer", "offer"?}, at most 60 KiB
//!                         JSON: {"html", "errors", "warnings", "findings": [{severity, rule, line, column, …}]}
//! ```
//!
//! It listens on nothing of its own, and keeps nothing. What the browser says of the same text the page finds out by
//! itself.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use wire::Severity;
use wire::render::sdp::{SdpView, html};
use wire::sdp::lint::{Finding, Role, annotate, lint};
use wire::sdp::negotiation::negotiate;
use wire::sdp::{Description, Places, SDP};

use super::{Lab, Running};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "sdp",
    title: "Take an SDP apart, then break it",
    about: "Here you take your browser's own offer or paste any other, read what each line says, break it, and see what the linter says beside what your browser says.",
    start: |_| Box::pin(async { Ok(run()) }),
};

/// Some ten times what a browser writes for audio, video and data.
const LONGEST: usize = 60 * 1024;
/// So many lines are looked at: a tree takes far more memory than its text.
const MOST_LINES: usize = 2_000;
/// So long may the body of a request take.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many descriptions are looked at at once.
const MOST: usize = 4;

fn run() -> Running {
    let router = Router::new()
        .route("/read", post(answer))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(Arc::new(Semaphore::new(MOST)));
    Running { addresses: Vec::new(), router, alive: Box::new(()) }
}

/// What the page sends.
#[derive(Deserialize)]
struct Question {
    sdp: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    /// What an answer answers.
    offer: Option<String>,
}

/// What the page gets.
#[derive(Serialize)]
struct Reading {
    html: String,
    errors: usize,
    warnings: usize,
    findings: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    severity: &'static str,
    rule: &'static str,
    line: usize,
    column: usize,
    message: String,
    why: &'static str,
    fix: &'static str,
    spec: Option<String>,
    url: Option<String>,
}

async fn answer(State(turns): State<Arc<Semaphore>>, request: Request) -> Response {
    // A body that never ends would keep its connection's place.
    let question = match timeout(PATIENCE, Json::<Question>::from_request(request, &())).await {
        Ok(Ok(Json(question))) => question,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_) => {
            let why = format!("expected the whole request within {} s\n", PATIENCE.as_secs());
            return (StatusCode::REQUEST_TIMEOUT, why).into_response();
        }
    };
    let texts = [Some(&question.sdp), question.offer.as_ref()];
    if texts.into_iter().flatten().any(|text| text.lines().count() > MOST_LINES) {
        let why = format!("expected at most {MOST_LINES} lines: paste one description\n");
        return (StatusCode::PAYLOAD_TOO_LARGE, why).into_response();
    }
    let Ok(_turn) = turns.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    match spawn_blocking(move || read(&question)).await {
        Ok(reading) => Json(reading).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn read(question: &Question) -> Reading {
    let text = question.sdp.as_bytes();
    let role = match question.kind.as_deref() {
        Some("offer") => Some(Role::Offer),
        Some("answer" | "pranswer") => Some(Role::Answer),
        _ => None,
    };
    let mut tree = SDP.dissect(text);
    let mut findings = lint(&tree, role);
    if let Some(offer) = question.offer.as_ref().filter(|_| role == Some(Role::Answer)) {
        let offer = SDP.dissect(offer.as_bytes());
        if let (Some(offer), Some(answer)) = (Description::of(&offer), Description::of(&tree)) {
            findings.extend(negotiate(&offer, &answer).findings);
        }
    }
    findings.sort_by_key(|found| (found.span.start, found.span.end, std::cmp::Reverse(found.severity)));
    findings.dedup_by_key(|found| (found.span, found.severity));
    annotate(&mut tree, &findings);
    let mut page = String::new();
    // Writing into a string cannot fail.
    let _ = html(&tree, &SdpView { id: "sdp-lab", ..SdpView::default() }, &mut page);
    let places = Places::of(text);
    let count = |severity| findings.iter().filter(|found| found.severity == severity).count();
    Reading {
        html: page,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: findings.iter().map(|found| told(found, &places)).collect(),
    }
}

fn told(found: &Finding, places: &Places<'_>) -> Told {
    let place = places.place(found.span);
    Told {
        severity: match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Good => "note",
        },
        rule: found.id(),
        line: place.line,
        column: place.column,
        message: found.message.to_string(),
        why: found.why(),
        fix: found.fix(),
        spec: found.spec.map(|spec| spec.to_string()),
        url: found.spec.map(|spec| spec.url()).filter(|url| !url.is_empty()),
    }
}
