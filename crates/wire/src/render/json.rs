//! A tree as JSON, for programs.
//!
//! ```json
//! {"name":"X-Port","at":[28,30],"value":41287,"means":32853}
//! ```
//!
//! | key | when | what |
//! | --- | --- | --- |
//! | `name` | always | as the specification spells it |
//! | `at` | always | first byte and one past the last, in the source |
//! | `source` | derived bytes | 1 and up: which of the derived sources `at` counts in; the wire is 0 |
//! | `bits` | bit fields | the mask over the word at `at` |
//! | `value` | numbers, text, addresses | a number, a string; an opaque field has no value but its bytes |
//! | `hex` | opaque fields | the bytes |
//! | `means` | where known | the registered name, or the number or address behind an encoding |
//! | `spec` | where it is not the parent's | the section that defines the field |
//! | `notes` | where there are any | `severity` ("good", "info", "warning", "error"), `text`, `at`, `spec` |
//! | `fields` | groups | what is inside |
//!
//! [`record`] wraps it in what a trace knows of the packet:
//!
//! ```json
//! {"packet":1,"at":12.000345678,"from":"192.0.2.1:32853","to":"198.51.100.1:3478","transport":"udp",
//!  "protocol":"stun","summary":"Binding request","bytes":"0001…","dissection":{"name":"STUN","at":[0,20]}}
//! ```
//!
//! `at` is in seconds since the epoch, `bytes` is what `at` counts in below, `comment` is there where the
//! capture has one. Keys are only ever added. Numbers above 2^53 are strings, because JavaScript cannot hold them.

use std::net::{IpAddr, SocketAddr};

use crate::render::html::unseen;
use crate::spec::Spec;
use crate::trace::{Event, Transport};
use crate::tree::{Dissection, Meaning, Node, Note, NotesByNode, Severity, Value};

/// Appends the tree to `out` as one JSON object.
pub fn packet(d: &Dissection<'_>, out: &mut Vec<u8>) {
    let mut writer = Writer { d, out, notes: d.notes_by_node() };
    let (mut ends, mut specs) = (Vec::with_capacity(8), Vec::with_capacity(8));
    for (at, node) in (0..).zip(d.nodes()) {
        while ends.last().is_some_and(|end| *end <= at) {
            ends.pop();
            specs.pop();
            writer.out.extend_from_slice(b"]}");
        }
        if writer.out.last().is_some_and(|byte| *byte == b'}') && at > 0 {
            writer.out.push(b',');
        }
        writer.head(at, node, specs.last().copied());
        if node.size > 1 {
            writer.out.extend_from_slice(b",\"fields\":[");
            ends.push(at + node.size);
            specs.push(node.field.spec);
        } else {
            writer.out.push(b'}');
        }
    }
    for _ in ends {
        writer.out.extend_from_slice(b"]}");
    }
}

/// Appends one packet of a trace to `out` as one JSON object, with the tree inside.
pub fn record(number: u64, event: &Event, d: &Dissection<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"packet\":");
    decimal(number, out);
    out.extend_from_slice(b",\"at\":");
    decimal(event.at.as_secs(), out);
    out.push(b'.');
    // A leading 1 keeps the zeros, and is cut off again.
    let point = out.len();
    decimal(1_000_000_000 + u64::from(event.at.subsec_nanos()), out);
    out.remove(point);
    out.extend_from_slice(b",\"from\":\"");
    socket_address(event.from, out);
    out.extend_from_slice(b"\",\"to\":\"");
    socket_address(event.to, out);
    out.extend_from_slice(match event.transport {
        Transport::Udp => b"\",\"transport\":\"udp\",\"protocol\":",
        Transport::Tcp => b"\",\"transport\":\"tcp\",\"protocol\":",
    });
    string(d.layer().id, out);
    out.extend_from_slice(b",\"summary\":");
    string(&d.summary(), out);
    if let Some(comment) = &event.comment {
        out.extend_from_slice(b",\"comment\":");
        string(comment, out);
    }
    out.extend_from_slice(b",\"bytes\":\"");
    hex(d.wire(), out);
    out.extend_from_slice(b"\",\"dissection\":");
    packet(d, out);
    out.push(b'}');
}

struct Writer<'d, 'o> {
    d: &'d Dissection<'d>,
    out: &'o mut Vec<u8>,
    notes: NotesByNode<'d>,
}

impl Writer<'_, '_> {
    /// All of a node but what is below it, and the brace that closes it.
    fn head(&mut self, at: u32, node: &Node, parent: Option<Spec>) {
        self.out.extend_from_slice(b"{\"name\":\"");
        self.out.extend_from_slice(node.field.name.as_bytes());
        self.out.extend_from_slice(b"\",\"at\":[");
        decimal(node.span.start.into(), self.out);
        self.out.push(b',');
        decimal(node.span.end.into(), self.out);
        self.out.push(b']');
        if node.span.source > 0 {
            self.out.extend_from_slice(b",\"source\":");
            decimal(node.span.source.into(), self.out);
        }
        if node.field.mask != 0 {
            self.out.extend_from_slice(b",\"bits\":");
            number(node.field.mask, self.out);
        }
        self.value(node);
        self.meaning(node);
        if parent != Some(node.field.spec) && node.field.spec != Spec::Own {
            self.out.extend_from_slice(b",\"spec\":");
            spec(node.field.spec, self.out);
        }
        self.note_list(at);
    }

    fn value(&mut self, node: &Node) {
        match node.value {
            Value::Group => {}
            Value::Bytes => {
                self.out.extend_from_slice(b",\"hex\":\"");
                hex(self.d.bytes(node.span), self.out);
                self.out.push(b'"');
            }
            Value::Text => {
                self.out.extend_from_slice(b",\"value\":");
                string(&String::from_utf8_lossy(self.d.bytes(node.span)), self.out);
            }
            Value::Uint(n) => {
                self.out.extend_from_slice(b",\"value\":");
                number(n, self.out);
            }
            Value::Addr(addr) => {
                self.out.extend_from_slice(b",\"value\":\"");
                socket_address(addr, self.out);
                self.out.push(b'"');
            }
        }
    }

    fn meaning(&mut self, node: &Node) {
        match node.meaning {
            Meaning::Plain => {}
            Meaning::Name(name) => {
                self.out.extend_from_slice(b",\"means\":");
                string(name, self.out);
            }
            Meaning::Number(n) => {
                self.out.extend_from_slice(b",\"means\":");
                number(n, self.out);
            }
            Meaning::Ip(addr) => {
                self.out.extend_from_slice(b",\"means\":\"");
                ip(addr, self.out);
                self.out.push(b'"');
            }
        }
    }

    fn note_list(&mut self, at: u32) {
        let notes = self.notes.at(at);
        if notes.is_empty() {
            return;
        }
        self.out.extend_from_slice(b",\"notes\":[");
        for (place, note) in notes.iter().enumerate() {
            if place > 0 {
                self.out.push(b',');
            }
            write_note(note, self.out);
        }
        self.out.push(b']');
    }
}

fn write_note(note: &Note, out: &mut Vec<u8>) {
    let severity: &[u8] = match note.severity {
        Severity::Good => b"good",
        Severity::Info => b"info",
        Severity::Warning => b"warning",
        Severity::Error => b"error",
    };
    out.extend_from_slice(b"{\"severity\":\"");
    out.extend_from_slice(severity);
    out.extend_from_slice(b"\",\"text\":");
    string(&note.text, out);
    out.extend_from_slice(b",\"at\":[");
    decimal(note.span.start.into(), out);
    out.push(b',');
    decimal(note.span.end.into(), out);
    out.push(b']');
    if let Some(spec) = note.spec {
        out.extend_from_slice(b",\"spec\":");
        self::spec(spec, out);
    }
    out.push(b'}');
}

/// As its `Display`, which would be most of what a node costs.
fn spec(spec: Spec, out: &mut Vec<u8>) {
    match spec {
        Spec::Rfc { number, section } => {
            out.extend_from_slice(b"\"RFC ");
            decimal(number.into(), out);
            if !section.is_empty() {
                out.extend_from_slice(b" section ");
                out.extend_from_slice(section.as_bytes());
            }
            out.push(b'"');
        }
        Spec::Own | Spec::Page { .. } => string(&spec.to_string(), out),
    }
}

/// A JSON string (RFC 8259 section 7), quotes and all. What a terminal would obey, or a reader not see, is escaped.
pub fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x7f..)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut chars = special.chars();
        match chars.next() {
            Some(c @ ('"' | '\\')) => out.extend_from_slice(&[b'\\', c as u8]),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some(c) if unseen(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(b"\\u");
                    hex(&unit.to_be_bytes(), out);
                }
            }
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => {}
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// A number, or a string where JavaScript could not hold the number (RFC 8259 section 6).
fn number(n: u64, out: &mut Vec<u8>) {
    if n < 1 << 53 {
        decimal(n, out);
    } else {
        out.push(b'"');
        decimal(n, out);
        out.push(b'"');
    }
}

/// Written by hand, as hex is: these two are most of what a capture's JSON costs.
fn decimal(mut n: u64, out: &mut Vec<u8>) {
    if n < 10 {
        return out.push(b'0' + n as u8);
    }
    let (mut digits, mut at) = ([0; 20], 20);
    while n > 0 {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    for (pair, byte) in out[start..].chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

fn socket_address(addr: SocketAddr, out: &mut Vec<u8>) {
    if addr.is_ipv6() {
        out.push(b'[');
        ip(addr.ip(), out);
        out.extend_from_slice(b"]:");
    } else {
        ip(addr.ip(), out);
        out.push(b':');
    }
    decimal(addr.port().into(), out);
}

fn ip(addr: IpAddr, out: &mut Vec<u8>) {
    match addr {
        IpAddr::V4(addr) => {
            for (place, octet) in addr.octets().into_iter().enumerate() {
                if place > 0 {
                    out.push(b'.');
                }
                decimal(octet.into(), out);
            }
        }
        IpAddr::V6(addr) => out.extend_from_slice(addr.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn a_string_says_the_same_and_commands_no_terminal() {
        for (text, json) in [
            ("plain, \u{fc}n\u{ef}", "\"plain, \u{fc}n\u{ef}\""),
            ("\"\\\n", r#""\"\\\n""#),
            ("\x1b]0;\x07\x7f", r#""\u001b]0;\u0007\u007f""#),
            ("\u{9b}31m", r#""\u009b31m""#),
            ("\u{202e}\u{feff}", r#""\u202e\ufeff""#),
            ("\u{e0041}\u{1f980}", "\"\\udb40\\udc41\u{1f980}\""),
        ] {
            let mut out = Vec::new();
            string(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), json);
        }
    }
}
