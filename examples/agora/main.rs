//! Agora: how do many people call at once?. TO WRITE: what this shows, with the crate that the field uses in place of the bytes below.
//!
//! Without arguments both ends run here, on loopback, and show what they say to each other.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use tap::{Tap, UdpSocket};

/// Sends a ping and waits for its pong.
///
/// Without --server or --listen, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "agora", after_help = EXAMPLES)]
struct Args {
    /// Ask a server at ADDR
    #[arg(long, value_name = "ADDR", conflicts_with = "listen")]
    server: Option<SocketAddr>,

    /// Be a server at ADDR, until Ctrl-C
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example agora
  cargo run --example agora -- --pcap agora.pcapng
  cargo run --example agora -- --listen 127.0.0.1:7007
  cargo run --example agora -- --server 127.0.0.1:7007

Exit codes: 0 fine, 1 no answer, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode> {
    let tap = args.tap.start(None)?;
    let number = u16::from_be_bytes(args.tap.random().bytes());
    let result = match (args.server, args.listen) {
        (Some(server), _) => ask_at(server, number, &tap).await,
        (None, Some(address)) => listen(address, &tap).await,
        (None, None) => story(number, &tap).await,
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}

/// Both ends on loopback: one question, one answer.
async fn story(number: u16, tap: &Tap) -> Result<ExitCode> {
    // One tap hears both directions: the other end needs none.
    let pong = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0).into(), &Tap::off()).await;
    let pong = pong.context("cannot open a socket on loopback")?;
    let address = pong.local_addr();
    tokio::spawn(async move { serve(&pong).await });
    tap.name(address, "pong");
    ask_at(address, number, tap).await
}

async fn ask_at(server: SocketAddr, number: u16, tap: &Tap) -> Result<ExitCode> {
    let local = match server {
        server if server.ip().is_loopback() => SocketAddr::new(server.ip(), 0),
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let ping = UdpSocket::bind(local, tap)
        .await
        .with_context(|| format!("cannot open a socket at {local}"))?;
    tap.name(ping.local_addr(), "ping");
    tap.say("Are you there? ping asks, and expects its number back.");
    let answered = ask(&ping, server, number)
        .await
        .with_context(|| format!("cannot ask {server}"))?;
    if !answered {
        eprintln!(
            "error: no answer from {server}. Is a server running there? `--listen ADDR` starts one"
        );
        return Ok(ExitCode::FAILURE);
    }
    tap.learned(&format!("pong {number}: somebody at {server} read the question, and answered this one."));
    Ok(ExitCode::SUCCESS)
}

// ANCHOR: ask
/// Sends a ping until it is answered, three times at most: UDP loses packets.
async fn ask(
    ping: &UdpSocket,
    server: SocketAddr,
    number: u16,
) -> io::Result<bool> {
    let question = format!("ping {number}");
    for _ in 0..3 {
        ping.send_to(question.as_bytes(), server).await?;
        if let Ok(answer) =
            tokio::time::timeout(Duration::from_secs(1), pong(ping, server, number))
                .await
        {
            return answer.map(|()| true);
        }
    }
    Ok(false)
}

/// Waits for the pong of that number. Anyone may send to this port, so everything else is dropped.
async fn pong(ping: &UdpSocket, server: SocketAddr, number: u16) -> io::Result<()> {
    let expected = format!("pong {number}");
    let mut buffer = [0; 1500];
    loop {
        let (length, from) = ping.recv_from(&mut buffer).await?;
        if from == server && buffer[..length] == *expected.as_bytes() {
            return Ok(());
        }
    }
}
// ANCHOR_END: ask

// ANCHOR: answer
/// What to send back; nothing where the datagram is no ping.
fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    let number = datagram.strip_prefix(b"ping ")?;
    Some([b"pong ", number].concat())
}
// ANCHOR_END: answer

/// Answers until the task is dropped.
async fn serve(socket: &UdpSocket) {
    let mut buffer = [0; 1500];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            // Some systems report here that an earlier answer found nobody. The next client is waiting.
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        if let Some(response) = answer(&buffer[..length]) {
            // It may be undeliverable, as to port 0. The client would ask again.
            let _ = socket.send_to(&response, from).await;
        }
    }
}

async fn listen(address: SocketAddr, tap: &Tap) -> Result<ExitCode> {
    let socket = UdpSocket::bind(address, tap).await.with_context(|| {
        format!("cannot listen at {address}; is the port taken? Port 0 takes any")
    })?;
    tap.tell(&format!("Listening at {}. Ctrl-C ends it.", socket.local_addr()));
    tokio::select! {
        () = serve(&socket) => {}
        end = tokio::signal::ctrl_c() => end.context("cannot wait for Ctrl-C")?,
    }
    Ok(ExitCode::SUCCESS)
}
