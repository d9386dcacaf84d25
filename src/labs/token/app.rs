//! The app whose tokens the workbook signs: made up anew in each run.

use std::fmt::Write;
use std::sync::OnceLock;

use serde::Deserialize;
use thiserror::Error;
use wire::agora::{Certificate, Privileges, Service, Token, Unsignable, privilege};

/// A project, as Agora's console would make one.
#[derive(Debug)]
pub struct App {
    /// Its App ID. Everybody may know it.
    pub id: String,
    /// Its App Certificate. Nobody else may.
    pub certificate: Certificate,
}

/// The one that all labs of this run share.
///
/// # Panics
/// Where the system has no randomness to give: no secret could be made.
#[must_use]
pub fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let certificate = random_hex().parse().expect("sixteen bytes are 32 hex digits");
        App { id: random_hex(), certificate }
    })
}

fn random_hex() -> String {
    bytes::<16>().iter().fold(String::new(), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// What a token is asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct Wish {
    /// The channel to be joined.
    pub channel: String,
    /// As whom. Empty: as anybody.
    pub uid: String,
    /// To do what.
    pub role: Role,
    /// For how long.
    pub seconds: u32,
}

/// What the bearer of a token does in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sends audio, video and data, and receives.
    Publisher,
    /// Receives.
    Subscriber,
}

/// Why a wish is not granted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    /// The channel has no name, or too long a one.
    #[error("expected a channel of 1 to {MOST_NAME} bytes, found {0}: choose another name")]
    Channel(usize),
    /// The uid is too long.
    #[error("expected a uid of at most {MOST_NAME} bytes, found {0}: choose another name")]
    Uid(usize),
    /// Too long, or not at all.
    #[error("expected 1 to {DAY} seconds, found {0}: Agora's tokens count for a day at most")]
    Seconds(u32),
    /// What else there may be.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
}

/// Agora's limit for a channel is the same.
const MOST_NAME: usize = 64;
const DAY: u32 = 24 * 60 * 60;

impl App {
    /// The token that a token server would give for that wish.
    ///
    /// # Errors
    /// A wish that no token server would grant.
    pub fn sign(&self, wish: &Wish, now: u64) -> Result<String, Refused> {
        if wish.channel.is_empty() || wish.channel.len() > MOST_NAME {
            return Err(Refused::Channel(wish.channel.len()));
        }
        if wish.uid.len() > MOST_NAME {
            return Err(Refused::Uid(wish.uid.len()));
        }
        if !(1..=DAY).contains(&wish.seconds) {
            return Err(Refused::Seconds(wish.seconds));
        }
        let service = Service::Rtc {
            channel: wish.channel.clone(),
            uid: wish.uid.clone(),
            privileges: privileges(wish.role, wish.seconds),
        };
        let token = Token {
            app_id: self.id.clone(),
            issued: u32::try_from(now).unwrap_or(u32::MAX),
            expire: wish.seconds,
            salt: 1 + u32::from_le_bytes(bytes()) % 99_999_999,
            services: vec![service],
        };
        Ok(token.sign(&self.certificate)?)
    }
}

fn privileges(role: Role, seconds: u32) -> Privileges {
    let numbers: &[u16] = match role {
        Role::Publisher => &[
            privilege::JOIN_CHANNEL,
            privilege::PUBLISH_AUDIO,
            privilege::PUBLISH_VIDEO,
            privilege::PUBLISH_DATA,
        ],
        Role::Subscriber => &[privilege::JOIN_CHANNEL],
    };
    numbers.iter().map(|number| (*number, seconds)).collect()
}
