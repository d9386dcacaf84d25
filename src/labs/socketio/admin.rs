//! The namespace `/admin`: a password at the door, and a voice that all rooms hear.
//!
//! | event | arguments | acknowledged with, beside `ok` |
//! | --- | --- | --- |
//! | `rooms` | | `rooms`: all rooms of the chat |
//! | `clients` | | `clients`: how many are in the chat |
//! | `announce` | text | nothing; all who chat hear `announced` |

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};

use serde::Deserialize;
use serde_json::json;
use socketioxide::adapter::Adapter;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::{BroadcastError, SocketIo};

use super::arguments::Arguments;
use super::chat::{all_rooms, fine, text_of};
use super::desk::{Answer, Clerk, Desk};

/// It protects nothing: it shows what a CONNECT packet with and without it gets, `40/admin,{"password":"wirebook"}`.
pub const PASSWORD: &str = "wirebook";

#[derive(Deserialize)]
pub(super) struct Credential {
    password: String,
}

/// Why a client may not enter: the `message` of its CONNECT_ERROR.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the password: 40/admin,{\"password\":\"…\"}")
    }
}

pub(super) async fn check(TryData(credential): TryData<Credential>) -> Result<(), Refused> {
    match credential {
        Ok(Credential { password }) if password == PASSWORD => Ok(()),
        _ => Err(Refused),
    }
}

pub(super) enum Ask {
    Rooms,
    Clients,
    Announce(String),
}

/// Who knows the password may ask from here on. A middleware, see [`desk`](super::desk).
#[expect(clippy::needless_pass_by_value, reason = "a middleware is given values")]
pub(super) fn admit<A: Adapter>(io: SocketIo<A>, socket: SocketRef<A>) -> Ready<Result<(), Infallible>> {
    let desk = Desk::open(Admin { io });
    desk.takes(&socket, "rooms", "nothing", |_: Arguments| Ask::Rooms);
    desk.takes(&socket, "clients", "nothing", |_: Arguments| Ask::Clients);
    desk.takes(&socket, "announce", "a text", |(text,)| Ask::Announce(text));
    ready(Ok(()))
}

struct Admin<A: Adapter> {
    io: SocketIo<A>,
}

impl<A: Adapter> Clerk<A> for Admin<A> {
    type Ask = Ask;

    async fn answer(&self, _: SocketRef<A>, ask: Ask) -> Answer {
        let chat = self.io.of("/").ok_or("the chat is closing")?;
        match ask {
            Ask::Rooms => fine(json!({ "rooms": all_rooms(&self.io).await? })),
            Ask::Clients => {
                let clients = chat.fetch_sockets().await;
                let clients =
                    clients.map_err(|error| format!("cannot reach the other instances: {error}"))?;
                fine(json!({ "clients": clients.len() }))
            }
            Ask::Announce(text) => {
                match chat.emit("announced", &json!({ "text": text_of(&text)? })).await {
                    Err(BroadcastError::Adapter(error)) => {
                        Err(format!("nobody heard it, as Redis is gone: {error}"))
                    }
                    // Who is too slow misses it.
                    _ => fine(json!({})),
                }
            }
        }
    }
}
