//! How two peers find each other: JSON over a WebSocket. WebRTC leaves this to the
//! program (RFC 8825 section 3); any way to carry text will do.

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tap::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};
use webrtc::peer_connection::RTCIceCandidateInit;

// ANCHOR: messages
/// All that the two have to say to each other before they can talk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Signal {
    Offer { sdp: String },
    Answer { sdp: String },
    Candidate(RTCIceCandidateInit),
    Bye,
}
// ANCHOR_END: messages

/// What `POST /offer` takes and gives, where nothing is trickled.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Description {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) sdp: String,
}

/// One end of the WebSocket.
pub(crate) struct Signaling(WebSocketStream<TcpStream>);

impl Signaling {
    pub(crate) async fn connect(stream: TcpStream) -> Result<Self> {
        let url = format!("ws://{}/", stream.peer_addr());
        let (socket, _response) = client_async(url, stream).await?;
        Ok(Self(socket))
    }

    pub(crate) async fn accept(stream: TcpStream) -> Result<Self> {
        Ok(Self(accept_async(stream).await?))
    }

    pub(crate) async fn send(&mut self, signal: &Signal) -> Result<()> {
        let text = serde_json::to_string(signal)?;
        Ok(self.0.send(Message::text(text)).await?)
    }

    pub(crate) async fn receive(&mut self) -> Result<Signal> {
        let message = self.0.next().await.context("the other end hung up")??;
        serde_json::from_str(message.to_text()?)
            .context("expected an offer, an answer, a candidate or bye, as JSON")
    }

    pub(crate) async fn close(mut self) -> Result<()> {
        self.0.close(None).await?;
        while let Some(Ok(_)) = self.0.next().await {}
        Ok(())
    }

    pub(crate) async fn offer(&mut self) -> Result<String> {
        match self.receive().await? {
            Signal::Offer { sdp } => Ok(sdp),
            other => bail!("expected an offer, found {other:?}"),
        }
    }

    pub(crate) async fn answer(&mut self) -> Result<String> {
        match self.receive().await? {
            Signal::Answer { sdp } => Ok(sdp),
            other => bail!("expected an answer, found {other:?}"),
        }
    }

    pub(crate) async fn candidate(&mut self) -> Result<RTCIceCandidateInit> {
        match self.receive().await? {
            Signal::Candidate(candidate) => Ok(candidate),
            other => bail!("expected a candidate, found {other:?}"),
        }
    }

    pub(crate) async fn bye(&mut self) -> Result<()> {
        let signal = self.receive().await?;
        ensure!(matches!(signal, Signal::Bye), "expected bye, found {signal:?}");
        Ok(())
    }
}
