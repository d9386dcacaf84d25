//! DTLS, the TLS that runs over datagrams: RFC 6347 (1.2) over RFC 5246, and RFC 9147 (1.3) as far as it is readable.
//!
//! ```text
//! +------+---------+-------+-----------------+--------+----------------+
//! | type | version | epoch | sequence number | length |    fragment    |   as many records as the datagram holds
//! |  1   |    2    |   2   |        6        |   2    | length bytes   |
//! +------+---------+-------+-----------------+--------+----------------+
//! ```
//!
//! What a record holds: [`content`], a file for each of the larger kinds. What can be said of one packet alone stands
//! here; what needs the packets before it (fragments, retransmissions, keys) is the session's.

mod alert;
mod certificate;
pub(crate) mod content;
mod extension_values;
mod extensions;
pub(crate) mod handshake;
pub(crate) mod hello;
mod key_exchange;
pub(crate) mod record;
pub mod registry;
mod vector;

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node};
use record::Record;

/// DTLS: handshake, alerts, and what is encrypted with the keys that the handshake made.
pub static DTLS: Layer = Layer { id: "dtls", root: &DATAGRAM, claims, dissect, summary };

static DATAGRAM: Field = Field::new(
    "DTLS",
    rfc(6347, "4.1"),
    "One record or several. In WebRTC the handshake proves who holds the certificate that the SDP named, makes the keys \
     of SRTP, and encrypts the data channels.",
);

fn dissect(c: &mut Cursor<'_>) -> Step {
    records(c, &mut content::alone)
}

/// Reads the records of a datagram; `fragment` reads what each of them holds.
pub(crate) fn records(
    c: &mut Cursor<'_>,
    fragment: &mut dyn FnMut(&mut Cursor<'_>, &Record) -> Step,
) -> Step {
    c.repeat(|c| record::record(c, fragment))
}

/// Datagrams from 20 to 63 are DTLS's (RFC 7983 section 7). Its own signs: a version that begins with 254, and a length
/// that fits; of the short header of DTLS 1.3, lengths that end where the datagram does.
fn claims(bytes: &[u8]) -> bool {
    match bytes {
        [20..=26, 0xfe, 0xfc..=0xff, ..] => {
            let length = bytes
                .get(11..record::HEADER_LEN)
                .map(|length| usize::from(length[0]) << 8 | usize::from(length[1]));
            length.is_some_and(|length| length <= bytes.len() - record::HEADER_LEN)
        }
        [first, ..] if record::is_unified(*first) => record::unified_fits(bytes),
        _ => false,
    }
}

/// `ClientHello`, `ServerHello, Certificate, ServerHelloDone`, `ChangeCipherSpec, encrypted handshake message`
fn summary(d: &Dissection<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    for record in d.children(0) {
        let inside = |node: &Node| {
            (record..record + node.size).filter_map(|at| Some((at, d.nodes().get(at as usize)?)))
        };
        let Some(node) = d.nodes().get(record as usize) else { continue };
        let before = said.len();
        said.extend(inside(node).filter_map(|(at, node)| word(d, at, node)));
        if said.len() == before {
            said.push(node.field.name.to_owned());
        }
    }
    said.dedup();
    said.join(", ")
}

/// What a node adds to the summary.
fn word(d: &Dissection<'_>, at: u32, node: &Node) -> Option<String> {
    let below = || d.nodes().get(at as usize..(at + node.size) as usize).unwrap_or_default();
    if handshake::is_message(node.field) {
        let part = below().iter().any(|node| std::ptr::eq(node.field, &handshake::FRAGMENT));
        let whole = below().iter().any(|node| std::ptr::eq(node.field, &handshake::REASSEMBLED));
        let name = node.field.name;
        return Some(if part && !whole { format!("{name} (part)") } else { name.to_owned() });
    }
    match node.field.name {
        "ChangeCipherSpec" | "ACK" => Some(node.field.name.to_owned()),
        "Alert" => {
            let description = below().iter().find(|node| node.field.name == "description")?;
            match description.meaning {
                Meaning::Name(name) => Some(format!("Alert {name}")),
                _ => Some(format!("Alert {}", description.uint()?)),
            }
        }
        _ => content::word(d, at, node),
    }
}
