//! What a server answers to the request, and whether that is a WebSocket handshake
//! (RFC 6455 section 4.1).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A head that is longer is not waited for.
const MOST_HEAD: usize = 16 << 10;
/// So much of an answer's body is shown.
const MOST_BODY: usize = 500;
const MOST_FIELDS: usize = 64;
/// The body of a refusal is waited for so long.
const MOMENT: Duration = Duration::from_millis(500);

/// Why there is no WebSocket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the connection broke during the handshake")]
    Broken(#[from] io::Error),
    #[error(
        "the server hung up after {0} bytes: expected \"HTTP/1.1 101\" and a blank line. Does it speak TLS? \
         That would be wss://"
    )]
    HungUp(usize),
    #[error(
        "expected \"HTTP/1.1 101\", found {0:?}: this server does not speak HTTP/1.1"
    )]
    NotHttp(String),
    #[error("the response has no end after {MOST_HEAD} bytes of head")]
    Endless,
    #[error("{}", refusal(*status, reason, body))]
    Status { status: u16, reason: String, body: String },
    #[error("the server agrees with 101, but {0}: expected {1}, found {2}")]
    Disagrees(&'static str, String, String),
}

/// The head of a response, and the beginning of its body where it is no 101.
#[derive(Debug)]
pub(crate) struct Head {
    status: u16,
    reason: String,
    fields: Vec<(String, String)>,
    body: String,
}

/// Reads a head. What comes behind it stays in `received`: frames may.
pub(crate) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    received: &mut Vec<u8>,
) -> Result<Head, Refused> {
    loop {
        if let Some((length, mut head)) = parse(received)? {
            received.drain(..length);
            if head.status != 101 {
                head.body = body(stream, received, &head).await;
            }
            return Ok(head);
        }
        if received.len() >= MOST_HEAD {
            return Err(Refused::Endless);
        }
        if stream.read_buf(received).await? == 0 {
            return Err(Refused::HungUp(received.len()));
        }
    }
}

/// A head and its length; `None` as long as a part of it is missing.
fn parse(received: &[u8]) -> Result<Option<(usize, Head)>, Refused> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let length = match response.parse(received) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Refused::NotHttp(printable(received, 40))),
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).trim().to_owned();
    let fields = response.headers.iter();
    let head = Head {
        status: response.code.unwrap_or_default(),
        reason: printable(
            response.reason.unwrap_or_default().as_bytes(),
            MOST_BODY,
        ),
        fields: fields
            .map(|field| (field.name.to_owned(), text(field.value)))
            .collect(),
        body: String::new(),
    };
    Ok(Some((length, head)))
}

/// What a server that refuses says about it, if it says so at once.
async fn body<S: AsyncRead + Unpin>(
    stream: &mut S,
    received: &mut Vec<u8>,
    head: &Head,
) -> String {
    let length = head.field("Content-Length").parse().unwrap_or(MOST_BODY);
    while received.len() < length.min(MOST_BODY) {
        let more = tokio::time::timeout(MOMENT, stream.read_buf(received));
        if !matches!(more.await, Ok(Ok(1..))) {
            break;
        }
    }
    printable(received, MOST_BODY)
}

impl Head {
    // ANCHOR: agrees
    /// A client must check all of this before it sends a frame.
    pub(crate) fn agrees(&self, accept: &str) -> Result<(), Refused> {
        if self.status != 101 {
            let (status, reason, body) =
                (self.status, self.reason.clone(), self.body.clone());
            return Err(Refused::Status { status, reason, body });
        }
        let lists = |name, token| {
            let mut tokens = self.field(name).split(',').map(str::trim);
            tokens.any(|listed| listed.eq_ignore_ascii_case(token))
        };
        let checks = [
            ("Upgrade", lists("Upgrade", "websocket"), "websocket"),
            ("Connection", lists("Connection", "Upgrade"), "Upgrade"),
            (
                "Sec-WebSocket-Accept",
                self.field("Sec-WebSocket-Accept") == accept,
                accept,
            ),
            (
                "Sec-WebSocket-Extensions",
                self.field("Sec-WebSocket-Extensions").is_empty(),
                "none, since none was offered",
            ),
            (
                "Sec-WebSocket-Protocol",
                self.field("Sec-WebSocket-Protocol").is_empty(),
                "none, since none was offered",
            ),
        ];
        match checks.into_iter().find(|(_, holds, _)| !holds) {
            None => Ok(()),
            Some((name, _, expected)) => {
                let found = printable(self.field(name).as_bytes(), MOST_BODY);
                let found =
                    if found.is_empty() { "nothing".to_owned() } else { found };
                Err(Refused::Disagrees(name, expected.to_owned(), found))
            }
        }
    }
    // ANCHOR_END: agrees

    /// The value of a field; empty where it is not there.
    fn field(&self, name: &str) -> &str {
        let field =
            self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        field.map_or("", |(_, value)| value)
    }
}

fn refusal(status: u16, reason: &str, body: &str) -> String {
    let why = match status {
        200..=299 => "It serves pages there, and no WebSocket; is the path right?",
        300..=399 => "It is elsewhere; clients do not follow that for WebSockets",
        401 | 403 => "It does not let this client in",
        404 => "It knows no such path",
        426 => "It expects another version or protocol",
        _ => "It refuses",
    };
    let body =
        if body.trim().is_empty() { String::new() } else { format!("\n\n{body}") };
    format!(
        "expected 101 Switching Protocols, found {status} {reason}. {why}{body}"
    )
}

/// At most so many bytes as text, without what would move a terminal's cursor.
fn printable(bytes: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(bytes.get(..most).unwrap_or(bytes))
        .replace("\r\n", "\n");
    text.chars()
        .map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c })
        .collect()
}
