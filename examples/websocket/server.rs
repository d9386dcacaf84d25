//! The server sends every message back.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use tap::{Tap, TcpStream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::library::told;

/// So many connections at once: one that is silent costs next to nothing.
const MOST_CONNECTIONS: usize = 1024;
/// So many WebSockets at once, so that all of them fit into memory with a message
/// each.
const MOST_CLIENTS: usize = 64;
/// A message may be so long, in however many frames.
const MOST_MESSAGE: usize = 16 << 20;
/// The request must be there by then.
const HEAD: Duration = Duration::from_secs(5);
/// A client that sends no message for so long is let go.
const IDLE: Duration = Duration::from_secs(300);
/// A client that does not take its echo for so long, too.
const SLOW: Duration = Duration::from_secs(30);
/// After an error, what the client still sends is read for so long: to hang up on
/// unread bytes resets the connection, and may destroy the Close frame on its way.
const LINGER: Duration = Duration::from_secs(1);

pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tap: Tap,
    sent_only: bool,
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr, tap: &Tap) -> Result<Self> {
        let bound = TcpListener::bind(address).await.and_then(|listener| {
            let address = listener.local_addr()?;
            Ok(Self { listener, address, tap: tap.clone(), sent_only: false })
        });
        bound.with_context(|| {
            format!(
                "cannot listen at {address}; is the port taken? Port 0 takes any"
            )
        })
    }

    /// Records what it sends, where the client records the rest and tells the story.
    pub(crate) fn sent_only(self) -> Self {
        Self { sent_only: true, ..self }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the task is dropped, each client in a task of its own.
    pub(crate) async fn serve(self) {
        let doors = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let places = Arc::new(Semaphore::new(MOST_CLIENTS));
        loop {
            let Ok((stream, from)) = self.listener.accept().await else {
                // Out of file descriptors, or a client that is gone already. The
                // next one is waiting.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            // Else a small frame waits until the one before it is acknowledged.
            let _ = stream.set_nodelay(true);
            let Ok(door) = Arc::clone(&doors).try_acquire_owned() else { continue };
            let Ok(stream) = TcpStream::new(stream, &self.tap) else { continue };
            let stream = if self.sent_only { stream.sent_only() } else { stream };
            let (tap, places) = (self.tap.clone(), Arc::clone(&places));
            tokio::spawn(async move {
                let served = serve_client(stream, &places).await;
                if let Err(error) = served
                    && !self.sent_only
                {
                    tap.tell(&format!("{from}: {}", told(&error)));
                }
                drop(door);
            });
        }
    }
}

async fn serve_client(mut stream: TcpStream, places: &Semaphore) -> Result<()> {
    let config = WebSocketConfig::default()
        // Whoever sends Pings and reads no Pong must not fill the memory with them.
        .max_write_buffer_size(MOST_MESSAGE + (1 << 20))
        .max_message_size(Some(MOST_MESSAGE))
        .max_frame_size(Some(MOST_MESSAGE));
    let handshake = accept_async_with_config(&mut stream, Some(config));
    let mut socket = match timeout(HEAD, handshake).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => {
            refuse(&mut stream, &error).await;
            return Err(error).context("no WebSocket handshake");
        }
        Err(_) => bail!("no request within {HEAD:?}"),
    };
    let (close, error) = match places.try_acquire() {
        Err(_) => (Some((CloseCode::Again, "full")), anyhow!("one too many")),
        Ok(_place) => match echo(&mut socket).await {
            Ok(()) => return Ok(()),
            Err(error) => (fault(&error), error.into()),
        },
    };
    if let Some((code, reason)) = close {
        let close = CloseFrame { code, reason: reason.into() };
        let _ = timeout(SLOW, socket.close(Some(close))).await;
        linger(&mut stream).await;
    }
    Err(error)
}

// ANCHOR: echo
/// Every message goes back as it came. The library answers pings and Close frames,
/// puts fragments together, and ends what breaks a rule.
async fn echo<S>(socket: &mut WebSocketStream<S>) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = in_time(IDLE, socket.next()).await? {
        let message = message?;
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            in_time(SLOW, socket.send(message)).await??;
        }
    }
    Ok(())
}
// ANCHOR_END: echo

async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Error> {
    timeout(limit, work)
        .await
        .map_err(|_| Error::Io(io::ErrorKind::TimedOut.into()))
}

/// What a client is told that broke a rule (RFC 6455 section 7.4.1); nothing where
/// there is nobody left to tell.
fn fault(error: &Error) -> Option<(CloseCode, &'static str)> {
    match error {
        Error::Utf8(_) => Some((CloseCode::Invalid, "text must be UTF-8")),
        Error::Capacity(_) => Some((CloseCode::Size, "at most 16 MiB")),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some((CloseCode::Protocol, "against RFC 6455")),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            Some((CloseCode::Away, "idle"))
        }
        _ => None,
    }
}

/// Tells whoever sent no WebSocket request what was expected.
async fn refuse(stream: &mut TcpStream, error: &Error) {
    let body = format!("This is a WebSocket server: {error}\n");
    let response = format!(
        "HTTP/1.1 400 Bad Request\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n\
         {body}",
        body.len()
    );
    let _ = timeout(SLOW, stream.write_all(response.as_bytes())).await;
    linger(stream).await;
}

/// Reads and forgets what still comes, until the client hangs up.
async fn linger(stream: &mut TcpStream) {
    let _ = stream.shutdown().await;
    let mut buffer = [0; 4096];
    let drain =
        async { while matches!(stream.read(&mut buffer).await, Ok(1..)) {} };
    let _ = timeout(LINGER, drain).await;
}
