//! The signaling messages: JSON text over a WebSocket.
//!
//! A member has two peer connections, so that no offer ever meets another: on `up` it offers what it publishes, on
//! `down` the SFU offers what the member is sent.
//!
//! ```text
//! from the member   {"type":"join","token":"007…","channel":"demo","uid":"alice"}     first of all
//!                   {"type":"renew","token":"007…"}
//!                   {"type":"offer","sdp":"v=0…"}                 up: what it publishes from now on
//!                   {"type":"answer","sdp":"v=0…"}                down: to the last offer of the SFU
//!                   {"type":"prefer","uid":"bob","layer":"h"}     a rid, "auto" or "off"
//!                   {"type":"relay","to":"bob","body":…}          for a mesh: passed on as it is, with "from"
//!                   {"type":"leave"}
//! to the member     {"type":"joined","uid":"alice","members":[…],"publish":["audio"],"expires":3600}
//!                   {"type":"refused","code":"wrong-channel","why":"…"}
//!                   {"type":"answer","sdp":"v=0…"}                up
//!                   {"type":"offer","sdp":"v=0…","tracks":[…]}    down: a new round, whose sections are these
//!                   {"type":"relay","from":"bob","body":…}
//!                   {"type":"came","uid":"bob"}, {"type":"left","uid":"bob","why":"…"}
//!                   {"type":"speaker","uid":"bob"}                or null: nobody
//!                   {"type":"expiring","seconds":30}, {"type":"renewed","expires":3600,"publish":["audio"]}
//!                   {"type":"bye","code":"expired","why":"…"}     the end
//! ```

use serde::{Deserialize, Serialize};

/// No message is longer: an offer with eight members' tracks has some 40 kB.
pub const LONGEST: usize = 256 << 10;

/// From a member.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum FromMember {
    /// Asks to be let in.
    Join {
        /// An AccessToken2.
        token: String,
        /// The channel.
        channel: String,
        /// The name under which the others see the member.
        uid: String,
    },
    /// Brings a new token before the old one has expired, or after.
    Renew {
        /// An AccessToken2 for the same channel and uid.
        token: String,
    },
    /// On `up`: what the member publishes.
    Offer {
        /// The description.
        sdp: String,
    },
    /// On `down`: to the last offer of the SFU.
    Answer {
        /// The description.
        sdp: String,
    },
    /// Which layer of another's video the member wants.
    Prefer {
        /// Whose.
        uid: String,
        /// A rid, `auto` or `off`.
        layer: String,
    },
    /// A message for another member, which the SFU does not read: how a mesh is set up.
    Relay {
        /// For whom.
        to: String,
        /// What.
        body: serde_json::Value,
    },
    /// Goodbye.
    Leave,
}

/// To a member.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ToMember {
    /// Let in.
    Joined {
        /// As whom.
        uid: String,
        /// Who is there already.
        members: Vec<String>,
        /// What the token lets the member publish: `audio`, `video`, `data`.
        publish: Vec<String>,
        /// Seconds until the token lets nothing more.
        expires: u64,
    },
    /// Not let in, or a message not taken.
    Refused {
        /// In a word, for programs: `wire::agora::Refusal::code`, [`crate::Error::code`], or, of what is not sent on,
        /// `not-granted` and `publish-expired`.
        code: String,
        /// In a sentence, for people.
        why: String,
    },
    /// To the member's offer, on `up`.
    Answer {
        /// The description.
        sdp: String,
    },
    /// On `down`: a new round.
    Offer {
        /// The description.
        sdp: String,
        /// What its sections carry.
        tracks: Vec<Track>,
    },
    /// Somebody came.
    Came {
        /// Who.
        uid: String,
    },
    /// Somebody left.
    Left {
        /// Who.
        uid: String,
        /// Why: said goodbye, fell silent, the token expired.
        why: String,
    },
    /// Who speaks now.
    Speaker {
        /// `None`: nobody.
        uid: Option<String>,
    },
    /// The token lets nothing more soon.
    Expiring {
        /// In so many seconds.
        seconds: u64,
    },
    /// The new token is taken.
    Renewed {
        /// Seconds until it lets nothing more.
        expires: u64,
        /// What it lets the member publish.
        publish: Vec<String>,
    },
    /// A message of another member.
    Relay {
        /// Whose.
        from: String,
        /// What.
        body: serde_json::Value,
    },
    /// The end.
    Bye {
        /// In a word: `expired`, `replaced`, `silent`, or one of the host's.
        code: String,
        /// In a sentence.
        why: String,
    },
}

/// A section of the SFU's offer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Track {
    /// The section's `a=mid`.
    pub mid: String,
    /// Whose track it carries.
    pub uid: String,
    /// `audio` or `video`.
    pub kind: String,
}
