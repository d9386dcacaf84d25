//! Who gets in, and the WebSocket that signals.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::caller::Caller;
use super::{Counted, Shared, signaling};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/", get(open)).with_state(shared)
}

async fn open(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Some(why) = shared.wiretap.refusal(&headers) {
        return (StatusCode::FORBIDDEN, format!("refused: {why}\n")).into_response();
    }
    let Ok(place) = Arc::clone(&shared.places).try_acquire_owned() else {
        let why = format!("{} calls are under way already: wait until one has ended\n", shared.limits.calls);
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let recorder = shared.wiretap.recorder(from);
    upgrade
        .max_message_size(signaling::LONGEST)
        .max_frame_size(signaling::LONGEST)
        .max_write_buffer_size(1 << 20)
        .on_upgrade(async move |socket| {
            let _counted = Counted::in_gauge(&shared.calls);
            shared.total.fetch_add(1, Ordering::Relaxed);
            Caller::new(&shared, socket, recorder).serve().await;
            drop(place);
        })
}
