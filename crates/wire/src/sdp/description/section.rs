//! A section: the lines of one m=, or of the session, and what they say.

use super::{Candidate, ExtMap, Fingerprint, Group, Line, RtpMap, Ssrc};
use crate::tree::Span;

/// The lines of the session, or of one media description.
#[derive(Clone, Debug)]
pub struct Section<'d> {
    /// In their order.
    pub lines: Vec<Line<'d>>,
    /// From the first line to the end of the last.
    pub span: Span,
}

/// What an m= line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLine<'d> {
    /// audio, video, application
    pub media: &'d str,
    /// 9 where none is known yet, 0 where rejected.
    pub port: Option<u16>,
    /// UDP/TLS/RTP/SAVPF
    pub protocol: &'d str,
    /// Payload types, or webrtc-datachannel.
    pub formats: Vec<&'d str>,
    /// The line.
    pub span: Span,
}

/// Which way media go, in the word of who wrote it (RFC 8866 section 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// From who wrote it.
    SendOnly,
    /// To who wrote it.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// All four.
    pub const ALL: [Self; 4] = [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive];

    /// As SDP writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// Whether who wrote it sends.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether who wrote it receives.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

impl<'d> Section<'d> {
    /// The first line of that letter.
    #[must_use]
    pub fn line(&self, kind: char) -> Option<&Line<'d>> {
        self.lines.iter().find(|line| line.kind == kind)
    }

    /// The first attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Line<'d>> {
        self.lines.iter().find(|line| line.kind == 'a' && line.name == name)
    }

    /// All attributes of that name.
    pub fn attributes<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Line<'d>> {
        self.lines.iter().filter(move |line| line.kind == 'a' && line.name == name)
    }

    /// Whether there is an attribute of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// The value of the first attribute of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'d str> {
        self.attribute(name).map(|line| line.value)
    }

    /// The m= line; none in the session's own section.
    #[must_use]
    pub fn media(&self) -> Option<MediaLine<'d>> {
        let line = self.line('m')?;
        Some(MediaLine {
            media: line.part("media").unwrap_or_default(),
            port: line.number("port").and_then(|port| u16::try_from(port).ok()),
            protocol: line.part("proto").unwrap_or_default(),
            formats: line.parts("fmt").collect(),
            span: line.span,
        })
    }

    /// audio, video, application; "" in the session's own section.
    #[must_use]
    pub fn kind(&self) -> &'d str {
        self.line('m').and_then(|line| line.part("media")).unwrap_or_default()
    }

    /// The port of the m= line.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.line('m').and_then(|line| line.number("port")).and_then(|port| u16::try_from(port).ok())
    }

    /// a=mid
    #[must_use]
    pub fn mid(&self) -> Option<&'d str> {
        self.value("mid")
    }

    /// The direction that is written here; where none is, it is the session's, and at last sendrecv.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let named = |line: &Line<'_>| Direction::ALL.into_iter().find(|d| d.name() == line.name);
        self.lines.iter().filter(|line| line.kind == 'a').find_map(named)
    }

    /// a=setup: actpass, active, passive
    #[must_use]
    pub fn setup(&self) -> Option<&'d str> {
        self.value("setup")
    }

    /// a=fingerprint, each
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint<'d>> {
        self.attributes("fingerprint").filter_map(Fingerprint::of)
    }

    /// a=ice-ufrag
    #[must_use]
    pub fn ice_ufrag(&self) -> Option<&'d str> {
        self.value("ice-ufrag")
    }

    /// a=ice-pwd
    #[must_use]
    pub fn ice_pwd(&self) -> Option<&'d str> {
        self.value("ice-pwd")
    }

    /// The tags of a=ice-options.
    pub fn ice_options(&self) -> impl Iterator<Item = &'d str> {
        self.attributes("ice-options").flat_map(|line| line.parts("ice-option-tag").collect::<Vec<_>>())
    }

    /// a=candidate, each that can be read
    pub fn candidates(&self) -> impl Iterator<Item = Candidate<'d>> {
        self.attributes("candidate").filter_map(Candidate::of)
    }

    /// Whether a=end-of-candidates is there.
    #[must_use]
    pub fn ends_candidates(&self) -> bool {
        self.has("end-of-candidates")
    }

    /// Whether a=bundle-only is there.
    #[must_use]
    pub fn is_bundle_only(&self) -> bool {
        self.has("bundle-only")
    }

    /// a=rtpmap, each
    pub fn rtpmaps(&self) -> impl Iterator<Item = RtpMap<'d>> {
        self.attributes("rtpmap").filter_map(RtpMap::of)
    }

    /// The codec of a payload type.
    #[must_use]
    pub fn rtpmap(&self, payload_type: u64) -> Option<RtpMap<'d>> {
        self.rtpmaps().find(|map| map.payload_type == payload_type)
    }

    /// The a=fmtp lines of a payload type.
    pub fn fmtp(&self, payload_type: u64) -> impl Iterator<Item = &Line<'d>> {
        self.attributes("fmtp").filter(move |line| line.number("format") == Some(payload_type))
    }

    /// The a=rtcp-fb lines of a payload type, those of "*" among them.
    pub fn rtcp_fb(&self, payload_type: u64) -> impl Iterator<Item = &Line<'d>> {
        self.attributes("rtcp-fb").filter(move |line| {
            line.number("payload type") == Some(payload_type) || line.part("payload type") == Some("*")
        })
    }

    /// a=group, each: of the session's section
    pub fn groups(&self) -> impl Iterator<Item = Group<'d>> {
        self.attributes("group").filter_map(Group::of)
    }

    /// a=msid, each: the stream's id, and the track's where it is told
    pub fn msids(&self) -> impl Iterator<Item = (&'d str, Option<&'d str>)> {
        self.attributes("msid").filter_map(|line| Some((line.part("msid-id")?, line.part("msid-appdata"))))
    }

    /// a=ssrc, each
    pub fn ssrcs(&self) -> impl Iterator<Item = Ssrc<'d>> {
        self.attributes("ssrc").filter_map(Ssrc::of)
    }

    /// a=ssrc-group, each: semantics and SSRCs
    pub fn ssrc_groups(&self) -> impl Iterator<Item = (&'d str, Vec<u32>)> {
        self.attributes("ssrc-group").filter_map(|line| {
            let ids = line.parts("ssrc-id").filter_map(|id| id.parse().ok()).collect();
            Some((line.part("semantics")?, ids))
        })
    }

    /// a=rid, each: its name and its direction
    pub fn rids(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.attributes("rid").filter_map(|line| Some((line.part("rid-id")?, line.part("direction")?)))
    }

    /// a=simulcast
    #[must_use]
    pub fn simulcast(&self) -> Option<&Line<'d>> {
        self.attribute("simulcast")
    }

    /// a=extmap, each
    pub fn extmaps(&self) -> impl Iterator<Item = ExtMap<'d>> {
        self.attributes("extmap").filter_map(ExtMap::of)
    }

    /// a=sctp-port
    #[must_use]
    pub fn sctp_port(&self) -> Option<u16> {
        let port = self.attribute("sctp-port")?.number("sctp-port-value")?;
        u16::try_from(port).ok()
    }

    /// a=max-message-size, in bytes; 0 is no limit
    #[must_use]
    pub fn max_message_size(&self) -> Option<u64> {
        self.attribute("max-message-size")?.number("max-message-size-value")
    }
}
