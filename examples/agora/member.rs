//! Somebody in a channel: a WebSocket to say what is wanted, and two peer connections,
//! `up` for what the member publishes and `down` for what it is sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use sfu::signaling::{FromMember, ToMember};
use tap::{Random, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use webrtc::data_channel::DataChannel;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{PeerConnection, RTCSessionDescription};

use crate::media::Source;
use crate::peer::{self, Event, PATIENCE, Peer, Settings};

/// So many messages may wait on either way.
const MOST_WAITING: usize = 64;

/// The server said no, or nothing: whoever asked is told why.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {why}")]
pub(crate) struct Refused {
    pub(crate) code: String,
    pub(crate) why: String,
}

pub(crate) struct Member {
    pub(crate) up: Peer,
    pub(crate) down: Peer,
    /// What the token lets it publish, as the server says.
    pub(crate) may_publish: Vec<String>,
    pub(crate) others: Vec<String>,
    say: mpsc::Sender<FromMember>,
    heard: mpsc::Receiver<ToMember>,
    talk: JoinHandle<Result<()>>,
    /// What came on `down`, one by one.
    count: mpsc::Sender<Item>,
    counted: mpsc::Receiver<Item>,
}

/// What was received of a track, or of the data.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Packets, by the name of their kind.
    pub(crate) packets: BTreeMap<String, usize>,
    /// Messages as they came.
    pub(crate) messages: Vec<String>,
    /// What the server said meanwhile.
    pub(crate) news: Vec<ToMember>,
}

/// What somebody asks for at the door.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) token: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) uid: &'a str,
}

impl Member {
    // ANCHOR: join
    /// Asks to be let in, with a token.
    pub(crate) async fn join(
        url: &str,
        stream: TcpStream,
        ask: Ask<'_>,
        settings: &Settings,
    ) -> Result<Self> {
        let (mut socket, _response) = client_async(url, stream).await?;
        let (token, channel, uid) =
            (ask.token.into(), ask.channel.into(), ask.uid.into());
        send(&mut socket, &FromMember::Join { token, channel, uid }).await?;
        let (may_publish, others) = match receive(&mut socket).await? {
            ToMember::Joined { members, publish, .. } => (publish, members),
            ToMember::Refused { code, why } => {
                return Err(Refused { code, why }.into());
            }
            other => bail!("expected joined or refused, found {other:?}"),
        };
        let (up, down) = (Peer::new(settings).await?, Peer::new(settings).await?);
        let (say, to_say) = mpsc::channel(MOST_WAITING);
        let (tell, heard) = mpsc::channel(MOST_WAITING);
        let talk = talk(socket, Arc::clone(&down.connection), to_say, tell);
        let talk = tokio::spawn(talk);
        let (count, counted) = mpsc::channel(MOST_WAITING);
        Ok(Self { up, down, may_publish, others, say, heard, talk, count, counted })
    }
    // ANCHOR_END: join

    pub(crate) async fn say(&self, message: FromMember) -> Result<()> {
        Ok(self.say.send(message).await?)
    }

    /// The next message of the server, but for its offers, which are answered.
    pub(crate) async fn hear(&mut self) -> Result<ToMember> {
        let message = timeout(PATIENCE, self.heard.recv()).await;
        let silence = || format!("the server says nothing for {PATIENCE:?}");
        message.with_context(silence)?.context("the server hung up")
    }

    /// Waits for a message; what comes before it is news of others.
    pub(crate) async fn hear_of<T>(
        &mut self,
        wanted: impl Fn(ToMember) -> Option<T>,
    ) -> Result<T> {
        loop {
            let message = self.hear().await?;
            if let ToMember::Refused { code, why } | ToMember::Bye { code, why } =
                &message
            {
                let (code, why) = (code.clone(), why.clone());
                return wanted(message).ok_or(Refused { code, why }.into());
            }
            if let Some(found) = wanted(message) {
                return Ok(found);
            }
        }
    }

    // ANCHOR: publish
    /// Offers sound, pictures and data on `up`, and takes the answer.
    pub(crate) async fn publish(
        &mut self,
        random: &mut Random,
    ) -> Result<Published> {
        let connection = Arc::clone(&self.up.connection);
        let audio = Source::add(&connection, RtpCodecKind::Audio, random).await?;
        let video = Source::add(&connection, RtpCodecKind::Video, random).await?;
        let data = connection.create_data_channel("data", None).await?;
        let offer = connection.create_offer(None).await?;
        connection.set_local_description(offer.clone()).await?;
        self.say(FromMember::Offer { sdp: offer.sdp }).await?;
        let answer = self.hear_of(|message| match message {
            ToMember::Answer { sdp } => Some(sdp),
            _ => None,
        });
        let answer = RTCSessionDescription::answer(answer.await?)?;
        connection.set_remote_description(answer).await?;
        Ok(Published { audio, video, data })
    }
    // ANCHOR_END: publish

    /// Waits until the SFU has a way to it: its channel is the last thing to open.
    pub(crate) async fn reached(&mut self) -> Result<()> {
        loop {
            if let Event::Channel(channel) = self.down.next().await? {
                tokio::spawn(listen(channel, self.count.clone()));
                return Ok(());
            }
        }
    }

    /// Waits until what it publishes has a way to the SFU.
    pub(crate) async fn connected(&mut self, published: &Published) -> Result<()> {
        self.up.connected().await?;
        peer::open(&published.data).await
    }

    /// Takes what comes on `down`, until that is enough.
    pub(crate) async fn receive(
        &mut self,
        received: &mut Received,
        enough: impl Fn(&Received) -> bool,
    ) -> Result<()> {
        while !enough(received) {
            tokio::select! {
                event = self.down.events.recv() => {
                    match event.context("the connection ended")? {
                        Event::Track(track) => drop(tokio::spawn(watch(track, self.count.clone()))),
                        Event::Channel(channel) => {
                            tokio::spawn(listen(channel, self.count.clone()));
                        }
                        Event::State(_) => {}
                    }
                }
                Some(item) = self.counted.recv() => match item {
                    Item::Packet(kind) => *received.packets.entry(kind).or_default() += 1,
                    Item::Message(text) => received.messages.push(text),
                },
                message = self.heard.recv() => match message.context("the server hung up")? {
                    ToMember::Bye { code, why } => return Err(Refused { code, why }.into()),
                    message => received.news.push(message),
                },
            }
        }
        Ok(())
    }

    /// Says goodbye, and closes everything.
    pub(crate) async fn leave(self) -> Result<()> {
        self.say(FromMember::Leave).await?;
        self.close().await
    }

    async fn close(self) -> Result<()> {
        let Self { up, down, say, talk, .. } = self;
        drop(say);
        up.connection.close().await?;
        down.connection.close().await?;
        timeout(PATIENCE, talk).await??
    }
}

/// What a member publishes.
pub(crate) struct Published {
    pub(crate) audio: Source,
    pub(crate) video: Source,
    pub(crate) data: Arc<dyn DataChannel>,
}

impl Published {
    /// Sends sound and pictures until the task is dropped.
    pub(crate) async fn play(&mut self) -> Result<()> {
        let mut clock = interval(Duration::from_millis(20));
        for tick in 0_u64.. {
            clock.tick().await;
            self.audio.send().await?;
            if tick.is_multiple_of(2) {
                self.video.send().await?;
            }
        }
        Ok(())
    }
}

// ANCHOR: answer
/// Carries messages both ways. The SFU offers on `down` whenever somebody comes, goes
/// or begins to publish, so an answer must never wait for anything else.
async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    down: Arc<dyn PeerConnection>,
    mut to_say: mpsc::Receiver<FromMember>,
    tell: mpsc::Sender<ToMember>,
) -> Result<()> {
    loop {
        tokio::select! {
            message = to_say.recv() => match message {
                Some(message) => send(&mut socket, &message).await?,
                None => break,
            },
            message = receive(&mut socket) => match message {
                Ok(ToMember::Offer { sdp, .. }) => {
                    let sdp = answer(&down, sdp).await?;
                    send(&mut socket, &FromMember::Answer { sdp }).await?;
                }
                Ok(message) => drop(tell.send(message).await),
                Err(_) => break, // it hung up
            },
        }
    }
    let goodbye = async {
        socket.close(None).await?;
        while let Some(Ok(_)) = socket.next().await {}
        anyhow::Ok(())
    };
    let _ = timeout(PATIENCE, goodbye).await;
    Ok(())
}

async fn answer(down: &Arc<dyn PeerConnection>, offer: String) -> Result<String> {
    down.set_remote_description(RTCSessionDescription::offer(offer)?).await?;
    let answer = down.create_answer(None).await?;
    down.set_local_description(answer.clone()).await?;
    Ok(answer.sdp)
}
// ANCHOR_END: answer

async fn send(
    socket: &mut WebSocketStream<TcpStream>,
    message: &FromMember,
) -> Result<()> {
    let text = serde_json::to_string(message)?;
    Ok(socket.send(Message::text(text)).await?)
}

/// The next message that this program knows; a server may say more.
async fn receive(socket: &mut WebSocketStream<TcpStream>) -> Result<ToMember> {
    loop {
        let message = socket.next().await.context("the server hung up")??;
        let Message::Text(text) = message else { continue };
        if let Ok(message) = serde_json::from_str(&text) {
            return Ok(message);
        }
    }
}

enum Item {
    Packet(String),
    Message(String),
}

/// Counts a track's packets.
async fn watch(track: Arc<dyn TrackRemote>, count: mpsc::Sender<Item>) {
    let kind = track.kind().await.to_string();
    while let Some(event) = track.poll().await {
        if matches!(event, TrackRemoteEvent::OnRtpPacket(_))
            && count.send(Item::Packet(kind.clone())).await.is_err()
        {
            return;
        }
    }
}

/// Reads a channel's messages.
async fn listen(channel: Arc<dyn DataChannel>, count: mpsc::Sender<Item>) {
    while let Ok(text) = peer::message(&channel).await {
        if count.send(Item::Message(text)).await.is_err() {
            return;
        }
    }
}
