//! Calls whoever takes offers at a URL: `--answer` of this program, or another's.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tap::{Tap, TcpStream};
use tokio::net::lookup_host;
use tokio::time::timeout;
use webrtc::peer_connection::RTCSessionDescription;

use crate::peer::{self, Peer, Settings};
use crate::signaling::Description;
use crate::target::Target;

/// No answer may be longer.
const MOST_ANSWER: usize = 256 << 10;

/// There is the other end's side to what went wrong, or there is no other end.
#[derive(Debug)]
pub(crate) struct NoAnswer(String);

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoAnswer {}

/// What is said to whom.
pub(crate) struct Question<'a> {
    pub(crate) target: &'a Target,
    pub(crate) message: &'a str,
    pub(crate) patience: Duration,
}

pub(crate) async fn call(
    question: &Question<'_>,
    settings: &Settings,
    tap: &Tap,
) -> Result<()> {
    let Question { target, message, patience } = question;
    let stream = within(*patience, "no connection", reach(target, tap)).await?;
    let at = stream.local_addr().ip();
    tap.name(stream.local_addr(), "us, signaling");
    tap.name(stream.peer_addr(), "them, signaling");
    let mut us = Peer::new(at, settings).await?;
    let channel = us.connection.create_data_channel("chat", None).await?;

    tap.say(&format!("An offer, with all candidates in it, to {target}."));
    let offer = us.connection.create_offer(None).await?;
    us.connection.set_local_description(offer).await?;
    us.gathered().await?;
    let offer = us.connection.local_description().await;
    let sdp = offer.context("no offer came to be")?.sdp;
    let offer = Description { kind: "offer".to_owned(), sdp };
    let answer =
        within(*patience, "no answer", post(stream, target, &offer)).await?;
    tap.learned("An answer. Both ends look for a way now.");

    let answer = RTCSessionDescription::answer(answer).context("no such answer")?;
    us.connection.set_remote_description(answer).await?;
    within(*patience, "no connection", us.connected()).await?;
    within(*patience, "no open channel", peer::open(&channel)).await?;
    tap.learned("A channel is open.");

    tap.say(&format!("A message: {message:?}."));
    channel.send_text(message).await?;
    let back =
        within(*patience, "no message came", peer::message(&channel)).await?;
    tap.learned(&format!("{back:?} came back."));

    tap.say("Goodbye.");
    channel.close().await?;
    within(*patience, "no end of the channel", peer::closed(&channel)).await?;
    us.connection.close().await?;
    Ok(())
}

async fn reach(target: &Target, tap: &Tap) -> Result<TcpStream> {
    let mut refusals = String::new();
    let (host, port) = (&*target.host, target.port);
    let found = lookup_host((host, port)).await;
    for address in found.with_context(|| format!("cannot find the host {host}"))? {
        match TcpStream::connect(address, tap).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refusals.push_str(&format!("{address}: {error}. ")),
        }
    }
    bail!("{refusals}Is anyone there? `--answer ADDR` answers")
}

// ANCHOR: post
/// All of signaling, where nothing is trickled: a request and its response.
async fn post(
    stream: TcpStream,
    target: &Target,
    offer: &Description,
) -> Result<String> {
    let request = Request::post(&target.path)
        .header("Host", &target.authority)
        .header("Content-Type", "application/json")
        .body(Full::<Bytes>::from(serde_json::to_vec(offer)?))?;
    let (mut http, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let response = http.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST_ANSWER).collect().await;
    let body = body.map_err(anyhow::Error::from_boxed)?.to_bytes();
    let said: String = String::from_utf8_lossy(&body)
        .chars()
        .take(200)
        .filter(|c| !c.is_control())
        .collect();
    ensure!(status.is_success(), "the server refuses: {status}: {said}");
    let answer = serde_json::from_slice::<Description>(&body);
    let answer = answer.with_context(|| {
        format!("expected {{\"type\":\"answer\",\"sdp\":…}}, found {said:?}")
    })?;
    ensure!(answer.kind == "answer", "expected an answer, found {:?}", answer.kind);
    Ok(answer.sdp)
}
// ANCHOR_END: post

/// Waits no longer than that; what goes wrong then is the other end's doing, or its
/// silence.
async fn within<T>(
    patience: Duration,
    silence: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let late = || format!("{silence} within {} s", patience.as_secs_f64());
    let done =
        timeout(patience, work).await.with_context(late).and_then(|done| done);
    done.map_err(|error| NoAnswer(format!("{error:#}")).into())
}
