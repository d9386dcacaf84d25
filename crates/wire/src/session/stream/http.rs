//! HTTP/1.1: which request a response answers, and how long the content of each is (RFC 9112 section 6.3).

use std::collections::VecDeque;

use super::attachments::Joiner;
use super::sessions::Sessions;
use super::{MOST_HELD, Next, Protocol, websocket::WebSocket};
use crate::context::{Context, Messages, Side, Stream, Upgrade};
use crate::cursor::{Cursor, Step};
use crate::engineio::{carried_by, session_of};
use crate::http::content::{self, CHUNK, CONTENT, Extent};
use crate::http::{HTTP, MOST_HEAD, head_len, joined, lists, values};
use crate::spec::rfc;
use crate::tree::{Field, Node, Severity};

/// So many requests may wait for their responses.
const MOST_WAITING: usize = 64;

static TUNNEL: Field = Field::new(
    "Tunnelled bytes",
    rfc(9110, "9.3.6"),
    "Another protocol, which this workbook does not follow.",
);
static LOST: Field = Field::new(
    "Not followed",
    rfc(9112, "6.3"),
    "Where the next message begins cannot be told, so nothing more of this direction is.",
);

pub(super) static DECODED: Field =
    Field::new("Decoded content", rfc(9112, "7.1.3"), "The data of the chunks, one after the other.");

#[derive(Debug)]
pub(super) struct Http {
    /// Which end asks.
    client: usize,
    waiting: VecDeque<Request>,
    ends: [Reading; 2],
    joiners: [Joiner; 2],
}

/// What a response must know of its request.
#[derive(Debug, Default)]
struct Request {
    method: Vec<u8>,
    target: Vec<u8>,
    offer: Option<Offer>,
}

/// What the client would have after a 101.
#[derive(Debug)]
struct Offer {
    key: Vec<u8>,
    protocols: Vec<u8>,
    extensions: Vec<u8>,
}

/// What comes next in a direction.
#[derive(Debug, Default)]
enum Reading {
    #[default]
    Head,
    Content(usize, Carried),
    /// The data of the chunks so far; `None` if it is too much to hold.
    Chunks(Option<Vec<u8>>, Carried),
}

/// What a content holds, by the URL of its request.
#[derive(Debug, Default)]
struct Carried {
    messages: Option<Messages>,
    /// The session, whichever connections it uses.
    sid: Option<Vec<u8>>,
}

impl Carried {
    fn by(target: &[u8]) -> Self {
        let messages = carried_by(target);
        let sid = session_of(target).filter(|_| messages == Some(Messages::SocketIo));
        Self { messages, sid: sid.map(<[u8]>::to_vec) }
    }
}

impl Http {
    /// The connection that this end began with these bytes.
    pub(super) fn begun_by(side: usize, bytes: &[u8]) -> Self {
        let client = if bytes.starts_with(b"HTTP/") { 1 - side } else { side };
        Self { client, waiting: VecDeque::new(), ends: Default::default(), joiners: Default::default() }
    }

    pub(super) fn held(&self) -> usize {
        let chunks = self.ends.iter().map(|end| match end {
            Reading::Chunks(Some(data), _) => data.capacity(),
            _ => 0,
        });
        let waiting = self.waiting.iter().map(Request::held);
        chunks.chain(waiting).chain(self.joiners.iter().map(Joiner::held)).sum()
    }

    /// Reads a head, a content or a chunk, where it is whole.
    pub(super) fn step(
        &mut self,
        side: usize,
        c: &mut Cursor<'_>,
        context: &Context<'_>,
        sessions: &mut Sessions,
    ) -> Step<Next> {
        match self.ends.get_mut(side) {
            Some(Reading::Content(len, carried)) => {
                let len = *len;
                if c.left() < len {
                    return Ok(Next::More(len));
                }
                let carried = std::mem::take(carried);
                self.now(side, Reading::Head);
                self.whole(side, c, context, sessions, &carried, |c| content::whole(c, len))?;
                Ok(Next::Read)
            }
            Some(Reading::Chunks(..)) => self.chunk(side, c, context, sessions),
            _ => self.head(side, c, context),
        }
    }

    /// Reads a content that is there whole, and joins what Socket.IO sent apart.
    fn whole(
        &mut self,
        side: usize,
        c: &mut Cursor<'_>,
        context: &Context<'_>,
        sessions: &mut Sessions,
        carried: &Carried,
        body: impl FnOnce(&mut Cursor<'_>) -> Step,
    ) -> Step {
        let (sender, messages) = (self.sender(side), carried.messages);
        let stream = Stream { sender: Some(sender), messages, ..Stream::default() };
        let since = c.nodes();
        let result = c.lend(&Context { stream, ..*context }, body);
        match (&carried.sid, self.joiners.get_mut(side)) {
            (Some(sid), _) => sessions.fold(sid, sender, c, since, messages),
            (None, Some(joiner)) => joiner.fold(c, since, messages),
            (None, None) => {}
        }
        result
    }

    fn sender(&self, side: usize) -> Side {
        if side == self.client { Side::Client } else { Side::Server }
    }

    fn now(&mut self, side: usize, reading: Reading) {
        if let Some(end) = self.ends.get_mut(side) {
            *end = reading;
        }
    }

    fn head(&mut self, side: usize, c: &mut Cursor<'_>, context: &Context<'_>) -> Step<Next> {
        let bytes = c.peek(MOST_HEAD);
        let plausible = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'\r' | b'\n');
        if !bytes.first().is_some_and(plausible) {
            return Ok(Next::Pass(u64::MAX, &LOST));
        }
        let Some(len) = head_len(bytes) else {
            if bytes.len() < MOST_HEAD {
                return Ok(Next::More(bytes.len() + 1));
            }
            let why = "a head of more than 16 KiB: a server refuses it, with 431";
            c.remark(Severity::Error, why, Some(rfc(6585, "5")));
            return Ok(Next::Pass(u64::MAX, &LOST));
        };
        let sender = self.sender(side);
        let asked = if sender == Side::Server { self.waiting.front() } else { None };
        let upgrade = asked.and_then(|request| request.offer.as_ref()).map(Offer::borrowed);
        let context =
            Context { stream: Stream { sender: Some(sender), upgrade, ..Stream::default() }, ..*context };
        let since = c.nodes();
        c.message_in(&context, HTTP.root, len, HTTP.dissect)?;
        Ok(match uint(c, since, "status-code") {
            Some(status) => self.response(side, status, c, since),
            None => self.request(side, c, since),
        })
    }

    fn request(&mut self, side: usize, c: &Cursor<'_>, since: usize) -> Next {
        let request = Request::read(c, since);
        let posts = request.method == b"POST";
        let carried = if posts { Carried::by(&request.target) } else { Carried::default() };
        let held = self.waiting.iter().map(Request::held).sum::<usize>() + request.held();
        if self.waiting.len() >= MOST_WAITING || held > MOST_HELD {
            self.waiting.pop_front();
        }
        self.waiting.push_back(request);
        match content_length(c, since) {
            Length::Chunked => self.now(side, Reading::Chunks(Some(Vec::new()), carried)),
            Length::Known(len) => return self.content(side, len, carried),
            Length::Unknown => {}
            Length::Broken => return Next::Pass(u64::MAX, &LOST),
        }
        Next::Read
    }

    fn response(&mut self, side: usize, status: u64, c: &Cursor<'_>, since: usize) -> Next {
        // An interim response is followed by the one that counts.
        if (100..200).contains(&status) && status != 101 {
            return Next::Read;
        }
        let request = self.waiting.pop_front().unwrap_or_default();
        match (status, &request.method[..]) {
            (101, _) if lists(&joined(c, since, "Upgrade"), "websocket") => {
                let extensions = joined(c, since, "Sec-WebSocket-Extensions");
                let frames = WebSocket::agreed(self.client, &extensions, &request.target);
                return Next::Switch(Box::new(Protocol::WebSocket(frames)));
            }
            (101, _) | (200..300, b"CONNECT") => return Next::Pass(u64::MAX, &TUNNEL),
            (204 | 304, _) | (_, b"HEAD") => return Next::Read,
            _ => {}
        }
        // What a POST is answered with is "ok", and what an error is, JSON; neither is packets.
        let polled = status == 200 && request.method == b"GET";
        let plain = joined(c, since, "Content-Encoding").is_empty();
        let carried = if polled && plain { Carried::by(&request.target) } else { Carried::default() };
        match content_length(c, since) {
            Length::Chunked => {
                self.now(side, Reading::Chunks(Some(Vec::new()), carried));
                Next::Read
            }
            Length::Known(len) => self.content(side, len, carried),
            // It ends where the connection does.
            Length::Unknown => Next::Pass(u64::MAX, &CONTENT),
            Length::Broken => Next::Pass(u64::MAX, &LOST),
        }
    }

    fn content(&mut self, side: usize, len: u64, carried: Carried) -> Next {
        match usize::try_from(len) {
            Ok(0) => Next::Read,
            Ok(held @ ..=MOST_HELD) => {
                self.now(side, Reading::Content(held, carried));
                Next::Read
            }
            _ => Next::Pass(len, &CONTENT),
        }
    }

    fn chunk(
        &mut self,
        side: usize,
        c: &mut Cursor<'_>,
        context: &Context<'_>,
        sessions: &mut Sessions,
    ) -> Step<Next> {
        let (len, last) = match content::extent(c.peek(c.left())) {
            Extent::Whole { len, data } => (len, data == 0),
            Extent::More(need) if need <= MOST_HELD => return Ok(Next::More(need)),
            Extent::More(_) | Extent::Broken => {
                let why = "not a chunk, or one too long to be held: where it ends cannot be told";
                c.remark(Severity::Warning, why, Some(rfc(9112, "7.1")));
                return Ok(Next::Pass(u64::MAX, &LOST));
            }
        };
        let since = c.nodes();
        c.within(&CHUNK, len, content::chunk)?;
        let Some(Reading::Chunks(held, carried)) = self.ends.get_mut(side) else { return Ok(Next::Read) };
        match held.as_mut().filter(|held| held.len() + len <= MOST_HELD) {
            Some(held) => held.extend_from_slice(content::data(c, since)),
            None => *held = None,
        }
        if last {
            let (whole, carried) = (held.take().filter(|data| !data.is_empty()), std::mem::take(carried));
            self.now(side, Reading::Head);
            if let Some(whole) = whole {
                let len = whole.len();
                let body = |c: &mut Cursor<'_>| c.derive(&DECODED, whole, |c| content::whole(c, len));
                // There may be no room for more sources in this tree; the chunks are there.
                self.whole(side, c, context, sessions, &carried, body).unwrap_or_default();
            }
        }
        Ok(Next::Read)
    }
}

impl Request {
    fn read(c: &Cursor<'_>, since: usize) -> Self {
        let upgrades = lists(&joined(c, since, "Upgrade"), "websocket");
        let key = values(c, since, "Sec-WebSocket-Key").next().filter(|_| upgrades);
        Self {
            method: text(c, since, "method"),
            target: text(c, since, "request-target"),
            offer: key.map(|key| Offer {
                key: key.to_vec(),
                protocols: joined(c, since, "Sec-WebSocket-Protocol"),
                extensions: joined(c, since, "Sec-WebSocket-Extensions"),
            }),
        }
    }

    fn held(&self) -> usize {
        let offer = self.offer.as_ref().map(|o| o.key.len() + o.protocols.len() + o.extensions.len());
        self.method.len() + self.target.len() + offer.unwrap_or_default()
    }
}

impl Offer {
    fn borrowed(&self) -> Upgrade<'_> {
        Upgrade { key: &self.key, protocols: &self.protocols, extensions: &self.extensions }
    }
}

/// How long the content is that follows a head.
enum Length {
    Chunked,
    Known(u64),
    Unknown,
    Broken,
}

fn content_length(c: &Cursor<'_>, since: usize) -> Length {
    let codings = joined(c, since, "Transfer-Encoding");
    if !codings.is_empty() {
        let last = codings.rsplit(|b| *b == b',').next().unwrap_or_default();
        let chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
        return if chunked { Length::Chunked } else { Length::Unknown };
    }
    let mut lengths = values(c, since, "Content-Length");
    match (lengths.next(), lengths.next()) {
        (None, _) => Length::Unknown,
        (Some(one), None) if one.iter().all(u8::is_ascii_digit) => {
            let number = std::str::from_utf8(one).ok().and_then(|digits| digits.parse().ok());
            number.map_or(Length::Broken, Length::Known)
        }
        _ => Length::Broken,
    }
}

fn find<'c>(c: &'c Cursor<'_>, since: usize, name: &str) -> Option<&'c Node> {
    c.since(since).iter().find(|node| node.field.name == name)
}

fn uint(c: &Cursor<'_>, since: usize, name: &str) -> Option<u64> {
    find(c, since, name).and_then(Node::uint)
}

fn text(c: &Cursor<'_>, since: usize, name: &str) -> Vec<u8> {
    find(c, since, name).map(|node| c.slice(node.span).to_vec()).unwrap_or_default()
}
