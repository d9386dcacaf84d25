//! Calls that failed, and the layer in which each of them did.

mod captures;

use wire::Spec;

use crate::{Exam, Failure, Reason};

/// Where a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Nothing failed: they talked, and hung up.
    Nothing,
    /// The offer was never answered.
    Signaling,
    /// Checks go out, and none is answered: UDP does not get through.
    Path,
    /// Checks arrive, and are refused: a wrong password, or the ufrag of another call.
    Credentials,
    /// The certificate is not the one whose fingerprint was told.
    Fingerprint,
    /// DTLS is done, and SCTP does not come up.
    Association,
    /// SCTP is up, and the data channel is refused.
    Channel,
    /// They talked, and then checks were no longer answered.
    Consent,
}

/// Who sends and who gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Who calls.
    Ping,
    /// Who is called.
    Pong,
    /// The signaling server.
    Server,
    /// The STUN server.
    Stun,
}

/// One line of a capture, as `wirebook inspect` sums packets up; what is inside DTLS is decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Milliseconds since the first one.
    pub at: u32,
    /// Who sent it.
    pub from: Host,
    /// To whom.
    pub to: Host,
    /// What it is: "STUN Binding request", "DTLS ClientHello", "SCTP INIT".
    pub what: &'static str,
}

/// What the student writes.
pub type Failed = fn(&[Packet]) -> Layer;

/// A capture, what failed in it, and where one sees that.
struct Question {
    story: &'static str,
    packets: Vec<Packet>,
    right: Layer,
    /// Which packet decides, and a few words about it.
    sign: usize,
    label: &'static str,
    why: &'static str,
    spec: Spec,
}

/// Asks for the seven, then for others like them.
///
/// # Errors
/// The first capture with a wrong answer.
pub fn check(exam: &Exam, failed: Failed) -> Result<(), Box<Failure>> {
    for question in captures::questions() {
        let text = shown(&question.packets);
        exam.case(question.story, text.as_bytes(), format!("{:?}", question.right), question.spec)
            .text()
            .expect(
                &question.right,
                || failed(&question.packets),
                |returned| format!("{returned:?}"),
                |returned| explain(&text, &question, *returned),
            )?;
    }
    Ok(())
}

/// The captures, with what failed in each.
#[must_use]
pub fn answers() -> Vec<(&'static str, Vec<Packet>, Layer)> {
    captures::questions()
        .into_iter()
        .map(|question| (question.story, question.packets, question.right))
        .collect()
}

/// A capture as text, a packet a line.
#[must_use]
pub fn shown(packets: &[Packet]) -> String {
    let name = |host| match host {
        Host::Ping => "ping",
        Host::Pong => "pong",
        Host::Server => "server",
        Host::Stun => "stun",
    };
    let lines = packets.iter().map(|packet| {
        let Packet { at, from, to, what } = *packet;
        format!("{at:>6} {:>6} > {:<6} {what}", name(from), name(to))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn explain(text: &str, question: &Question, returned: Layer) -> Reason {
    let believed = match (question.right, returned) {
        (Layer::Nothing, Layer::Fingerprint) => {
            "close_notify is an alert, and no error: it is how DTLS ends."
        }
        (Layer::Nothing, Layer::Consent) => {
            "One check without a response is no loss, and after the goodbye nobody owes one."
        }
        (Layer::Nothing, _) => "All of it worked.",
        (_, Layer::Nothing) => "They did not get through this.",
        (Layer::Credentials, Layer::Path) => "There is a way: something came back.",
        (Layer::Path, Layer::Credentials) => "Nobody refused anything.",
        (Layer::Path, Layer::Signaling) | (Layer::Credentials, Layer::Signaling) => "The offer was answered.",
        (Layer::Consent, Layer::Path) => "There was a way, for a while.",
        (Layer::Fingerprint, Layer::Path | Layer::Credentials) => "ICE found a way.",
        (Layer::Association | Layer::Channel, Layer::Fingerprint) => {
            "The handshake was finished by both sides."
        }
        (Layer::Channel, Layer::Association) => "The association is there.",
        (Layer::Association, Layer::Channel) => "No channel was asked for yet.",
        _ => "",
    };
    let why = format!("{believed} {}", question.why);
    let start: usize = text.lines().take(question.sign).map(|line| line.len() + 1).sum();
    let line = text.lines().nth(question.sign).unwrap_or_default();
    let what = question.packets.get(question.sign).map_or(0, |packet| packet.what.len());
    Reason::new(question.spec, why.trim_start())
        .at(start + line.len() - what..start + line.len(), question.label)
}
