//! # socketio::upgrade: move house, lose nothing
//!
//! A session of Engine.IO begins with polling, which goes through every proxy: a GET is always on its way, which the
//! server answers when it has packets, and a POST brings packets to the server. Then the client tries a WebSocket.
//! Nothing may be lost or overtaken while it moves:
//!
//! ```text
//!            GET answered: 0{"sid":...,"upgrades":["websocket"],...}
//!   polling  --GET-------------------------------------------------->   the next GET, which waits
//!            ==WebSocket, same sid==================================>
//!   probing  ----------------------------------------------- 2probe >   does this way work?
//!            < 3probe -----------------------------------------------   it does
//!   draining    (no new GET, no new POST; wait until both are answered)
//!            <-GET answered: 6---------------------------------------   nothing: lets the client go
//!            ----------------------------------------------------- 5>   from now on
//!   websocket  every packet is a frame
//! ```
//!
//! The rules:
//!
//! ```text
//! 1  Opened: a GET (Poll), and Connect where the server offers websocket. Connected: 2probe.
//! 2  Until 5 every packet of ours goes by Post, also while probing: a message is 4 and its text, the answer to a
//!    ping (2) is a pong (3). Never two POSTs at once, never two GETs: what comes meanwhile goes into the next Post,
//!    all together, in order.
//! 3  3probe pauses polling: no new Poll, no new Post. When the GET and the POST are answered: 5, and after it, as
//!    frames, what waited.
//! 4  Another answer than 3probe: Close. The WebSocket is lost before 5: polling goes on where it was, and what
//!    waited goes by Post. Lost after 5: End.
//! 5  From a message, Deliver hands the text without its 4 to the application. Other types are not the application's.
//! ```
//!
//! The order between different ways (GET, POST, WebSocket, application) is free, within each it counts.
//!
//! The protocol's text pauses polling before the probe (https://github.com/socketio/engine.io-protocol#upgrade). The
//! JavaScript client pauses it at 3probe, as here: a probe that fails then costs nothing.
//!
//! Check: `cargo run -- check socketio::upgrade`. The page: socketio.html#upgrade

use exercises::socketio::upgrade::{Action, Event, Machine};

/// Where the session lives. Add to it what you need.
#[derive(Default)]
pub struct Client {
    /// Whether a GET is on its way.
    getting: bool,
    /// Whether a POST is on its way.
    posting: bool,
    /// Packets that could not go yet.
    waiting: Vec<String>,
}

impl Machine for Client {
    /// What is to be done, in order: `handle(Event::Connected)` is `vec![Action::Frame("2probe".to_owned())]`.
    ///
    /// Useful: an enum for the four states; `std::mem::take(&mut self.waiting)`; `packet.strip_prefix('4')`.
    fn handle(&mut self, event: Event) -> Vec<Action> {
        todo!()
    }
}

exercises::check!(socketio::upgrade(Client::default));
