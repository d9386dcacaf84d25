//! The check list lab: how ICE chooses, pair by pair.
//!
//! ```text
//! POST /labs/checks/run   JSON: a question, as of the network lab   JSON: {film, outcome, bounds, moments, candidates}
//! ```
//!
//! Bounds and turns are those of [`super::network`].

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::Response;
use axum::routing::post;
use scenario::{CandidateView, Moment, Setting, Story, What};
use serde::Serialize;

use super::network::ending::Ending;
use super::network::film::Film;
use super::network::turns::Turns;
use super::network::{LONGEST, answer, bounds, film_of};
use super::{Lab, Running};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "checks",
    title: "The check list, as it is worked off",
    about: "Here two real ICE agents go through their check lists: you see pairs wait, get checked, succeed or fail, and one be nominated, with as much loss as you like.",
    start: |_| Box::pin(async { Ok(run()) }),
};

fn run() -> Running {
    let router = Router::new()
        .route("/run", post(play))
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
    /// What happened in the agents, check lists among it.
    moments: Vec<Moment>,
    /// What each side gathered.
    candidates: [Vec<CandidateView>; 2],
}

/// So many changes of a check list are shown; a list is some kilobytes, and changes with each packet.
const MOST_LISTS: usize = 600;

async fn play(State(turns): State<Turns>, request: Request) -> Response {
    answer(&turns, request, told).await
}

fn told(story: &Story, setting: &Setting) -> Answer {
    let film = film_of(story, setting);
    let mut lists = 0;
    let shown = story.moments.iter().filter(|moment| {
        lists += usize::from(matches!(moment.what, What::CheckList(_)));
        !matches!(moment.what, What::CheckList(_)) || lists <= MOST_LISTS
    });
    let moments: Vec<_> = shown.cloned().collect();
    let mut bounds = bounds(story, &film);
    if lists > MOST_LISTS {
        let more = format!("{} more changes of the lists are not shown.", lists - MOST_LISTS);
        bounds = Some(bounds.map_or(more.clone(), |bounds| format!("{bounds} {more}")));
    }
    Answer { outcome: Ending::of(story, &film), film, bounds, moments, candidates: story.candidates.clone() }
}
