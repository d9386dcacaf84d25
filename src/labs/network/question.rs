//! What a page may ask for, and within which bounds.

use std::fmt::Display;
use std::time::Duration;

use scenario::{Limits, Play, Setting, Until};
use serde::Deserialize;
use sim::{Behavior, Edge, Hairpinning, Link, PortAssignment};

/// A run that a page wants to see, as JSON. What it leaves out is as usual.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What stands before the left peer, by [`Edge`]'s names.
    pub left: String,
    /// What stands before the right peer.
    pub right: String,
    /// `sequential`, `preserving` or `random`: of all NATs.
    pub ports: Option<String>,
    /// `none`, `external` or `internal`: of all NATs.
    pub hairpin: Option<String>,
    /// Seconds that a mapping lives which nothing refreshes: of all NATs.
    pub lifetime: Option<f64>,
    /// Milliseconds that each side's access link takes.
    pub latency: Option<f64>,
    /// Milliseconds that it may take longer.
    pub jitter: Option<f64>,
    /// Packets of a hundred that each access link loses.
    pub loss: Option<f64>,
    /// Packets of a hundred that it delivers twice.
    pub duplication: Option<f64>,
    /// Packets of a hundred that it holds back.
    pub reordering: Option<f64>,
    /// What chance comes of.
    pub seed: Option<u64>,
    /// Milliseconds that an offer, an answer or a candidate takes to the other side.
    pub signaling: Option<f64>,
    /// Candidates are told one by one.
    pub trickle: Option<bool>,
    /// Host candidates are not told.
    pub hide: Option<bool>,
    /// Both believe that they control.
    pub conflict: Option<bool>,
    /// Both are at home behind the left edge.
    pub together: Option<bool>,
    /// Seconds until the run ends, whatever happened; it ends when both have a pair or gave up where this is left out.
    pub until: Option<f64>,
    /// Who asks: of one reader only the newest run is wanted.
    pub reader: Option<String>,
}

/// The longest name of an edge is shorter.
const LONGEST_NAME: usize = 64;
/// No run goes further than this minute of virtual time, and this many events.
pub const LIMITS: Limits = Limits { time: Duration::from_secs(60), events: 20_000 };

impl Question {
    /// Reads what a page sent.
    ///
    /// # Errors
    /// What was expected and found, in a sentence.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let question: Self = serde_json::from_slice(body).map_err(|error| {
            format!(
                "expected JSON such as {{\"left\": \"eim-apdf\", \"right\": \"symmetric\", \"loss\": 10}}, found what no run is \
                 made of: {error}"
            )
        })?;
        let reader = question.reader.as_deref().unwrap_or_default();
        if reader.len() > LONGEST_NAME {
            return Err(format!(
                "expected a reader of at most {LONGEST_NAME} letters, found {}",
                reader.len()
            ));
        }
        Ok(question)
    }

    /// The setting that it names.
    ///
    /// # Errors
    /// What was expected and found, in a sentence.
    pub fn setting(&self) -> Result<Setting, String> {
        let shape = self.shape()?;
        let mut setting =
            Setting::between(edge("left", &self.left, &shape)?, edge("right", &self.right, &shape)?);
        let usual = setting.link.latency.as_secs_f64() * 1000.0;
        setting.link = Link {
            latency: ms(within("latency", "ms", self.latency, usual, 0.0, 500.0)?),
            jitter: ms(within("jitter", "ms", self.jitter, 0.0, 0.0, 500.0)?),
            loss: within("loss", "%", self.loss, 0.0, 0.0, 90.0)? / 100.0,
            duplication: within("duplication", "%", self.duplication, 0.0, 0.0, 50.0)? / 100.0,
            reordering: within("reordering", "%", self.reordering, 0.0, 0.0, 50.0)? / 100.0,
            ..Link::default()
        };
        setting.seed = self.seed.unwrap_or(1);
        setting.limits = LIMITS;
        setting.play = Play {
            signaling: ms(within("signaling", "ms", self.signaling, 50.0, 0.0, 5000.0)?),
            trickle: self.trickle.unwrap_or(true),
            hide_hosts: self.hide.unwrap_or(false),
            role_conflict: self.conflict.unwrap_or(false),
            same_network: self.together.unwrap_or(false),
            until: match self.until {
                None => Until::Nominated,
                Some(_) => Until::Time(ms(within("until", "s", self.until, 1.0, 1.0, 60.0)? * 1000.0)),
            },
            ..Play::default()
        };
        Ok(setting)
    }

    fn shape(&self) -> Result<Shape, String> {
        let ports = [
            ("sequential", PortAssignment::Sequential),
            ("preserving", PortAssignment::Preserving),
            ("random", PortAssignment::Random),
        ];
        let hairpins = [
            ("none", Hairpinning::None),
            ("external", Hairpinning::ExternalSource),
            ("internal", Hairpinning::InternalSource),
        ];
        let lifetime = self.lifetime.map(|life| within("lifetime", "s", Some(life), life, 1.0, 86_400.0));
        Ok(Shape {
            ports: self.ports.as_deref().map(|name| choose("ports", name, &ports)).transpose()?,
            hairpinning: self
                .hairpin
                .as_deref()
                .map(|name| choose("hairpin", name, &hairpins))
                .transpose()?,
            lifetime: lifetime.transpose()?.map(|seconds| ms(seconds * 1000.0)),
        })
    }
}

fn edge(side: &str, name: &str, shape: &Shape) -> Result<Edge, String> {
    if name.len() > LONGEST_NAME {
        return Err(format!("{side}: expected the name of an edge, found {} letters", name.len()));
    }
    let mut edge: Edge = name.parse().map_err(|error| format!("{side}: {error}"))?;
    match &mut edge {
        Edge::Nat(nat) => shape.lend(nat),
        Edge::NatBehindNat { home, carrier } => {
            shape.lend(home);
            shape.lend(carrier);
        }
        _ => {}
    }
    Ok(edge)
}

/// What all NATs of a run have in common, where it is not as usual.
struct Shape {
    ports: Option<PortAssignment>,
    hairpinning: Option<Hairpinning>,
    lifetime: Option<Duration>,
}

impl Shape {
    fn lend(&self, nat: &mut Behavior) {
        nat.ports = self.ports.unwrap_or(nat.ports);
        nat.hairpinning = self.hairpinning.unwrap_or(nat.hairpinning);
        nat.lifetime = self.lifetime.unwrap_or(nat.lifetime);
    }
}

fn ms(time: f64) -> Duration {
    Duration::from_micros((time * 1000.0) as u64)
}

fn within(
    name: &str,
    unit: &str,
    value: Option<f64>,
    usual: f64,
    least: f64,
    most: f64,
) -> Result<f64, String> {
    let value = value.unwrap_or(usual);
    // Which a number that is none is not either.
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(told(name, &format!("{least} to {most} {unit}"), value))
}

fn choose<T: Copy>(name: &str, value: &str, known: &[(&str, T)]) -> Result<T, String> {
    known.iter().find(|(one, _)| *one == value).map(|(_, what)| *what).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(one, _)| *one).collect();
        let short: String = value.chars().take(LONGEST_NAME).collect();
        told(name, &names.join(", "), format!("{short:?}"))
    })
}

fn told(name: &str, expected: &str, found: impl Display) -> String {
    format!("{name}: expected {expected}, found {found}: choose another")
}
