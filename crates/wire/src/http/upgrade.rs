//! What the opening handshake of a WebSocket must hold: RFC 6455 section 4.
//!
//! Sec-WebSocket-Accept = base64(SHA-1(Sec-WebSocket-Key "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use super::fields::{elements, joined, lists, quoted, values};
use crate::context::{Stream, Upgrade};
use crate::cursor::Cursor;
use crate::spec::{Spec, rfc};
use crate::tree::Node;
use crate::tree::Severity::{self, Error, Good, Warning};

/// What there is to say of a value.
pub(super) type Verdict = Option<(Severity, Cow<'static, str>, Spec)>;

/// What a server answers to a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
#[must_use]
pub fn accept(key: &[u8]) -> String {
    let sum = Sha1::new().chain_update(key).chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finalize();
    STANDARD.encode(sum)
}

pub(super) fn key(value: &[u8], _: &Stream<'_>) -> Verdict {
    let fine = STANDARD.decode(value).is_ok_and(|bytes| bytes.len() == 16);
    let verdict = (Error, "must be 16 bytes in base64: 24 characters".into(), rfc(6455, "4.1"));
    (!fine).then_some(verdict)
}

pub(super) fn version(value: &[u8], _: &Stream<'_>) -> Verdict {
    let why = "not 13: a server answers 426 and says which versions it speaks";
    (!lists(value, "13")).then_some((Error, why.into(), rfc(6455, "4.4")))
}

pub(super) fn accepted(value: &[u8], stream: &Stream<'_>) -> Verdict {
    let expected = accept(stream.upgrade?.key);
    Some(if value == expected.as_bytes() {
        (Good, "is the SHA-1 of the request's key and the GUID".into(), rfc(6455, "4.2.2"))
    } else {
        (
            Error,
            format!("the request's key asks for {expected}: the client must fail the connection").into(),
            rfc(6455, "4.1"),
        )
    })
}

pub(super) fn length(value: &[u8], _: &Stream<'_>) -> Verdict {
    let digits = value.iter().all(u8::is_ascii_digit);
    let why = "must be a decimal number: two receivers may see two different ends";
    (!digits).then_some((Error, why.into(), rfc(9112, "6.3")))
}

/// Says of a whole head what is missing from it, or does not fit.
pub(super) fn check(c: &mut Cursor<'_>, since: usize) {
    let node = |name| c.since(since).iter().position(|node| node.field.name == name).map(|at| since + at);
    let verdicts = match (node("request-line"), node("status-line")) {
        (Some(line), _) => request(c, since).into_iter().map(|v| (line, v)).collect::<Vec<_>>(),
        (_, Some(line)) => response(c, since).into_iter().map(|v| (line, v)).collect(),
        _ => Vec::new(),
    };
    for (at, (severity, text, spec)) in verdicts {
        c.remark_at(at, severity, text, spec);
    }
}

type Verdicts = Vec<(Severity, Cow<'static, str>, Spec)>;

fn request(c: &Cursor<'_>, since: usize) -> Verdicts {
    let has = |name| values(c, since, name).next().is_some();
    let hosts = values(c, since, "Host").count();
    let start = |name| c.since(since).iter().find(|n| n.field.name == name).map(|n| c.slice(n.span));
    let new = start("HTTP-version") == Some(b"HTTP/1.1");
    let mut verdicts = Vec::new();
    let mut rule = |broken: bool, severity, why: &'static str, spec| {
        if broken {
            verdicts.push((severity, why.into(), spec));
        }
    };
    rule(new && hosts == 0, Error, "no Host: a server must answer 400", rfc(9112, "3.2"));
    rule(hosts > 1, Error, "more than one Host: a server must answer 400", rfc(9112, "3.2"));
    rule(
        has("Content-Length") && has("Transfer-Encoding"),
        Warning,
        "Content-Length and Transfer-Encoding: two servers may see two different messages, which is how requests are smuggled",
        rfc(9112, "6.3"),
    );
    if !lists(&joined(c, since, "Upgrade"), "websocket") {
        return verdicts;
    }
    let connection = lists(&joined(c, since, "Connection"), "Upgrade");
    rule(start("method") != Some(b"GET"), Error, "an upgrade to WebSocket must be a GET", rfc(6455, "4.1"));
    rule(!new, Error, "an upgrade to WebSocket needs HTTP/1.1 or later", rfc(6455, "4.1"));
    rule(
        !connection,
        Error,
        "Connection does not list Upgrade: the server answers as to any GET",
        rfc(6455, "4.2.1"),
    );
    rule(!has("Sec-WebSocket-Key"), Error, "no Sec-WebSocket-Key", rfc(6455, "4.2.1"));
    rule(!has("Sec-WebSocket-Version"), Error, "no Sec-WebSocket-Version", rfc(6455, "4.2.1"));
    verdicts
}

fn response(c: &Cursor<'_>, since: usize) -> Verdicts {
    let status = c.since(since).iter().find(|n| n.field.name == "status-code").and_then(Node::uint);
    let (upgrade, connection) = (joined(c, since, "Upgrade"), joined(c, since, "Connection"));
    if status != Some(101) {
        return Vec::new();
    }
    let mut verdicts: Verdicts = Vec::new();
    if upgrade.is_empty() {
        verdicts.push((
            Error,
            "a 101 without Upgrade does not say what it switches to".into(),
            rfc(9110, "15.2.2"),
        ));
    }
    if !lists(&upgrade, "websocket") {
        return verdicts;
    }
    if !lists(&connection, "Upgrade") {
        verdicts.push((
            Error,
            "Connection does not list Upgrade: the client must fail the connection".into(),
            rfc(6455, "4.1"),
        ));
    }
    if values(c, since, "Sec-WebSocket-Accept").next().is_none() {
        verdicts.push((
            Error,
            "no Sec-WebSocket-Accept: the client must fail the connection".into(),
            rfc(6455, "4.1"),
        ));
    }
    if let Some(offer) = c.context().stream.upgrade {
        unasked(c, since, offer, &mut verdicts);
    }
    verdicts
}

/// What the server took that the client did not offer.
fn unasked(c: &Cursor<'_>, since: usize, offer: Upgrade<'_>, verdicts: &mut Verdicts) {
    for (name, offered) in
        [("Sec-WebSocket-Protocol", offer.protocols), ("Sec-WebSocket-Extensions", offer.extensions)]
    {
        let taken = joined(c, since, name);
        for one in elements(&taken) {
            if !elements(offered).any(|offered| offered.eq_ignore_ascii_case(one)) {
                let why =
                    format!("{name} {:?} was not offered: the client must fail the connection", quoted(one));
                verdicts.push((Error, why.into(), rfc(6455, "4.1")));
            }
        }
    }
}
