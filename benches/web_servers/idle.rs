//! What a connection that says nothing costs.

use std::time::Duration;

use tokio::task::JoinSet;

use super::client::{Client, SOCKETIO};
use super::process::Server;

/// So many connect at the same time.
const AT_ONCE: usize = 64;

/// How many bytes each of `count` connections adds to the server's memory.
pub(crate) async fn bytes_each(server: &Server, count: usize, target: &'static str) -> f64 {
    server.collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = server.memory();
    let address = server.address;
    let (mut connecting, mut held) = (JoinSet::new(), JoinSet::new());
    for _ in 0..count {
        if connecting.len() == AT_ONCE {
            hold(connecting.join_next().await, &mut held);
        }
        connecting.spawn(async move {
            match target {
                SOCKETIO => Client::socketio(address).await,
                target => Client::connect(address, target).await,
            }
        });
    }
    while let Some(connected) = connecting.join_next().await {
        hold(Some(connected), &mut held);
    }
    server.collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(held.try_join_next().is_none(), "{}: a connection ended while it was held", server.name);
    (server.memory() - before) / count as f64
}

type Connected = Result<std::io::Result<Client>, tokio::task::JoinError>;

/// Reads what comes, so that heartbeats are answered.
fn hold(connected: Option<Connected>, held: &mut JoinSet<()>) {
    let mut client =
        connected.expect("one was begun").expect("no panic").expect("the server takes connections");
    held.spawn(async move { while client.message().await.is_ok() {} });
}
