//! Two peers on loopback: ping calls pong.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use tap::webrtc::Runtime;
use tap::{Random, Tap, TcpStream};
use tokio::net::TcpListener;
use webrtc::peer_connection::RTCSessionDescription;

use crate::keys::KeyLogs;
use crate::peer::{self, Event, Peer, Settings};
use crate::signaling::{Signal, Signaling};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Each end looks five times a second whether there is something to do. If both looked
/// at once, chance would decide who is first: so ping begins half of that later, and
/// the candidates come when it is ping's turn.
const APART: Duration = Duration::from_millis(100);

pub(crate) async fn tell(
    tap: &Tap,
    keys: KeyLogs,
    mut random: Option<Random>,
) -> Result<()> {
    let runtime = Runtime::new(tap).before_each(announce(tap));
    let settings = Settings {
        // Each end records what it sends: every packet is there once.
        runtime: runtime.sent_only(),
        // Both ends are ours, so the keys are too. Unless they were asked for, they
        // never leave this program's memory.
        keys: Some(keys.overheard(tap)?),
        passive: false,
        credentials: None,
    };
    let mut named = || Settings {
        credentials: random.as_mut().map(credentials),
        ..settings.clone()
    };
    let mut ping = Peer::new(LOOPBACK, &named()).await?;
    let mut pong = Peer::new(LOOPBACK, &named()).await?;

    tap.say("1. ping and pong need a way to exchange a few words before they can talk: signaling. WebRTC has none of its own. Here it is a WebSocket.");
    let (mut from_ping, mut from_pong) = signaling(tap).await?;

    tap.say("2. ping wants a data channel. The offer says so, and how to reach ping: a fingerprint, a name and a password, and no address yet.");
    let channel = ping.connection.create_data_channel("chat", None).await?;
    let offer = ping.connection.create_offer(None).await?;
    ping.connection.set_local_description(offer.clone()).await?;
    from_ping.send(&Signal::Offer { sdp: offer.sdp }).await?;

    tap.say("3. pong answers: the same section, its own fingerprint, name and password, and who begins the DTLS handshake.");
    let offer = RTCSessionDescription::offer(from_pong.offer().await?)?;
    pong.connection.set_remote_description(offer).await?;
    let answer = pong.connection.create_answer(None).await?;
    pong.connection.set_local_description(answer.clone()).await?;
    from_pong.send(&Signal::Answer { sdp: answer.sdp }).await?;
    tokio::time::sleep(APART).await;
    let answer = RTCSessionDescription::answer(from_ping.answer().await?)?;
    ping.connection.set_remote_description(answer).await?;
    tokio::time::sleep(APART * 3 / 2).await;

    tap.say(
        "4. Each sends the addresses it finds, one by one: candidates, trickled.",
    );
    trickle("ping", tap, &mut ping, &mut from_ping, &pong, &mut from_pong).await?;
    trickle("pong", tap, &mut pong, &mut from_pong, &ping, &mut from_ping).await?;

    ping.connected().await?;
    let echo = pong.channel().await?;
    peer::open(&channel).await?;

    tap.say("8. \"ping\", and \"pong\".");
    channel.send_text("ping").await?;
    let heard = peer::message(&echo).await?;
    echo.send_text("pong").await?;
    let answered = peer::message(&channel).await?;
    tap.learned(&format!("pong heard {heard:?}, ping heard {answered:?}."));

    tap.say("9. ping closes the channel.");
    channel.close().await?;
    peer::closed(&echo).await?;
    peer::closed(&channel).await?;

    tap.say("10. ping hangs up");
    ping.connection.close().await?;
    from_ping.send(&Signal::Bye).await?;
    from_pong.bye().await?;
    pong.connection.close().await?;
    let (near, far) = tokio::join!(from_ping.close(), from_pong.close());
    near.and(far)?;
    Ok(())
}

/// A name and a password of the characters that ICE allows (RFC 8839 section 5.4).
fn credentials(random: &mut Random) -> (String, String) {
    const CHARACTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = |bytes: &[u8]| -> String {
        let of = |byte: &u8| char::from(CHARACTERS[usize::from(byte % 64)]);
        bytes.iter().map(of).collect()
    };
    (text(&random.bytes::<4>()), text(&random.bytes::<22>()))
}

/// The first datagram of each layer tells that this layer's turn has come.
fn announce(tap: &Tap) -> impl Fn(&[u8]) + Send + Sync + 'static {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (tap, told) = (tap.clone(), AtomicUsize::new(0));
    move |datagram| {
        let (layer, words) = match datagram.first() {
            Some(0..=3) => (
                1,
                "5. ICE: does a candidate work? Each end asks the other, in STUN, with the names and the passwords of offer and answer.",
            ),
            Some(23) => (
                3,
                "7. Inside DTLS, SCTP: a handshake of its own, then ping opens the channel.",
            ),
            Some(20..=63) => {
                (2, "6. DTLS: a handshake, and keys that only these two have.")
            }
            _ => return,
        };
        if told.fetch_max(layer, Ordering::Relaxed) < layer {
            tap.say(words);
        }
    }
}

/// A WebSocket between the two. Who carries it is of no matter to WebRTC: mostly it
/// is a server that both know.
async fn signaling(tap: &Tap) -> Result<(Signaling, Signaling)> {
    let listener = TcpListener::bind((LOOPBACK, 0)).await?;
    let address = listener.local_addr()?;
    let (near, far) =
        tokio::join!(TcpStream::connect(address, tap), listener.accept());
    let (near, far) = (near?.sent_only(), TcpStream::new(far?.0, tap)?.sent_only());
    tap.name(near.local_addr(), "ping, signaling");
    tap.name(address, "pong, signaling");
    let (near, far) =
        tokio::join!(Signaling::connect(near), Signaling::accept(far));
    Ok((near?, far?))
}

/// Sends all candidates of one end to the other.
async fn trickle(
    name: &str,
    tap: &Tap,
    from: &mut Peer,
    out: &mut Signaling,
    to: &Peer,
    into: &mut Signaling,
) -> Result<()> {
    loop {
        match from.events.recv().await.context("the connection ended")? {
            Event::Candidate(candidate) => {
                let address = candidate.address.parse()?;
                tap.name(SocketAddr::new(address, candidate.port), name);
                // The library leaves the section out: there is one, and its mid is 0.
                let mut candidate = candidate.to_json()?;
                candidate.sdp_mid = Some("0".to_owned());
                out.send(&Signal::Candidate(candidate)).await?;
                let candidate = into.candidate().await?;
                to.connection.add_ice_candidate(candidate).await?;
            }
            Event::Gathered => return Ok(()),
            _ => {}
        }
    }
}
