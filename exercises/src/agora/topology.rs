//! What a call of n costs in three topologies: RFC 7667 sections 3.4, 3.7 and 3.6.1.

mod mistakes;

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason, Returned};

/// A call in which everybody sends one video and sees everybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// How many are in it.
    pub members: u64,
    /// Bits a second of one picture in full size: of a video in a mesh, and to and from an MCU.
    pub video: u64,
    /// Bits a second of each simulcast layer, the small one first. A member sends all of them to an SFU.
    pub layers: Vec<u64>,
    /// Which of the layers everybody is sent of everybody else: an index that is always there.
    pub watched: usize,
}

/// What a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bits a second that one member sends.
    pub up: u64,
    /// Bits a second that one member is sent.
    pub down: u64,
    /// How many encoders run at one member.
    pub encodes: u64,
    /// How many decoders run at one member.
    pub decodes: u64,
    /// Bits a second that the server is sent.
    pub server_in: u64,
    /// Bits a second that the server sends.
    pub server_out: u64,
    /// How many decoders run at the server.
    pub server_decodes: u64,
    /// How many encoders run at the server.
    pub server_encodes: u64,
}

/// What the student writes, for each of the three.
pub type Topology = fn(&Call) -> Cost;

/// Who makes the copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The members.
    Mesh,
    /// A server, of packets.
    Sfu,
    /// A server, of pictures.
    Mcu,
}

/// Asks each of the three what calls of some size cost.
///
/// # Errors
/// The first number that is wrong.
pub fn check(exam: &Exam, mesh: Topology, sfu: Topology, mcu: Topology) -> Result<(), Box<Failure>> {
    for (kind, topology) in [(Kind::Mesh, mesh), (Kind::Sfu, sfu), (Kind::Mcu, mcu)] {
        for call in calls() {
            put(exam, kind, topology, &call)?;
        }
    }
    Ok(())
}

impl Kind {
    fn spec(self) -> Spec {
        match self {
            Self::Mesh => rfc(7667, "3.4"),
            Self::Sfu => rfc(7667, "3.7"),
            Self::Mcu => rfc(7667, "3.6.1"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Sfu => "sfu",
            Self::Mcu => "mcu",
        }
    }
}

impl Cost {
    /// Each number with its name, in the order in which they are shown.
    pub(super) fn fields(&self) -> [(&'static str, u64); 8] {
        [
            ("up", self.up),
            ("down", self.down),
            ("encodes", self.encodes),
            ("decodes", self.decodes),
            ("server_in", self.server_in),
            ("server_out", self.server_out),
            ("server_decodes", self.server_decodes),
            ("server_encodes", self.server_encodes),
        ]
    }
}

/// What is right.
#[must_use]
pub fn cost(kind: Kind, call: &Call) -> Cost {
    let Some(others) = call.members.checked_sub(1).filter(|others| *others > 0) else {
        return Cost::default();
    };
    let copies = call.video.saturating_mul(others);
    let up = call.layers.iter().copied().fold(0, u64::saturating_add);
    let down = call.layers.get(call.watched).copied().unwrap_or_default().saturating_mul(others);
    let all = call.video.saturating_mul(call.members);
    match kind {
        Kind::Mesh => Cost { up: copies, down: copies, encodes: others, decodes: others, ..Cost::default() },
        Kind::Sfu => Cost {
            up,
            down,
            encodes: call.layers.len() as u64,
            decodes: others,
            server_in: up.saturating_mul(call.members),
            server_out: down.saturating_mul(call.members),
            ..Cost::default()
        },
        Kind::Mcu => Cost {
            up: call.video,
            down: call.video,
            encodes: 1,
            decodes: 1,
            server_in: all,
            server_out: all,
            server_decodes: call.members,
            server_encodes: call.members,
        },
    }
}

/// The first one tells all mistakes apart: no two ways to count give the same number.
fn calls() -> Vec<Call> {
    let call = |members, watched| Call {
        members,
        video: 1_700_000,
        layers: vec![150_000, 500_000, 1_250_000],
        watched,
    };
    let mut calls = vec![call(5, 1), call(3, 0), call(2, 2), call(1, 1), call(0, 1), call(12, 0)];
    calls.push(Call { layers: vec![900_000], watched: 0, ..call(7, 0) });
    calls.push(call(5_000_000_000, 1));
    calls.push(call(u64::MAX, 0));
    calls.push(Call { layers: vec![u64::MAX - 1, 7], ..call(2, 1) });
    calls
}

fn put(exam: &Exam, kind: Kind, topology: Topology, call: &Call) -> Result<(), Box<Failure>> {
    let right = cost(kind, call);
    let given = given(call);
    let name = format!("{}, {} members", kind.name(), call.members);
    let name = if call.members == 1 { name.trim_end_matches('s').to_owned() } else { name };
    let all = right.fields().map(|(field, value)| format!("{field} {value}")).join(", ");
    let case = exam.case(&name, given.as_bytes(), all, kind.spec()).text();
    let returned = case.ask(|| topology(call)).map_err(|failure| explain_overflow(failure, call))?;
    let both = returned.fields().into_iter().zip(right.fields());
    let Some(((field, wrong), (_, value))) = both.into_iter().find(|(returned, right)| returned != right)
    else {
        return Ok(());
    };
    let (label, why) = mistakes::explain(kind, call, field, wrong, value);
    let (table, at) = table(given, &returned, field);
    let reason = Reason::new(kind.spec(), why).at(at, label);
    let case = exam.case(&name, table.as_bytes(), format!("{field}: {value}"), kind.spec()).text();
    Err(case.wrong(format!("{field}: {wrong}"), reason))
}

fn given(call: &Call) -> String {
    let layers = call.layers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    format!("video {}, layers {layers}, watched {}", call.video, call.watched)
}

/// What was given and what was returned, and where in that `field`'s number stands.
fn table(given: String, returned: &Cost, field: &str) -> (String, std::ops::Range<usize>) {
    let mut table = given;
    let mut at = 0..0;
    for (name, value) in returned.fields() {
        table += &format!("\n{name:<16}");
        let start = table.len();
        table += &value.to_string();
        if name == field {
            at = start..table.len();
        }
    }
    (table, at)
}

/// A panic here has little to do with packets.
fn explain_overflow(mut failure: Box<Failure>, call: &Call) -> Box<Failure> {
    if let Returned::Panic { message, .. } = &failure.returned {
        let why = if message.contains("subtract") {
            "an empty call has nobody, and nobody less one is no u64: ask for 0 and 1 first, or use \
             `checked_sub`, which gives None"
        } else if message.contains("overflow") {
            "these numbers do not fit into a u64 when they are multiplied or added up: `saturating_mul` and \
             `saturating_add` stop at u64::MAX. Who types a number into a calculator may type any"
        } else {
            return failure;
        };
        failure.reason = Reason::new(failure.reason.spec, why);
        if call.members > 1_000_000 {
            failure.expected = "an answer with u64::MAX in it".to_owned();
        }
    }
    failure
}
