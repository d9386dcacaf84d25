//! Two real ICE agents, what stands between them, and the story of what happened.
//!
//! ```text
//!            offer, answer, candidates: out of band, with a delay
//!        + - - - - - - - - - - - - - - - - - - - - - - - - - - - +
//!        |                                                       |
//!      left ---- [edge] ---- internet ---- [edge] ---- right
//!                               |
//!                          STUN server
//! ```
//!
//! The agents are those of `rtc-ice`, the sans-IO ICE that the `webrtc` crate runs. The network is [`sim`]'s, and so is
//! time: nothing here opens a socket or waits. [`play`] makes a [`Story`] of a [`Setting`]; [`matrix`] plays all pairs
//! of eleven edges; [`oracle`] says without playing whether two edges will connect.
//!
//! ```
//! use scenario::{Outcome, Setting, play};
//!
//! let story = play(&Setting::between("full-cone".parse()?, "symmetric".parse()?))?;
//! assert!(matches!(story.outcome, Outcome::Connected(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agent;
#[cfg(feature = "calls")]
pub mod calls;
mod candidate;
mod crypto;
mod gather;
mod host;
pub mod matrix;
mod moment;
pub mod oracle;
mod packets;
mod setting;
mod signal;
mod stage;
mod story;
mod why;

pub use candidate::{CandidateView, Kind};
pub use moment::{CheckState, Moment, PairView, Role, Side, State, What};
pub use packets::{DropView, LegView, MappingView, NodeKind, NodeView, PacketView, TableChange, TableEvent};
pub use setting::{Limits, Play, Setting, Until};
pub use stage::{Error, play, play_until};
pub use story::{Connection, Failure, Outcome, Story, Unfinished};
