//! The packet simulator: two real ICE agents, what stands between them, and each packet's way, step by step.
//!
//! ```text
//! POST /labs/network/run      JSON: a question, at most 4 KiB          JSON: {film, outcome, bounds}
//! POST /labs/network/packet   JSON: a packet of a film, given back     HTML: the packet taken apart
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | [`question`] | what a page may ask for, and within which bounds |
//! | [`turns`] | who is played when, and for how long |
//! | [`film`] | from the simulator's log to what a page draws |
//! | [`ending`] | how it ended, and why, in words |
//! | [`packet`] | one packet taken apart |
//!
//! It listens on nothing of its own and keeps nothing. A run is bounded in virtual time, in events, in real time and in
//! the size of its answer; which bound it met, if any, it says.

pub mod ending;
pub mod film;
mod packet;
pub mod question;
pub mod turns;

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use scenario::{Setting, Story};
use serde::Serialize;
use tokio::time::timeout;

use super::{Lab, Running};
use ending::Ending;
use film::{Cast, Film, Reel};
use question::{LIMITS, Question};
use turns::{Refused, Turns};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "network",
    title: "A network in a box: who meets whom, packet by packet",
    about: "Here you choose what stands before two peers, press go, and watch each packet on its way through NATs and firewalls: which are dropped, where, and why.",
    start: |_| Box::pin(async { Ok(run()) }),
};

/// A question has some 300 letters; a packet that is given back has 3,000 in its bytes.
pub(super) const LONGEST: usize = 4096;
/// So long may the body of a request take.
const PATIENCE: Duration = Duration::from_secs(5);

fn run() -> Running {
    let router = Router::new()
        .route("/run", post(play))
        .route("/packet", post(explain))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(Turns::default());
    Running { addresses: Vec::new(), router, alive: Box::new(()) }
}

/// What the page gets.
#[derive(Serialize)]
struct Answer {
    film: Film,
    outcome: Ending,
    /// Which bound the run met, if any.
    bounds: Option<String>,
}

async fn play(State(turns): State<Turns>, request: Request) -> Response {
    answer(&turns, request, |story, setting| {
        let film = film_of(story, setting);
        Answer { outcome: Ending::of(story, &film), bounds: bounds(story, &film), film }
    })
    .await
}

/// Reads the question, has it played in its turn, and answers with what `told` makes of the story.
pub(super) async fn answer<T: Serialize + 'static>(
    turns: &Turns,
    request: Request,
    told: fn(&Story, &Setting) -> T,
) -> Response {
    let body = match body(request).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let question = Question::read(&body).and_then(|question| Ok((question.setting()?, question.reader)));
    let (setting, reader) = match question {
        Ok(read) => read,
        Err(why) => return (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    };
    let played = turns.play(reader, move |go_on| {
        let story = scenario::play_until(&setting, go_on).map_err(|error| error.to_string())?;
        // To write it takes time too, and nobody else's.
        serde_json::to_vec(&told(&story, &setting)).map_err(|error| error.to_string())
    });
    match played.await {
        Ok(Ok(json)) => ([("content-type", "application/json")], json).into_response(),
        Ok(Err(why)) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        Err(refused) => {
            let status = match refused {
                Refused::Replaced => StatusCode::CONFLICT,
                Refused::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Refused::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, refused.to_string()).into_response()
        }
    }
}

async fn explain(request: Request) -> Response {
    match body(request).await {
        Ok(body) => match packet::explain(&body) {
            Ok(figure) => Html(figure).into_response(),
            Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        },
        Err(refused) => refused,
    }
}

async fn body(request: Request) -> Result<Bytes, Response> {
    // A body that never ends would keep its connection's place.
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(refused)) => Err(refused.into_response()),
        Err(_) => {
            let why = format!("expected the whole request within {} s", PATIENCE.as_secs());
            Err((StatusCode::REQUEST_TIMEOUT, why).into_response())
        }
    }
}

/// The film of a story.
pub(super) fn film_of(story: &Story, setting: &Setting) -> Film {
    let cast = Cast::of(&story.nodes, [&setting.left, &setting.right], setting.play.same_network);
    let mut reel = Reel::new(&cast, setting.link.latency);
    for incident in &story.log {
        reel.take(incident);
    }
    for moment in &story.moments {
        if let Some(text) = ending::noted(moment) {
            reel.note(moment.at, cast.peer(moment.side), text);
        }
    }
    reel.finish()
}

/// Which bound the run met, if any.
pub(super) fn bounds(story: &Story, film: &Film) -> Option<String> {
    let mut met = Vec::new();
    if let scenario::Outcome::Unfinished(unfinished) = &story.outcome {
        met.push(format!(
            "It was stopped at {:.1} s of virtual time: {}. A run may have {} s of that, {} events, and {} s of real time.",
            unfinished.at.as_secs_f64(),
            unfinished.why,
            LIMITS.time.as_secs(),
            LIMITS.events,
            turns::LONGEST.as_secs(),
        ));
    }
    if film.left_out > 0 {
        met.push(format!("{} more packets are not shown.", film.left_out));
    }
    (!met.is_empty()).then(|| met.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_is_shown_or_counted_once_however_many_links_it_crosses() {
        let setting = Setting::between("apdm-eif".parse().unwrap(), "apdm-adf".parse().unwrap());
        let story = scenario::play(&setting).unwrap();
        let film = film_of(&story, &setting);
        assert_eq!(film.packets.len(), Reel::MOST_PACKETS);
        assert_eq!((film.packets.len() + film.left_out + film.icmp) as u64, story.packet_count);
    }
}
