//! One request to the lab's server, and what came of it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::Session;
use wire::render::html::{self, PacketView};
use wire::trace::Event;

use crate::labs::websocket::handshake::{Decider, Known, Opening, answer};

/// So much of an answer is read. The server's own are a few hundred bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// So long for an answer; the server waits shorter for the end of a request.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the page gets.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    /// The status of the answer; nothing, if there was none.
    status: Option<u16>,
    /// Why: what was expected, what was found, and where that is written.
    why: String,
    /// The line that decided it, as it was sent; or that one is missing.
    decided_by: Option<String>,
    /// The number of that line, counted from 1, where it is one.
    line: Option<usize>,
    /// The request and the answer, taken apart.
    packets: Vec<Packet>,
}

#[derive(Debug, Serialize)]
struct Packet {
    sent: bool,
    bytes: usize,
    summary: String,
    /// `<figure class="packet">`, whose ids begin with `handshake-sent` or `handshake-received`.
    html: String,
}

/// Sends `text` with its lines ended as HTTP ends them, and reads the answer.
///
/// # Errors
/// If the server cannot be reached.
pub(super) async fn send(text: &str, server: SocketAddr, known: &impl Known) -> io::Result<Outcome> {
    let request = with_crlf(text);
    let mut stream = TcpStream::connect(server).await?;
    let own = stream.local_addr()?;
    let asked = now();
    let received = exchange(&mut stream, request.as_bytes()).await;
    let mut session = Session::new(None);
    let mut packets = vec![packet(&mut session, true, &Event::tcp(asked, own, server, request.as_bytes()))];
    if !received.is_empty() {
        packets.push(packet(&mut session, false, &Event::tcp(now(), server, own, &received[..])));
    }
    let status = status(&received);
    let Verdict { why, decided_by, line } = Verdict::on(&request, known);
    Ok(Outcome { status, why, decided_by, line, packets })
}

/// Whatever the server answers, up to its end or to that of a 101.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Vec<u8> {
    let mut received = Vec::new();
    let talk = async {
        stream.write_all(request).await?;
        while received.len() < LONGEST_ANSWER
            && !(status(&received) == Some(101) && received.ends_with(b"\r\n\r\n"))
        {
            if stream.read_buf(&mut received).await? == 0 {
                break;
            }
        }
        Ok::<_, io::Error>(())
    };
    // What arrived before it broke off is what there is to show.
    let _ = timeout(PATIENCE, talk).await;
    received.truncate(LONGEST_ANSWER);
    received
}

/// HTTP ends a line with CRLF (RFC 9112 section 2.1), and a text field with LF.
fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

fn packet(session: &mut Session, sent: bool, event: &Event) -> Packet {
    let d = session.dissect(event);
    let detail = format!("{} to {}", event.from, event.to);
    let id = if sent { "handshake-sent" } else { "handshake-received" };
    let view = PacketView { detail: Some(&detail), ..PacketView::new(id) };
    let mut html = String::new();
    // Writing to a String cannot fail.
    let _ = html::packet(&d, &view, &mut html);
    Packet { sent, bytes: event.bytes.len(), summary: d.summary(), html }
}

/// What decided, by the function by which the server decided.
struct Verdict {
    why: String,
    decided_by: Option<String>,
    line: Option<usize>,
}

impl Verdict {
    fn on(request: &str, known: &impl Known) -> Self {
        let refusal = match answer(request.as_bytes(), known) {
            Opening::Accepted { .. } => {
                let why = "every line is as RFC 6455 section 4.2.1 wants it".to_owned();
                return Self { why, decided_by: None, line: None };
            }
            Opening::Unfinished => {
                let why = "expected an empty line after the last header field, found none: the server waits for it, \
                           and then gives up (RFC 9112 section 2.1)";
                return Self {
                    why: why.to_owned(),
                    decided_by: Some("no empty line".to_owned()),
                    line: None,
                };
            }
            Opening::Refused(refusal) => refusal,
        };
        let line = match refusal.decided_by {
            Decider::RequestLine => Some(1),
            Decider::Field(at) => Some(at + 2),
            Decider::Missing(_) | Decider::Whole => None,
        };
        let decided_by = match (refusal.decided_by, line) {
            (Decider::Missing(name), _) => Some(format!("no {name}")),
            (_, Some(line)) => request.lines().nth(line - 1).map(str::to_owned),
            _ => None,
        };
        Self { why: refusal.why, decided_by, line }
    }
}

/// Since the Unix epoch. A clock before it reads as the epoch.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
