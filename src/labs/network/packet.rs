//! One packet of a run, taken apart: the same view that pages have of packets in traces.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use wire::Session;
use wire::render::html::{self, PacketView};
use wire::trace::Event;

/// A packet that the page has from a run, given back to be explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shown {
    /// The payload, in hexadecimal.
    bytes: String,
    /// As the header said where it was sent.
    source: SocketAddr,
    target: SocketAddr,
    /// The beginning of all ids in the figure.
    id: String,
    caption: String,
}

/// No datagram of a run is longer.
const LONGEST: usize = 1500;

/// The packet as `<figure class="packet">`.
///
/// # Errors
/// What was expected and found, in a sentence.
pub(super) fn explain(body: &[u8]) -> Result<String, String> {
    let shown: Shown = serde_json::from_slice(body)
        .map_err(|error| format!("expected a packet of a run as JSON, found something else: {error}"))?;
    let bytes = unhex(&shown.bytes).ok_or_else(|| {
        format!("expected at most {LONGEST} bytes in hexadecimal, found {} letters", shown.bytes.len())
    })?;
    let plain =
        |id: &str| id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain(&shown.id) || shown.id.is_empty() {
        return Err("expected an id of letters, digits and hyphens, at most 40".to_owned());
    }
    let event = Event::udp(Duration::ZERO, shown.source, shown.target, bytes);
    let mut session = Session::new(None);
    let d = session.dissect(&event);
    let summary = d.summary();
    let view =
        PacketView { caption: Some(&shown.caption), detail: Some(&summary), ..PacketView::new(&shown.id) };
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = html::packet(&d, &view, &mut page);
    Ok(page)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|letter| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && digits.len() <= 2 * LONGEST)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
