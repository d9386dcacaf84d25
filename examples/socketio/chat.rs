//! Part two: ping and pong talk, with all that Socket.IO adds.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tap::{Random, Tap};

use crate::client::{Client, Reconnect, Socket, Status};
use crate::failure::Failure;
use crate::packet::{Data, data};
use crate::record::Record;
use crate::server::PASSWORD;
use crate::stage::{BREATH, Ears, breathe, endpoint, heard};
use crate::transport::Ways;

/// Soon, so that the story goes on; a browser's client begins with a second.
const SOON: Reconnect = Reconnect {
    first: Duration::from_millis(800),
    most: Duration::from_secs(5),
    attempts: 5,
    settle: BREATH,
};
/// The smallest GIF there is: a transparent dot.
const DOT: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0!\xf9\x04\x01\n\0\x01\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;";

pub(crate) async fn tell(
    ways: Option<Ways>,
    server: SocketAddr,
    record: &Record,
    mut random: Random,
) -> Result<()> {
    let tap = &record.tap;
    let mut endpoint = |name| endpoint(name, server, record, &mut random);

    tap.say("6. ping comes back, by WebSocket from the start.");
    let ways_of_ping = ways.unwrap_or(Ways::Websocket);
    let ping = Client::connect(endpoint("ping"), Some(ways_of_ping), SOON).await?;
    breathe().await;
    let in_chat = ping.socket("/");
    let mut joined = in_chat.on("joined").await?;
    in_chat.connect(json!({"name": "ping"})).await?;
    in_chat.emit_with_ack("join", data!["lobby"]).await?;
    breathe().await;

    tap.say("7. pong sits behind a proxy that knows no WebSocket: it polls, and never upgrades.");
    let ways_of_pong = ways.unwrap_or(Ways::Polling);
    let pong = Client::connect(endpoint("pong"), Some(ways_of_pong), SOON).await?;
    breathe().await;
    let pongs = pong.socket("/");
    let mut ears = Ears::of(&pongs).await?;
    pongs.connect(json!({"name": "pong"})).await?;
    pongs.emit_with_ack("join", data!["lobby"]).await?;
    let who = heard(&mut joined).await?;
    tap.learned(&format!(
        "ping hears of it: {} joined {}.",
        who.args[1], who.args[0]
    ));
    breathe().await;

    tap.say("8. ping says something to the room, and asks for an acknowledgement.");
    let number = in_chat.emit_with_ack("say", data!["lobby", "hello"]).await?;
    let said = heard(&mut ears.said).await?;
    tap.learned(&format!(
        "The server kept it as number {}. pong hears {}.",
        number[0], said.args[1]
    ));
    breathe().await;

    tap.say("9. ping types. Whoever misses that misses nothing: the server sends it volatile, and keeps it for nobody.");
    in_chat.emit_volatile("typing", data!["lobby"]).await?;
    heard(&mut ears.typing).await?;
    breathe().await;

    binary(&in_chat, &mut ears, tap).await?;
    whisper(&in_chat, &pongs, &mut ears, tap).await?;
    namespaces(&ping, &in_chat, &mut ears, tap).await?;
    lost(&ping, &in_chat, &pongs, &mut ears, tap).await?;

    tap.say("16. Goodbye, from both.");
    ping.close().await;
    breathe().await;
    pong.close().await;
    breathe().await;
    Ok(())
}

async fn binary(ping: &Socket, ears: &mut Ears, tap: &Tap) -> Result<()> {
    tap.say("10. A picture. The JSON holds a placeholder; the bytes follow, as a message of their own.");
    let mut picture = data!["lobby", "dot.gif"];
    picture.push(Data::Binary(DOT.to_vec()));
    let size = ping.emit_with_ack("file", picture).await?;
    let file = heard(&mut ears.file).await?;
    let whole = file.args.get(2) == Some(&Data::Binary(DOT.to_vec()));
    let whole = if whole { "byte for byte" } else { "damaged" };
    tap.learned(&format!(
        "The server counted {} bytes. pong has them {whole}, though a poll is text: they came in base64.",
        size[0]
    ));
    breathe().await;
    Ok(())
}

async fn whisper(
    ping: &Socket,
    pong: &Socket,
    ears: &mut Ears,
    tap: &Tap,
) -> Result<()> {
    tap.say("11. To one user only, and this time the server asks pong before it answers ping.");
    let answers = async {
        let asked = heard(&mut ears.whisper).await?;
        pong.acknowledge(&asked, data!["yes"]).await?;
        Ok::<_, anyhow::Error>(())
    };
    let asks = ping.emit_with_ack("whisper", data!["pong", "are you there?"]);
    let (asked, answered) = tokio::join!(asks, answers);
    answered?;
    tap.learned(&format!(
        "pong answered {}. Either end may ask the other.",
        asked?[0]
    ));
    breathe().await;
    Ok(())
}

async fn namespaces(
    connection: &Client,
    ping: &Socket,
    ears: &mut Ears,
    tap: &Tap,
) -> Result<()> {
    tap.say(
        "12. Another namespace, on the same connection: /admin wants a password.",
    );
    let admin = connection.socket("/admin");
    match admin.connect(json!({"password": "guess"})).await {
        Err(refused @ Failure::Namespace { .. }) => {
            tap.learned(&format!("{refused}."));
        }
        other => other?,
    }
    admin.connect(json!({"password": PASSWORD})).await?;
    breathe().await;

    tap.say("13. ping leaves the room. What an administrator says to the room reaches pong alone.");
    ping.emit_with_ack("leave", data!["lobby"]).await?;
    admin.emit_with_ack("announce", data!["lobby", "closing at ten"]).await?;
    heard(&mut ears.announcement).await?;
    breathe().await;
    Ok(())
}

async fn lost(
    connection: &Client,
    ping: &Socket,
    pong: &Socket,
    ears: &mut Ears,
    tap: &Tap,
) -> Result<()> {
    tap.say("14. ping's train enters a tunnel: the connection is lost. pong goes on talking.");
    let mut status = connection.status();
    let (before, _) = session(&status.borrow());
    connection.lose_connection().await;
    status.wait_for(|status| matches!(status, Status::Away { .. })).await?;
    breathe().await;
    // Kept, and dropped: while there is no connection, that is the difference.
    ping.emit("say", data!["lobby", "back again"]).await?;
    ping.emit_volatile("typing", data!["lobby"]).await?;
    pong.emit_with_ack("say", data!["lobby", "still there?"]).await?;
    breathe().await;

    tap.say(
        "15. After a while ping's client connects again, and sends what it kept.",
    );
    status.wait_for(|status| !matches!(status, Status::Away { .. })).await?;
    heard(&mut ears.said).await?;
    breathe().await;
    let (now, recovered) = session(&status.borrow());
    ensure!(!recovered, "expected no connection state recovery, found one");
    tap.learned(&format!(
        "The session was {before} and is {now}: ping is a stranger. socketioxide has no connection state \
         recovery: rooms are forgotten, and what was said meanwhile is not sent again."
    ));
    tap.tell("So ping joins again, and asks for what came after number 1, the last that it knows of.");
    ping.emit_with_ack("join", data!["lobby"]).await?;
    let missed = ping.emit_with_ack("missed", data!["lobby", 1]).await?;
    tap.learned(&format!("Since then: {}", missed[0]));
    breathe().await;
    Ok(())
}

/// What the session is called, and whether the server kept the one before.
fn session(status: &Status) -> (String, bool) {
    match status {
        Status::Connected { sid, recovered, .. } => (sid.clone(), *recovered),
        _ => ("none".to_owned(), false),
    }
}
