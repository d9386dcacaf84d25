//! Peeling a message into Engine.IO packet, Socket.IO packet and payload: Socket.IO protocol 5 on Engine.IO 4.

use std::ops::Range;

use wire::engineio::ENGINEIO;

use super::specs::{ACKNOWLEDGEMENT, CONNECTION, ENCODING, ENGINEIO_ENCODING, SENDING, SINCE_4};
use crate::{Exam, Failure, Reason};

/// What a text message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'t> {
    /// A packet of Engine.IO's own.
    Engine {
        /// 0 open, 1 close, 2 ping, 3 pong, 5 upgrade, 6 noop.
        kind: u8,
        /// What follows it: "probe" in `2probe`.
        data: &'t str,
    },
    /// A message (Engine.IO type 4): it holds a packet of Socket.IO.
    Socket {
        /// 0 CONNECT, 1 DISCONNECT, 2 EVENT, 3 ACK, 4 `CONNECT_ERROR`, 5 `BINARY_EVENT`, 6 `BINARY_ACK`.
        kind: u8,
        /// How many binary messages follow that belong to it.
        attachments: u32,
        /// "/admin", and "/" where the packet names none.
        namespace: &'t str,
        /// The acknowledgment id.
        id: Option<u64>,
        /// What is left: JSON, or nothing.
        payload: &'t str,
    },
}

/// The first part that is wrong, from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The first character is none of 0 to 6, or there is none.
    EngineType,
    /// After a 4, the next character is none of 0 to 6, or there is none.
    PacketType,
    /// Type 5 or 6 without a number and a hyphen, or with a number that is too large.
    Attachments,
    /// An acknowledgment without an id, or an id that is too large.
    Id,
    /// An event or an acknowledgment whose payload is no array: it does not begin with `[`.
    Payload,
}

/// What the decoder gives.
pub type Decoded<'t> = Result<Packet<'t>, Broken>;
/// What the student writes.
pub type Decode = for<'t> fn(&'t str) -> Decoded<'t>;

/// Puts packets to `decode`: each part alone, all together, and broken.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, decode: Decode) -> Result<(), Box<Failure>> {
    for (name, text, right) in questions() {
        let case = exam.case(name, text.as_bytes(), show(&right), ENCODING).text();
        let case = if text.len() < 3 { case.at(text.len()..text.len(), "ends here") } else { case };
        case.expect(&right, || decode(text), show, |returned| explain(text, &right, returned))?;
    }
    Ok(())
}

/// What a message is, the message, and its parts.
pub type Question = (&'static str, &'static str, Decoded<'static>);

/// All that is asked, with the answers that are right.
#[must_use]
pub fn questions() -> Vec<Question> {
    let two = r#"["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    vec![
        ("an event", r#"42["hi"]"#, socket(2, 0, "/", None, r#"["hi"]"#)),
        ("an event on another namespace", r#"42/admin,["hi"]"#, socket(2, 0, "/admin", None, r#"["hi"]"#)),
        (
            "an event that asks to be acknowledged, and whose data look like an attachment's place",
            r#"42/admin,12["x",{"_placeholder":true,"num":0}]"#,
            socket(2, 0, "/admin", Some(12), r#"["x",{"_placeholder":true,"num":0}]"#),
        ),
        ("the same without a namespace", r#"4212["hi"]"#, socket(2, 0, "/", Some(12), r#"["hi"]"#)),
        (
            "an event with one attachment",
            r#"451-["x",{"_placeholder":true,"num":0}]"#,
            socket(5, 1, "/", None, r#"["x",{"_placeholder":true,"num":0}]"#),
        ),
        (
            "an event with everything",
            r#"452-/admin,7["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#,
            socket(5, 2, "/admin", Some(7), two),
        ),
        (
            "an acknowledgment with an attachment",
            r#"461-15[{"_placeholder":true,"num":0}]"#,
            socket(6, 1, "/", Some(15), r#"[{"_placeholder":true,"num":0}]"#),
        ),
        ("an acknowledgment that says nothing more", "43/admin,13[]", socket(3, 0, "/admin", Some(13), "[]")),
        ("a client connects", "40", socket(0, 0, "/", None, "")),
        ("a client connects to a namespace", "40/admin,", socket(0, 0, "/admin", None, "")),
        (
            "a client connects, and says who it is",
            r#"40/admin,{"token":"123"}"#,
            socket(0, 0, "/admin", None, r#"{"token":"123"}"#),
        ),
        (
            "a client is refused",
            r#"44{"message":"Not authorized"}"#,
            socket(4, 0, "/", None, r#"{"message":"Not authorized"}"#),
        ),
        ("a client leaves a namespace", "41/admin,", socket(1, 0, "/admin", None, "")),
        ("a namespace with a question mark", "40/admin?token=1,", socket(0, 0, "/admin?token=1", None, "")),
        (
            "a namespace with a hyphen and a number",
            r#"42/room-7,3["hi"]"#,
            socket(2, 0, "/room-7", Some(3), r#"["hi"]"#),
        ),
        ("a payload with a slash, a comma, a hyphen and numbers", r#"42["/a,7-b",12]"#, {
            socket(2, 0, "/", None, r#"["/a,7-b",12]"#)
        }),
        ("a probe", "2probe", engine(2, "probe")),
        ("the end of an upgrade", "5", engine(5, "")),
        ("a handshake", r#"0{"sid":"ping-1"}"#, engine(0, r#"{"sid":"ping-1"}"#)),
        ("an empty message", "", Err(Broken::EngineType)),
        ("a type that Engine.IO does not have", r#"9["hi"]"#, Err(Broken::EngineType)),
        ("a letter that takes two bytes", "\u{e9}42", Err(Broken::EngineType)),
        ("a message without a packet", "4", Err(Broken::PacketType)),
        ("a type that Socket.IO does not have", r#"47["hi"]"#, Err(Broken::PacketType)),
        ("attachments that nobody counted", r#"45["x",{"_placeholder":true,"num":0}]"#, {
            Err(Broken::Attachments)
        }),
        ("a count without its hyphen", r#"451["x",{"_placeholder":true,"num":0}]"#, Err(Broken::Attachments)),
        ("an id of 21 digits", r#"42123456789012345678901["hi"]"#, Err(Broken::Id)),
        ("an acknowledgment of nothing", r#"43["hi"]"#, Err(Broken::Id)),
        ("an event that is an object", r#"42{"hi":1}"#, Err(Broken::Payload)),
        ("an event without anything", "42/admin,", Err(Broken::Payload)),
    ]
}

const fn socket(
    kind: u8,
    attachments: u32,
    namespace: &'static str,
    id: Option<u64>,
    payload: &'static str,
) -> Decoded<'static> {
    Ok(Packet::Socket { kind, attachments, namespace, id, payload })
}

const fn engine(kind: u8, data: &'static str) -> Decoded<'static> {
    Ok(Packet::Engine { kind, data })
}

/// Looks for the mistake behind a wrong answer.
fn explain(text: &str, right: &Decoded<'_>, returned: &Decoded<'_>) -> Reason {
    use Packet::{Engine, Socket};
    match (right, returned) {
        (Ok(Socket { .. }), Ok(Engine { .. })) => {
            let why = "4 is a message: what follows it is not Engine.IO's, but a packet of Socket.IO";
            Reason::new(ENGINEIO_ENCODING, why).at(0..1, "message")
        }
        (Ok(Engine { .. }), Ok(Socket { .. })) => {
            let why = "only a message, type 4, holds a packet of Socket.IO. The other types are Engine.IO's own \
                       business: they open, watch and move the connection";
            Reason::new(ENGINEIO_ENCODING, why).at(0..1, "no message")
        }
        (Ok(Engine { kind, .. }), Ok(Engine { kind: other, .. })) if kind == other => {
            let why = "what follows the type is the packet's data, as it is";
            Reason::new(ENGINEIO_ENCODING, why).at(1..text.len(), "data")
        }
        (Ok(Engine { .. }), Ok(Engine { .. })) => {
            let why = "the first character is the type, as a digit: '2' is 2";
            Reason::new(ENGINEIO_ENCODING, why).at(0..1, "the type")
        }
        (Ok(Socket { .. }), Ok(Socket { .. })) => parts(text, right, returned),
        (Ok(_), Err(broken)) => refused(text, *broken),
        (Err(broken), _) => accepted(text, *broken),
    }
}

/// The first part of a Socket.IO packet in which two differ.
fn parts(text: &str, right: &Decoded<'_>, returned: &Decoded<'_>) -> Reason {
    let (
        Ok(Packet::Socket { kind, attachments, namespace, id, payload }),
        Ok(Packet::Socket {
            kind: got_kind,
            attachments: got_attachments,
            namespace: got_namespace,
            id: got_id,
            payload: got_payload,
        }),
    ) = (right, returned)
    else {
        return Reason::new(ENCODING, "");
    };
    if got_kind != kind {
        let why = "two types stand one after the other: Engine.IO's 4, which says message, and Socket.IO's own. The \
                   second one is asked for";
        return Reason::new(ENCODING, why).at(1..2, "the type of the Socket.IO packet");
    }
    if got_attachments != attachments {
        return wrong_attachments(text, *attachments, *got_attachments);
    }
    if got_namespace != namespace {
        return wrong_namespace(text, namespace, got_namespace);
    }
    if got_id != id {
        return wrong_id(text, namespace, *id, got_payload);
    }
    let at = text.len() - payload.len()..text.len();
    let why = if *kind == 0 {
        "CONNECT may carry a payload since protocol 5: here the client says who it is, and the server answers with the \
         id of the socket"
    } else if *kind == 4 {
        "a refusal carries a payload, which says why"
    } else {
        "the payload is all that is left after the id, to the last character: JSON, which is not decoded here"
    };
    let spec = if matches!(kind, 0 | 4) { CONNECTION } else { ENCODING };
    Reason::new(spec, why).at(at, "the payload")
}

fn wrong_attachments(text: &str, right: u32, returned: u32) -> Reason {
    if right == 0 {
        let why = "an EVENT has no attachments, whatever its data look like: a placeholder counts only in a \
                   BINARY_EVENT or a BINARY_ACK, which say their number themselves";
        return Reason::new(ENCODING, why).at(1..2, "2 is EVENT, and not BINARY_EVENT");
    }
    let at = place(text, "binary attachments");
    let why = match returned {
        0 => {
            "the number before the hyphen says how many binary messages follow. Who does not read it takes it for an \
             id, and the messages that follow belong to nothing"
        }
        _ => "the number before the hyphen says how many binary messages follow",
    };
    Reason::new(ENCODING, why).at(at.start..at.end + 1, "the number of attachments, and a hyphen")
}

fn wrong_namespace(text: &str, right: &str, returned: &str) -> Reason {
    let at = place(text, "namespace");
    let after = at.end..at.end + 1;
    let (range, label, why, spec) = match () {
        () if returned.strip_suffix(',') == Some(right) => (
            after,
            "ends the namespace",
            "the comma ends the namespace, and is no part of its name",
            ENCODING,
        ),
        () if right == "/" && returned.is_empty() => (
            2..3,
            "no namespace here",
            "a packet that names no namespace belongs to the main one, and that one is called /",
            ENCODING,
        ),
        () if right == "/" => (
            2..3,
            "no slash, so no namespace",
            "a namespace begins with a slash, right here. Without one the packet belongs to /, and a comma that comes \
             later is the payload's",
            ENCODING,
        ),
        () if right.split_once('?').is_some_and(|(path, _)| path == returned) => (
            at,
            "all of this is the name",
            "the name is all that stands before the comma. In protocol 4 a client could put its token behind a question \
             mark here; now CONNECT has a payload for that, and a question mark is a character like any other",
            SINCE_4,
        ),
        () if right.strip_prefix('/') == Some(returned) => {
            (at.start..at.start + 1, "part of the name", "the slash is part of the name", ENCODING)
        }
        () if returned == "/" => {
            (at, "named here", "only a packet that names no namespace belongs to the main one", ENCODING)
        }
        () => (at, "the namespace", "the namespace begins with a slash and ends before the comma", ENCODING),
    };
    Reason::new(spec, why).at(range, label)
}

fn wrong_id(text: &str, namespace: &str, right: Option<u64>, payload: &str) -> Reason {
    let Some(_) = right else {
        let at = text.find(['[', '{']).unwrap_or(text.len());
        let why = "an id stands right before the payload, in digits. Here there is none: what is a number elsewhere \
                   counts attachments, or belongs to a name or to the data";
        return Reason::new(ACKNOWLEDGEMENT, why).at(at..at, "no digits before this");
    };
    let at = place(text, "acknowledgment id");
    let (label, why) = if payload.starts_with(|first: char| first.is_ascii_digit()) && namespace != "/" {
        (
            "read into the payload",
            "digits between the namespace and the payload are the acknowledgment id: the number that the answer must \
             bring back. No JSON array begins with one",
        )
    } else if namespace == "/" {
        (
            "an id, with no namespace before it",
            "without a namespace the id follows the type at once, and there is no comma: 212[\"hi\"] is type 2, id 12",
        )
    } else {
        ("the id", "all digits between the namespace and the payload are one number, in decimal")
    };
    Reason::new(ACKNOWLEDGEMENT, why).at(at, label)
}

/// An error, though all is well.
fn refused(text: &str, broken: Broken) -> Reason {
    let why = match broken {
        Broken::EngineType => "the first character is a type of Engine.IO: they are 0 to 6",
        Broken::PacketType if text.starts_with('4') => {
            "the second character is a type of Socket.IO: they are 0 to 6"
        }
        Broken::PacketType => "this is a packet of Engine.IO's own: no packet of Socket.IO is to follow",
        Broken::Attachments => "types 5 and 6 count attachments. This packet needs no count, or has one",
        Broken::Id => {
            "only an acknowledgment, types 3 and 6, must have an id. This packet needs none, or has one"
        }
        Broken::Payload => {
            "only events and acknowledgments need an array. CONNECT may have an object or nothing, DISCONNECT has \
             nothing"
        }
    };
    let at = match broken {
        Broken::EngineType => 0..1,
        Broken::Payload => text.find(['[', '{']).unwrap_or(text.len())..text.len(),
        _ => 1.min(text.len())..2.min(text.len()),
    };
    Reason::new(ENCODING, why).at(at, "nothing is wrong here")
}

/// No error or another one, though something is wrong.
fn accepted(text: &str, broken: Broken) -> Reason {
    let start = text.find(['[', '{']).unwrap_or(text.len());
    let (at, label, why, spec) = match broken {
        Broken::EngineType => (
            0..text.chars().next().map_or(0, char::len_utf8),
            "no type",
            "a packet begins with its type, 0 to 6. What begins otherwise is no packet of Engine.IO",
            ENGINEIO_ENCODING,
        ),
        Broken::PacketType => (
            1..2.min(text.len()),
            "no type",
            "a message of Socket.IO begins with its type, 0 to 6: there is no type 7, and no packet without one",
            ENCODING,
        ),
        Broken::Attachments => (
            2..start.max(3),
            "a number and a hyphen should stand here",
            "types 5 and 6 say how many binary messages follow, as in 51-. Without the number nobody knows where this \
             event ends and the next begins",
            ENCODING,
        ),
        Broken::Id if text.starts_with("43") => (
            start..start,
            "an id should stand before this",
            "an acknowledgment must bring back the id of its event: without one, nobody knows what was acknowledged",
            ACKNOWLEDGEMENT,
        ),
        Broken::Id => (
            place(text, "acknowledgment id"),
            "more than a u64 holds",
            "whoever sends this writes any number that it likes. `parse` answers with an error: hand it on",
            ACKNOWLEDGEMENT,
        ),
        Broken::Payload => (
            start..text.len(),
            "no array",
            "the payload of an event must be an array that is not empty: its name, then its arguments. A receiver \
             closes the connection otherwise",
            SENDING,
        ),
    };
    Reason::new(spec, why).at(at, label)
}

/// Where wire finds a part of the packet.
fn place(text: &str, name: &str) -> Range<usize> {
    let tree = ENGINEIO.dissect(text.as_bytes());
    tree.find(name).map_or(2..2, |node| node.span.start as usize..node.span.end as usize)
}

fn show(decoded: &Decoded<'_>) -> String {
    match decoded {
        Err(broken) => format!("Err({broken:?})"),
        Ok(Packet::Engine { kind, data }) => format!("Engine, kind {kind}, data {data:?}"),
        Ok(Packet::Socket { kind, attachments, namespace, id, payload }) => {
            let id = id.map_or("None".to_owned(), |id| format!("Some({id})"));
            format!(
                "Socket, kind {kind}, attachments {attachments}, namespace {namespace:?}, id {id}, payload {}",
                if payload.is_empty() { "\"\"" } else { payload }
            )
        }
    }
}
