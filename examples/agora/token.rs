//! What a token says: who may do what in which channel, for how long.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::ValueEnum;
use tap::Random;
use wire::agora::{Certificate, Privileges, Service, Token, privilege};

/// Agora issues no token for longer than a day.
const LONGEST: i64 = 24 * 60 * 60;

/// What to build.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// The channel that the token is for: demo, where none is given
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) channel: Option<String>,

    /// Who it is for; 0 is whoever has it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) uid: Option<String>,

    /// Whether its bearer may publish
    #[arg(long, value_enum, default_value_t = Role::Publisher)]
    pub(crate) role: Role,

    /// For how many seconds, from now on
    #[arg(long, value_name = "N", default_value = "3600", value_parser = clap::value_parser!(u32).range(1..=LONGEST))]
    pub(crate) seconds: u32,
}

/// What Agora calls host and audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Publisher,
    Subscriber,
}

/// A project: its public name, and the secret that signs its tokens.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) certificate: Certificate,
}

impl App {
    /// A project of nobody's, for this run.
    pub(crate) fn drawn(random: &mut Random) -> Result<Self> {
        let mut hex = || {
            let bytes = random.bytes::<16>();
            bytes.map(|byte| format!("{byte:02x}")).concat()
        };
        let (id, certificate) = (hex(), hex());
        let certificate = certificate.parse().context("32 hex digits are none")?;
        Ok(Self { id, certificate })
    }
}

/// What somebody gets a token for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) channel: String,
    pub(crate) uid: String,
    pub(crate) role: Role,
    pub(crate) seconds: u32,
}

impl Options {
    /// For `uid`, unless they say for whom.
    pub(crate) fn pass(&self, uid: &str) -> Pass {
        let uid = self.uid.as_deref().unwrap_or(uid);
        Pass {
            channel: self.channel.clone().unwrap_or_else(|| "demo".to_owned()),
            // In a token nobody's name is no name: then anybody may bring it.
            uid: if uid == "0" { "" } else { uid }.to_owned(),
            role: self.role,
            seconds: self.seconds,
        }
    }
}

impl Pass {
    /// The same for somebody who only watches.
    pub(crate) fn audience(&self, uid: &str) -> Self {
        Self { uid: uid.to_owned(), role: Role::Subscriber, ..self.clone() }
    }

    // ANCHOR: build
    /// All that a token says. Each privilege has an end of its own, in seconds after
    /// it was issued.
    pub(crate) fn token(&self, app: &App, random: &mut Random) -> Token {
        let mut privileges =
            Privileges::from([(privilege::JOIN_CHANNEL, self.seconds)]);
        if self.role == Role::Publisher {
            privileges.extend([
                (privilege::PUBLISH_AUDIO, self.seconds),
                (privilege::PUBLISH_VIDEO, self.seconds),
                (privilege::PUBLISH_DATA, self.seconds),
            ]);
        }
        let (channel, uid) = (self.channel.clone(), self.uid.clone());
        Token {
            app_id: app.id.clone(),
            issued: u32::try_from(now()).unwrap_or(u32::MAX),
            expire: self.seconds,
            // Two tokens of the same second differ by it.
            salt: u32::from_be_bytes(random.bytes()) % 99_999_999 + 1,
            services: vec![Service::Rtc { channel, uid, privileges }],
        }
    }
    // ANCHOR_END: build

    // ANCHOR: sign
    /// A token as text. Whoever has the certificate can make it, so that stays on the
    /// server, and only the text goes to whoever wants to join.
    pub(crate) fn sign(&self, app: &App, random: &mut Random) -> Result<String> {
        let signed = self.token(app, random).sign(&app.certificate);
        signed.context("the token cannot be built")
    }
    // ANCHOR_END: sign
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

fn name(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len()) && !text.contains(char::is_control);
    match fits {
        true => Ok(text.to_owned()),
        false => {
            Err("expected 1 to 64 bytes without control characters".to_owned())
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
        })
    }
}
