//! The chat: what clients may ask in the namespace `/`, and what they hear.
//!
//! | event | arguments | acknowledged with, beside `ok` | others hear |
//! | --- | --- | --- | --- |
//! | `name` | name | `name` | |
//! | `join`, `leave` | room | `rooms`: those that one is in | `joined`, `left` |
//! | `rooms` | | `rooms`: all that there are | |
//! | `say` | room, text | | `said`, all others in the room |
//! | `whisper` | name, text | `heard`: how many acknowledged it | `whispered`, all of that name |
//! | `typing` | room | | `typing`, volatile |
//! | `echo` | any | the same arguments | `echo` with the same arguments, the sender alone |
//!
//! What cannot be done is acknowledged with `error`, a sentence. The lab says `welcome` to who comes, and `refused` to
//! who sent too much before it lets go of them. It keeps nothing of what was said.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::adapter::Adapter;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::socket::DisconnectReason;
use socketioxide::{BroadcastError, SocketIo};

use super::arguments::Arguments;
use super::desk::{Answer, Clerk, Desk};
use super::door::Session;

/// So many characters may a name have, and a room's.
const LONGEST_NAME: usize = 24;
/// So many characters may be said at once.
const LONGEST_TEXT: usize = 2000;
/// So many bytes are echoed.
pub(super) const LONGEST_ECHO: usize = 16 * 1024;
/// So many rooms may a client be in.
const MOST_ROOMS: usize = 8;
/// So long has who hears a whisper to acknowledge it.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

/// What a client may say of itself in its CONNECT packet: `40{"name":"ping"}`.
#[derive(Deserialize)]
pub(super) struct Introduction {
    name: Option<String>,
}

/// What goes to the others.
#[derive(Serialize)]
struct Said<'a> {
    room: &'a str,
    from: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// What a client asks for.
#[derive(Debug)]
pub(super) enum Ask {
    Name(String),
    Join(String),
    Leave(String),
    Rooms,
    Say { room: String, text: String },
    Whisper { to: String, text: String },
    Typing(String),
    Echo(Arguments),
}

/// Who is at the other end.
#[derive(Debug)]
struct Person {
    name: Mutex<String>,
    /// Those that they are in: of one who says goodbye twice, in two layers, the server may have forgotten them before
    /// the rooms are told.
    rooms: Mutex<BTreeSet<String>>,
}

impl Person {
    fn name(&self) -> String {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn rename(&self, name: &str) {
        name.clone_into(&mut self.name.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn rooms(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client comes: what it may ask is taken from here on. A middleware, see [`desk`](super::desk).
#[expect(clippy::needless_pass_by_value, reason = "a middleware is given values")]
pub(super) fn admit<A: Adapter>(
    io: SocketIo<A>,
    socket: SocketRef<A>,
    TryData(introduction): TryData<Introduction>,
) -> Ready<Result<(), Infallible>> {
    let named = introduction.ok().and_then(|it| it.name).and_then(|name| name_of(&name).ok());
    let name = named.unwrap_or_else(|| format!("guest-{}", socket.id.as_str().get(..4).unwrap_or_default()));
    socket.join(mailbox(&name));
    let person = Arc::new(Person { name: Mutex::new(name), rooms: Mutex::default() });
    let desk = Desk::open(Chat { io, person: Arc::clone(&person) });
    desk.takes(&socket, "name", "a name", |(name,)| Ask::Name(name));
    desk.takes(&socket, "join", "a room", |(room,)| Ask::Join(room));
    desk.takes(&socket, "leave", "a room", |(room,)| Ask::Leave(room));
    desk.takes(&socket, "rooms", "nothing", |_: Arguments| Ask::Rooms);
    desk.takes(&socket, "say", "a room and a text", |(room, text)| Ask::Say { room, text });
    desk.takes(&socket, "whisper", "a name and a text", |(to, text)| Ask::Whisper { to, text });
    desk.takes(&socket, "typing", "a room", |(room,)| Ask::Typing(room));
    desk.takes(&socket, "echo", "anything", Ask::Echo);
    let leaver = Arc::clone(&person);
    socket.on_disconnect(async move |socket: SocketRef<A>, why: DisconnectReason| {
        if let Some(session) = socket.req_parts().extensions.get::<Session>() {
            session.departures.note(socket.id.as_str(), why);
        }
        depart(&socket, &leaver).await;
    });
    socket.extensions.insert(person);
    ready(Ok(()))
}

/// It is in, and can be told so.
#[expect(clippy::needless_pass_by_value, reason = "a handler is given values")]
pub(super) fn welcome<A: Adapter>(socket: SocketRef<A>) -> Ready<()> {
    if let Some(person) = socket.extensions.get::<Arc<Person>>() {
        // Fails only where the client is gone again, which it is told by nobody.
        let _ = socket.emit("welcome", &json!({ "name": person.name() }));
    }
    ready(())
}

/// The rooms that a client is in are told that it left.
async fn depart<A: Adapter>(socket: &SocketRef<A>, person: &Person) {
    let rooms = std::mem::take(&mut *person.rooms());
    for room in rooms {
        // Nobody is left to be told of a failure.
        let _ = tell(socket, "left", &room, &person.name(), None).await;
    }
}

struct Chat<A: Adapter> {
    io: SocketIo<A>,
    person: Arc<Person>,
}

impl<A: Adapter> Clerk<A> for Chat<A> {
    type Ask = Ask;

    async fn answer(&self, socket: SocketRef<A>, ask: Ask) -> Answer {
        let (Self { io, person }, socket) = (self, &socket);
        let name = person.name();
        match ask {
            Ask::Name(new) => {
                let new = name_of(&new)?;
                socket.leave(mailbox(&name));
                socket.join(mailbox(&new));
                person.rename(&new);
                fine(json!({ "name": new }))
            }
            Ask::Join(room) => {
                let room = room_of(&room)?;
                let mine = rooms_of(socket);
                if !mine.contains(&room) {
                    if mine.len() >= MOST_ROOMS {
                        return Err(format!("expected at most {MOST_ROOMS} rooms: leave one first"));
                    }
                    socket.join(room.clone());
                    person.rooms().insert(room.clone());
                    tell(socket, "joined", &room, &name, None).await?;
                }
                fine(json!({ "rooms": rooms_of(socket) }))
            }
            Ask::Leave(room) => {
                in_room(socket, &room)?;
                socket.leave(room.clone());
                person.rooms().remove(&room);
                tell(socket, "left", &room, &name, None).await?;
                fine(json!({ "rooms": rooms_of(socket) }))
            }
            Ask::Rooms => fine(json!({ "rooms": all_rooms(io).await? })),
            Ask::Say { room, text } => {
                in_room(socket, &room)?;
                let text = text_of(&text)?;
                tell(socket, "said", &room, &name, Some(text)).await?;
                fine(json!({}))
            }
            Ask::Whisper { to, text } => whisper(socket, &name, &to, text_of(&text)?).await,
            Ask::Typing(room) => {
                in_room(socket, &room)?;
                let typing = Said { room: &room, from: &name, text: None };
                let _ = socket.to(room.clone()).volatile().emit("typing", &typing).await;
                fine(json!({}))
            }
            Ask::Echo(arguments) => {
                if arguments.weight() > LONGEST_ECHO {
                    return Err(format!("expected at most {LONGEST_ECHO} bytes to echo"));
                }
                // Where the client's queue is full, it is not acknowledged either, and the heartbeat ends the session.
                let _ = socket.emit("echo", &arguments);
                Ok(arguments)
            }
        }
    }
}

/// Everybody else in the room. A member whose queue is full misses it: Socket.IO delivers at most once.
async fn tell<A: Adapter>(
    socket: &SocketRef<A>,
    event: &str,
    room: &str,
    from: &str,
    text: Option<&str>,
) -> Result<(), String> {
    let said = Said { room, from, text };
    match socket.to(room.to_owned()).emit(event, &said).await {
        // The adapter tells the others first, and failed before it came to its own.
        Err(BroadcastError::Adapter(error)) => {
            let _ = socket.local().to(room.to_owned()).emit(event, &said).await;
            Err(format!("only this instance heard it, as Redis is gone: {error}"))
        }
        _ => Ok(()),
    }
}

async fn whisper<A: Adapter>(socket: &SocketRef<A>, from: &str, to: &str, text: &str) -> Answer {
    let to = name_of(to)?;
    let asked = socket.to(mailbox(&to)).timeout(HEARD_WITHIN);
    let whisper = json!({ "from": from, "text": text });
    let acks = asked.emit_with_ack::<_, Value>("whispered", &whisper).await;
    let acks = acks.map_err(|error| format!("cannot reach the other instances: {error}"))?;
    match acks.filter(|(_, ack)| ready(ack.is_ok())).count().await {
        0 => Err(format!("nobody who is called {to} heard it within {} s", HEARD_WITHIN.as_secs())),
        heard => fine(json!({ "heard": heard })),
    }
}

/// All rooms that somebody is in, by name.
pub(super) async fn all_rooms<A: Adapter>(io: &SocketIo<A>) -> Result<Vec<String>, String> {
    let Some(chat) = io.of("/") else { return Ok(Vec::new()) };
    let rooms = chat.rooms().await.map_err(|error| format!("cannot reach the other instances: {error}"))?;
    let mut rooms: Vec<String> =
        rooms.into_iter().filter(|room| is_room(room)).map(Cow::into_owned).collect();
    rooms.sort();
    rooms.dedup();
    Ok(rooms)
}

fn rooms_of<A: Adapter>(socket: &SocketRef<A>) -> Vec<String> {
    let mut rooms: Vec<String> =
        socket.rooms().into_iter().filter(|room| is_room(room)).map(Cow::into_owned).collect();
    rooms.sort();
    rooms
}

fn in_room<A: Adapter>(socket: &SocketRef<A>, room: &str) -> Result<(), String> {
    match is_room(room) && socket.rooms().iter().any(|mine| mine == room) {
        true => Ok(()),
        false => Err(format!("you are not in the room {room:?}: join it first")),
    }
}

/// The room in which everybody of that name is. No client can name it: see [`is_room`].
fn mailbox(name: &str) -> String {
    format!("@{name}")
}

fn is_room(room: &str) -> bool {
    (1..=LONGEST_NAME).contains(&room.len())
        && room.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn room_of(room: &str) -> Result<String, String> {
    match is_room(room) {
        true => Ok(room.to_owned()),
        false => Err(format!("a room has 1 to {LONGEST_NAME} of a to z, 0 to 9 and -")),
    }
}

fn name_of(name: &str) -> Result<String, String> {
    let name = name.trim();
    match (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(format!("a name has 1 to {LONGEST_NAME} characters, none of them a control character")),
    }
}

pub(super) fn text_of(text: &str) -> Result<&str, String> {
    match (1..=LONGEST_TEXT).contains(&text.chars().count()) {
        true => Ok(text),
        false => Err(format!("a text has 1 to {LONGEST_TEXT} characters")),
    }
}

/// `{"ok":true, …}`
pub(super) fn fine(mut more: Value) -> Answer {
    if let Some(object) = more.as_object_mut() {
        object.insert("ok".to_owned(), true.into());
    }
    rmpv::ext::to_value(more).map(|value| Arguments(vec![value])).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_can_name_a_mailbox() {
        for room in ["@ping", "", "Lobby", "a room", "é", &"x".repeat(25)] {
            assert!(room_of(room).is_err(), "{room}");
        }
        assert!(room_of("room-1").is_ok());
    }

    #[test]
    fn names_are_short_and_printable() {
        assert_eq!(name_of("  ping "), Ok("ping".to_owned()));
        for name in ["", "  ", "a\nb", "\u{7}", &"é".repeat(25)] {
            assert!(name_of(name).is_err(), "{name:?}");
        }
        assert!(name_of(&"é".repeat(24)).is_ok());
    }
}
