//! Bytes in, annotated tree out.
//!
//! The way of the data is one straight line: bytes, [`trace`], dissection, [`render`]. Nothing in this
//! crate does I/O, reads a clock or fails: a dissector always returns a tree that covers every byte, and
//! what is wrong with the bytes is written on the tree as notes.
//!
//! ```
//! let request = b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
//! let tree = wire::stun::STUN.dissect(&request[..]);
//! assert_eq!(tree.find("Message Length").and_then(wire::Node::uint), Some(0));
//! assert!(tree.notes().is_empty());
//! ```

pub mod agora;
mod context;
mod cursor;
pub mod dcep;
pub mod dtls;
pub mod engineio;
pub mod filter;
pub mod http;
pub mod journey;
mod json;
mod layer;
pub mod protocols;
pub mod render;
pub mod rtcp;
pub mod rtp;
pub mod sctp;
pub mod sdp;
mod session;
mod signaling;
pub mod socketio;
mod spec;
pub mod stun;
pub mod trace;
mod tree;
pub mod websocket;
mod x509;

pub use context::{Agent, Agents, Context, Frames, LongTerm, Messages, Side, Stream, Upgrade};
pub use cursor::{Cursor, Read, Step, Stop};
pub use layer::Layer;
pub use session::Session;
pub use spec::{Spec, rfc};
pub use tree::{Dissection, Field, Meaning, Node, Note, Radix, Severity, Span, Tree, Value, extract};
