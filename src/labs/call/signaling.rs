//! The signaling messages: JSON text over a WebSocket.
//!
//! ```text
//! from the browser  {"type":"offer","sdp":"v=0…"}
//!                   {"type":"candidate","candidate":"candidate:…","sdpMid":"0","sdpMLineIndex":0}
//!                   {"type":"bye"}                    ends the call in good order
//!                   {"type":"stop"}                   the peer vanishes without a word; the WebSocket stays
//! to the browser    {"type":"answer","sdp":"v=0…"}
//!                   {"type":"candidate",…}            an empty candidate: there will be no more
//!                   {"type":"bye","why":"…"}          the lab ends the call
//!                   {"type":"error","why":"…"}        what could not be used
//! ```
//!
//! WebRTC leaves signaling to the application ([RFC 8825 section 3](https://www.rfc-editor.org/rfc/rfc8825#section-3)).

use serde::{Deserialize, Serialize};

/// No message is longer: Chromium's offers with audio and video have some 8 kB.
pub const LONGEST: usize = 64 << 10;

/// From the browser.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Heard {
    /// What the browser wants.
    Offer {
        /// The description.
        sdp: String,
    },
    /// Where the browser can be reached. What it belongs to does not matter: all m-lines are bundled.
    Candidate {
        /// The line, without `a=`; empty at the end.
        #[serde(default)]
        candidate: String,
    },
    /// Ends the call in good order.
    Bye,
    /// Has the peer vanish.
    Stop,
}

/// To the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Said {
    /// What the peer takes of the offer.
    Answer {
        /// The description.
        sdp: String,
    },
    /// Where the peer can be reached.
    #[serde(rename_all = "camelCase")]
    Candidate {
        /// The line; empty at the end.
        candidate: String,
        /// The m-line's `a=mid`.
        sdp_mid: String,
        /// The m-line's place.
        #[serde(rename = "sdpMLineIndex")]
        sdp_m_line_index: u16,
    },
    /// The call is over.
    Bye {
        /// Why.
        why: String,
    },
    /// A message could not be used; the call goes on if there is one.
    Error {
        /// Why.
        why: String,
    },
}

impl Heard {
    /// Reads a message.
    ///
    /// # Errors
    /// What was expected, in a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| {
            format!(
                "expected JSON with a type of offer, candidate, bye or stop, and what belongs to it: {error}"
            )
        })
    }
}

impl Said {
    /// As it is sent.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_what_browsers_write_and_read() {
        for (text, heard) in [
            (r#"{"type":"offer","sdp":"v=0"}"#, Some(Heard::Offer { sdp: "v=0".into() })),
            (
                r#"{"type":"candidate","candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"x"}"#,
                Some(Heard::Candidate { candidate: "c".into() }),
            ),
            (r#"{"type":"bye"}"#, Some(Heard::Bye)),
            (r#"{"type":"stop"}"#, Some(Heard::Stop)),
            (r#"{"type":"offer"}"#, None),
            (r#"{"type":"answer","sdp":""}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(Heard::read(text).ok(), heard, "{text}");
        }
        let candidate =
            Said::Candidate { candidate: String::new(), sdp_mid: "0".into(), sdp_m_line_index: 0 };
        assert_eq!(candidate.json(), r#"{"type":"candidate","candidate":"","sdpMid":"0","sdpMLineIndex":0}"#);
    }
}
