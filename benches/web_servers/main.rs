//! What the WebSocket and Socket.IO labs cost beside npm's `ws` and `socket.io` doing the same work.
//!
//! ```text
//! cargo bench --bench web_servers              5 rounds of 2 seconds each, 10,000 idle connections
//! cargo bench --bench web_servers -- --quick   1 round of 1 second, 1,000 idle connections
//! ```
//!
//! Each server is a process of its own on loopback, and its CPU time is what counts: messages a second **of CPU**, so
//! that neither a slow client nor a second core changes the figure. The servers take turns within each round; the
//! medians of the rounds are compared. Linux only, since `/proc` has the figures. Node's packages come from
//! `tests/clients/node` (`npm ci` there); without them the labs are measured alone.
//!
//! - **echo, one by one**: 64 connections, each with one message of 32 bytes on its way.
//! - **echo, 16 at once**: the same with sixteen: what batching is worth.
//! - **idle**: what 10,000 connections that have said hello and then nothing add to the memory of the process. Node is
//!   told to collect its garbage first.
//! - **broadcast**: 200 members of one room, of whom ten say something fifty times a second.

mod broadcast;
mod client;
mod echo;
mod idle;
mod labs;
mod process;

use std::time::Duration;

use process::Server;

/// How long, how often, how many.
struct Plan {
    rounds: usize,
    length: Duration,
    idle: usize,
}

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--lab").skip(1);
    match arguments.next() {
        Some(lab) => labs::serve(&lab),
        None => measure(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn measure() {
    if !cfg!(target_os = "linux") {
        println!("skipped: the figures come from /proc, which Linux has");
        return;
    }
    let quick = std::env::args().any(|arg| arg == "--quick" || arg == "--test");
    let plan = match quick {
        true => Plan { rounds: 1, length: Duration::from_secs(1), idle: 1000 },
        false => Plan { rounds: 5, length: Duration::from_secs(2), idle: 10_000 },
    };
    echo_servers(&plan).await;
    chat_servers(&plan).await;
}

async fn echo_servers(plan: &Plan) {
    let servers = both("websocket", "ws");
    for (what, at_once) in [("echo, one by one", 1), ("echo, 16 at once", 16)] {
        let mut rates = vec![Vec::new(); servers.len()];
        for _ in 0..plan.rounds {
            for (server, rates) in servers.iter().zip(&mut rates) {
                rates.push(echo::run(server, at_once, plan.length).await);
            }
        }
        report(what, "messages per CPU second", &servers, rates);
    }
    drop(servers);
    hold(&both("websocket", "ws"), plan.idle, "/").await;
}

async fn chat_servers(plan: &Plan) {
    let servers = both("socketio", "socketio");
    let mut rates = vec![Vec::new(); servers.len()];
    for _ in 0..plan.rounds {
        for (server, rates) in servers.iter().zip(&mut rates) {
            rates.push(broadcast::run(server, plan.length).await);
        }
    }
    report("broadcast", "deliveries per CPU second", &servers, rates);
    drop(servers);
    hold(&both("socketio", "socketio"), plan.idle, client::SOCKETIO).await;
}

/// A lab and what npm has for the same, each a process that has done nothing yet.
fn both(lab: &str, npm: &str) -> Vec<Server> {
    [Server::lab(lab), Server::node(npm)].into_iter().flatten().collect()
}

/// Memory that a server once needed for something else would hide what connections take: so it is a new one.
async fn hold(servers: &[Server], count: usize, target: &'static str) {
    let mut each = Vec::new();
    for server in servers {
        each.push(vec![idle::bytes_each(server, count, target).await]);
    }
    report(&format!("{count} idle connections"), "bytes each", servers, each);
}

/// A line a server: the median, and how it stands to the last, which is npm's where there is one.
fn report(what: &str, unit: &str, servers: &[Server], figures: Vec<Vec<f64>>) {
    println!("\n{what} ({unit})");
    let medians: Vec<_> = figures.into_iter().map(median).collect();
    let yardstick = medians.last().copied().unwrap_or(f64::NAN);
    for (server, median) in servers.iter().zip(medians) {
        println!("  {:<20}{median:>12.0}{:>9.2} x", server.name, median / yardstick);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
