//! What single attributes say.

use super::Line;
use crate::tree::Span;

/// `sha-256 AB:CD:…` (RFC 8122 section 5)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint<'d> {
    /// sha-256
    pub hash: &'d str,
    /// As it is written: two digits a byte, colons between.
    pub value: &'d str,
    /// The line.
    pub span: Span,
}

/// `111 opus/48000/2` (RFC 8866 section 6.6)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpMap<'d> {
    /// 0 to 127
    pub payload_type: u64,
    /// opus
    pub encoding: &'d str,
    /// In hertz.
    pub clock_rate: u64,
    /// The channels of sound, where they are told.
    pub channels: Option<u64>,
    /// The line.
    pub span: Span,
}

/// `BUNDLE 0 1` (RFC 5888 section 5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'d> {
    /// BUNDLE
    pub semantics: &'d str,
    /// In their order.
    pub mids: Vec<&'d str>,
    /// The line.
    pub span: Span,
}

/// `1234 cname:abc` (RFC 5576 section 4.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ssrc<'d> {
    /// Of the stream.
    pub id: u32,
    /// cname
    pub attribute: &'d str,
    /// abc
    pub value: Option<&'d str>,
    /// The line.
    pub span: Span,
}

/// `3/sendonly urn:…` (RFC 8285 section 8)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtMap<'d> {
    /// What stands for it in a packet.
    pub id: u64,
    /// Where not both ways.
    pub direction: Option<&'d str>,
    /// Which extension.
    pub uri: &'d str,
    /// The line.
    pub span: Span,
}

impl<'d> Fingerprint<'d> {
    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        Some(Self { hash: line.part("hash-func")?, value: line.part("fingerprint")?, span: line.span })
    }
}

impl<'d> RtpMap<'d> {
    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        Some(Self {
            payload_type: line.number("payload type")?,
            encoding: line.part("encoding name")?,
            clock_rate: line.number("clock rate")?,
            channels: line.number("encoding parameters"),
            span: line.span,
        })
    }
}

impl<'d> Group<'d> {
    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        let mids = line.parts("identification-tag").collect();
        Some(Self { semantics: line.part("semantics")?, mids, span: line.span })
    }
}

impl<'d> Ssrc<'d> {
    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        Some(Self {
            id: u32::try_from(line.number("ssrc-id")?).ok()?,
            attribute: line.part("attribute")?,
            value: line.part("value"),
            span: line.span,
        })
    }
}

impl<'d> ExtMap<'d> {
    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        Some(Self {
            id: line.number("id")?,
            direction: line.part("direction"),
            uri: line.part("extensionname")?,
            span: line.span,
        })
    }
}
