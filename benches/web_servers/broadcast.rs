//! What one says and all others of a room hear, per second of the server's CPU time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use super::client::Client;
use super::process::Server;

const MEMBERS: usize = 200;
/// Of the members, so many talk.
const TALKERS: usize = 10;
/// How often each of them says something: within what the lab allows a client.
const PAUSE: Duration = Duration::from_millis(20);
const SAY: &str = r#"42["say","bench","ping and pong, and ping and pong"]"#;

/// How many deliveries there were for each second of CPU.
pub(crate) async fn run(server: &Server, length: Duration) -> f64 {
    let heard = Arc::new(AtomicUsize::new(0));
    let mut members = Vec::new();
    for _ in 0..MEMBERS {
        let mut member = Client::socketio(server.address).await.expect("the server takes connections");
        member.send(r#"42["join","bench"]"#).await.expect("the server reads");
        members.push(member);
    }
    // What the joins cause is not counted.
    let mut hearing: JoinSet<()> = JoinSet::new();
    let (begin, end) =
        (Instant::now() + Duration::from_secs(1), Instant::now() + Duration::from_secs(1) + length);
    for (at, member) in members.into_iter().enumerate() {
        hearing.spawn(take_part(member, (at < TALKERS).then_some((begin, end)), Arc::clone(&heard)));
    }
    tokio::time::sleep_until(begin).await;
    let before = server.cpu();
    tokio::time::sleep_until(end).await;
    settle(&heard).await;
    let cpu = server.cpu() - before;
    hearing.shutdown().await;
    heard.load(Ordering::Relaxed) as f64 / cpu.as_secs_f64()
}

/// Hears, and says something now and then where there is a time for it.
async fn take_part(mut member: Client, times: Option<(Instant, Instant)>, heard: Arc<AtomicUsize>) {
    let mut pace = interval(PAUSE);
    loop {
        let talks = times.is_some_and(|(begin, end)| (begin..end).contains(&Instant::now()));
        tokio::select! {
            message = member.message() => match message {
                Ok(message) if message.starts_with(b"42[\"said\"") => drop(heard.fetch_add(1, Ordering::Relaxed)),
                Ok(_) => {}
                Err(error) => panic!("a member was lost: {error}"),
            },
            _ = pace.tick() => if talks { member.send(SAY).await.expect("the server reads") },
        }
    }
}

/// Waits until what was said has been heard.
async fn settle(heard: &AtomicUsize) {
    loop {
        let before = heard.load(Ordering::Relaxed);
        sleep(Duration::from_millis(100)).await;
        if heard.load(Ordering::Relaxed) == before {
            return;
        }
    }
}
