//! What a dissector may know beside the bytes.

use crate::agora::Certificate;
use crate::session::Bounded;

/// Passwords and the like: given by whoever asks, or remembered by a [`crate::Session`] from earlier packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The STUN password, already prepared with the OpaqueString profile (RFC 8265 section 4.2).
    pub password: Option<&'a str>,
    /// What the request of this transaction said of its long-term credential: a response need not repeat it.
    pub long_term: Option<LongTerm<'a>>,
    /// The ICE agents of which signaling told: a check names the one that it asks.
    pub agents: Option<&'a Agents>,
    /// The agent that the request of this transaction asked: a response does not name it.
    pub asked: Option<Agent<'a>>,
    /// The App Certificate that an Agora token was signed with.
    pub app_certificate: Option<&'a Certificate>,
    /// What came before on the byte stream that carries the message.
    pub stream: Stream<'a>,
}

/// The public half of a STUN long-term credential (RFC 8489 section 9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongTerm<'a> {
    /// USERNAME
    pub username: &'a [u8],
    /// REALM
    pub realm: &'a [u8],
    /// PASSWORD-ALGORITHM: 1 is MD5, 2 is SHA-256.
    pub algorithm: u64,
}

/// ICE agents by their fragments (RFC 8839 section 5.4).
#[derive(Debug, Default)]
pub struct Agents {
    known: Bounded<Vec<u8>, (String, u64), 1024>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent<'a> {
    /// What keys the checks that ask it (RFC 8445 section 7.2.2).
    pub password: &'a str,
    /// The packet whose SDP said so.
    pub packet: u64,
}

impl Agents {
    pub(crate) fn insert(&mut self, ufrag: &str, password: &str, packet: u64) {
        self.known.insert(ufrag.as_bytes().to_vec(), (password.to_owned(), packet));
    }

    /// The agent that a check asks: USERNAME is its fragment, a colon, and the sender's own.
    #[must_use]
    pub fn asked(&self, username: &[u8]) -> Option<Agent<'_>> {
        let at = username.iter().position(|byte| *byte == b':')?;
        let (password, packet) = self.known.of(username.get(..at)?)?;
        Some(Agent { password, packet: *packet })
    }
}

/// What a byte stream has shown so far: nothing, for bytes that came alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stream<'a> {
    /// Which side sent the message, where the stream has told.
    pub sender: Option<Side>,
    /// The upgrade to WebSocket that the request asked for, for the response to it.
    pub upgrade: Option<Upgrade<'a>>,
    /// For a WebSocket frame: what the frames before it, from the same side, leave it to do.
    pub frames: Option<Frames>,
    /// What the URL of the connection says of its messages.
    pub messages: Option<Messages>,
}

/// What the messages of a connection hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// Engine.IO packets, whose messages are the application's own.
    EngineIo,
    /// Engine.IO packets, whose messages are Socket.IO's.
    SocketIo,
}

/// An end of a connection, by what it did to begin it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Sent the request.
    Client,
    /// Answered it.
    Server,
}

/// What a client offered in its opening handshake (RFC 6455 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgrade<'a> {
    /// Sec-WebSocket-Key, as it was sent.
    pub key: &'a [u8],
    /// Sec-WebSocket-Protocol: a list, all header lines of it joined by commas.
    pub protocols: &'a [u8],
    /// Sec-WebSocket-Extensions, likewise.
    pub extensions: &'a [u8],
}

/// What a WebSocket frame may be, after those before it (RFC 6455 section 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// Whether permessage-deflate was agreed on, which gives RSV1 a meaning (RFC 7692 section 6).
    pub deflate: bool,
    /// Whether a message was begun that a continuation has to end.
    pub begun: bool,
    /// Whether a Close frame was sent.
    pub closed: bool,
    /// Whether the frame is too long to be held: its payload is cut where the piece that it begins in ends.
    pub cut: bool,
}
