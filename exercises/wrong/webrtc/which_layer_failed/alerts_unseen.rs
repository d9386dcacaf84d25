//! Never looks for alerts of DTLS.

use exercises::webrtc::which_layer_failed::{Host, Layer, Packet};

/// The layer in which a call failed.
pub fn failed(packets: &[Packet]) -> Layer {
    let has = |what: &str| packets.iter().any(|packet| packet.what == what);
    let response = |packet: &Packet| packet.from == Host::Pong && packet.what == "STUN Binding success response";

    if has("DTLS Alert warning close_notify") {
        return Layer::Nothing;
    }
    if !has("WebSocket answer") {
        return Layer::Signaling;
    }
    if has("STUN Binding error response 401") {
        return Layer::Credentials;
    }
    let Some(last_response) = packets.iter().rposition(response) else { return Layer::Path };
    if !has("SCTP INIT ACK") {
        return Layer::Association;
    }
    if has("SCTP RE-CONFIG outgoing stream reset") {
        return Layer::Channel;
    }
    let unanswered = packets[last_response..].iter().filter(|packet| packet.what == "STUN Binding request");
    if unanswered.count() >= 3 { Layer::Consent } else { Layer::Nothing }
}

exercises::check!(webrtc::which_layer_failed(failed));
