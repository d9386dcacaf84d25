//! Part three: who is silent is gone.

use std::time::Duration;

use anyhow::Result;
use tap::Random;

use crate::engine::{self, Packet};
use crate::failure::Failure;
use crate::record::Record;
use crate::server::{Heartbeat, Server};
use crate::stage::{breathe, endpoint};
use crate::transport::on_websocket;

/// A server in a hurry: the usual one pings every 25 s.
const HURRY: Heartbeat = Heartbeat {
    interval: Duration::from_millis(500),
    timeout: Duration::from_millis(300),
};

pub(crate) async fn tell(record: &Record, mut random: Random) -> Result<()> {
    let tap = &record.tap;
    let server = Server::bind(([127, 0, 0, 1], 0).into(), HURRY, record).await?;
    let address = server.address()?;
    tap.name(address, "server");
    tokio::spawn(server.serve());

    tap.say("17. Another server, in a hurry: it pings twice a second. ping answers once, and then no more.");
    let endpoint = endpoint("ping", address, record, &mut random);
    let (socket, _) = engine::open_websocket(&endpoint).await?;
    let (mut incoming, mut outgoing) = on_websocket(socket, Vec::new());
    breathe().await;
    outgoing.send(vec![Packet::Message(r#"0{"name":"ping"}"#.to_owned())]).await?;
    let mut pings = 0;
    let end = loop {
        match incoming.next().await {
            Ok(Packet::Ping) => {
                pings += 1;
                if pings == 1 {
                    outgoing.send(vec![Packet::Pong]).await?;
                }
            }
            Ok(Packet::Close) => break "closes".to_owned(),
            Ok(_) => {}
            Err(Failure::Ended(why)) => break format!("hangs up ({why})"),
            Err(other) => return Err(other.into()),
        }
    };
    breathe().await;
    tap.learned(&format!(
        "{pings} pings, 1 pong. {} ms after the one without an answer the server {end}.",
        HURRY.timeout.as_millis()
    ));
    Ok(())
}
