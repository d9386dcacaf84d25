//! Which codec each payload type of a media description is: fmtp and rtcp-fb need it, and may stand before rtpmap.

/// What a payload type stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Codec {
    #[default]
    Unknown,
    Opus,
    Pcmu,
    Pcma,
    G722,
    ComfortNoise,
    TelephoneEvent,
    H264,
    H265,
    Vp8,
    Vp9,
    Av1,
    Rtx,
    Red,
    Ulpfec,
    Flexfec,
}

/// As an rtpmap spells them; capitals and small letters are the same (RFC 4855 section 3).
const NAMES: &[(&str, Codec)] = &[
    ("opus", Codec::Opus),
    ("PCMU", Codec::Pcmu),
    ("PCMA", Codec::Pcma),
    ("G722", Codec::G722),
    ("CN", Codec::ComfortNoise),
    ("telephone-event", Codec::TelephoneEvent),
    ("H264", Codec::H264),
    ("H265", Codec::H265),
    ("VP8", Codec::Vp8),
    ("VP9", Codec::Vp9),
    ("AV1", Codec::Av1),
    ("rtx", Codec::Rtx),
    ("red", Codec::Red),
    ("ulpfec", Codec::Ulpfec),
    ("flexfec-03", Codec::Flexfec),
    ("flexfec", Codec::Flexfec),
];

impl Codec {
    pub(super) fn named(name: &[u8]) -> Self {
        let known = NAMES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        known.map_or(Self::Unknown, |(_, codec)| *codec)
    }

    /// Its name, or nothing.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, codec)| *codec == self).map_or("", |(name, _)| name)
    }
}

/// What the lines of one media description say of its payload types.
#[derive(Debug)]
pub(super) struct Formats {
    /// Whether formats are payload types.
    pub(super) rtp: bool,
    codecs: [Codec; 128],
}

impl Default for Formats {
    /// Those that need no rtpmap (RFC 3551 section 6).
    fn default() -> Self {
        let mut codecs = [Codec::Unknown; 128];
        for (number, codec) in
            [(0, Codec::Pcmu), (8, Codec::Pcma), (9, Codec::G722), (13, Codec::ComfortNoise)]
        {
            codecs[number] = codec;
        }
        Self { rtp: false, codecs }
    }
}

impl Formats {
    /// Looks through the media description that `text` begins with.
    pub(super) fn ahead(text: &[u8]) -> Self {
        let mut formats = Self::default();
        let mut lines = text.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        formats.rtp = first.split(|byte| *byte == b' ').nth(2).is_some_and(speaks_rtp);
        for line in lines.take_while(|line| !line.starts_with(b"m=")) {
            if let Some((number, codec)) = line.strip_prefix(b"a=rtpmap:").and_then(rtpmap)
                && let Some(place) = formats.codecs.get_mut(number)
            {
                *place = codec;
            }
        }
        formats
    }

    pub(super) fn codec(&self, number: u64) -> Codec {
        usize::try_from(number).ok().and_then(|at| self.codecs.get(at)).copied().unwrap_or_default()
    }
}

fn speaks_rtp(proto: &[u8]) -> bool {
    proto.split(|byte| *byte == b'/').any(|part| part == b"RTP")
}

/// `111 opus/48000/2`
fn rtpmap(value: &[u8]) -> Option<(usize, Codec)> {
    let space = value.iter().take(4).position(|byte| *byte == b' ')?;
    let number = std::str::from_utf8(value.get(..space)?).ok()?.parse().ok()?;
    let rest = value.get(space + 1..)?;
    let name = rest.iter().position(|byte| *byte == b'/')?;
    Some((number, Codec::named(rest.get(..name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_type_is_known_wherever_its_rtpmap_stands() {
        let text = b"m=audio 9 UDP/TLS/RTP/SAVPF 111 0 96\r\na=fmtp:111 x\r\na=rtpmap:111 OPUS/48000/2\r\n\
                     a=rtpmap:999 VP8/1\r\nm=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\n";
        let formats = Formats::ahead(text);
        assert!(formats.rtp);
        let codecs = [111, 0, 96, 999, u64::MAX].map(|number| formats.codec(number));
        assert_eq!(codecs, [Codec::Opus, Codec::Pcmu, Codec::Unknown, Codec::Unknown, Codec::Unknown]);
        assert!(!Formats::ahead(b"m=application 9 UDP/DTLS/SCTP webrtc-datachannel").rtp);
    }
}
