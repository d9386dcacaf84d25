//! Who may open a WebSocket: on the lab's own port, where a wiretap may stand in front, and at the workbook.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::member::Member;
use super::{Counted, Shared};
use crate::labs::wiretap::Recorder;

/// The lab's own port. `Host` and `Origin` are checked here: [`crate::labs::Names`] says why.
pub(super) fn own(shared: Arc<Shared>) -> Router {
    Router::new().route("/", get(tapped)).with_state(shared)
}

/// A route of the workbook, which has checked them already. What passes there is not recorded.
pub(super) fn workbook(shared: Arc<Shared>) -> Router {
    let join =
        async |State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade| open(shared, None, upgrade);
    Router::new().route("/join", get(join)).with_state(shared)
}

async fn tapped(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Some(why) = shared.wiretap.refusal(&headers) {
        return (StatusCode::FORBIDDEN, format!("refused: {why}\n")).into_response();
    }
    let recorder = shared.wiretap.recorder(from);
    open(shared, recorder, upgrade)
}

fn open(shared: Arc<Shared>, recorder: Option<Recorder>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&shared.places).try_acquire_owned() else {
        let why = format!("{} are here already: wait until one has left\n", shared.limits.sockets);
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    upgrade
        .max_message_size(sfu::signaling::LONGEST)
        .max_frame_size(sfu::signaling::LONGEST)
        .max_write_buffer_size(1 << 20)
        .on_upgrade(async move |socket| {
            let _counted = Counted::in_gauge(&shared.counts.sockets);
            Member::new(&shared, socket).serve(recorder).await;
            drop(place);
        })
}
