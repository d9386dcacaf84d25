//! Takes every handshake that works for plain WebSocket, what is spoken in it too.

use exercises::socketio::is_it_websocket::{Answer, Capture, Head, accept};

/// Whether a plain WebSocket client can talk to the server of this capture.
pub fn speaks(capture: &Capture) -> Answer {
    if capture.client.starts_with(b"PRI * HTTP/2.0") {
        return Answer::Http2;
    }
    let (Some(request), Some(response)) = (Head::read(&capture.client), Head::read(&capture.server)) else {
        return Answer::NotHttp;
    };
    let engine_io = request.first_line.contains("EIO=4");

    if !response.first_line.starts_with("HTTP/1.1 101") {
        let kind = response.header("Content-Type").unwrap_or_default();
        return match () {
            () if kind.starts_with("text/event-stream") => Answer::EventStream,
            () if engine_io => Answer::LongPolling,
            () => Answer::Failed,
        };
    }

    let upgrade = response.header("Upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    let connection = lists(response.header("Connection"), |word| word.eq_ignore_ascii_case("upgrade"));
    let asked_for = request.header("Sec-WebSocket-Key").map(accept);
    let accepted = asked_for.is_some_and(|accept| response.header("Sec-WebSocket-Accept") == Some(&accept));
    let protocol = response
        .header("Sec-WebSocket-Protocol")
        .is_none_or(|chosen| lists(request.header("Sec-WebSocket-Protocol"), |offered| offered == chosen));

    match upgrade && connection && accepted && protocol {
        false => Answer::Failed,
        true => Answer::WebSocket,
    }
}

/// Whether a field holds such a word in its list.
fn lists(value: Option<&str>, wanted: impl Fn(&str) -> bool) -> bool {
    value.is_some_and(|value| value.split(',').any(|word| wanted(word.trim())))
}

exercises::check!(socketio::is_it_websocket(speaks));
