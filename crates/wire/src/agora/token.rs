//! A token by what it means: read off the tree that [`super::AGORA`] makes, and written.
//!
//! ```
//! use wire::agora::{Certificate, Service, Token, privilege};
//! let certificate: Certificate = "5CFd2fd1755d40ecb72977518be15d3b".parse()?;
//! let join = [(privilege::JOIN_CHANNEL, 600)].into();
//! let token = Token {
//!     app_id: "970CA35de60c44645bbae8a215061b33".to_owned(),
//!     issued: 1_111_111,
//!     expire: 600,
//!     salt: 1,
//!     services: vec![Service::Rtc { channel: "demo".to_owned(), uid: "alice".to_owned(), privileges: join }],
//! };
//! let text = token.sign(&certificate)?;
//! assert!(text.starts_with("007eJ"));
//! let (read, signature) = Token::read(&text)?;
//! assert!(read == token && signature.verify(&certificate));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod read;
mod write;

use std::collections::BTreeMap;

use thiserror::Error;

/// A privilege's number, and for how many seconds from the issue timestamp it is granted. 0: as long as the token
/// counts.
pub type Privileges = BTreeMap<u16, u32>;

/// RTM 2: a kind of resources, what may be done with them, and their names.
pub type Permissions = BTreeMap<u16, BTreeMap<u16, Vec<String>>>;

/// The numbers of RTC's privileges.
pub mod privilege {
    /// To be in the channel. Without it the others are worth nothing.
    pub const JOIN_CHANNEL: u16 = 1;
    /// To send audio.
    pub const PUBLISH_AUDIO: u16 = 2;
    /// To send video.
    pub const PUBLISH_VIDEO: u16 = 3;
    /// To send messages on a data stream.
    pub const PUBLISH_DATA: u16 = 4;
}

/// An AccessToken2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose: 32 hex digits.
    pub app_id: String,
    /// When it was issued, in seconds since 1970.
    pub issued: u32,
    /// For how many seconds from then it counts.
    pub expire: u32,
    /// A random number.
    pub salt: u32,
    /// What it is good for.
    pub services: Vec<Service>,
}

/// One of Agora's products, and what may be done there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Calls and streams: [`privilege`].
    Rtc {
        /// Which may be joined.
        channel: String,
        /// By whom. Empty: by anybody.
        uid: String,
        /// What may be done there.
        privileges: Privileges,
    },
    /// Signaling, 1: log in.
    Rtm {
        /// As whom.
        user: String,
        /// What may be done.
        privileges: Privileges,
    },
    /// Streaming, 1: publish the mixed stream, 2: the raw one.
    Streaming {
        /// Of which channel.
        channel: String,
        /// By whom. Empty: by anybody.
        account: String,
        /// What may be done.
        privileges: Privileges,
    },
    /// Full-path acceleration, 1: log in.
    Fpa {
        /// What may be done.
        privileges: Privileges,
    },
    /// Chat, 1: as a user, 2: as the app.
    Chat {
        /// Which user; empty for the app.
        user: String,
        /// What may be done.
        privileges: Privileges,
    },
    /// Fusion CDN, 1: publish, 2: play.
    Fcdn {
        /// Of which channel.
        channel: String,
        /// By whom. Empty: by anybody.
        account: String,
        /// What may be done.
        privileges: Privileges,
    },
    /// Class rooms, 1: as a user of a room, 2: as a user, 3: as the app.
    Apaas {
        /// Which room.
        room: String,
        /// Which user.
        user: String,
        /// As what; -1: nothing in particular.
        role: i16,
        /// What may be done.
        privileges: Privileges,
    },
    /// Signaling 2, 1: log in.
    Rtm2 {
        /// As whom.
        user: String,
        /// Which resources may be read and written.
        permissions: Permissions,
        /// What may be done.
        privileges: Privileges,
    },
    /// Conversational AI.
    ConvoAi {
        /// What may be done.
        privileges: Privileges,
    },
    /// Speech to text.
    Stt {
        /// What may be done.
        privileges: Privileges,
    },
    /// One that is not known here, and all after it: where it ends, nothing says.
    Unknown {
        /// Its type.
        number: u16,
        /// How many services these are.
        count: u16,
        /// What follows the type.
        rest: Vec<u8>,
    },
}

/// Why a text is not read as a token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// An AccessToken.
    #[error(
        "expected a token that begins with 007, found the older 006: build it with RtcTokenBuilder2 of npm's agora-token, or \
         the like"
    )]
    Old,
    /// Not whole, or not a token at all.
    #[error(
        "expected a whole token, found damage in its {at} ({why}): copy it again, from its first character to its last"
    )]
    Damaged {
        /// The part of it.
        at: &'static str,
        /// What is wrong there.
        why: String,
    },
}

impl Unreadable {
    /// In a word, for programs: that of the refusal at a door.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Old => "version-006",
            Self::Damaged { .. } => "damaged",
        }
    }
}

/// Why no token is made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unsignable {
    /// The App ID is none.
    #[error(
        "expected an App ID of 32 hex digits, found one of {0} characters: copy it from the project's settings"
    )]
    AppId(usize),
    /// No service.
    #[error("expected a service that the token is good for, found none: add one, such as RTC")]
    NoService,
    /// A text, a list or the whole is too long for its length field, or for who reads it.
    #[error("expected at most {most} {what}, found {found}: shorten it, or issue several tokens")]
    TooLong {
        /// What is counted.
        what: &'static str,
        /// How many there may be.
        most: usize,
        /// How many there are.
        found: usize,
    },
}
