//! The same offer, to a peer somewhere else.

use std::time::Duration;

use anyhow::Result;
use tap::{Random, Tap, TcpStream};
use tokio::time::timeout;

use crate::explain;
use crate::http::{self, NoAnswer, Target};
use crate::media::{Codecs, Media};
use crate::peer::Peer;

/// Offers, shows the answer, and leaves it at that: no call is made.
pub(crate) async fn offer(
    target: &Target,
    media: Media,
    patience: Duration,
    tap: &Tap,
    random: Random,
) -> Result<()> {
    let stream = within(patience, "no connection", target.connect()).await?;
    let stream = TcpStream::new(stream, tap)?;
    tap.name(stream.local_addr(), "ping");
    tap.name(stream.peer_addr(), &target.host);

    // The address that reaches the peer by TCP is the one to offer it.
    let mut ping = Peer::new(stream.local_addr().ip(), Codecs::All, random).await?;
    let (sends, ..) = media.both_ends();
    let offer = ping.offer(sends).await?;
    tap.say("1. The offer: what we would send, what we can receive, and how to reach us.");
    explain::description(&offer.sdp, tap);

    tap.say(&format!("2. It goes to {}, and an answer comes back.", target.host));
    let answer = http::post(stream, target, &offer);
    let answer = within(patience, "no answer", answer).await?;

    tap.say("3. The answer: a section for each of the offer's, in the same order.");
    explain::description(&answer.sdp, tap);
    within(patience, "no end of reading it", ping.accept(answer.clone())).await?;
    explain::agreement(&offer.sdp, &answer.sdp, tap);
    tap.tell(
        "No call follows: `cargo run --example webrtc -- --call URL` makes one.",
    );
    ping.close().await
}

/// Waits no longer than that; what goes wrong then is the peer's answer, or its silence.
async fn within<T>(
    patience: Duration,
    silence: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let late =
        || NoAnswer(format!("{silence} within {} s", patience.as_secs_f64()));
    let done = timeout(patience, work).await.map_err(|_| late())?;
    done.map_err(|error| NoAnswer(format!("{error:#}")).into())
}
