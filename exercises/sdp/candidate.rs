//! # sdp::candidate: the parts of a candidate, and its priority
//!
//! "You can reach me here" is one line (RFC 8839 section 5.1). It stands in an SDP with `a=` before it, and alone in
//! a trickled candidate without:
//!
//! ```text
//! candidate:842163049 1 udp 1694498815 203.0.113.7 61000 typ srflx raddr 192.0.2.1 rport 50000 generation 0
//!           |         | |   |          |           |         |           |               |     |
//!           |         | |   |          |           |         |           |               |     name and value
//!           |         | |   |          |           |         |           |               rport
//!           |         | |   |          |           |         |           raddr: related address
//!           |         | |   |          |           |         type: host, srflx, prflx, relay, or a new one
//!           |         | |   |          |           port
//!           |         | |   |          address: IPv4, IPv6 or a name
//!           |         | |   priority, 1 to 2147483647
//!           |         | transport
//!           |         component, 1 to 256
//!           foundation, 1 to 32 letters, digits, + and /
//! ```
//!
//! One space between two words. After the type come pairs of a name and a value, in any order: `raddr`, `rport` and
//! `tcptype` have fields of their own, all others survive in `extensions`. (The grammar has raddr and rport first.
//! Who takes them anywhere reads all that others write.)
//!
//! The first part that is wrong, from the left, is the answer where there is one:
//!
//! ```text
//! Broken::NoCandidate   does not begin with candidate: or a=candidate:
//! Broken::Foundation, Component, Priority, Port     not what the figure says
//! Broken::Type          the seventh word is not typ
//! Broken::TooShort      one of the eight words up to the type is missing
//! Broken::Extension     a name at the end, without a value
//! Broken::Related       an rport that is no port; or srflx, prflx, relay without raddr and rport
//! ```
//!
//! The priority (RFC 8445 section 5.1.2.1) is three numbers in one, so that one comparison compares all three:
//!
//! ```text
//!   bit    31 ... 24           23 ... 8             7 ... 0
//!          type preference     local preference     256 - component
//!
//!   host, first address, component 1:     126   65535   255   is 2130706431
//! ```
//!
//! Check: `cargo run -- check sdp::candidate`. The page: sdp.html#candidates

use exercises::sdp::candidate::{Broken, Candidate};

/// The parts of a candidate line.
///
/// Useful: `line.strip_prefix("a=")`, `rest.split(' ')`, `words.next().ok_or(Broken::TooShort)?`,
/// `word.parse::<u16>()`, `text.len()`, `c.is_ascii_alphanumeric()`.
pub fn candidate(line: &str) -> Result<Candidate<'_>, Broken> {
    todo!()
}

/// The priority of a candidate. `priority(126, 65535, 1)` is 2130706431. The component is 1 to 256.
pub fn priority(type_preference: u8, local_preference: u16, component: u16) -> u32 {
    todo!()
}

exercises::check!(sdp::candidate(candidate, priority));
