//! The same client against any server.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tap::{Random, Tap, TcpStream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::by_hand::ByHand;
use crate::library::{Client, Message, told};
use crate::target::Target;
use crate::tls;

/// There is a server's side to what went wrong, or there is no server.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(String);

/// What is asked of a server.
pub(crate) struct Question<'a> {
    pub(crate) target: &'a Target,
    pub(crate) message: &'a str,
    pub(crate) patience: Duration,
}

pub(crate) async fn connect(
    question: &Question<'_>,
    tap: &Tap,
    random: Random,
) -> Result<()> {
    let Question { target, patience, .. } = question;
    let addresses = target.resolve().await?;
    let tcp = within(*patience, "no connection", reach(&addresses)).await?;
    let (local, peer) = (tcp.local_addr()?, tcp.peer_addr()?);
    tap.name(local, "ping");
    tap.name(peer, &target.name);
    if !target.tls {
        return converse(question, TcpStream::new(tcp, tap)?, tap, random).await;
    }
    let config = tls::config()?;
    let tls = tls::connect(config, &target.name, tcp);
    let tls = within(*patience, "no end of the TLS handshake", tls).await?;
    tap.tell("Over TLS. What is shown and recorded is what is inside.");
    converse(question, TcpStream::over(tls, local, peer, tap), tap, random).await
}

/// The first of a host's addresses that lets us in.
async fn reach(addresses: &[SocketAddr]) -> Result<tokio::net::TcpStream> {
    let mut refusals = String::new();
    for address in addresses {
        match tokio::net::TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => refusals.push_str(&format!("{address}: {error}. ")),
        }
    }
    bail!("{refusals}Is a server running there? `--listen ADDR` starts one")
}

/// The handshake by hand, which sees most; then the library takes over.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    question: &Question<'_>,
    stream: S,
    tap: &Tap,
    random: Random,
) -> Result<()> {
    let Question { target, message, patience } = question;
    tap.say(&format!(
        "Do you speak WebSocket? Asking {} for {}.",
        target.host, target.path
    ));
    let mut by_hand = ByHand::new(stream, random);
    let handshake =
        async { Ok(by_hand.handshake(&target.host, &target.path).await?) };
    within(*patience, "no response to the handshake", handshake).await?;
    tap.learned("It does: Sec-WebSocket-Accept is what the key demands.");

    let (stream, received) = by_hand.into_parts();
    let socket =
        WebSocketStream::from_partially_read(stream, received, Role::Client, None)
            .await;
    let mut client = Client::from(socket);
    tap.say(&format!("A message: {message:?}. An echo server sends it back."));
    let answer =
        within(*patience, "no message came", client.ask(Message::text(*message)))
            .await?;
    tap.learned(&match &answer {
        Message::Text(text) if text.as_str() == *message => {
            "It came back as it went: an echo server.".to_owned()
        }
        Message::Text(text) => {
            format!("Text of {} bytes came, and it is no echo.", text.len())
        }
        other => format!("{} bytes came, and they are no echo.", other.len()),
    });

    tap.say("Is anyone there? A Ping, which every server must answer.");
    within(*patience, "no Pong came", client.ping(b"are you there?")).await?;
    tap.learned("The Pong brought the same bytes back.");

    tap.say("Goodbye.");
    let goodbye = within(
        *patience,
        "no end of the connection came",
        client.close("that was all"),
    )
    .await?;
    tap.learned(&format!("The server answered {goodbye}."));
    Ok(())
}

/// Waits no longer than that; what goes wrong then is the server's answer, or its
/// silence.
async fn within<T>(
    patience: Duration,
    silence: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let late = || format!("{silence} within {} s", patience.as_secs_f64());
    let done =
        timeout(patience, work).await.with_context(late).and_then(|done| done);
    done.map_err(|error| NoAnswer(told(&error)).into())
}
