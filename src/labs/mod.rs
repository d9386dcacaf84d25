//! The labs: real servers that pages talk to while the workbook is being served.
//!
//! To add one: a module here with a [`Lab`], and its line in [`LABS`]. What a lab must hold to is in
//! `ARCHITECTURE.md`: it listens on loopback, bounds what a client can make it hold, and keeps working
//! after any bad input.

pub mod behind;
pub mod call;
pub mod checks;
pub mod handshake;
pub mod http;
mod names;
pub mod network;
mod pace;
pub mod sdp;
pub mod sfu;
pub mod socketio;
pub mod stun;
pub mod token;
pub mod websocket;
pub mod wiretap;

pub use names::Names;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use axum::Router;
use serde::Serialize;

/// Every lab.
pub static LABS: &[&Lab] = &[
    &stun::LAB,
    &websocket::LAB,
    &handshake::LAB,
    &socketio::LAB,
    &sdp::LAB,
    &call::LAB,
    &network::LAB,
    &checks::LAB,
    &behind::LAB,
    &sfu::LAB,
    &token::LAB,
];

/// One lab: what it is called, and how it starts.
#[derive(Debug)]
pub struct Lab {
    /// How a page names it, and where its routes are: `{{#lab stun}}`, `/labs/stun/…`.
    pub id: &'static str,
    /// What it does, in a few words.
    pub title: &'static str,
    /// What a reader without the server misses, in a sentence or two.
    pub about: &'static str,
    /// Binds its sockets and begins to answer.
    pub start: fn(Surroundings) -> Starting,
}

/// What a lab is told of where it runs.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What the workbook listens on: a lab with a port of its own takes no other pages than those from there.
    pub workbook: SocketAddr,
    /// The Redis server by which labs of several workbooks work as one, as `redis://HOST:PORT`.
    pub redis: Option<String>,
    /// This machine's address for a class, if there is one: a lab for several machines sends its media from there.
    pub class: Option<IpAddr>,
}

impl Surroundings {
    /// A workbook at that address, alone.
    #[must_use]
    pub fn of(workbook: SocketAddr) -> Self {
        Self { workbook, redis: None, class: None }
    }
}

/// A lab on its way.
pub type Starting = Pin<Box<dyn Future<Output = anyhow::Result<Running>> + Send>>;

impl Lab {
    /// Every lab.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        LABS.iter().copied()
    }

    /// The lab of that id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().find(|lab| lab.id == id)
    }
}

/// A lab that listens.
pub struct Running {
    /// What it listens on beside the workbook's own address.
    pub addresses: Vec<Address>,
    /// Its routes, from `/labs/ID`. `Host` and `Origin` of a request are checked before it gets here.
    pub router: Router,
    /// What keeps it alive: to drop this stops the lab and closes its sockets.
    pub alive: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// Something that a lab listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// What a person calls it: "STUN", "STUN, second address".
    pub name: String,
    /// As a client takes it: `stun:127.0.0.1:3478`, `ws://127.0.0.1:9001`.
    pub url: String,
}
