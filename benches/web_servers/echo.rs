//! Messages that come back, per second of the server's CPU time.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::client::{Client, frame};
use super::process::Server;

const CONNECTIONS: usize = 64;
const MESSAGE: &[u8; 32] = b"ping and pong, and ping and pong";

/// Each connection keeps so many on their way.
pub(crate) async fn run(server: &Server, at_once: usize, length: Duration) -> f64 {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(Client::connect(server.address, "/").await.expect("the server takes connections"));
    }
    let before = server.cpu();
    let until = Instant::now() + length;
    let mut talks: JoinSet<_> = clients.into_iter().map(|client| talk(client, at_once, until)).collect();
    let mut messages = 0;
    while let Some(count) = talks.join_next().await {
        messages += count.expect("no panic");
    }
    messages as f64 / (server.cpu() - before).as_secs_f64()
}

async fn talk(mut client: Client, at_once: usize, until: Instant) -> usize {
    let out = frame(MESSAGE).repeat(at_once);
    // A server does not mask: two bytes and the message.
    let mut back = vec![0; (2 + MESSAGE.len()) * at_once];
    let mut count = 0;
    while Instant::now() < until {
        client.stream.write_all(&out).await.expect("the server reads");
        client.stream.read_exact(&mut back).await.expect("the server answers");
        assert!(back.ends_with(MESSAGE), "an echo");
        count += at_once;
    }
    count
}
