//! Socket.IO packets, protocol 5: what an Engine.IO message carries.

use serde_json::{Value, json};
use wire::socketio::SOCKETIO;
use wire::{Dissection, Node, Severity};

use crate::failure::Failure;

/// A packet with more attachments is not waited for.
const MOST_ATTACHMENTS: u64 = 64;

/// What a packet is for: the digit that it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Connect = 0,
    Disconnect = 1,
    Event = 2,
    Ack = 3,
    ConnectError = 4,
}

/// An argument of an event, or of its acknowledgement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Json(Value),
    Binary(Vec<u8>),
}

impl<T: Into<Value>> From<T> for Data {
    fn from(value: T) -> Self {
        Self::Json(value.into())
    }
}

impl Data {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Json(Value::String(text)) => text,
            _ => "",
        }
    }
}

impl std::fmt::Display for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(value) => value.fmt(f),
            Self::Binary(bytes) => write!(f, "<{} bytes>", bytes.len()),
        }
    }
}

/// The arguments of an event: `data!["lobby", "hello"]`.
macro_rules! data {
    ($($value:expr),* $(,)?) => { vec![$($crate::packet::Data::from($value)),*] };
}
#[allow(
    unused_imports,
    reason = "not all targets of this package say something"
)]
pub(crate) use data;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packet {
    pub(crate) kind: Kind,
    pub(crate) namespace: String,
    /// Asks for an acknowledgement, or is one.
    pub(crate) id: Option<u64>,
    pub(crate) payload: Payload,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Payload {
    None,
    /// Of CONNECT and CONNECT_ERROR.
    Object(Value),
    /// Of an event, its name first; of an acknowledgement, the answer.
    Array(Vec<Data>),
}

impl Packet {
    // ANCHOR: encode
    /// The text, and the attachments that must follow it.
    ///
    /// ```text
    /// 2 ["say","lobby","hello"]                          an event
    /// 2 /admin, 7 ["announce","lobby"]                   elsewhere, to be answered
    /// 5 1- ["file",{"_placeholder":true,"num":0}]        with one attachment
    /// ```
    pub(crate) fn encode(self) -> (String, Vec<Vec<u8>>) {
        let mut attachments = Vec::new();
        let payload = match self.payload {
            Payload::None => String::new(),
            Payload::Object(value) => value.to_string(),
            Payload::Array(data) => {
                let mut place = |data| match data {
                    Data::Json(value) => value,
                    Data::Binary(bytes) => {
                        attachments.push(bytes);
                        json!({"_placeholder": true, "num": attachments.len() - 1})
                    }
                };
                Value::Array(data.into_iter().map(&mut place).collect()).to_string()
            }
        };
        let mut text = match attachments.len() {
            0 => (self.kind as u8).to_string(),
            // BINARY_EVENT and BINARY_ACK are EVENT and ACK, three further on.
            count => format!("{}{count}-", self.kind as u8 + 3),
        };
        if self.namespace != "/" {
            text += &format!("{},", self.namespace);
        }
        text += &self.id.map_or(String::new(), |id| id.to_string());
        (text + &payload, attachments)
    }
    // ANCHOR_END: encode

    /// A packet, and how many attachments must come before it is whole. The workbook
    /// takes it apart: what is wrong with it stands on the tree.
    pub(crate) fn decode(text: &str) -> Result<(Self, u64), Failure> {
        let tree = SOCKETIO.dissect(text.as_bytes());
        let wrong = |note: &str| {
            Failure::unexpected("a Socket.IO packet", &format!("{text} ({note})"))
        };
        if let Some(note) =
            tree.notes().iter().find(|note| note.severity == Severity::Error)
        {
            return Err(wrong(&note.text));
        }
        let number = |name| tree.find(name).and_then(Node::uint);
        let kind = match number("packet type") {
            Some(0) => Kind::Connect,
            Some(1) => Kind::Disconnect,
            Some(2 | 5) => Kind::Event,
            Some(3 | 6) => Kind::Ack,
            Some(4) => Kind::ConnectError,
            _ => return Err(wrong("no such type")),
        };
        let attachments = number("binary attachments").unwrap_or_default();
        if attachments > MOST_ATTACHMENTS {
            return Err(wrong("too many attachments"));
        }
        let namespace = read(&tree, "namespace").unwrap_or("/");
        let namespace = namespace.split('?').next().unwrap_or_default().to_owned();
        let id = number("acknowledgment id");
        let payload = payload(&tree).ok_or_else(|| wrong("not JSON"))?;
        Ok((Self { kind, namespace, id, payload }, attachments))
    }

    /// Puts the attachments where their placeholders stand. A placeholder deeper in
    /// the JSON stays: this client's arguments are binary whole or not at all.
    pub(crate) fn join(&mut self, attachments: &mut [Vec<u8>]) {
        let Payload::Array(data) = &mut self.payload else { return };
        for data in data {
            let Data::Json(value) = &data else { continue };
            let is_placeholder = value["_placeholder"] == true;
            let number = value["num"].as_u64().filter(|_| is_placeholder);
            let place = number.and_then(|number| usize::try_from(number).ok());
            if let Some(bytes) = place.and_then(|place| attachments.get_mut(place))
            {
                *data = Data::Binary(std::mem::take(bytes));
            }
        }
    }
}

fn payload(tree: &Dissection<'_>) -> Option<Payload> {
    let Some(json) = read(tree, "payload").or_else(|| read(tree, "data")) else {
        return Some(Payload::None);
    };
    Some(match serde_json::from_str(json).ok()? {
        Value::Array(values) => {
            Payload::Array(values.into_iter().map(Data::Json).collect())
        }
        value => Payload::Object(value),
    })
}

fn read<'t>(tree: &'t Dissection<'_>, name: &str) -> Option<&'t str> {
    std::str::from_utf8(tree.bytes(tree.find(name)?.span)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(
        kind: Kind,
        namespace: &str,
        id: Option<u64>,
        payload: Payload,
    ) -> Packet {
        Packet { kind, namespace: namespace.to_owned(), id, payload }
    }

    #[test]
    fn what_is_encoded_is_what_the_specification_writes_and_reads_back() {
        let binary =
            || Payload::Array(vec![Data::from("baz"), Data::Binary(vec![1])]);
        let object = |json: Value| Payload::Object(json);
        let placeholder = r#"{"_placeholder":true,"num":0}"#;
        for (packet, text) in [
            (packet(Kind::Connect, "/", None, Payload::None), "0".to_owned()),
            (
                packet(
                    Kind::Connect,
                    "/admin",
                    None,
                    object(json!({"token": "1"})),
                ),
                r#"0/admin,{"token":"1"}"#.to_owned(),
            ),
            (
                packet(Kind::Disconnect, "/admin", None, Payload::None),
                "1/admin,".to_owned(),
            ),
            (
                packet(Kind::Event, "/", None, Payload::Array(data!["foo"])),
                r#"2["foo"]"#.to_owned(),
            ),
            (
                packet(
                    Kind::Event,
                    "/admin",
                    Some(12),
                    Payload::Array(data!["foo"]),
                ),
                r#"2/admin,12["foo"]"#.to_owned(),
            ),
            (
                packet(Kind::Ack, "/", Some(12), Payload::Array(data![])),
                "312[]".to_owned(),
            ),
            (
                packet(Kind::Event, "/", Some(7), binary()),
                format!(r#"51-7["baz",{placeholder}]"#),
            ),
            (
                packet(Kind::Ack, "/admin", Some(15), binary()),
                format!(r#"61-/admin,15["baz",{placeholder}]"#),
            ),
        ] {
            let (encoded, mut attachments) = packet.clone().encode();
            assert_eq!(encoded, text);
            let (mut decoded, awaited) = Packet::decode(&text).unwrap();
            assert_eq!(awaited, attachments.len() as u64, "{text}");
            decoded.join(&mut attachments);
            assert_eq!(decoded, packet, "{text}");
        }
    }

    #[test]
    fn what_is_no_packet_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "packet type"),
            ("7[]", "no packet type"),
            ("2{}", "array that is not empty"),
            ("3[]", "without the number"),
            ("2[\"a\"", "not JSON"),
            ("599999-[\"a\"]", "attachments"),
            ("2[\"a\"]\u{1b}[2J", "not JSON"),
        ] {
            let error = Packet::decode(text).unwrap_err().to_string();
            assert!(error.contains(why) || why == "packet type", "{text}: {error}");
            assert!(!error.contains('\u{1b}'), "{text}: {error}");
        }
    }
}
