//! Tokens that do not get in, and what they are told at the door.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use tap::{Random, Tap, TcpStream};
use wire::agora::{Privileges, Service, Token, privilege};
use wire::render::text::wrap;

use crate::member::{Ask, Member, Refused};
use crate::peer::Settings;
use crate::record::Record;
use crate::server::Server;
use crate::token::{App, Pass};

/// Somebody at the door.
struct Attempt {
    what: &'static str,
    token: String,
    channel: String,
    uid: String,
}

/// Each of them asks at a door of its own, which is neither shown nor recorded: the
/// table says it all.
pub(crate) async fn table(
    app: &App,
    pass: &Pass,
    settings: &Settings,
    random: &mut Random,
) -> Result<String> {
    let nobody: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
    let record = Record::new(&Tap::off(), false);
    let server = Server::bind(nobody, app.clone(), record, &Tap::off()).await?;
    let address = server.address();
    let serving = tokio::spawn(server.serve());
    let mut lines = Vec::new();
    for Attempt { what, token, channel, uid } in attempts(app, pass, random)? {
        let ask = Ask { token: &token, channel: &channel, uid: &uid };
        let stream = TcpStream::connect(address, &Tap::off()).await?;
        let url = format!("ws://{address}/");
        let joined = Member::join(&url, stream, ask, settings).await;
        let Err(error) = joined else { bail!("{what}: it was let in") };
        let Refused { code, why } =
            error.downcast().with_context(|| format!("{what}: no refusal"))?;
        lines.push(format!("{what:35}{code}"));
        lines
            .extend(wrap(&why, 72).into_iter().map(|line| format!("      {line}")));
    }
    serving.abort();
    Ok(lines.join("\n"))
}

// ANCHOR: attempts
/// One token and eleven ways to spoil it, or to use it where it does not count.
fn attempts(app: &App, pass: &Pass, random: &mut Random) -> Result<Vec<Attempt>> {
    let other = App::drawn(random)?;
    let token = pass.token(app, random);
    let good = token.sign(&app.certificate)?;
    let signed = |token: Token| token.sign(&app.certificate);
    let with = |privileges: Privileges| {
        let (channel, uid) = (pass.channel.clone(), pass.uid.clone());
        vec![Service::Rtc { channel, uid, privileges }]
    };
    let begun = token.issued.saturating_sub(10);
    let old = Token { issued: begun, expire: 5, ..token.clone() };
    let join = Privileges::from([(privilege::JOIN_CHANNEL, 5)]);
    let too_late = Token { issued: begun, services: with(join), ..token.clone() };
    let publish = Privileges::from([(privilege::PUBLISH_AUDIO, pass.seconds)]);
    let no_join = Token { services: with(publish), ..token.clone() };
    let user = pass.uid.clone();
    let messages =
        vec![Service::Rtm { user, privileges: [(1, pass.seconds)].into() }];
    let other_service = Token { services: messages, ..token.clone() };

    let attempts = [
        ("another channel", good.clone(), "other", &*pass.uid),
        ("another name", good.clone(), &*pass.channel, "pong"),
        ("its time is over", signed(old)?, &pass.channel, &pass.uid),
        ("the right to join is over", signed(too_late)?, &pass.channel, &pass.uid),
        (
            "a right to publish, none to join",
            signed(no_join)?,
            &pass.channel,
            &pass.uid,
        ),
        (
            "for messages (RTM), not calls",
            signed(other_service)?,
            &pass.channel,
            &pass.uid,
        ),
        ("a letter changed", damaged(&good), &pass.channel, &pass.uid),
        (
            "another name, packed in again",
            forged(&good, &pass.uid)?,
            &pass.channel,
            "pong",
        ),
        (
            "signed with another certificate",
            token.sign(&other.certificate)?,
            &pass.channel,
            &pass.uid,
        ),
        ("another project's", pass.sign(&other, random)?, &pass.channel, &pass.uid),
        (
            "an AccessToken, 006",
            format!("006{}IAA{}", app.id, "A".repeat(61)),
            &pass.channel,
            &pass.uid,
        ),
        ("no token at all", String::new(), &pass.channel, &pass.uid),
    ];
    let attempt = |(what, token, channel, uid): (_, _, &str, &str)| Attempt {
        what,
        token,
        channel: channel.to_owned(),
        uid: uid.to_owned(),
    };
    Ok(attempts.map(attempt).into())
}
// ANCHOR_END: attempts

/// A letter near the end is another one: of the checksum, so what is found is always
/// the same. Elsewhere it may be the compression that breaks.
fn damaged(token: &str) -> String {
    let at = token.trim_end_matches('=').len().saturating_sub(3);
    let change = |(place, letter)| match (place == at, letter) {
        (true, 'A') => 'B',
        (true, _) => 'A',
        _ => letter,
    };
    token.chars().enumerate().map(change).collect()
}

// ANCHOR: forged
/// What anybody can do who has a token: unpack it, change what it says, and pack it
/// again. All is well but the signature, which only the certificate could make.
fn forged(token: &str, uid: &str) -> Result<String> {
    const LONGEST: usize = 64 << 10;
    let packed = STANDARD.decode(token.strip_prefix("007").context("no 007")?)?;
    let content = decompress_to_vec_zlib_with_limit(&packed, LONGEST);
    let mut content = content.ok().context("it does not inflate")?;
    let named = content.windows(uid.len()).rposition(|part| part == uid.as_bytes());
    let at = named.filter(|_| uid.len() == 4).context("no such name in it")?;
    content[at..at + 4].copy_from_slice(b"pong");
    Ok(format!("007{}", STANDARD.encode(compress_to_vec_zlib(&content, 6))))
}
// ANCHOR_END: forged
