//! Which packets of a trace to show.
//!
//! ```text
//! stun and not port == 3478
//! class == "error response" or ERROR-CODE >= 400
//! XOR-MAPPED-ADDRESS == 192.0.2.1:32853
//! transaction-id contains b7:e7 and warning
//! ```
//!
//! A word alone asks whether it is there: a protocol (`stun`), a transport (`udp`, `tcp`), a field by the
//! name its specification gives it (in any case, with hyphens for spaces), or a severity (`warning` asks for
//! packets with a note that is at least one). `packet`, `ip`, `port`, `from` and `to` are about the packet.
//! `==`, `!=`, `<`, `<=`, `>`, `>=` and `contains` compare; `and`, `or`, `not` (or `&&`, `||`, `!`) and
//! parentheses join. As in Wireshark, a comparison holds if any field of that name satisfies it.

mod parse;

use std::net::SocketAddr;

pub use parse::ParseError;

use crate::trace::{Event, Transport};
use crate::tree::{Dissection, Meaning, Node, Severity, Value};

/// A parsed filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Expression);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Present(String),
    Compare(String, Operator, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'p> {
    /// Counted from 1.
    pub number: u64,
    /// Who sent what to whom.
    pub event: &'p Event,
    /// What its bytes are.
    pub dissection: &'p Dissection<'p>,
}

impl Filter {
    /// Parses `text`.
    ///
    /// # Errors
    /// Says what was expected, and where.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::expression(text).map(Self)
    }

    /// Whether the packet passes.
    #[must_use]
    pub fn matches(&self, packet: Packet<'_>) -> bool {
        self.0.holds(packet)
    }
}

impl Expression {
    fn holds(&self, p: Packet<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(p)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(p)),
            Self::Not(inner) => !inner.holds(p),
            Self::Present(word) => present(word, p),
            Self::Compare(name, operator, value) => compare(name, *operator, value, p),
        }
    }
}

fn present(word: &str, p: Packet<'_>) -> bool {
    match word {
        "udp" => p.event.transport == Transport::Udp,
        "tcp" => p.event.transport == Transport::Tcp,
        "good" => p.dissection.notes().iter().any(|note| note.severity == Severity::Good),
        "warning" => p.dissection.worst() >= Some(Severity::Warning),
        "error" => p.dissection.worst() >= Some(Severity::Error),
        _ => p.dissection.nodes().iter().any(|node| named(node, word)),
    }
}

fn compare(name: &str, operator: Operator, value: &str, p: Packet<'_>) -> bool {
    let Event { from, to, .. } = p.event;
    let any_addr = |addrs: &[&SocketAddr]| {
        addrs.iter().any(|addr| {
            operator.holds(None, &addr.to_string(), value)
                || operator.holds(None, &addr.ip().to_string(), value)
        })
    };
    let number = |n: u64| operator.holds(Some(n), &n.to_string(), value);
    // `!=` on either end would hold for nearly every packet; what is meant is that neither end is it.
    if operator == Operator::Unequal && matches!(name, "ip" | "port" | "from" | "to") {
        return !compare(name, Operator::Equal, value, p);
    }
    match name {
        "packet" => number(p.number),
        "port" => number(from.port().into()) || number(to.port().into()),
        "ip" => any_addr(&[from, to]),
        "from" => any_addr(&[from]),
        "to" => any_addr(&[to]),
        _ => {
            let nodes = p.dissection.nodes().iter().filter(|node| named(node, name));
            nodes.into_iter().any(|node| node_holds(node, operator, value, p.dissection))
        }
    }
}

/// A field is compared by its value, by what the value means, or by its bytes in hex.
fn node_holds(node: &Node, operator: Operator, value: &str, d: &Dissection<'_>) -> bool {
    let by_value = match node.value {
        Value::Uint(n) => operator.holds(Some(n), &n.to_string(), value),
        Value::Addr(addr) => {
            operator.holds(None, &addr.to_string(), value)
                || operator.holds(None, &addr.ip().to_string(), value)
        }
        Value::Text => operator.holds(None, &String::from_utf8_lossy(d.bytes(node.span)), value),
        Value::Group | Value::Bytes => {
            let hex: String = d.bytes(node.span).iter().map(|byte| format!("{byte:02x}")).collect();
            operator.holds(None, &hex, &value.replace([':', ' '], "").to_lowercase())
        }
    };
    by_value
        || match node.meaning {
            Meaning::Plain => false,
            Meaning::Name(name) => operator.holds(None, name, value),
            Meaning::Number(n) => operator.holds(Some(n), &n.to_string(), value),
            Meaning::Ip(ip) => operator.holds(None, &ip.to_string(), value),
        }
}

fn named(node: &Node, word: &str) -> bool {
    let name = node.field.name;
    name.len() == word.len()
        && name.bytes().zip(word.bytes()).all(|(a, b)| {
            let plain =
                |byte: u8| if byte == b' ' || byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
            plain(a) == plain(b)
        })
}

impl Operator {
    fn holds(self, number: Option<u64>, text: &str, value: &str) -> bool {
        if self == Self::Contains {
            return text.to_lowercase().contains(&value.to_lowercase());
        }
        let order = match (number, integer(value)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ if text.eq_ignore_ascii_case(value) => std::cmp::Ordering::Equal,
            // Names have no order: 420 is not below "hello".
            _ => return self == Self::Unequal,
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Contains => false,
        }
    }
}

fn integer(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
