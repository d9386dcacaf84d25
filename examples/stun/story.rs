//! Both ends on loopback: six questions, twelve packets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use stun_codec::Message;
use stun_codec::rfc5389::attributes::{ErrorCode, XorMappedAddress};
use tap::{Random, Tap};

use crate::client::{self, Answer, Client, PATIENCE};
use crate::message::{Attribute, CHANGE_IP, CHANGE_PORT, decode, is_signed};
use crate::server::Server;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// A comprehension-required type that nobody registered. It spells "~W".
const NOBODY_KNOWS: u16 = 0x7e57;

pub(crate) async fn tell(tap: &Tap, mut random: Random) -> Result<()> {
    let server = serve_on_loopback().await?;
    let (address, alternate) = (server.address(), server.alternate());
    tokio::spawn(server.serve());
    let ping = Client::bind(HERE, PATIENCE, tap).await?;
    tap.name(ping.socket.local_addr(), "ping");
    tap.name(address, "server");

    tap.say(
        "1. Who am I? ping asks the server from which address its packet came.",
    );
    let answer = ask(&ping, &client::binding(&mut random)?, address).await?;
    let response: Message<Attribute> = decode(&answer.bytes)?;
    let mapped = response
        .get_attribute::<XorMappedAddress>()
        .context("no XOR-MAPPED-ADDRESS")?
        .address();
    tap.learned(&match mapped == ping.socket.local_addr() {
        true => {
            format!(
                "{mapped}. That is ping's own address: no NAT stands in between."
            )
        }
        false => format!(
            "{mapped}, which is not ping's own address: a NAT stands in between."
        ),
    });

    tap.say("2. An attribute that the server must understand and does not: it refuses, and says which.");
    let answer =
        ask(&ping, &client::with(NOBODY_KNOWS, b"ping", &mut random)?, address)
            .await?;
    let response: Message<Attribute> = decode(&answer.bytes)?;
    let error = response.get_attribute::<ErrorCode>().context("no ERROR-CODE")?;
    tap.learned(&format!("{} {}", error.code(), error.reason_phrase()));

    tap.say("3. A client of 2003 sends no magic cookie. It gets its address in clear, as RFC 3489 had it.");
    let answer = ask(&ping, &client::classic(&mut random)?, address).await?;
    let response = wire::stun::STUN.dissect(&answer.bytes);
    let mapped = response
        .find("MAPPED-ADDRESS")
        .and_then(wire::Node::addr)
        .context("no MAPPED-ADDRESS")?;
    tap.learned(&format!("{mapped}: the same address, and no XOR over it."));

    match alternate {
        Some(alternate) => elsewhere(&ping, address, alternate, tap, &mut random).await?,
        None => tap.tell(
            "\nThis machine has no second loopback address, so the server cannot answer from elsewhere. On \
             macOS, `sudo ifconfig lo0 alias 127.0.0.2` adds one; then run this again.",
        ),
    }

    tap.say(
        "6. ping proves that it knows the password \"wirebook\", and so does the server. Neither sends it.",
    );
    let answer = ask(&ping, &client::signed(&mut random)?, address).await?;
    tap.learned(match is_signed(&answer.bytes) {
        true => "The response is signed with the same password: nobody changed it on the way.",
        false => "The response is not signed with that password: drop it.",
    });
    tap.say("All of it in one picture. `cargo run` opens the book, which goes through it field by field.");
    Ok(())
}

/// Does an answer get in from where nothing was sent to? ping's socket has sent to
/// `server` only, so that no NAT has a hole for the others yet.
async fn elsewhere(
    ping: &Client,
    server: SocketAddr,
    other: SocketAddr,
    tap: &Tap,
    random: &mut Random,
) -> Result<()> {
    tap.name((server.ip(), other.port()).into(), "other port");
    tap.name(other, "other address");

    tap.say(
        "4. Please answer from your other port. Does a packet from there get in?",
    );
    let answer = ask(ping, &client::change(CHANGE_PORT, random)?, server).await?;
    tap.learned(&format!(
        "It came in from {}, where nothing was sent to.",
        answer.from
    ));

    tap.say("5. Please answer from your other address and port. Does a packet from a stranger get in?");
    let answer =
        ask(ping, &client::change(CHANGE_IP | CHANGE_PORT, random)?, server)
            .await?;
    tap.learned(&format!(
        "It came in from {}: nothing on this path filters.",
        answer.from
    ));
    Ok(())
}

async fn ask(
    client: &Client,
    request: &[u8],
    server: SocketAddr,
) -> Result<Answer> {
    match client.exchange(request, server).await? {
        Some(answer) => Ok(answer),
        None => {
            bail!("no answer over loopback: does a firewall drop UDP to {server}?")
        }
    }
}

/// At STUN's own port and the next one where they are free, so that the packets
/// look as they do in the wild; otherwise at any. Both loopback addresses need the
/// same two ports, hence the attempts.
async fn serve_on_loopback() -> Result<Server> {
    let ports = [(3478, 3479)].into_iter().chain([(0, 0); 16]);
    for (port, other) in ports {
        match Server::bind(
            (HERE, port).into(),
            Some((THERE, other).into()),
            &Tap::off(),
        )
        .await
        {
            Ok(server) => return Ok(server),
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => break,
            Err(_) => {}
        }
    }
    Server::bind((HERE, 0).into(), None, &Tap::off())
        .await
        .context("cannot open a socket on loopback")
}
