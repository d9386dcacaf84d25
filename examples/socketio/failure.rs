//! What can go wrong between a client and a server: what was expected, what was
//! found, and what to do.

use std::error::Error;
use std::io;
use std::time::Duration;

/// Why a session did not come about, or why it ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(
        "nothing answers at {host}: {why}. Is the server up? `--listen ADDR` starts one"
    )]
    NotThere { host: String, why: io::Error },

    #[error(
        "no Socket.IO server: expected an Engine.IO open packet (0 and then JSON), found {found}"
    )]
    NotSocketIo { found: String },

    #[error(
        "no Socket.IO at the path {path}: expected 200, found {status}. `--path PATH` names another one"
    )]
    WrongPath { path: String, status: u16 },

    #[error(
        "the server speaks Engine.IO 3, as Socket.IO 2 does: expected a packet that begins with 0, found its \
         length first, {found}. This client speaks revision 4"
    )]
    OldEngine { found: String },

    #[error("the server refuses the request: HTTP {status}, {why}")]
    Refused { status: u16, why: String },

    #[error(
        "the namespace {namespace} is refused: {why}. The connection itself stays"
    )]
    Namespace { namespace: String, why: String },

    #[error(
        "heartbeat missed: expected a ping within {} ms (pingInterval and pingTimeout), found silence",
        .0.as_millis()
    )]
    Heartbeat(Duration),

    #[error("no answer within {} s: expected {expected}", .within.as_secs())]
    Silence { expected: &'static str, within: Duration },

    #[error("expected {expected}, found {found}")]
    Unexpected { expected: &'static str, found: String },

    #[error("the connection ended: {0}")]
    Ended(Box<dyn Error + Send + Sync>),

    #[error("not connected, and {0} packets wait already: nothing more is kept")]
    Full(usize),
}

impl Failure {
    /// What was found where something else was expected, without its length or its
    /// control characters.
    pub(crate) fn unexpected(expected: &'static str, found: &str) -> Self {
        Self::Unexpected { expected, found: excerpt(found) }
    }

    pub(crate) fn ended(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Ended(why.into())
    }
}

/// The beginning of a text that a stranger sent, fit for a terminal.
pub(crate) fn excerpt(text: &str) -> String {
    let beginning: String = text.chars().take(60).collect();
    let more = if beginning.len() < text.len() { " \u{2026}" } else { "" };
    match beginning.is_empty() {
        true => "nothing".to_owned(),
        false => format!("`{}`{more}", wire::render::plain(&beginning)),
    }
}
