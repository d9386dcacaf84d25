//! What stands where, and what is to happen.

use std::time::Duration;

use anyhow::Result;
use scenario::{Outcome, Play, Setting, Story, Until, play};
use sim::{Edge, Link};

/// What a setting is made of, on the command line.
#[derive(Debug, clap::Args)]
#[group(id = "world", multiple = true)]
pub(crate) struct Options {
    /// What stands before the left agent, who makes the offer
    #[arg(long, value_name = "NAME", default_value = "port-restricted-cone")]
    left: Edge,

    /// What stands before the right agent
    #[arg(long, value_name = "NAME", default_value = "port-restricted-cone")]
    right: Edge,

    /// Each side's link loses a packet with probability P, 0 to 0.9
    #[arg(long, value_name = "P", default_value = "0", value_parser = probability)]
    loss: f64,

    /// Each side's link takes so many milliseconds
    #[arg(long, value_name = "MS", default_value = "20", value_parser = milliseconds)]
    latency: Duration,

    /// Both agents believe that they control (RFC 8445 section 7.3.1.1)
    #[arg(long)]
    conflict: bool,

    /// The left agent begins anew while connected (RFC 8445 section 9)
    #[arg(long, conflicts_with = "cut")]
    restart: bool,

    /// The right agent's cable is cut while connected: consent is lost (RFC 7675)
    #[arg(long)]
    cut: bool,

    /// Tell candidates one by one, as they are found (RFC 8838); this is the default
    #[arg(long, overrides_with = "no_trickle")]
    trickle: bool,

    /// Tell all candidates with offer and answer
    #[arg(long)]
    no_trickle: bool,

    /// Both agents are at home behind the left edge
    #[arg(long)]
    same_network: bool,
}

/// While connected, so that what comes after it is seen.
const LATER: Duration = Duration::from_secs(5);
/// From a cut cable to the end: an agent of this stack gives up after 30 seconds.
const GIVING_UP: Duration = Duration::from_secs(40);

// ANCHOR: setting
impl Options {
    pub(crate) fn setting(&self, seed: u64) -> Setting {
        Setting {
            link: Link::of(self.latency).losing(self.loss),
            seed,
            play: Play {
                trickle: !self.no_trickle,
                role_conflict: self.conflict,
                same_network: self.same_network,
                restart_at: self.restart.then_some(LATER),
                cut_at: self.cut.then_some(LATER),
                until: if self.cut {
                    Until::Time(LATER + GIVING_UP)
                } else {
                    Until::Nominated
                },
                ..Play::default()
            },
            ..Setting::between(self.left.clone(), self.right.clone())
        }
    }
}

/// Plays it to where both have a pair or gave up; and, once they have one, a little
/// longer: that is when they ask for consent (RFC 7675).
pub(crate) fn played(setting: &Setting) -> Result<Story> {
    let story = play(setting)?;
    let Outcome::Connected(connection) = &story.outcome else { return Ok(story) };
    if setting.play.until != Until::Nominated {
        return Ok(story);
    }
    // The same seed gives the same story, and then more of it.
    let until = setting.play.restart_at.unwrap_or(connection.at) + LATER;
    let play_on = Play { until: Until::Time(until), ..setting.play.clone() };
    Ok(play(&Setting { play: play_on, ..setting.clone() })?)
}
// ANCHOR_END: setting

fn probability(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=0.9).contains(number));
    number
        .ok_or_else(|| "expected a probability of 0 to 0.9, such as 0.1".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number| (0..=2000).contains(number));
    number
        .map(Duration::from_millis)
        .ok_or_else(|| "expected 0 to 2000 milliseconds, such as 50".to_owned())
}
