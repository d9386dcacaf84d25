//! Both ends on loopback: ping offers, pong answers.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, Result};
use tap::{Random, Tap, TcpStream};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::explain;
use crate::http::{self, Target};
use crate::media::{Codecs, Media, Part};
use crate::peer::Peer;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) async fn tell(
    media: Media,
    tap: &Tap,
    mut random: Random,
) -> Result<()> {
    let (sends, sends_back, reads) = media.both_ends();
    let listener = TcpListener::bind((LOOPBACK, 0)).await;
    let listener = listener.context("cannot open a socket on loopback")?;
    let address = listener.local_addr()?;
    tap.name(address, "pong");
    let other = Random::new(Some(u64::from_be_bytes(random.bytes())));
    let pong = tokio::spawn(pong(listener, sends_back, reads, tap.clone(), other));

    let mut ping = Peer::new(LOOPBACK, Codecs::All, random).await?;
    let offer = ping.offer(sends).await?;
    tap.say("1. ping makes an offer: what it would send, what it can receive, and how to reach it.");
    explain::description(&offer.sdp, tap);

    tap.say("2. The offer goes to pong, and pong's answer comes back: JSON over HTTP, since SDP does not say how it travels.");
    // Each end records what it sends: every packet is whole as it was sent.
    let stream = TcpStream::connect(address, tap).await?.sent_only();
    tap.name(stream.local_addr(), "ping");
    let answer = http::post(stream, &Target::at(address), &offer).await?;

    tap.say(
        "3. pong's answer: a section for each of the offer's, in the same order.",
    );
    explain::description(&answer.sdp, tap);
    ping.accept(answer.clone()).await?;
    explain::agreement(&offer.sdp, &answer.sdp, tap);
    ping.close().await?;
    pong.abort();
    Ok(())
}

/// The other end: one connection, one answer.
async fn pong(
    listener: TcpListener,
    sends_back: &[Part],
    reads: Codecs,
    tap: Tap,
    random: Random,
) -> Result<()> {
    let (stream, _ping) = listener.accept().await?;
    let stream = TcpStream::new(stream, &tap)?.sent_only();
    let pong = Mutex::new(Peer::new(LOOPBACK, reads, random).await?);
    let answer = async |offer| pong.lock().await.answer(offer, sends_back).await;
    http::serve(stream, answer).await
}
