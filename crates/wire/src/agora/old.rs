//! AccessToken, the token that begins with "006": read as far as can be seen, and said to be old.
//!
//! ```text
//! "006" App ID, 32 characters   base64( signature   CRC-32 of the channel 4   CRC-32 of the uid 4   message )
//!
//! signature   length, 2 bytes; HMAC-SHA256 of App ID, channel, uid and message, 32 bytes
//! message     length, 2 bytes; salt 4   timestamp 4   privilege count 2   [ privilege 2   expires 4 ]...
//! ```

use super::content::length;
use super::time::Utc;
use super::{Spec, VERSION, base64};
use crate::cursor::{Cursor, Step};
use crate::tree::{Field, Severity};

const ACCESS_TOKEN: Spec = Spec::Page {
    title: "AgoraIO/Tools, AccessToken",
    url: "https://github.com/AgoraIO/Tools/blob/master/DynamicKey/AgoraDynamicKey/nodejs/src/AccessToken.js",
};
const UPGRADE: Spec = Spec::Page {
    title: "Agora, Upgrade from AccessToken to AccessToken2",
    url: "https://docs.agora.io/en/3.x/voice-calling/reference/upgrade-token",
};

static APP_ID: Field =
    Field::new("App ID", ACCESS_TOKEN, "Whose token it is: 32 hex digits, in the open before the base64.");
static SIGNATURE: Field = Field::new(
    "Signature",
    ACCESS_TOKEN,
    "HMAC-SHA256 of App ID, channel, uid and message under the App Certificate. The token does not hold channel and \
     uid, so it cannot be checked without knowing them.",
);
static CRC_CHANNEL: Field =
    Field::new("CRC-32 of the channel", ACCESS_TOKEN, "Tells a wrong channel early; the signature decides.")
        .hex();
static CRC_UID: Field =
    Field::new("CRC-32 of the uid", ACCESS_TOKEN, "The same of the uid; 0, the sum of nothing, is anybody.")
        .hex();
static MESSAGE: Field = Field::new("Message", ACCESS_TOKEN, "What is allowed.");
static SALT: Field = Field::new("Salt", ACCESS_TOKEN, "A random number.");
static TIMESTAMP: Field = Field::new(
    "Timestamp",
    ACCESS_TOKEN,
    "Until when the token counts, in seconds since 1970: a day from its issue.",
);
static COUNT: Field = Field::new("Privilege count", ACCESS_TOKEN, "How many privileges follow.");
static PRIVILEGE: Field = Field::new("Privilege number", ACCESS_TOKEN, "What is allowed.").names(&[
    (1, "join channel"),
    (2, "publish audio"),
    (3, "publish video"),
    (4, "publish data"),
    (1000, "RTM login"),
]);
static EXPIRES: Field = Field::new(
    "Privilege expires",
    ACCESS_TOKEN,
    "Until when, in seconds since 1970: 007 counts from the issue timestamp instead.",
);

pub(super) fn read(c: &mut Cursor<'_>) -> Step {
    let why = "AccessToken, which AccessToken2 has replaced: build tokens with RtcTokenBuilder2, they begin with 007";
    c.text_of(&VERSION, 3)?.note(Severity::Warning, why, Some(UPGRADE));
    c.text_of(&APP_ID, 32)?;
    base64(c, content)
}

fn content(c: &mut Cursor<'_>) -> Step {
    let len = length(c)?;
    c.bytes(&SIGNATURE, len)?;
    c.uint_le(&CRC_CHANNEL, 4)?;
    c.uint_le(&CRC_UID, 4)?;
    let len = length(c)?;
    c.within(&MESSAGE, len, |c| {
        c.uint_le(&SALT, 4)?;
        let read = c.uint_le(&TIMESTAMP, 4)?;
        let until = Utc(read.value()).to_string();
        read.note(Severity::Info, until, None);
        for _ in 0..c.uint_le(&COUNT, 2)?.value() {
            c.uint_le(&PRIVILEGE, 2)?;
            let read = c.uint_le(&EXPIRES, 4)?;
            let until = Utc(read.value()).to_string();
            read.note(Severity::Info, until, None);
        }
        Ok(())
    })
}
