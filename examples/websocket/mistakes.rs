//! One rule broken on each connection, and what the server says to it.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Result, bail};
use tap::{Random, Tap};

use crate::by_hand::{ByHand, CLOSE, TEXT, frame};
use crate::server::Server;
use crate::story::connect;

const PING: u8 = 0x9;

/// What is wrong, and the bytes that are, under a masking key.
type Mistake = (&'static str, fn([u8; 4]) -> Vec<u8>);

// ANCHOR: mistakes
const MISTAKES: &[Mistake] = &[
    ("A client that does not mask.", |_| [&[0x81, 4], &b"ping"[..]].concat()),
    ("An opcode that nobody has defined: 3.", |key| frame(0x3, b"ping", key)),
    ("RSV1 is 1, and no extension was agreed on.", |key| {
        frame(0x40 | TEXT, b"ping", key)
    }),
    ("A continuation, and nothing to continue.", |key| frame(0x0, b"ng", key)),
    ("A new message before the last fragment of the one before.", |key| {
        [unfinished(frame(TEXT, b"pi", key)), frame(TEXT, b"ping", key)].concat()
    }),
    ("A control frame in fragments: a Ping with FIN 0.", |key| {
        unfinished(frame(PING, b"ping", key))
    }),
    ("A control frame of more than 125 bytes.", |key| {
        frame(PING, &b"ping".repeat(32), key)
    }),
    ("Text that is not UTF-8.", |key| frame(TEXT, b"ping \xff", key)),
    (
        "Close 1005: it stands for a Close without a code, and is never sent.",
        |key| frame(CLOSE, &1005_u16.to_be_bytes(), key),
    ),
    ("A Close of one byte: half a code.", |key| frame(CLOSE, &[0x03], key)),
    ("A longer message than the server takes: the first bytes of 1 TiB.", |key| {
        [&[0x82, 0xff], &(1_u64 << 40).to_be_bytes()[..], &key, b"ping"].concat()
    }),
    ("A length of 4 in 16 bits, where 7 are enough.", |key| {
        let short = frame(TEXT, b"ping", key);
        [&[short[0], 0x80 | 126, 0, 4], &short[2..]].concat()
    }),
];
// ANCHOR_END: mistakes

/// The same frame with FIN 0: more of the message is to come.
fn unfinished(mut frame: Vec<u8>) -> Vec<u8> {
    frame[0] &= 0x7f;
    frame
}

pub(crate) async fn make(tap: &Tap, mut random: Random) -> Result<()> {
    let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), tap).await?;
    let address = server.address();
    tokio::spawn(server.sent_only().serve());
    tap.name(address, "pong");
    for (number, (says, bytes)) in (1..).zip(MISTAKES) {
        tap.say(&format!("{number}. {says}"));
        let bytes = bytes(random.bytes());
        let answer = answer_to(&bytes, address, tap, random.clone()).await?;
        tap.learned(&answer);
        let _: [u8; 16] = random.bytes(); // the next connection has a key of its own
    }
    Ok(())
}

/// Sends those bytes on a connection of their own.
async fn answer_to(
    bytes: &[u8],
    server: SocketAddr,
    tap: &Tap,
    random: Random,
) -> Result<String> {
    let mut ping = ByHand::new(connect(server, tap).await?, random);
    ping.handshake(&server.to_string(), "/").await?;
    ping.send_raw(bytes).await?;
    Ok(match ping.receive().await? {
        (CLOSE, payload) => match payload.split_first_chunk() {
            Some((code, reason)) => {
                let code = u16::from_be_bytes(*code);
                format!("pong closes: {code} {:?}", String::from_utf8_lossy(reason))
            }
            None => "pong closes, and does not say why.".to_owned(),
        },
        (TEXT, payload) if payload == b"ping" => {
            ping.send(CLOSE, &1000_u16.to_be_bytes()).await?;
            ping.receive().await?;
            "\"ping\" came back: against the rule, and pong lets it pass."
                .to_owned()
        }
        (opcode, payload) => {
            bail!("expected a Close frame, found {opcode:#x} {payload:02x?}")
        }
    })
}
