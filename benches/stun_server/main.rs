//! How many requests a second the STUN lab answers, beside a bare echo and beside coturn.
//!
//! ```text
//! cargo bench --bench stun_server              25 rounds of 0.3 seconds each
//! cargo bench --bench stun_server -- --quick   three short ones
//! ```
//!
//! One client thread keeps 64 requests of 28 bytes on their way (a header and a FINGERPRINT) over four sockets
//! and counts what comes back. Each round asks every server in turn, so that what else the machine does falls on
//! all of them alike; the medians of the rounds are compared, and the ratio is the median of each round's ratio.
//!
//! - **echo**: `recv_from` and `send_to` of the same bytes, in a thread: what the kernel alone costs.
//! - **echo, tokio**: the same as a tokio task: why the lab has threads.
//! - **lab**: the lab as it runs in the workbook, with a budget for each source that the client cannot reach.
//! - **coturn**: `turnserver --stun-only`, where it is installed.

mod coturn;
mod echo;
mod load;

use std::net::SocketAddr;
use std::time::Duration;

use wire::stun::{Class, Message, kind};
use wirebook::labs::stun::{Config, PerSource, StunLab};

struct Contender {
    name: &'static str,
    address: SocketAddr,
    rates: Vec<f64>,
}

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick" || arg == "--test");
    let (rounds, length) =
        if quick { (3, Duration::from_millis(200)) } else { (25, Duration::from_millis(300)) };

    let echo = echo::Threaded::start();
    let tokio = echo::Tokio::start();
    let per_source = PerSource { rate: 100_000_000, burst: 100_000_000 };
    let lab = StunLab::start(&Config { port: Some(0), per_source }).expect("the lab starts");
    let coturn = coturn::Coturn::start();

    let mut contenders = vec![
        contender("echo", echo.address()),
        contender("echo, tokio", tokio.address()),
        contender("lab", lab.address()),
    ];
    match &coturn {
        Some(coturn) => contenders.push(contender("coturn", coturn.address())),
        None => println!("coturn is skipped: no `turnserver` in PATH (Debian: apt-get install coturn)"),
    }

    let request = request();
    for contender in &contenders {
        load::run(contender.address, &request, length);
    }
    for _ in 0..rounds {
        for contender in &mut contenders {
            contender.rates.push(load::run(contender.address, &request, length));
        }
    }
    report(&contenders);
    amplification(lab.address());
}

fn contender(name: &'static str, address: SocketAddr) -> Contender {
    Contender { name, address, rates: Vec::new() }
}

fn request() -> Vec<u8> {
    let mut bytes = Vec::new();
    Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")
        .fingerprint()
        .finish()
        .expect("28 bytes fit");
    bytes
}

fn report(contenders: &[Contender]) {
    let Some(echo) = contenders.first() else { return };
    println!("{:<14}{:>12}{:>14}", "server", "requests/s", "of the echo");
    for contender in contenders {
        let ratios = contender.rates.iter().zip(&echo.rates).map(|(own, echo)| own / echo).collect();
        let (rate, ratio) = (median(contender.rates.clone()), median(ratios));
        println!("{:<14}{rate:>12.0}{:>13.0}%", contender.name, ratio * 100.0);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a forged source address would earn an attacker: bytes sent to the victim for each byte of his own.
fn amplification(lab: SocketAddr) {
    let mut bare = Vec::new();
    Message::begin(&mut bare, Class::Request, kind::BINDING, *b"ping-pong-01")
        .finish()
        .expect("20 bytes fit");
    let mut unknown = Vec::new();
    (0x7f00..0x7f10)
        .fold(Message::begin(&mut unknown, Class::Request, kind::BINDING, *b"ping-pong-01"), |m, kind| {
            m.attribute(kind, b"")
        })
        .finish()
        .expect("84 bytes fit");
    println!("\n{:<34}{:>9}{:>10}{:>8}", "amplification", "request", "response", "factor");
    for (what, request) in
        [("bare request", bare), ("with FINGERPRINT", request()), ("16 unknown attributes", unknown)]
    {
        let response = load::ask(lab, &request);
        let factor = response as f64 / request.len() as f64;
        println!("{what:<34}{:>9}{response:>10}{factor:>8.2}", request.len());
    }
}
