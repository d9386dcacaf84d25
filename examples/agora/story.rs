//! A call of ping, who is seen and heard, and pong, who watches; and what their tokens
//! have to do with it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sfu::signaling::{FromMember, ToMember};
use tap::webrtc::Runtime;
use tap::{Random, Tap, TcpStream};
use tokio::time::{sleep, timeout};
use wire::agora::{self, AGORA, Admission, Question, Token, Utc};

use crate::keys::KeyLogs;
use crate::member::{Ask, Member, Received, Refused};
use crate::peer::{PATIENCE, Settings};
use crate::record::Record;
use crate::refusals;
use crate::server::Server;
use crate::token::{self, App, Options, Pass, Role};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// So many packets of each kind are a call.
const ENOUGH: usize = 5;
/// What a step ends with is on its way before the next begins.
const PAUSE: Duration = Duration::from_millis(30);
/// Tokens that end soon: with room for what is to happen before, and with none.
const SOON: u32 = 5;
const SOONER: u32 = 2;

pub(crate) async fn tell(
    app: &App,
    options: &Options,
    all: bool,
    keys: KeyLogs,
    mut random: Random,
    tap: &Tap,
) -> Result<()> {
    let pass = options.pass("ping");
    token(app, &pass, &mut random, tap)?;

    let record = Record::new(tap, all);
    let server =
        Server::bind((LOOPBACK, 0).into(), app.clone(), record.clone(), tap)
            .await?;
    let stage = Stage {
        app,
        // Who may publish, and under a name: else there is no call.
        pass: Pass { role: Role::Publisher, uid: "ping".to_owned(), ..pass },
        signaling: server.address(),
        settings: Settings {
            at: LOOPBACK,
            // The SFU records both ways: so every datagram is there once.
            runtime: Runtime::new(&Tap::off()),
            // All ends are ours, so the keys are too. Unless they were asked for,
            // they never leave this program's memory.
            keys: Some(keys.overheard(tap)?),
        },
        record,
        tap,
    };
    tap.name(server.address(), "SFU, signaling");
    tap.name(server.media(), "SFU");
    let serving = tokio::spawn(server.serve());
    stage.call(&mut random).await?;
    stage.refusals(&mut random).await?;
    stage.expiry(&mut random).await?;
    serving.abort();
    Ok(())
}

/// Builds a token, takes it apart, and asks whether it would be let in.
fn token(app: &App, pass: &Pass, random: &mut Random, tap: &Tap) -> Result<()> {
    tap.say("1. A token: what it says, signed with the certificate of the project. Everybody can read it, and nobody can change it.");
    let text = pass.sign(app, random)?;
    tap.print(&format!("\n{text}"));
    tap.explain(&AGORA.dissect(text.as_bytes()));
    let (_token, signature) = Token::read(&text)?;
    ensure!(
        signature.verify(&app.certificate),
        "the signature is not the project's"
    );
    let question = Question {
        app_id: &app.id,
        certificate: &app.certificate,
        channel: &pass.channel,
        uid: &pass.uid,
        now: token::now(),
    };
    let admission = agora::admit(&text, &question)?;
    tap.learned(&format!("The signature is right. {}", allowed(&admission)));
    Ok(())
}

/// `Until 2026-11-23 05:00:00 UTC its bearer may join and publish audio, video, data.`
pub(crate) fn allowed(admission: &Admission) -> String {
    let Admission { join, audio, video, data } = admission;
    let publish = [("audio", audio), ("video", video), ("data", data)];
    let publish: Vec<_> = publish
        .into_iter()
        .filter(|(_, until)| until.is_some())
        .map(|(what, _)| what)
        .collect();
    let publish = match &*publish {
        [] => "publish nothing".to_owned(),
        some => format!("publish {}", some.join(", ")),
    };
    format!("Until {} its bearer may join, and {publish}.", Utc(*join))
}

/// What all scenes share.
struct Stage<'a> {
    app: &'a App,
    pass: Pass,
    signaling: SocketAddr,
    settings: Settings,
    record: Record,
    tap: &'a Tap,
}

impl Stage<'_> {
    /// Joins with a token for `pass`, in the channel that it is for, or another one.
    async fn join(
        &self,
        pass: &Pass,
        channel: &str,
        random: &mut Random,
    ) -> Result<Member> {
        let token = pass.sign(self.app, random)?;
        // Each end records what it sends: every message is there once.
        let stream =
            TcpStream::connect(self.signaling, self.tap).await?.sent_only();
        self.tap.name(stream.local_addr(), &format!("{}, signaling", pass.uid));
        let url = format!("ws://{}/", self.signaling);
        let ask = Ask { token: &token, channel, uid: &pass.uid };
        let mut member = Member::join(&url, stream, ask, &self.settings).await?;
        member.reached().await?;
        sleep(PAUSE).await;
        Ok(member)
    }

    /// Says what comes, and shows the first packet of each kind.
    fn say(&self, words: &str) {
        self.tap.say(words);
        self.record.afresh();
    }

    async fn call(&self, random: &mut Random) -> Result<()> {
        let Self { pass, tap, .. } = self;
        self.say("2. ping joins: a WebSocket, and a first message with the token, the channel and a name. The SFU asks nobody whether that is so: it has the certificate. At once it offers a connection down, for what others will send.");
        let mut ping = self.join(pass, &pass.channel, random).await?;
        tap.learned(&format!(
            "ping is in, and may publish {}.",
            ping.may_publish.join(", ")
        ));

        self.say("3. ping publishes: an offer, an answer, and a connection up to the SFU, as in every call of WebRTC. The other end is a server.");
        let mut published = ping.publish(random).await?;
        ping.connected(&published).await?;
        sleep(PAUSE).await;

        self.say("4. pong joins, to watch: a token without a right to publish. The SFU has something for pong now, and its offer says what: ping's sound and pictures, each under an SSRC of its own.");
        let audience = pass.audience("pong");
        let mut pong = self.join(&audience, &audience.channel, random).await?;

        self.say("5. ping sends each packet once. The SFU decrypts it, gives it the SSRC that it promised pong, encrypts it for pong, and sends it on.");
        let mut received = Received::default();
        let enough = |received: &Received| {
            ["audio", "video"].iter().all(|kind| {
                received.packets.get(*kind).is_some_and(|count| *count >= ENOUGH)
            })
        };
        tokio::select! {
            played = published.play() => played.context("ping cannot send")?,
            got = timeout(PATIENCE, pong.receive(&mut received, enough)) => {
                got.context("pong gets nothing")??;
            }
        }
        self.say("6. ping says \"ping\" on its data channel. The SFU reads it, as it reads all, and says to pong who said it.");
        published.data.send_text("ping").await?;
        pong.receive(&mut received, |received| !received.messages.is_empty())
            .await?;
        let message = received.messages.first().map_or("", |message| message);
        tap.learned(&format!(
            "pong got {} packets of audio, {} of video, and {message}.",
            received.packets["audio"], received.packets["video"]
        ));

        self.say("7. pong tries to publish. The token says no, so the SFU does.");
        pong.publish(random).await?;
        let refused = pong.hear_of(|message| match message {
            ToMember::Refused { code, why } => Some(Refused { code, why }),
            _ => None,
        });
        tap.learned(&format!("pong hears: {}.", refused.await?));

        self.say("8. Both leave.");
        pong.leave().await?;
        ping.leave().await
    }

    async fn refusals(&self, random: &mut Random) -> Result<()> {
        let Self { app, pass, settings, tap, .. } = self;
        self.say("9. ping has a token for one channel, and wants into another.");
        let refused = self.join(pass, "other", random).await;
        let refused = refused.err().context("ping is in")?.downcast::<Refused>()?;
        tap.learned(&format!("The door stays shut: {}.", refused.code));
        tap.say("10. What else does not get in. Each of them asked at the door, and was told why.");
        tap.print(&refusals::table(app, pass, settings, random).await?);
        Ok(())
    }

    async fn expiry(&self, random: &mut Random) -> Result<()> {
        let (pass, tap) = (&self.pass, self.tap);
        self.say("11. A token for five seconds. The SFU warns 30 s before the end: here at once.");
        let brief = Pass { seconds: SOON, ..pass.clone() };
        let mut ping = self.join(&brief, &pass.channel, random).await?;
        warned(&mut ping, tap).await?;
        tap.say("12. ping gets a new token from its own server, and renews. Nothing is interrupted. This one counts for two seconds.");
        let briefer = Pass { seconds: SOONER, ..brief };
        let token = briefer.sign(self.app, random)?;
        ping.say(FromMember::Renew { token }).await?;
        let renewed = |message| match message {
            ToMember::Renewed { expires, .. } => Some(expires),
            _ => None,
        };
        let expires = ping.hear_of(renewed).await?;
        tap.learned(&format!("Taken: {expires} s from now."));
        warned(&mut ping, tap).await?;
        tap.say("13. This time ping does not renew.");
        let bye = |message| match message {
            ToMember::Bye { code, why } => Some(format!("bye, {code}: {why}")),
            _ => None,
        };
        let bye = ping.hear_of(bye).await?;
        tap.learned(&format!("{bye}."));
        Ok(())
    }
}

async fn warned(member: &mut Member, tap: &Tap) -> Result<()> {
    let seconds = member.hear_of(|message| match message {
        ToMember::Expiring { seconds } => Some(seconds),
        _ => None,
    });
    tap.learned(&format!("A warning: {} s are left.", seconds.await?));
    Ok(())
}
