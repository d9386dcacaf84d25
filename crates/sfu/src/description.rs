//! What an SFU needs of an SDP: which section carries what, under which numbers. Parsed by the stack's own parser.

use std::collections::BTreeSet;

use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::sdp::description::media::MediaDescription;
use rtc::sdp::extmap::{AUDIO_LEVEL_URI, SDES_MID_URI, SDES_RTP_STREAM_ID_URI};

use crate::publication::Kind;

/// A description, as far as it is needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Description {
    pub(crate) sections: Vec<Section>,
    /// ICE's fragment and password (RFC 8839 section 5.4).
    pub(crate) ufrag: String,
    pub(crate) password: String,
    /// Of the certificate (RFC 8122 section 5).
    pub(crate) fingerprint: String,
    /// The first `a=setup`.
    pub(crate) setup: String,
}

/// A section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) mid: String,
    /// `None` for what is no audio, video or data channel.
    pub(crate) kind: Option<Kind>,
    /// Whether its side sends there.
    pub(crate) sends: bool,
    /// The media's SSRCs, without those that repair others (RFC 5576 section 4.2, RFC 4588 section 8.3).
    pub(crate) ssrcs: Vec<u32>,
    /// What is sent in simulcast, in its order (RFC 8853).
    pub(crate) rids: Vec<String>,
    pub(crate) extensions: Extensions,
    pub(crate) payload_types: Vec<u8>,
}

/// The numbers of header extensions in a section (RFC 8285 section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(crate) mid: Option<u8>,
    pub(crate) rid: Option<u8>,
    pub(crate) level: Option<u8>,
}

impl Description {
    /// Reads an offer or answer; `Err` says what is wrong with it.
    pub(crate) fn read(sdp: &RTCSessionDescription, most_sections: usize) -> Result<Self, String> {
        let parsed = sdp.unmarshal().map_err(|error| error.to_string())?;
        let media = &parsed.media_descriptions;
        if media.is_empty() || media.len() > most_sections {
            return Err(format!("expected 1 to {most_sections} m-lines, found {}", media.len()));
        }
        let first = |key: &str| {
            let session = parsed.attribute(key).cloned();
            session
                .or_else(|| media.iter().find_map(|media| value(media, key).map(str::to_owned)))
                .unwrap_or_default()
        };
        let sections: Vec<Section> = media.iter().map(Section::read).collect();
        let mids: BTreeSet<&str> = sections.iter().map(|section| section.mid.as_str()).collect();
        if mids.len() != sections.len() || mids.contains("") {
            return Err("expected a mid of its own in each section, found one missing or twice".to_owned());
        }
        let description = Self {
            ufrag: first("ice-ufrag"),
            password: first("ice-pwd"),
            fingerprint: first("fingerprint"),
            setup: first("setup"),
            sections,
        };
        if description.ufrag.is_empty() || description.fingerprint.is_empty() {
            return Err("expected ice-ufrag and fingerprint, found one missing".to_owned());
        }
        Ok(description)
    }
}

impl Section {
    fn read(media: &MediaDescription) -> Self {
        let name = &media.media_name;
        let has = |key: &str| media.attribute(key).is_some();
        let repairs: BTreeSet<u32> = values(media, "ssrc-group")
            .filter_map(|group| group.strip_prefix("FID ")?.split(' ').nth(1)?.parse().ok())
            .collect();
        let mut ssrcs: Vec<u32> =
            values(media, "ssrc").filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
        ssrcs.dedup();
        ssrcs.retain(|ssrc| !repairs.contains(ssrc));
        Self {
            mid: value(media, "mid").unwrap_or_default().to_owned(),
            kind: match name.media.as_str() {
                "audio" => Some(Kind::Audio),
                "video" => Some(Kind::Video),
                "application" => Some(Kind::Data),
                _ => None,
            },
            sends: name.port.value != 0 && !has("recvonly") && !has("inactive"),
            ssrcs,
            rids: rids(media),
            extensions: Extensions::read(media),
            payload_types: name.formats.iter().filter_map(|format| format.parse().ok()).collect(),
        }
    }
}

impl Extensions {
    fn read(media: &MediaDescription) -> Self {
        let mut extensions = Self::default();
        for line in values(media, "extmap") {
            let mut words = line.split(' ');
            // `4/sendonly`: the direction does not matter here.
            let number = words.next().and_then(|word| word.split('/').next()?.parse::<u8>().ok());
            let place = match words.next() {
                Some(SDES_MID_URI) => &mut extensions.mid,
                Some(SDES_RTP_STREAM_ID_URI) => &mut extensions.rid,
                Some(AUDIO_LEVEL_URI) => &mut extensions.level,
                _ => continue,
            };
            *place = number;
        }
        extensions
    }
}

/// `a=simulcast:send q;h;f`; of alternatives the first, a `~` is a pause (RFC 8853 section 5.1).
fn rids(media: &MediaDescription) -> Vec<String> {
    let Some(line) = value(media, "simulcast") else { return Vec::new() };
    let mut words = line.split_ascii_whitespace();
    while let Some(direction) = words.next() {
        let Some(list) = words.next() else { break };
        if direction == "send" {
            let first = |stream: &str| {
                stream.split(',').next().unwrap_or_default().trim_start_matches('~').to_owned()
            };
            return list.split(';').map(first).filter(|rid| !rid.is_empty()).collect();
        }
    }
    Vec::new()
}

fn value<'a>(media: &'a MediaDescription, key: &'a str) -> Option<&'a str> {
    values(media, key).next()
}

fn values<'a>(media: &'a MediaDescription, key: &'a str) -> impl Iterator<Item = &'a str> {
    media.attributes.iter().filter(move |one| one.key == key).filter_map(|one| one.value.as_deref())
}
