//! A packet's way through a network, as one line of text: what a simulator knows of a packet beyond its bytes, in a
//! form that fits into the comment of a capture.
//!
//! ```text
//! left 50 ms, left NAT 51 ms as 198.51.100.1:40001, right NAT 91.5 ms: dropped, no mapping has that address
//! ```
//!
//! Each stop is a place, when the packet was there, and, where its address was changed there, what it was called from
//! then on. A packet that came through has no word after its last stop.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// Where a packet was, and how that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journey {
    /// From its sender on.
    pub stops: Vec<Stop>,
    /// Why its last stop is the last; `None` where it arrived.
    pub dropped: Option<String>,
}

/// One place on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// "left NAT"
    pub place: String,
    /// Since the world began, in whole microseconds once it was text.
    pub at: Duration,
    /// The address that the packet has from here on, of its sender or its receiver, where a NAT changed it.
    pub renamed: Option<SocketAddr>,
}

/// Between the last stop and the reason.
const DROPPED: &str = ": dropped, ";

impl Display for Journey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, Stop { place, at, renamed }) in self.stops.iter().enumerate() {
            let before = if number == 0 { "" } else { ", " };
            write!(f, "{before}{place} {} ms", at.as_micros() as f64 / 1e3)?;
            if let Some(address) = renamed {
                write!(f, " as {address}")?;
            }
        }
        match &self.dropped {
            Some(why) => write!(f, "{DROPPED}{why}"),
            None => Ok(()),
        }
    }
}

/// What is no journey: the text between two commas that says no place and time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a place and a time, as in `left NAT 51 ms as 198.51.100.1:40001`; found `{0}`")]
pub struct NoStop(String);

impl FromStr for Journey {
    type Err = NoStop;

    fn from_str(text: &str) -> Result<Self, NoStop> {
        let (stops, dropped) = match text.split_once(DROPPED) {
            Some((stops, why)) => (stops, Some(why.to_owned())),
            None => (text, None),
        };
        let stops = stops.split(", ").map(|stop| read(stop).ok_or_else(|| NoStop(stop.to_owned())));
        Ok(Self { stops: stops.collect::<Result<_, _>>()?, dropped })
    }
}

fn read(text: &str) -> Option<Stop> {
    let (rest, renamed) = match text.split_once(" ms as ") {
        Some((rest, address)) => (rest, Some(address.parse().ok()?)),
        None => (text.strip_suffix(" ms")?, None),
    };
    let (place, ms) = rest.rsplit_once(' ')?;
    let ms: f64 = ms.parse().ok()?;
    let at = Duration::try_from_secs_f64((ms * 1e3).round() / 1e6).ok()?;
    (!place.is_empty()).then(|| Stop { place: place.to_owned(), at, renamed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for line in [
            "left 0 ms, left NAT 1 ms as 198.51.100.1:40001, server 21.5 ms",
            "right 250.001 ms, right NAT 251 ms as [2001:db8::1]:9, left NAT 291 ms: dropped, filtered, by port: why",
            "left 30200 ms: dropped, lost on the link",
        ] {
            assert_eq!(line.parse::<Journey>().unwrap().to_string(), line);
        }
    }

    #[test]
    fn what_is_no_journey_is_told_where_it_is_none() {
        for (text, found) in [
            ("", ""),
            ("left", "left"),
            ("left 1 s", "left 1 s"),
            (" 1 ms", " 1 ms"),
            ("left 1 ms, right -1 ms", "right -1 ms"),
            ("left NaN ms", "left NaN ms"),
            ("left inf ms", "left inf ms"),
            ("left 1 ms as somebody", "left 1 ms as somebody"),
        ] {
            assert_eq!(text.parse::<Journey>(), Err(NoStop(found.to_owned())));
        }
    }
}
