//! Offers and answers as the crate `webrtc` makes them, line by line: chance is left out by field, nothing else is.

#[path = "sdp_peers/mod.rs"]
#[expect(dead_code, reason = "the corpus of SDP takes more of it")]
mod sdp_peers;
#[path = "sdp_redacted/mod.rs"]
mod sdp_redacted;

use sdp_peers::tokio_peer::TokioPeer;
use sdp_peers::{Pair, Part, rejected, renegotiation, restart};
use sdp_redacted::Chance;

/// Each round's offer and answer, one after the other.
fn redacted(rounds: &[[String; 2]]) -> String {
    let mut chance = Chance::default();
    let descriptions = rounds.iter().flatten().zip(["offer", "answer"].into_iter().cycle());
    descriptions.map(|(sdp, kind)| format!("{kind}\n{}\n\n", chance.redact(sdp))).collect()
}

async fn once(parts: &[Part]) -> Vec<[String; 2]> {
    let mut pair = Pair::<TokioPeer>::new(parts).await.unwrap();
    let round = pair.negotiate().await.unwrap();
    pair.close().await.unwrap();
    vec![round]
}

#[tokio::test]
async fn data_only() {
    insta::assert_snapshot!(redacted(&once(&[Part::Data]).await));
}

#[tokio::test]
async fn data_with_every_candidate() {
    let mut pair = Pair::<TokioPeer>::new(&[Part::Data]).await.unwrap();
    let round = pair.negotiate_gathered().await.unwrap();
    pair.close().await.unwrap();
    insta::assert_snapshot!(redacted(&[round]));
}

#[tokio::test]
async fn audio_and_video() {
    insta::assert_snapshot!(redacted(&once(&[Part::Audio, Part::Video]).await));
}

#[tokio::test]
async fn receive_only_offers_every_codec() {
    insta::assert_snapshot!(redacted(&once(&[Part::ReceiveAudio, Part::ReceiveVideo]).await));
}

#[tokio::test]
async fn simulcast() {
    insta::assert_snapshot!(redacted(&once(&[Part::Simulcast]).await));
}

#[tokio::test]
async fn a_rejected_m_line_keeps_its_place_with_port_0() {
    insta::assert_snapshot!(redacted(&[rejected::<TokioPeer>().await.unwrap()]));
}

#[tokio::test]
async fn renegotiation_adds_an_m_line_after_those_that_are_there() {
    insta::assert_snapshot!(redacted(&renegotiation::<TokioPeer>().await.unwrap()));
}

#[tokio::test]
async fn an_ice_restart_changes_ufrag_and_password_and_no_fingerprint() {
    insta::assert_snapshot!(redacted(&restart::<TokioPeer>().await.unwrap()));
}

/// What the snapshots leave out must still be there and differ: a constant would be no chance.
#[tokio::test]
async fn what_is_left_out_is_chance() {
    let parts = [Part::Audio, Part::Video, Part::Data];
    let [[first, _], [second, _]] = [once(&parts).await.remove(0), once(&parts).await.remove(0)];
    let mut chance = Chance::default();
    let alone = chance.redact(&first);
    let beside = chance.redact(&second);
    assert_ne!(alone, beside, "the second draws other values, so it gets other numbers");
    assert_eq!(alone, Chance::default().redact(&second));
}
