//! Recording: what goes through a socket becomes a [`wire::trace::Trace`].
//!
//! An example takes the [`Options`] that all examples share, starts a [`Tap`] with them, and opens its
//! sockets through it. From then on each datagram and each piece of a stream is recorded, and shown on the
//! terminal with every byte explained:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let tap = tap::Tap::new();
//! let ping = tap::UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &tap).await?;
//! ping.send_to(b"are you there?", ping.local_addr()).await?;
//! assert_eq!(tap.trace().events[0].bytes, b"are you there?");
//! # Ok(())
//! # }
//! ```

mod options;
mod random;
mod recorder;
mod screen;
mod tcp;
mod udp;
#[cfg(feature = "webrtc")]
pub mod webrtc;

pub use options::Options;
pub use random::Random;
pub use recorder::Tap;
pub use screen::{Screen, Show};
pub use tcp::TcpStream;
pub use udp::UdpSocket;
