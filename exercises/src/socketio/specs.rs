//! The sections that verdicts of this chapter cite.

use wire::Spec;

const fn page(title: &'static str, url: &'static str) -> Spec {
    Spec::Page { title, url }
}

pub(super) const ENGINEIO_ENCODING: Spec = page(
    "Engine.IO protocol 4, Packet encoding",
    "https://github.com/socketio/engine.io-protocol#packet-encoding",
);
pub(super) const POLLING: Spec = page(
    "Engine.IO protocol 4, HTTP long-polling",
    "https://github.com/socketio/engine.io-protocol#http-long-polling",
);
pub(super) const HEARTBEAT: Spec =
    page("Engine.IO protocol 4, Heartbeat", "https://github.com/socketio/engine.io-protocol#heartbeat");
pub(super) const UPGRADE: Spec =
    page("Engine.IO protocol 4, Upgrade", "https://github.com/socketio/engine.io-protocol#upgrade");
pub(super) const HANDSHAKE: Spec =
    page("Engine.IO protocol 4, Handshake", "https://github.com/socketio/engine.io-protocol#handshake");
pub(super) const WEBSOCKET: Spec =
    page("Engine.IO protocol 4, WebSocket", "https://github.com/socketio/engine.io-protocol#websocket");

pub(super) const ENCODING: Spec = page(
    "Socket.IO protocol 5, Packet encoding",
    "https://github.com/socketio/socket.io-protocol#packet-encoding",
);
pub(super) const CONNECTION: Spec = page(
    "Socket.IO protocol 5, Connection to a namespace",
    "https://github.com/socketio/socket.io-protocol#connection-to-a-namespace",
);
pub(super) const SENDING: Spec = page(
    "Socket.IO protocol 5, Sending and receiving data",
    "https://github.com/socketio/socket.io-protocol#sending-and-receiving-data",
);
pub(super) const ACKNOWLEDGEMENT: Spec = page(
    "Socket.IO protocol 5, Acknowledgement",
    "https://github.com/socketio/socket.io-protocol#acknowledgement",
);
pub(super) const SINCE_4: Spec = page(
    "Socket.IO protocol 5, Difference between v5 and v4",
    "https://github.com/socketio/socket.io-protocol#difference-between-v5-and-v4",
);
pub(super) const GUARANTEES: Spec =
    page("Socket.IO, Delivery guarantees", "https://socket.io/docs/v4/delivery-guarantees");
