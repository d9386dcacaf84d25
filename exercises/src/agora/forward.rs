//! One RTP stream out of many: RFC 3550 section 5.1 and RFC 7667 section 3.7.

mod calls;
mod mistakes;
mod rewriter;
mod story;

use std::cell::Cell;

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason, Returned};
pub use rewriter::Rewriter;
use story::Story;

/// What of an RTP packet is rewritten, and what the SFU knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The stream it belongs to. Each layer has one of its own.
    pub ssrc: u32,
    /// One more with each packet that its sender sends.
    pub sequence_number: u16,
    /// When its frame was taken, in ticks: the same for all packets of a frame.
    pub timestamp: u32,
    /// Whether a key frame begins with it.
    pub key: bool,
}

/// The clock of video ticks so often in a millisecond.
pub const TICKS: u32 = 90;

/// What the student writes: the stream to one receiver.
pub trait Forward {
    /// The layer with this SSRC is wanted from now on.
    fn want(&mut self, ssrc: u32);
    /// A packet arrived, so many milliseconds after the beginning: how it goes out, or None where it does not.
    fn forward(&mut self, now: u64, packet: &Packet) -> Option<Packet>;
}

/// Makes a stream by the SSRC, the sequence number and the timestamp of its first packet.
pub type New<F> = fn(u32, u16, u32) -> F;
type NewBoxed<'n> = &'n dyn Fn(u32, u16, u32) -> Box<dyn Forward>;

/// The layers' SSRCs: small, half and full.
pub const LAYERS: [(&str, u32); 3] = [("q", 0x7171_7171), ("h", 0x6868_6868), ("f", 0x6666_6666)];
/// The SSRC of what goes out.
pub const OUT: u32 = 0x0dd0_beef;

const HEADER: Spec = rfc(3550, "5.1");
const MIDDLEBOX: Spec = rfc(7667, "3.7");

/// Something that happens to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// Another layer is wanted.
    Want(u32),
    /// A packet arrives.
    Arrives(Packet),
}

/// What happens in a call, and when.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is special about it.
    pub name: &'static str,
    /// The first sequence number and timestamp that go out.
    pub first: (u16, u32),
    /// In milliseconds since the beginning, in order.
    pub incidents: Vec<(u64, Incident)>,
}

/// Plays scripted calls, one for each rule, then long ones with everything in them.
///
/// # Errors
/// The first packet that goes out wrong.
pub fn check<F: Forward + 'static>(exam: &Exam, new: New<F>) -> Result<(), Box<Failure>> {
    // Boxed, so that the rest is compiled here and not with each save of a student's file.
    all(exam, &|ssrc, sequence_number, timestamp| Box::new(new(ssrc, sequence_number, timestamp)))
}

fn all(exam: &Exam, new: NewBoxed<'_>) -> Result<(), Box<Failure>> {
    let mut calls = calls::scripted();
    calls.extend((1..=6).map(calls::random));
    calls.iter().try_for_each(|call| play(exam, call, new))
}

/// A call is one case: it may have thousands of packets.
fn play(exam: &Exam, call: &Call, new: NewBoxed<'_>) -> Result<(), Box<Failure>> {
    let at = Cell::new(None);
    let (story, _) = Story::until(call, Some(0));
    let case = story.case(exam, call.name, "each packet as it should be", HEADER);
    let Some(returned) =
        case.ask(|| first_wrong(call, new, &at)).map_err(|panic| told(panic, call, at.get()))?
    else {
        return Ok(());
    };
    let (mut story, mut right) = Story::until(call, at.get());
    let before = right.clone();
    let Some((now, Incident::Arrives(packet))) = at.get().and_then(|at| call.incidents.get(at)) else {
        return Ok(());
    };
    let expected = right.forward(*now, packet);
    let case = story.case(exam, call.name, &story::show(expected), HEADER);
    Err(story.fails(case, returned, mistakes::explain(&before, *now, packet, expected, returned)))
}

/// What goes out wrong first, if anything does. Keeps in `at` which incident it has come to.
fn first_wrong(call: &Call, new: NewBoxed<'_>, at: &Cell<Option<usize>>) -> Option<Option<Packet>> {
    let (sequence_number, timestamp) = call.first;
    let mut right = Rewriter::new(OUT, sequence_number, timestamp);
    let mut stream = new(OUT, sequence_number, timestamp);
    call.incidents.iter().enumerate().find_map(|(index, (now, incident))| {
        at.set(Some(index));
        match incident {
            Incident::Want(ssrc) => {
                right.want(*ssrc);
                stream.want(*ssrc);
                None
            }
            Incident::Arrives(packet) => {
                let returned = stream.forward(*now, packet);
                (returned != right.forward(*now, packet)).then_some(returned)
            }
        }
    })
}

/// A panic, with what happened before it.
fn told(mut failure: Box<Failure>, call: &Call, at: Option<usize>) -> Box<Failure> {
    let (story, mut right) = Story::until(call, at);
    failure.bytes = story.text().into_bytes();
    failure.expected = match at.and_then(|at| call.incidents.get(at)) {
        Some((now, Incident::Arrives(packet))) => story::show(right.forward(*now, packet)),
        _ => "no answer needed".to_owned(),
    };
    explain_overflow(failure)
}

/// A number that goes around is no number that was too large.
fn explain_overflow(mut failure: Box<Failure>) -> Box<Failure> {
    if matches!(&failure.returned, Returned::Panic { message, .. } if message.contains("overflow")) {
        let why = "sequence numbers and timestamps go around, each on its circle: after 65535 comes 0, and before 0 was \
                   65535. Rust's `+` and `-` take that for a mistake; `wrapping_add` and `wrapping_sub` do what is meant here";
        failure.reason = Reason::new(HEADER, why);
    }
    failure
}

/// All calls that are played.
#[must_use]
pub fn every_call() -> Vec<Call> {
    calls::scripted().into_iter().chain((1..=6).map(calls::random)).collect()
}

/// A few words for the caret, the reason, and the rule.
struct Told {
    label: &'static str,
    why: &'static str,
    spec: Spec,
}

impl Told {
    fn reason(&self, at: std::ops::Range<usize>) -> Reason {
        Reason::new(self.spec, self.why).at(at, self.label)
    }
}
