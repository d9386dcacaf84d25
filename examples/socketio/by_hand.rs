//! Part one: a session opened, joined and upgraded, each step by hand.

use std::net::SocketAddr;

use anyhow::Result;
use tap::{Random, Tap};

use crate::engine::{self, Handshake, Packet, Polling};
use crate::failure::Failure;
use crate::http::Endpoint;
use crate::record::Record;
use crate::stage::{breathe, endpoint};
use crate::transport::{Incoming, Outgoing, Ways, on_polling, on_websocket};

pub(crate) async fn tell(
    ways: Option<Ways>,
    server: SocketAddr,
    record: &Record,
    mut random: Random,
) -> Result<()> {
    let tap = &record.tap;
    let endpoint = endpoint("ping", server, record, &mut random);
    let (mut incoming, mut outgoing) = match ways {
        Some(Ways::Websocket) => frames_from_the_start(&endpoint, tap).await?,
        _ => polls(&endpoint, ways.is_none(), tap).await?,
    };

    tap.say("4. An event, and its acknowledgement: 4 is Engine.IO's message, 2 Socket.IO's event, 0 its number.");
    say(&mut outgoing, r#"20["join","lobby"]"#).await?;
    let answer = hear(&mut incoming, &mut outgoing).await?;
    tap.learned(&format!(
        "{answer} : 3 is an acknowledgement, of number 0. The rest is what the server answered."
    ));

    tap.say("5. Goodbye, layer by layer: Socket.IO's disconnect, then the transport's own end.");
    say(&mut outgoing, "1").await?;
    breathe().await;
    outgoing.close().await?;
    if ways != Some(Ways::Polling) {
        // A close has two sides. A session of polls is over with its POST.
        incoming.next().await?;
    }
    breathe().await;
    Ok(())
}

/// HTTP first. Then a WebSocket, if one is wanted.
async fn polls(
    endpoint: &Endpoint,
    and_upgrade: bool,
    tap: &Tap,
) -> Result<(Incoming, Outgoing)> {
    tap.say(
        "1. Open: ping asks over HTTP, and the server gives the session a name.",
    );
    let (mut polling, handshake) = engine::open(endpoint).await?;
    about(&handshake, tap);
    breathe().await;

    tap.say("2. Connect: that was Engine.IO. Socket.IO begins when ping joins a namespace, here the main one.");
    connect(&mut polling, r#"{"name":"ping"}"#).await?;
    tap.learned("ping is in. Each thing to say is a POST, each wish to hear a GET that waits.");

    if !and_upgrade {
        return Ok(on_polling(endpoint, polling).await?);
    }
    tap.say("3. Upgrade: the same session on a WebSocket. A poll still waits while the new way is tried.");
    let (socket, last) = engine::upgrade(endpoint, &handshake.sid, polling).await?;
    breathe().await;
    tap.learned("2probe, 3probe, 5: tried, found good, moved. The poll that waited got a 6, which means nothing.");
    Ok(on_websocket(
        socket,
        last.into_iter().filter(|last| *last != Packet::Noop).collect(),
    ))
}

async fn frames_from_the_start(
    endpoint: &Endpoint,
    tap: &Tap,
) -> Result<(Incoming, Outgoing)> {
    tap.say("1. Open: a WebSocket from the start. The open packet is the server's first message.");
    let (socket, handshake) = engine::open_websocket(endpoint).await?;
    about(&handshake, tap);
    let (mut incoming, mut outgoing) = on_websocket(socket, Vec::new());
    breathe().await;

    tap.say("2. Connect: that was Engine.IO. Socket.IO begins when ping joins a namespace, here the main one.");
    say(&mut outgoing, r#"0{"name":"ping"}"#).await?;
    hear(&mut incoming, &mut outgoing).await?;
    tap.learned("ping is in. A client that knows WebSocket only can do this too, if it knows these packets.");
    Ok((incoming, outgoing))
}

fn about(handshake: &Handshake, tap: &Tap) {
    tap.learned(&format!(
        "The session is called {}. It can be upgraded to: {}. After {} s without a ping it is lost.",
        handshake.sid,
        if handshake.upgrades.is_empty() {
            "nothing more".to_owned()
        } else {
            handshake.upgrades.join(", ")
        },
        handshake.patience().as_secs()
    ));
}

// ANCHOR: connect
/// Joins the main namespace: `40`, which the server answers with `40{"sid":"..."}`
/// or refuses with `44{"message":"..."}`.
async fn connect(polling: &mut Polling, auth: &str) -> Result<(), Failure> {
    polling.post(&[Packet::Message(format!("0{auth}"))]).await?;
    loop {
        for packet in polling.poll().await? {
            match packet {
                // A poll brings all that waited. Whoever leaves a ping unanswered
                // is taken for dead.
                Packet::Ping => polling.post(&[Packet::Pong]).await?,
                Packet::Message(text) if text.starts_with('0') => return Ok(()),
                Packet::Message(why) => {
                    return Err(Failure::Namespace { namespace: "/".into(), why });
                }
                _ => {}
            }
        }
    }
}
// ANCHOR_END: connect

async fn say(outgoing: &mut Outgoing, text: &str) -> Result<(), Failure> {
    outgoing.send(vec![Packet::Message(text.to_owned())]).await
}

/// The next message. What keeps the session is answered on the way.
async fn hear(
    incoming: &mut Incoming,
    outgoing: &mut Outgoing,
) -> Result<String, Failure> {
    loop {
        match incoming.next().await? {
            Packet::Message(text) => return Ok(text),
            Packet::Ping => outgoing.send(vec![Packet::Pong]).await?,
            Packet::Close => return Err(Failure::ended("the server closed it")),
            _ => {}
        }
    }
}
