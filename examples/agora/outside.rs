//! What comes from outside: a project of yours, a token of yours, a server elsewhere.

use std::env;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use tap::webrtc::Runtime;
use tap::{Random, Tap, TcpStream};
use tokio::time::timeout;
use wire::agora::{self, AGORA, Question, Service, Token};

use crate::keys::KeyLogs;
use crate::member::{Ask, Member, Received, Refused};
use crate::peer::{PATIENCE, Settings};
use crate::record::Record;
use crate::server::Server;
use crate::story::allowed;
use crate::target::Target;
use crate::token::{self, App, Options, Role};

/// A page of Agora's that joins a channel with an App ID and a token.
const TRY_IT: &str = "https://webdemo.agora.io/basicVideoCall/index.html";
/// No token is longer.
const LONGEST_TOKEN: u64 = 64 << 10;
/// A visit to a server elsewhere.
const VISIT: Duration = Duration::from_secs(5);
/// Of a visit so many datagrams of each socket are shown.
const SHOWN: usize = 50;

// ANCHOR: project
/// The project in the environment. The certificate signs whatever its owner allows, so
/// it has no flag: process lists show those to everybody.
pub(crate) fn project() -> Result<Option<App>> {
    let text = |name| match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        // What it is instead is not said: it may be nearly a secret.
        Err(_) => Err(anyhow!("{name} is no text; expected 32 hex digits")),
    };
    let (id, certificate) = (text("AGORA_APP_ID")?, text("AGORA_APP_CERTIFICATE")?);
    match (id, certificate) {
        (None, None) => Ok(None),
        (Some(id), Some(certificate)) => {
            let is_hex = id.bytes().all(|digit| digit.is_ascii_hexdigit());
            let count = id.chars().count();
            ensure!(
                count == 32 && is_hex,
                "AGORA_APP_ID: expected 32 hex digits, found {count} characters; copy it from the project's settings"
            );
            let told = env::args_os()
                .any(|argument| argument.to_string_lossy().contains(&certificate));
            ensure!(
                !told,
                "the certificate is among the arguments, and process lists show those to everybody: leave it in AGORA_APP_CERTIFICATE"
            );
            let certificate =
                certificate.parse().context("AGORA_APP_CERTIFICATE")?;
            Ok(Some(App { id, certificate }))
        }
        (None, _) => bail!(
            "AGORA_APP_CERTIFICATE is set and AGORA_APP_ID is not: set both, or none"
        ),
        (_, None) => bail!(
            "AGORA_APP_ID is set and AGORA_APP_CERTIFICATE is not: set both, or none"
        ),
    }
}
// ANCHOR_END: project

/// Says what is wrong with the arguments, and ends. Whoever gave a certificate as one
/// does not find it on the screen, and in a log, as well.
pub(crate) fn usage(error: &clap::Error) -> ! {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    if matches!(error.kind(), DisplayHelp | DisplayVersion) {
        error.exit();
    }
    eprint!("{}", hidden(&error.to_string()));
    std::process::exit(2);
}

/// Without what could be a certificate: long words of hex digits.
fn hidden(text: &str) -> String {
    const LONG: usize = 24;
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        match digits.len() >= LONG {
            true => out.push_str(&format!("[hex digits]{}", &word[digits.len()..])),
            false => out.push_str(word),
        }
    }
    out
}

/// A token as an argument, or from standard input.
pub(crate) fn given(text: &str) -> Result<String> {
    let mut text = text.to_owned();
    if text == "-" {
        text.clear();
        let read = io::stdin().take(LONGEST_TOKEN).read_to_string(&mut text);
        read.context("cannot read a token from standard input")?;
    }
    let text = text.trim();
    ensure!(
        text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "hex digits are no token; if they are a certificate, its place is AGORA_APP_CERTIFICATE, where process lists do not show it"
    );
    Ok(text.to_owned())
}

/// Prints a token of a real project. Nothing is sent: whoever wants to try it takes it
/// there.
pub(crate) fn real(
    app: &App,
    options: &Options,
    flags: &tap::Options,
    tap: &Tap,
) -> Result<()> {
    let pass = options.pass("0");
    let text = pass.sign(app, &mut flags.random())?;
    if flags.json {
        let token = serde_json::json!({
            "token": text, "app_id": app.id, "channel": pass.channel, "uid": pass.uid,
            "role": pass.role.to_string(), "seconds": pass.seconds, "page": TRY_IT,
        });
        tap.tell("Nothing was sent anywhere.");
        println!("{token}");
        return Ok(());
    }
    let whose = if pass.uid.is_empty() { "anybody" } else { &*pass.uid };
    tap.say(&format!(
        "A token of your project: {whose}, as a {}, may join {} for {} s.",
        pass.role, pass.channel, pass.seconds
    ));
    tap.explain(&AGORA.dissect(text.as_bytes()));
    tap.print(&format!("\n{text}\n"));
    let question = Question {
        app_id: &app.id,
        certificate: &app.certificate,
        channel: &pass.channel,
        uid: &pass.uid,
        now: token::now(),
    };
    let admission = agora::admit(&text, &question)?;
    tap.learned(&format!("The signature is right. {}", allowed(&admission)));
    tap.tell(&format!(
        "Nothing was sent anywhere. To try it, open {TRY_IT} , and give it the App ID {}, the channel {} and this token; the certificate is not needed there, and should not be given to any page.",
        app.id, pass.channel
    ));
    Ok(())
}

/// Takes somebody's token apart, and says whether it would be let in.
pub(crate) fn examine(
    text: &str,
    yours: Option<&App>,
    options: &Options,
    flags: &tap::Options,
    tap: &Tap,
) -> Result<()> {
    tap.explain(&AGORA.dissect(text.as_bytes()));
    let verdict = verdict(text, yours, options);
    if flags.json {
        let (code, why) = match &verdict {
            Ok(why) => ("fine", why.clone()),
            Err(Refused { code, why }) => (&**code, why.clone()),
        };
        println!("{}", serde_json::json!({ "verdict": code, "why": why }));
    } else if let Ok(why) = &verdict {
        tap.learned(why);
    }
    Ok(verdict.map(drop)?)
}

fn verdict(
    text: &str,
    yours: Option<&App>,
    options: &Options,
) -> Result<String, Refused> {
    let refused = |code: &str, why: String| Refused { code: code.to_owned(), why };
    let (token, _) = Token::read(text)
        .map_err(|error| refused(error.code(), error.to_string()))?;
    let Some(app) = yours else {
        let why = "It can be read; whether the signature is right, only the project's certificate shows: put AGORA_APP_ID and AGORA_APP_CERTIFICATE into the environment.";
        return Ok(why.to_owned());
    };
    let (channel, uid) = names(&token, options);
    let question = Question {
        app_id: &app.id,
        certificate: &app.certificate,
        channel: &channel,
        uid: &uid,
        now: token::now(),
    };
    let admission = agora::admit(text, &question)
        .map_err(|refusal| refused(refusal.code(), refusal.to_string()))?;
    Ok(format!("The signature is right. {}", allowed(&admission)))
}

/// Channel and name: those that the flags say, else those of the token.
fn names(token: &Token, options: &Options) -> (String, String) {
    let rtc = token.services.iter().find_map(|service| match service {
        Service::Rtc { channel, uid, .. } => Some((channel.clone(), uid.clone())),
        _ => None,
    });
    let (channel, uid) = rtc.unwrap_or_default();
    let uid = if uid.is_empty() { "ping".to_owned() } else { uid };
    (options.channel.clone().unwrap_or(channel), options.uid.clone().unwrap_or(uid))
}

/// Joins a channel elsewhere for a few seconds: publishes what the token allows, and
/// counts what comes.
pub(crate) async fn visit(
    target: &Target,
    text: &str,
    options: &Options,
    keys: KeyLogs,
    tap: &Tap,
) -> Result<()> {
    let unreadable = |error: agora::Unreadable| Refused {
        code: error.code().to_owned(),
        why: error.to_string(),
    };
    let (token, _) = Token::read(text).map_err(unreadable)?;
    let (channel, uid) = names(&token, options);
    ensure!(
        !target.tls,
        "wss:// needs TLS, which this example leaves out; the websocket example has it"
    );
    let silent = |what: &str| Refused {
        code: "no-answer".to_owned(),
        why: format!(
            "{what}. Is an SFU running at {}? `--listen ADDR` starts one",
            target.name
        ),
    };
    let stream =
        reach(target, tap).await.map_err(|error| silent(&format!("{error:#}")))?;
    let settings = Settings {
        at: stream.local_addr().ip(),
        runtime: Runtime::new(tap).at_most(SHOWN, usize::MAX),
        keys: keys.wanted().then(|| keys.overheard(tap)).transpose()?,
    };
    tap.say(&format!("{uid} asks to join {channel}, at {}.", target.host));
    let url = format!("ws://{}{}", target.host, target.path);
    let ask = Ask { token: text, channel: &channel, uid: &uid };
    let joined =
        timeout(PATIENCE, Member::join(&url, stream, ask, &settings)).await;
    let mut member = match joined {
        Ok(Ok(member)) => member,
        Ok(Err(error)) if error.is::<Refused>() => return Err(error),
        Ok(Err(error)) => return Err(silent(&format!("{error:#}")).into()),
        Err(_) => return Err(silent("no answer").into()),
    };
    let others = if member.others.is_empty() {
        "nobody".to_owned()
    } else {
        member.others.join(", ")
    };
    tap.learned(&format!("{uid} is in. There already: {others}."));
    let mut received = Received::default();
    let mut random = Random::new(None);
    if member.may_publish.is_empty() {
        let _ = timeout(VISIT, member.receive(&mut received, |_| false)).await;
    } else {
        tap.say(&format!("{uid} publishes."));
        let mut published = member.publish(&mut random).await?;
        member.connected(&published).await?;
        published.data.send_text(&format!("{uid} is here")).await?;
        tokio::select! {
            played = published.play() => played?,
            _ = timeout(VISIT, member.receive(&mut received, |_| false)) => {}
        }
    }
    let count = |kind| received.packets.get(kind).copied().unwrap_or_default();
    tap.learned(&format!(
        "{uid} got {} packets of audio and {} of video.",
        count("audio"),
        count("video")
    ));
    for message in &received.messages {
        tap.learned(message);
    }
    member.leave().await
}

async fn reach(target: &Target, tap: &Tap) -> Result<TcpStream> {
    let mut refusals = Vec::new();
    for address in target.resolve().await? {
        match timeout(PATIENCE, TcpStream::connect(address, tap)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => refusals.push(format!("{address}: {error}")),
            Err(_) => refusals.push(format!("{address}: no answer")),
        }
    }
    bail!("{}", refusals.join("; "))
}

/// An SFU for whoever has a token; two of them are printed.
pub(crate) async fn listen(
    address: SocketAddr,
    app: App,
    options: &Options,
    flags: &tap::Options,
    tap: &Tap,
) -> Result<()> {
    // A call is hundreds of packets a second: without a capture, none is kept.
    let media = if flags.pcap.is_some() { tap.clone() } else { Tap::off() };
    let server =
        Server::bind(address, app.clone(), Record::new(&media, false), tap).await?;
    let mut random = flags.random();
    for (uid, role) in [("ping", Role::Publisher), ("pong", Role::Subscriber)] {
        let options = Options { role, ..options.clone() };
        let token = options.pass(uid).sign(&app, &mut random)?;
        tap.tell(&format!("A token for {uid}, {role}:"));
        tap.print(&token);
    }
    tap.tell(&format!(
        "Listening at ws://{}/ . Join with --server and one of the tokens; Ctrl-C ends it.",
        server.address()
    ));
    tokio::select! {
        () = server.serve() => Err(anyhow!("the server ended")),
        end = tokio::signal::ctrl_c() => end.context("cannot wait for Ctrl-C"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_of_hex_digits_are_not_repeated() {
        let certificate = "5CFd2fd1755d40ecb72977518be15d3b";
        for (text, expected) in [
            (
                format!("unexpected '{certificate}' found"),
                "unexpected '[hex digits]' found",
            ),
            (format!("--certificate={certificate}"), "--certificate=[hex digits]"),
            (format!("{certificate}{certificate}!"), "[hex digits]!"),
            ("a dead beef, 127.0.0.1\n".to_owned(), "a dead beef, 127.0.0.1\n"),
            (String::new(), ""),
        ] {
            assert_eq!(hidden(&text), expected);
        }
    }
}
