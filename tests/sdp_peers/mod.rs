//! The Rust peers, `webrtc` and `rtc`, brought into the situations that SDP describes.
//!
//! Nothing goes to a network: the peers are bound to loopback, and ask no server.

mod media;
pub(crate) mod sans_io;
pub(crate) mod tokio_peer;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rtc::peer_connection::sdp::RTCSessionDescription;

/// Descriptions by their names: `audio-video-offer`.
pub(crate) type Sdps = BTreeMap<String, String>;

/// What a peer can be asked to offer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Data,
    /// A track to send, and one back.
    Audio,
    Video,
    /// A video track in three encodings, each with a rid.
    Simulcast,
    ReceiveAudio,
    ReceiveVideo,
}

/// Which video codecs a peer knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codecs {
    All,
    OnlyVp8,
    OnlyVp9,
}

pub(crate) trait Peer: Sized {
    async fn new(codecs: Codecs) -> Result<Self>;
    async fn add(&mut self, part: Part) -> Result<()>;
    async fn create_offer(&mut self) -> Result<RTCSessionDescription>;
    async fn create_answer(&mut self) -> Result<RTCSessionDescription>;
    async fn set_local(&mut self, description: RTCSessionDescription) -> Result<()>;
    async fn set_remote(&mut self, description: RTCSessionDescription) -> Result<()>;
    /// What was set last, with all candidates.
    async fn gathered(&mut self) -> Result<RTCSessionDescription>;
    async fn stop_video(&mut self) -> Result<()>;
    async fn restart_ice(&mut self) -> Result<()>;
    async fn close(self) -> Result<()>;
}

/// An offerer and an answerer of one make.
pub(crate) struct Pair<P> {
    pub(crate) offerer: P,
    answerer: P,
    /// So many m-lines the answerer has seen: it sends back on each new one.
    seen: usize,
}

impl<P: Peer> Pair<P> {
    pub(crate) async fn new(parts: &[Part]) -> Result<Self> {
        Self::knowing(Codecs::All, Codecs::All, parts).await
    }

    async fn knowing(offerer: Codecs, answerer: Codecs, parts: &[Part]) -> Result<Self> {
        let mut pair = Self { offerer: P::new(offerer).await?, answerer: P::new(answerer).await?, seen: 0 };
        for part in parts {
            pair.offerer.add(*part).await?;
        }
        Ok(pair)
    }

    /// One round, before candidates are gathered.
    pub(crate) async fn negotiate(&mut self) -> Result<[String; 2]> {
        let offer = self.offerer.create_offer().await.context("an offer")?;
        self.offerer.set_local(offer.clone()).await.context("the offer, local")?;
        self.answerer.set_remote(offer.clone()).await.context("the offer, remote")?;
        self.send_back(&offer.sdp).await.context("sending back")?;
        let answer = self.answerer.create_answer().await.context("an answer")?;
        self.answerer.set_local(answer.clone()).await.context("the answer, local")?;
        self.offerer.set_remote(answer.clone()).await.context("the answer, remote")?;
        Ok([offer.sdp, answer.sdp])
    }

    /// One round, with all candidates.
    pub(crate) async fn negotiate_gathered(&mut self) -> Result<[String; 2]> {
        let offer = self.offerer.create_offer().await?;
        self.offerer.set_local(offer).await?;
        let offer = self.offerer.gathered().await?;
        self.answerer.set_remote(offer.clone()).await?;
        self.send_back(&offer.sdp).await?;
        let answer = self.answerer.create_answer().await?;
        self.answerer.set_local(answer).await?;
        let answer = self.answerer.gathered().await?;
        self.offerer.set_remote(answer.clone()).await?;
        Ok([offer.sdp, answer.sdp])
    }

    async fn send_back(&mut self, offer: &str) -> Result<()> {
        send_back(&mut self.answerer, offer, self.seen).await?;
        self.seen = offer.matches("\nm=").count();
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.offerer.close().await?;
        self.answerer.close().await
    }
}

/// A track back on each m-line of audio or video, from that one on.
async fn send_back<P: Peer>(answerer: &mut P, offer: &str, from: usize) -> Result<()> {
    for line in offer.lines().filter(|line| line.starts_with("m=")).skip(from) {
        match line {
            audio if audio.starts_with("m=audio ") => answerer.add(Part::Audio).await?,
            video if video.starts_with("m=video ") => answerer.add(Part::Video).await?,
            _ => {}
        }
    }
    Ok(())
}

/// A pair of offer and answer in each situation, and an answer to each offer of another make.
pub(crate) async fn make<P: Peer>(offers: &BTreeMap<String, Sdps>) -> Result<Sdps> {
    let mut made = Sdps::new();
    for (name, parts) in [
        ("data", &[Part::Data][..]),
        ("audio-video", &[Part::Audio, Part::Video]),
        ("recvonly", &[Part::ReceiveAudio, Part::ReceiveVideo]),
        ("simulcast", &[Part::Simulcast]),
    ] {
        let mut pair = Pair::<P>::new(parts).await?;
        keep(&mut made, name, pair.negotiate().await.context(name)?);
        pair.close().await?;
    }
    for (name, parts) in
        [("data-gathered", &[Part::Data][..]), ("all-gathered", &[Part::Audio, Part::Video, Part::Data])]
    {
        let mut pair = Pair::<P>::new(parts).await?;
        keep(&mut made, name, pair.negotiate_gathered().await.context(name)?);
        pair.close().await?;
    }
    for (name, rounds) in
        [("rejected", rejected::<P>().await.map(|round| vec![round])), ("stopped", stopped::<P>().await)]
            .into_iter()
            .chain([("renegotiation", renegotiation::<P>().await), ("restart", restart::<P>().await)])
    {
        let rounds = rounds.with_context(|| name.to_owned())?;
        let one = rounds.len() == 1;
        for (number, round) in (1..).zip(rounds) {
            let name = if one { name.to_owned() } else { format!("{name}-{number}") };
            keep(&mut made, &name, round);
        }
    }
    for (maker, sdps) in offers {
        for (name, sdp) in sdps {
            let name = format!("{name}-answer-to-{maker}");
            made.insert(name.clone(), answer_to::<P>(sdp).await.context(name)?);
        }
    }
    Ok(made)
}

fn keep(made: &mut Sdps, name: &str, [offer, answer]: [String; 2]) {
    made.insert(format!("{name}-offer"), offer);
    made.insert(format!("{name}-answer"), answer);
}

/// Video in a codec that the answerer does not know: port 0.
pub(crate) async fn rejected<P: Peer>() -> Result<[String; 2]> {
    let mut pair = Pair::<P>::knowing(Codecs::OnlyVp8, Codecs::OnlyVp9, &[Part::Audio, Part::Video]).await?;
    pair.seen = usize::MAX; // it has no picture to send that the offerer could show
    let round = pair.negotiate().await?;
    pair.close().await?;
    Ok(round)
}

/// Audio and video, then video no more: port 0 in the offer.
async fn stopped<P: Peer>() -> Result<Vec<[String; 2]>> {
    let mut pair = Pair::<P>::new(&[Part::Audio, Part::Video]).await?;
    let first = pair.negotiate().await?;
    pair.offerer.stop_video().await?;
    let second = pair.negotiate().await?;
    pair.close().await?;
    Ok(vec![first, second])
}

/// A data channel, then audio beside it: a second m-line.
pub(crate) async fn renegotiation<P: Peer>() -> Result<Vec<[String; 2]>> {
    let mut pair = Pair::<P>::new(&[Part::Data]).await?;
    let first = pair.negotiate().await?;
    pair.offerer.add(Part::Audio).await?;
    let second = pair.negotiate().await?;
    pair.close().await?;
    Ok(vec![first, second])
}

/// The same once more under a new ice-ufrag and ice-pwd.
pub(crate) async fn restart<P: Peer>() -> Result<Vec<[String; 2]>> {
    let mut pair = Pair::<P>::new(&[Part::Data]).await?;
    let first = pair.negotiate().await?;
    pair.offerer.restart_ice().await?;
    let second = pair.negotiate().await?;
    pair.close().await?;
    Ok(vec![first, second])
}

async fn answer_to<P: Peer>(offer: &str) -> Result<String> {
    let mut answerer = P::new(Codecs::All).await?;
    answerer.set_remote(RTCSessionDescription::offer(offer.to_owned())?).await?;
    send_back(&mut answerer, offer, 0).await?;
    let answer = answerer.create_answer().await?;
    answerer.close().await?;
    Ok(answer.sdp)
}
