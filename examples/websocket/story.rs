//! Both ends on loopback: first by hand, then by the library.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Result, ensure};
use tap::{Random, Tap, TcpStream};

use crate::by_hand::{ByHand, CLOSE, TEXT};
use crate::library::{Client, Message, shown};
use crate::server::Server;

pub(crate) async fn tell(tap: &Tap, random: Random) -> Result<()> {
    // Each end records what it sends: every packet of the story is whole.
    let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), tap).await?;
    let address = server.address();
    tokio::spawn(server.sent_only().serve());
    tap.name(address, "pong");

    by_hand(address, tap, random).await?;
    by_library(address, tap).await?;
    tap.say("All of it in one picture. `cargo run` opens the book, which goes through it field by field.");
    Ok(())
}

/// What a WebSocket is without any library: text over TCP, then frames.
async fn by_hand(server: SocketAddr, tap: &Tap, random: Random) -> Result<()> {
    let stream = connect(server, tap).await?;
    let mut ping = ByHand::new(stream, random);

    tap.say("1. By hand. ping asks over HTTP to speak WebSocket from now on; pong answers 101.");
    ping.handshake(&server.to_string(), "/").await?;
    tap.learned("Sec-WebSocket-Accept is what the key demands: pong has read it, and means it.");

    tap.say("2. The message \"ping\" in one frame. A client masks what it sends, a server does not.");
    ping.send(TEXT, b"ping").await?;
    let (opcode, payload) = ping.receive().await?;
    ensure!(
        (opcode, &*payload) == (TEXT, b"ping"),
        "expected the echo \"ping\", found {opcode:#x} {payload:02x?}"
    );
    tap.learned("\"ping\" came back, four bytes shorter: no masking key.");

    tap.say("3. Goodbye takes two frames, one from each end. Then TCP closes.");
    ping.send(CLOSE, &1000_u16.to_be_bytes()).await?;
    let (opcode, payload) = ping.receive().await?;
    ensure!(
        (opcode, &*payload) == (CLOSE, &[0x03, 0xe8]),
        "expected Close 1000, found {opcode:#x} {payload:02x?}"
    );
    tap.learned("pong has said goodbye too, with the same code.");
    Ok(())
}

/// The same and more, as a program would.
async fn by_library(server: SocketAddr, tap: &Tap) -> Result<()> {
    tap.say(
        "4. By the library, tokio-tungstenite. The same request, under a new key.",
    );
    let stream = connect(server, tap).await?;
    let mut ping = Client::connect(&format!("ws://{server}/"), stream).await?;
    let back = ping.ask(Message::text("ping")).await?;
    tap.learned(&format!("{} came back.", shown(&back)));

    tap.say("5. Is anyone there? A Ping frame; the library at the other end answers it, and no program sees it.");
    ping.ping(b"are you there?").await?;
    tap.learned("The Pong brought the same bytes back.");

    tap.say("6. One message in two frames, and a Ping in between. The answer to the Ping comes before the message is whole.");
    let back = ping.ask_in_fragments("pi", "ng").await?;
    tap.learned(&format!(
        "{} came back, in one frame: fragments are no part of the message.",
        shown(&back)
    ));

    tap.say("7. 200 bytes: too many for the 7-bit length, so 126 stands there, and 16 bits follow.");
    let back = ping.ask(pings(200)).await?;
    tap.learned(&format!("{} came back.", shown(&back)));

    tap.say("8. 70,000 bytes: too many for 16 bits as well, so 127 stands there, and 64 bits follow.");
    let back = ping.ask(pings(70_000)).await?;
    tap.learned(&format!("{} came back.", shown(&back)));

    tap.say("9. Goodbye, with a code and a reason.");
    let answer = ping.close("that was all").await?;
    tap.learned(&format!("pong answered {answer}, and hung up."));
    Ok(())
}

/// A connection to the server that records what ping sends.
pub(crate) async fn connect(server: SocketAddr, tap: &Tap) -> Result<TcpStream> {
    let stream = TcpStream::connect(server, tap).await?.sent_only();
    stream.set_nodelay(true)?;
    tap.name(stream.local_addr(), "ping");
    Ok(stream)
}

/// "pingpingping", so many bytes of it.
fn pings(length: usize) -> Message {
    Message::binary(b"ping".repeat(length / 4))
}
