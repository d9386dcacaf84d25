//! Asks a real server, and says what it learned.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use stun_codec::Message;
use stun_codec::rfc5389::attributes::{ErrorCode, MappedAddress, XorMappedAddress};
use stun_codec::rfc5780::attributes::OtherAddress;
use tap::{Random, Tap};
use tokio::net::{UdpSocket, lookup_host};

use crate::behavior::{filtering, mapping};
use crate::client::{self, Client};
use crate::message::{Attribute, decode};

const DEFAULT_PORT: u16 = 3478;
/// How long the tests of RFC 5780 wait for an answer that a NAT may well keep out:
/// three requests.
const SILENCE: Duration = Duration::from_millis(3500);

/// No response came: the one failure that is an answer of sorts.
#[derive(Debug)]
pub(crate) struct NoAnswer(String);

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoAnswer {}

pub(crate) async fn ask(
    name: &str,
    patience: Duration,
    tap: &Tap,
    mut random: Random,
) -> Result<()> {
    let server = resolve(name).await?;
    // A socket that is connected, though it sends nothing, knows which local
    // address leads to the server.
    let probe =
        UdpSocket::bind((if server.is_ipv4() { "0.0.0.0" } else { "::" }, 0))
            .await?;
    probe
        .connect(server)
        .await
        .with_context(|| format!("no way leads to {server}"))?;
    let local = probe.local_addr()?.ip();

    tap.say(&format!(
        "Who am I? Asking {name} at {server}, for at most {} s.",
        patience.as_secs_f64()
    ));
    let ping = Client::bind(local, patience, tap).await?;
    let Some(answer) =
        ping.exchange(&client::binding(&mut random)?, server).await?
    else {
        let seconds = patience.as_secs_f64();
        return Err(NoAnswer(format!(
            "no answer from {server} within {seconds} s. Is a STUN server running there, and does a firewall \
             let UDP through? `--listen ADDR` starts one"
        ))
        .into());
    };
    let response: Message<Attribute> = decode(&answer.bytes)?;
    if let Some(error) = response.get_attribute::<ErrorCode>() {
        bail!("{server} refuses: {} {}", error.code(), error.reason_phrase());
    }
    let xored =
        response.get_attribute::<XorMappedAddress>().map(XorMappedAddress::address);
    let mapped = xored
        .or(response.get_attribute::<MappedAddress>().map(MappedAddress::address));
    let mapped = mapped
        .with_context(|| format!("the answer from {server} holds no address"))?;
    let own = ping.socket.local_addr();
    tap.learned(&match mapped == own {
        true => format!("{mapped} is this socket's own address: no NAT on the way."),
        false => format!(
            "The world sees {mapped}; this socket is {own}: a NAT stands in between."
        ),
    });
    match response.get_attribute::<OtherAddress>().map(OtherAddress::address) {
        Some(other) => {
            behavior(
                ping,
                server,
                other,
                mapped,
                patience.min(SILENCE),
                tap,
                &mut random,
            )
            .await
        }
        None => {
            tap.tell(
                "The server has no second address (no OTHER-ADDRESS): it cannot test how a NAT behaves.",
            );
            Ok(())
        }
    }
}

/// The tests of RFC 5780, with a server that has what they need.
async fn behavior(
    ping: Client,
    server: SocketAddr,
    other: SocketAddr,
    mapped: SocketAddr,
    silence: Duration,
    tap: &Tap,
    random: &mut Random,
) -> Result<()> {
    let local = ping.socket.local_addr().ip();
    tap.say("How does the way in filter? Answers from the server's other address and port will tell.");
    let fresh = Client::bind(local, silence, tap).await?;
    let result = filtering(&fresh, server, random).await?;
    tap.learned(&match result {
        Some(behavior) => format!("Filtering is {behavior}."),
        None => "The server does not answer from its other address, so filtering stays unknown.".into(),
    });
    tap.say(
        "How does the way out map? The same socket asks at the server's other address.",
    );
    let same = Client { patience: silence, ..ping };
    let result = mapping(&same, server, other, mapped, random).await?;
    tap.learned(&match result {
        Some(behavior) => format!("Mapping is {behavior}."),
        None => format!("No answer from {}, so mapping stays unknown.", other.ip()),
    });
    Ok(())
}

/// `host`, `host:port`, an address, or a `stun:` URI (RFC 7064).
async fn resolve(name: &str) -> Result<SocketAddr> {
    let host = name.strip_prefix("stun:").unwrap_or(name);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse() {
        return Ok(address);
    }
    if let Ok(ip) = bare.parse::<std::net::IpAddr>() {
        return Ok((ip, DEFAULT_PORT).into());
    }
    let host = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{DEFAULT_PORT}")
    };
    let mut found = lookup_host(&host).await.with_context(|| {
        format!("cannot find {host}: expected HOST or HOST:PORT, such as 192.0.2.10 or stun.example.org:3478")
    })?;
    found.next().with_context(|| format!("{host} has no address"))
}
