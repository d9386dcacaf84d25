//! # webrtc::which_layer_failed: a solution
//!
//! From below to above: the first layer whose answer is missing has failed, and what stands above it says nothing.
//! Two things are no layer of their own: a call that was ended on purpose (close_notify), and one that lost its peer
//! later.
//!
//! Only packets between ping and pong count for ICE. The STUN server answers in each of these captures, also where no
//! check got through.
//!
//! Consent is a question of order: is there a check after the last response? One alone proves nothing yet, since its
//! response may be on the way, or lost; so it takes three. (By RFC 7675 it is 30 seconds without a response.)

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
    if has("DTLS Alert fatal bad_certificate") {
        return Layer::Fingerprint;
    }
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
