//! Ten captures, and what a client that knows plain WebSocket makes of them: RFC 6455 section 4.1.

mod captures;

use wire::Spec;
use wire::http::head_len;

use crate::{Exam, Failure, Reason};

pub use captures::Capture;

/// Whether a client that speaks WebSocket (RFC 6455), and nothing beside it, can talk to that server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    WebSocket,
    /// The handshake works; then each message must be a packet of Engine.IO.
    EngineIo,
    /// No: Engine.IO, in HTTP requests one after the other.
    LongPolling,
    /// No: an event stream (SSE), which goes one way.
    EventStream,
    /// No: HTTP/2. A WebSocket begins there with an extended CONNECT, and not with an Upgrade.
    Http2,
    /// No: an answer in HTTP/1.1 with which the client must fail the connection.
    Failed,
    /// No: no HTTP at all.
    NotHttp,
}

/// What the student writes.
pub type Speaks = fn(&Capture) -> Answer;

/// An HTTP/1.1 message up to its empty line, as text.
#[derive(Clone, Copy, Debug)]
pub struct Head<'c> {
    /// `GET /chat HTTP/1.1` or `HTTP/1.1 101 Switching Protocols`
    pub first_line: &'c str,
    fields: &'c str,
}

impl<'c> Head<'c> {
    /// Reads a head. None where the bytes are no HTTP/1.1, or end before the empty line.
    #[must_use]
    pub fn read(bytes: &'c [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes.get(..head_len(bytes)?)?).ok()?;
        let (first_line, fields) = text.split_once("\r\n")?;
        first_line.contains("HTTP/1.1").then_some(Self { first_line, fields })
    }

    /// The value of a header field, whose name is compared without regard to case; the value is as it was sent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'c str> {
        let mut fields = self.fields.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// What a server must answer to a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
#[must_use]
pub fn accept(key: &str) -> String {
    wire::http::accept(key.as_bytes())
}

/// Asks for the ten, then for others like them.
///
/// # Errors
/// The first capture with a wrong answer.
pub fn check(exam: &Exam, speaks: Speaks) -> Result<(), Box<Failure>> {
    for question in captures::questions() {
        let capture = &question.capture;
        let bytes = [&capture.client[..], &capture.server[..]].concat();
        let case = exam.case(capture.story, &bytes, format!("{:?}", question.right), question.spec);
        let case = if question.binary { case } else { case.text() };
        case.expect(
            &question.right,
            || speaks(capture),
            |returned| format!("{returned:?}"),
            |returned| explain(&bytes, &question, *returned),
        )?;
    }
    Ok(())
}

/// All captures, with the answers that are right.
#[must_use]
pub fn answers() -> Vec<(Capture, Answer)> {
    captures::questions().into_iter().map(|question| (question.capture, question.right)).collect()
}

/// What was asked for, and why it is so.
struct Question {
    capture: Capture,
    right: Answer,
    /// Whether hex says more.
    binary: bool,
    /// What decides, as it stands in the bytes; what it is; and why it decides.
    sign: &'static [u8],
    label: &'static str,
    why: &'static str,
    spec: Spec,
}

fn explain(bytes: &[u8], question: &Question, returned: Answer) -> Reason {
    let believed = match (question.right, returned) {
        (Answer::EngineIo, Answer::WebSocket) => "A plain client opens this, and does not know what to say.",
        (Answer::EngineIo, Answer::LongPolling) => "Engine.IO it is, and it does not poll here.",
        (Answer::LongPolling, Answer::EngineIo) => "Engine.IO it is, and not on a WebSocket.",
        (_, Answer::EngineIo) => "Nothing here says Engine.IO on a WebSocket.",
        _ => "",
    };
    let why = format!("{believed} {}", question.why);
    let at = bytes.windows(question.sign.len()).position(|window| window == question.sign).unwrap_or(0);
    Reason::new(question.spec, why.trim_start()).at(at..at + question.sign.len(), question.label)
}
