//! What a packet says, in a line: `INIT`, `SACK 12`, `DATA "ping" on chat`.

use super::CHANNEL;
use crate::dcep::{self, DCEP};
use crate::tree::{Dissection, Meaning, Node, Value};

/// So many chunks are told of, the others counted.
const MOST: usize = 4;

/// The summary of the SCTP packet whose node that is.
pub(crate) fn packet_summary(d: &Dissection<'_>, at: u32) -> String {
    let chunks = || d.children(at).filter(|at| is_chunk(d, *at));
    let mut said: Vec<_> = chunks().take(MOST).map(|at| chunk(d, at)).collect();
    match chunks().count().saturating_sub(MOST) {
        0 => {}
        more => said.push(format!("{more} more")),
    }
    if said.is_empty() { "SCTP".to_owned() } else { said.join(", ") }
}

fn is_chunk(d: &Dissection<'_>, at: u32) -> bool {
    d.below(at).get(1).is_some_and(|first| first.field.name == "Chunk Type")
}

fn chunk(d: &Dissection<'_>, at: u32) -> String {
    let below = d.below(at);
    let name = below.first().map_or("", |node| node.field.name);
    let find = |name: &str| below.iter().find(|node| node.field.name == name);
    let number = |name| find(name).and_then(Node::uint).unwrap_or_default();
    let named = |name| match find(name)?.meaning {
        Meaning::Name(name) => Some(name),
        _ => None,
    };
    match name {
        "DATA" | "I-DATA" => data(d, at, name),
        "SACK" => match number("Number of Gap Ack Blocks") {
            0 => format!("SACK {}", number("Cumulative TSN Ack")),
            gaps => format!("SACK {}, {gaps} beyond gaps", number("Cumulative TSN Ack")),
        },
        "FORWARD TSN" | "I-FORWARD-TSN" => format!("{name} {}", number("New Cumulative TSN")),
        "ABORT" | "ERROR" => join(name, named("Cause Code")),
        "RE-CONFIG" => re_config(d, at, name),
        "Unknown chunk" => format!("chunk {}", number("Chunk Type")),
        _ => name.to_owned(),
    }
}

fn join(name: &str, more: Option<&str>) -> String {
    more.map_or_else(|| name.to_owned(), |more| format!("{name} {more}"))
}

fn data(d: &Dissection<'_>, at: u32, name: &str) -> String {
    let below = d.below(at);
    let place = below.iter().position(|node| node.field.name == "Stream Identifier");
    let stream = place.and_then(|place| below.get(place)).and_then(Node::uint).unwrap_or_default();
    let channel = place.and_then(|place| channel(d, at + place as u32));
    let on = channel.unwrap_or_else(|| format!("stream {stream}"));
    if let Some(message) = (at..).zip(below).find(|(_, node)| std::ptr::eq(node.field, DCEP.root)) {
        let said = dcep::message_summary(d, message.0);
        // An OPEN names the channel itself.
        return if dcep::opened(below).is_some() { said } else { format!("{said} on {on}") };
    }
    // Where the chunk is the last fragment, the message that it completes stands behind it.
    let Some(last) = below.iter().rev().find(|node| node.field.name.starts_with("User Data")) else {
        return format!("{name} on {on}");
    };
    let what = match last.value {
        _ if last.field.name.ends_with("(empty)") => "\"\"".to_owned(),
        Value::Text => quoted(&String::from_utf8_lossy(d.bytes(last.span))),
        _ => format!("{} byte{}", last.span.len(), if last.span.len() == 1 { "" } else { "s" }),
    };
    let part = if last.field.name.ends_with("(fragment)") { " of a message" } else { "" };
    format!("{name} {what}{part} on {on}")
}

/// What a session called the channel, at the node of the Stream Identifier.
fn channel(d: &Dissection<'_>, at: u32) -> Option<String> {
    let (label, _) = d.notes_at(at).find_map(|note| note.text.split_once(CHANNEL))?;
    Some(label.to_owned())
}

fn re_config(d: &Dissection<'_>, at: u32, name: &str) -> String {
    let below = d.below(at);
    if let Some(Meaning::Name(result)) =
        below.iter().find(|node| node.field.name == "Result").map(|node| node.meaning)
    {
        return format!("{name} {result}");
    }
    let streams = below.iter().filter(|node| node.field.name == "Stream Number").filter_map(Node::uint);
    let streams: Vec<_> = streams.take(MOST).map(|stream| stream.to_string()).collect();
    if streams.is_empty() { name.to_owned() } else { format!("{name} reset {}", streams.join(" ")) }
}

/// The text of a message, cut to fit.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(24).collect();
    let more = if short.len() < text.len() { "\u{2026}" } else { "" };
    format!("{short:?}{more}")
}
