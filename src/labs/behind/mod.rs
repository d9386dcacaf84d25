//! The lab "what am I behind?": what a page can find out about the NAT in front of its reader, by WebRTC's own means.
//!
//! The reader's browser asks several STUN servers from one socket and gathers candidates. The page reports which, and
//! this says what follows from them: [`report`] reads, [`findings`] decides. The servers are those of the STUN lab,
//! which shows the same datagrams as it saw them, or what the reader names. The lab itself sends nothing.
//!
//! ```text
//! GET  /labs/behind/samples   JSON: [{"title", "about", "report": Report}], as a browser reported them elsewhere
//! POST /labs/behind/read      JSON: Report, at most 64 KiB
//!                             JSON: {"findings": [{"id", "question", "answer", "because", "specs": [{name, url}]}],
//!                                    "candidates": [{"line", "about"}]}
//! ```

mod findings;
mod mapping;
mod report;

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::time::timeout;

use super::{Lab, Running};
use findings::Finding;
use report::{Candidate, Report};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "behind",
    title: "What am I behind?",
    about: "Here your browser asks one STUN server at its four addresses from one socket, and the page says what that tells of the NAT in front of you, and what no page can find out.",
    start: |_| Box::pin(async { Ok(run()) }),
};

/// Far more than a browser gathers on a machine with many networks.
const LONGEST: usize = 64 * 1024;
/// So long may the body of a request take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Reports of Chromium from behind Linux's own NATs, in network namespaces.
const SAMPLES: &str = include_str!("samples.json");

fn run() -> Running {
    let router = Router::new()
        .route("/samples", get(async || ([(header::CONTENT_TYPE, "application/json")], SAMPLES)))
        .route("/read", post(answer))
        .layer(DefaultBodyLimit::max(LONGEST));
    Running { addresses: Vec::new(), router, alive: Box::new(()) }
}

/// What the page gets.
#[derive(Serialize)]
struct Reading {
    findings: Vec<Finding>,
    candidates: Vec<Explained>,
}

/// A candidate, and what it is in a sentence.
#[derive(Serialize)]
struct Explained {
    line: String,
    about: String,
}

async fn answer(request: Request) -> Response {
    // A body that never ends would keep its connection's place.
    let report = match timeout(PATIENCE, Json::<Report>::from_request(request, &())).await {
        Ok(Ok(Json(report))) => report,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_) => {
            let why = format!("expected the whole report within {} s\n", PATIENCE.as_secs());
            return (StatusCode::REQUEST_TIMEOUT, why).into_response();
        }
    };
    if let Err(why) = report.fits() {
        return (StatusCode::PAYLOAD_TOO_LARGE, format!("{why}\n")).into_response();
    }
    Json(read(&report)).into_response()
}

fn read(report: &Report) -> Reading {
    let candidates = report.candidates();
    let explained = candidates.iter().map(|it| Explained { line: it.line.clone(), about: about(it) });
    Reading { findings: findings::of(report, &candidates), candidates: explained.collect() }
}

fn about(candidate: &Candidate) -> String {
    let kind = match candidate.kind.as_str() {
        "host" if candidate.is_tcp() => "a TCP port of this machine",
        "host" => "a UDP socket of this machine",
        "srflx" => "where the answers to that socket came from, as a STUN server saw it",
        "prflx" => "what a peer saw",
        "relay" => "an address that a TURN server lends",
        _ => "of a type that is unknown here",
    };
    let mut text = format!("{} at {}: {kind}", candidate.kind, candidate.at());
    if candidate.is_hidden() {
        text += ", its address behind an mDNS name";
    }
    if let Some(url) = candidate.url.as_ref().filter(|url| !url.is_empty()) {
        text += &format!("; {url} said so first");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Sample {
        title: String,
        report: Report,
    }

    #[test]
    fn what_browsers_reported_from_behind_real_nats_is_read_as_what_they_were_behind() {
        let samples: Vec<Sample> = serde_json::from_str(SAMPLES).unwrap();
        let told = samples.iter().map(|Sample { title, report }| {
            report.fits().unwrap();
            let findings = read(report).findings;
            let [nat, mapping, port] = ["nat", "mapping", "port"]
                .map(|id| findings.iter().find(|it| it.id == id).unwrap().answer.clone());
            (title.as_str(), nat, mapping, port)
        });
        let kept = "No: endpoint-independent mapping.";
        for (told, (title, nat, mapping, port)) in told.zip([
            (
                "A router that keeps the mapping",
                "Compare: is 198.51.100.1 an address of your own machine?",
                kept,
                "Yes, this time.",
            ),
            (
                "A router with random ports",
                "Yes.",
                "Yes, on address and port: what RFC 3489 called symmetric.",
                "No.",
            ),
            (
                "No NAT at all",
                "Compare: is 10.0.0.2 an address of your own machine?",
                kept,
                "Yes, this time.",
            ),
            ("UDP blocked", "Unknown: no server answered.", "Unknown.", "Unknown."),
            (
                "Two of four answer",
                "Compare: is 198.51.100.1 an address of your own machine?",
                kept,
                "Yes, this time.",
            ),
        ]) {
            assert_eq!(told, (title, nat.to_owned(), mapping.to_owned(), port.to_owned()));
        }
        assert_eq!(samples.len(), 5);
    }
}
