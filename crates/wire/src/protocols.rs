//! The protocols that this crate dissects.

use crate::agora;
use crate::cursor::Stop;
use crate::dcep;
use crate::dtls;
use crate::engineio;
use crate::http;
use crate::layer::Layer;
use crate::rtcp;
use crate::rtp;
use crate::sctp;
use crate::sdp;
use crate::socketio;
use crate::spec::Spec;
use crate::stun;
use crate::tree::Field;
use crate::websocket;

/// Every protocol known, those that are surest of themselves first.
pub static LAYERS: &[&Layer] = &[
    &stun::STUN,
    &dtls::DTLS,
    &http::HTTP,
    &sdp::SDP,
    &sdp::CANDIDATE,
    &agora::AGORA,
    &stun::CHANNEL_DATA,
    &websocket::FRAME,
    &engineio::ENGINEIO,
    &socketio::SOCKETIO,
    &sctp::SCTP,
    &dcep::DCEP,
    &rtcp::RTCP,
    &rtp::RTP,
    &DATA,
];

/// Bytes that no protocol claims.
pub static DATA: Layer = Layer {
    id: "data",
    root: &Field::new("Data", Spec::Own, "Bytes that no protocol known here claims."),
    claims: |_| true,
    dissect: |_| Err(Stop),
    summary: |d| format!("{} bytes", d.wire().len()),
};

/// The protocol of that id.
#[must_use]
pub fn named(id: &str) -> Option<&'static Layer> {
    LAYERS.iter().copied().find(|layer| layer.id.eq_ignore_ascii_case(id))
}

/// The protocol that a datagram looks like. Where several share a port, the first byte tells (RFC 7983
/// section 7), and the protocol's own signs confirm it.
#[must_use]
pub fn guess(datagram: &[u8]) -> &'static Layer {
    LAYERS.iter().copied().find(|layer| (layer.claims)(datagram)).unwrap_or(&DATA)
}
