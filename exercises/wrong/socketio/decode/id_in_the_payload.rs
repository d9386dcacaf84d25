//! Takes for payload all that follows the namespace.

use exercises::socketio::decode::{Broken, Packet};

/// The parts of a message.
pub fn decode(text: &str) -> Result<Packet<'_>, Broken> {
    let (kind, rest) = packet_type(text).ok_or(Broken::EngineType)?;
    if kind != 4 {
        return Ok(Packet::Engine { kind, data: rest });
    }

    let (kind, rest) = packet_type(rest).ok_or(Broken::PacketType)?;
    let (attachments, rest) = match kind {
        5 | 6 => attachments(rest).ok_or(Broken::Attachments)?,
        _ => (0, rest),
    };
    let (namespace, rest) = match rest.starts_with('/') {
        true => rest.split_once(',').unwrap_or((rest, "")),
        false => ("/", rest),
    };
    let (id, payload) = (None, rest);
    Ok(Packet::Socket { kind, attachments, namespace, id, payload })
}

/// A type, 0 to 6, and what follows it.
fn packet_type(text: &str) -> Option<(u8, &str)> {
    let first = text.chars().next().filter(|first| ('0'..='6').contains(first))?;
    Some((first as u8 - b'0', &text[1..]))
}

/// The number before a hyphen, and what follows the hyphen.
fn attachments(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = leading_digits(text);
    Some((digits.parse().ok()?, rest.strip_prefix('-')?))
}

/// The digits with which a text begins, and what follows them.
fn leading_digits(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.split_at(text.len() - rest.len())
}

exercises::check!(socketio::decode(decode));
