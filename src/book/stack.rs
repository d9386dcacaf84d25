//! The layers that the words of the book belong to, and how they stand on each other.

use serde::Deserialize;

/// A layer. `book/glossary.toml` writes it in lower case with hyphens.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layer {
    Agora,
    Many,
    Socketio,
    Webrtc,
    Engineio,
    Sdp,
    Signaling,
    Websocket,
    DataChannel,
    Rtp,
    Http,
    Sctp,
    Tls,
    Ice,
    Stun,
    Turn,
    Nat,
    Ip,
    General,
}

/// All layers, from the top of the drawing to its foot, as a reader's Tab key meets them: the key, the title,
/// and what it does.
pub(crate) const STACK: &[(Layer, &str, &str, &str)] = &[
    (
        Layer::Agora,
        "agora",
        "Agora",
        "A platform that runs the servers of a call, and decides by tokens who may join.",
    ),
    (
        Layer::Many,
        "many",
        "Calls of many",
        "What changes when more than two people call: who sends what to whom, and how much of it.",
    ),
    (
        Layer::Socketio,
        "socketio",
        "Socket.IO",
        "Named events, rooms and acknowledgments, between a server and its clients.",
    ),
    (Layer::Webrtc, "webrtc", "WebRTC’s API", "What a page calls, and what the browser makes of it."),
    (
        Layer::Engineio,
        "engineio",
        "Engine.IO",
        "A session of messages over whatever HTTP offers, which Socket.IO stands on.",
    ),
    (Layer::Sdp, "sdp", "SDP", "The text in which two sides say what they can and want."),
    (
        Layer::Signaling,
        "signaling",
        "Signaling",
        "How the two descriptions get to the other side, and how they become one agreement.",
    ),
    (Layer::Websocket, "websocket", "WebSocket", "Messages in both directions over one TCP connection."),
    (Layer::DataChannel, "data-channel", "Data channels", "Messages of any kind, from peer to peer."),
    (
        Layer::Rtp,
        "rtp",
        "RTP and RTCP",
        "Sound and pictures in packets, and what is said about them on the way back.",
    ),
    (Layer::Http, "http", "HTTP", "Requests and responses, on which WebSocket and Engine.IO begin."),
    (Layer::Sctp, "sctp", "SCTP", "Streams of messages, reliable or not, under data channels."),
    (Layer::Tls, "tls", "TLS and DTLS", "Who is at the other end, and the keys that nobody else has."),
    (Layer::Ice, "ice", "ICE", "Finds the way between two peers, and sees that it stays open."),
    (Layer::Stun, "stun", "STUN", "Questions and answers of a few bytes: which address do you see?"),
    (Layer::Turn, "turn", "TURN", "A relay, for when no direct way works."),
    (
        Layer::Nat,
        "nat",
        "NAT",
        "The boxes between a private network and the internet, and what they do to packets.",
    ),
    (Layer::Ip, "ip", "IP, UDP and TCP", "Addresses, ports and packets: what all else travels in."),
    (Layer::General, "general", "On every layer", "Words that belong to no layer, or to all of them."),
];

impl Layer {
    /// Its key in the glossary's file, its title, and what it does.
    pub(crate) fn said(self) -> (&'static str, &'static str, &'static str) {
        STACK
            .iter()
            .find(|(layer, ..)| *layer == self)
            .map_or(("", "", ""), |(_, key, title, about)| (*key, *title, *about))
    }

    /// The anchor of its section.
    pub(crate) fn id(self) -> String {
        format!("layer-{}", self.said().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Line {
        layer: Layer,
    }

    #[test]
    fn each_layer_stands_once_in_the_stack_under_the_key_that_the_file_writes() {
        for (layer, key, ..) in STACK {
            let line: Line = toml::from_str(&format!("layer = \"{key}\"")).unwrap();
            assert_eq!(line.layer, *layer);
            assert_eq!(STACK.iter().filter(|(other, ..)| other == layer).count(), 1, "{key}");
        }
        let all = toml::from_str::<Line>("layer = \"x\"").err().unwrap().to_string();
        assert_eq!(all.matches('`').count() / 2, 1 + STACK.len(), "{all}");
    }
}
