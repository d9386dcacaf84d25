//! A description as rules ask for it: attributes by name, and text that knows where it stands. All of it is read off
//! a [`Description`].

use std::collections::HashMap;

use crate::sdp::{Description, Section};
use crate::tree::Span;

/// Text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::sdp) struct Text<'d> {
    pub(in crate::sdp) text: &'d str,
    pub(in crate::sdp) at: u32,
}

/// `letter=value`
#[derive(Clone, Copy, Debug)]
pub(in crate::sdp) struct Line<'d> {
    pub(in crate::sdp) letter: u8,
    pub(in crate::sdp) value: Text<'d>,
    pub(in crate::sdp) whole: Text<'d>,
}

/// `a=name:value`, or `a=name` with an empty value.
#[derive(Clone, Copy, Debug)]
pub(in crate::sdp) struct Attribute<'d> {
    pub(in crate::sdp) name: Text<'d>,
    pub(in crate::sdp) value: Text<'d>,
    pub(in crate::sdp) line: Text<'d>,
}

/// The session's part, or one media description.
#[derive(Debug, Default)]
pub(in crate::sdp) struct Part<'d> {
    pub(in crate::sdp) lines: Vec<Line<'d>>,
    attributes: HashMap<&'d str, Vec<Attribute<'d>>>,
}

/// `a=group:semantics mid mid`
#[derive(Debug)]
pub(in crate::sdp) struct Group<'d> {
    pub(in crate::sdp) mids: Vec<Text<'d>>,
}

/// All of it.
#[derive(Debug)]
pub(in crate::sdp) struct Sheet<'d> {
    pub(in crate::sdp) session: Part<'d>,
    pub(in crate::sdp) media: Vec<Part<'d>>,
    /// The BUNDLE groups.
    pub(in crate::sdp) bundles: Vec<Group<'d>>,
    /// For each media description the first of its BUNDLE group, whose transport it uses.
    tagged: Vec<Option<usize>>,
}

impl<'d> Text<'d> {
    fn of(text: &'d [u8], span: Span) -> Self {
        let bytes = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        Self { text: std::str::from_utf8(bytes).unwrap_or_default(), at: span.start }
    }

    pub(in crate::sdp) fn span(self) -> Span {
        Span { source: 0, start: self.at, end: self.at + self.text.len() as u32 }
    }

    pub(in crate::sdp) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// What stands before and after the first `mark`.
    pub(in crate::sdp) fn split_once(self, mark: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(mark)?;
        let at = self.at + (self.text.len() - after.len()) as u32;
        Some((Self { text: before, at: self.at }, Self { text: after, at }))
    }

    /// The first word, and what follows the space after it.
    pub(in crate::sdp) fn word(self) -> (Self, Self) {
        let end = Self { text: "", at: self.at + self.text.len() as u32 };
        self.split_once(' ').unwrap_or((self, end))
    }

    /// The words between single spaces; runs of spaces count as one.
    pub(in crate::sdp) fn words(self) -> impl Iterator<Item = Self> {
        self.split(' ').filter(|word| !word.is_empty())
    }

    pub(in crate::sdp) fn split(self, mark: char) -> impl Iterator<Item = Self> {
        self.text.split(mark).map(move |text| {
            let offset = text.as_ptr() as usize - self.text.as_ptr() as usize;
            Self { text, at: self.at + offset as u32 }
        })
    }

    pub(in crate::sdp) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self { text: text.trim_end(), at: self.at + (self.text.len() - text.len()) as u32 }
    }

    pub(in crate::sdp) fn number(self) -> Option<u64> {
        self.text.bytes().all(|byte| byte.is_ascii_digit()).then(|| self.text.parse().ok())?
    }

    pub(in crate::sdp) fn is(self, text: &str) -> bool {
        self.text.eq_ignore_ascii_case(text)
    }
}

impl<'d> Part<'d> {
    fn of(section: &Section<'d>, text: &'d [u8]) -> Self {
        let mut part = Self::default();
        for line in section.lines.iter().filter(|line| line.kind.is_ascii_alphabetic()) {
            let value = Text { text: line.value, at: line.value_span.start };
            let whole = Text::of(text, Span { end: line.value_span.end, ..line.span });
            if line.kind == 'a' {
                let name = Text { text: line.name, at: line.span.start + 2 };
                let attribute = Attribute { name, value, line: whole };
                part.attributes.entry(line.name).or_default().push(attribute);
            }
            part.lines.push(Line { letter: line.kind as u8, value, whole });
        }
        part
    }

    /// All attributes of that name, in their order.
    pub(in crate::sdp) fn all(&self, name: &str) -> &[Attribute<'d>] {
        self.attributes.get(name).map_or(&[], Vec::as_slice)
    }

    pub(in crate::sdp) fn first(&self, name: &str) -> Option<Attribute<'d>> {
        self.all(name).first().copied()
    }

    pub(in crate::sdp) fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    pub(in crate::sdp) fn line(&self, letter: u8) -> Option<Line<'d>> {
        self.lines.iter().find(|line| line.letter == letter).copied()
    }

    /// The m= line as a whole: where to say what is missing in this part.
    pub(in crate::sdp) fn head(&self) -> Text<'d> {
        self.lines.first().map_or(Text { text: "", at: 0 }, |line| line.whole)
    }

    fn m(&self, nth: usize) -> Text<'d> {
        let words = self.lines.first().filter(|line| line.letter == b'm').map(|line| line.value.words());
        words.and_then(|mut words| words.nth(nth)).unwrap_or(Text { text: "", at: self.head().at })
    }

    /// audio, video, application
    pub(in crate::sdp) fn kind(&self) -> Text<'d> {
        self.m(0)
    }

    pub(in crate::sdp) fn port(&self) -> Text<'d> {
        self.m(1)
    }

    /// UDP/TLS/RTP/SAVPF
    pub(in crate::sdp) fn proto(&self) -> Text<'d> {
        self.m(2)
    }

    /// What stands after the protocol: payload types, or what the data is.
    pub(in crate::sdp) fn formats(&self) -> impl Iterator<Item = Text<'d>> + use<'d> {
        let line = self.lines.first().filter(|line| line.letter == b'm');
        line.map(|line| line.value).into_iter().flat_map(Text::words).skip(3)
    }

    pub(in crate::sdp) fn is_rtp(&self) -> bool {
        self.proto().text.contains("RTP/")
    }

    pub(in crate::sdp) fn is_sctp(&self) -> bool {
        self.proto().text.contains("SCTP")
    }

    pub(in crate::sdp) fn mid(&self) -> Option<Text<'d>> {
        self.first("mid").map(|mid| mid.value)
    }

    /// Port 0 without `bundle-only`: not wanted (anymore).
    pub(in crate::sdp) fn is_rejected(&self) -> bool {
        self.port().text == "0" && !self.has("bundle-only")
    }

    /// `sendrecv` where nothing is said here (RFC 8866 section 6.7).
    pub(in crate::sdp) fn direction(&self) -> Option<Attribute<'d>> {
        DIRECTIONS.iter().find_map(|name| self.first(name))
    }
}

/// The four words of RFC 8866 section 6.7.
pub(in crate::sdp) const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

impl<'d> Sheet<'d> {
    pub(in crate::sdp) fn of(description: &Description<'d>) -> Self {
        let session = Part::of(&description.session, description.text);
        let media: Vec<_> =
            description.media.iter().map(|section| Part::of(section, description.text)).collect();
        let bundles: Vec<_> = session.all("group").iter().filter_map(bundle).collect();
        let tagged = tagged(&media, &bundles);
        Self { session, media, bundles, tagged }
    }

    /// An attribute of a media description, or of the session where it has none of its own.
    pub(in crate::sdp) fn own(&self, at: usize, name: &str) -> Option<Attribute<'d>> {
        self.media.get(at).and_then(|part| part.first(name)).or_else(|| self.session.first(name))
    }

    /// As [`Sheet::own`], for what belongs to the transport: a bundled description may leave that to the first of
    /// its group (RFC 9143 section 7.1.3).
    pub(in crate::sdp) fn of_transport(&self, at: usize, name: &str) -> Option<Attribute<'d>> {
        self.own(at, name).or_else(|| self.own(self.tagged(at)?, name))
    }

    /// The first of the BUNDLE group that a media description is in: itself, or another.
    pub(in crate::sdp) fn tagged(&self, at: usize) -> Option<usize> {
        self.tagged.get(at).copied().flatten()
    }

    /// Whether nothing but its place is left of a transport of its own.
    pub(in crate::sdp) fn is_bundled_elsewhere(&self, at: usize) -> bool {
        self.tagged(at).is_some_and(|tagged| tagged != at)
    }
}

fn bundle<'d>(group: &Attribute<'d>) -> Option<Group<'d>> {
    let mut words = group.value.words();
    words.next().filter(|semantics| semantics.text == "BUNDLE")?;
    Some(Group { mids: words.collect() })
}

fn tagged(media: &[Part<'_>], bundles: &[Group<'_>]) -> Vec<Option<usize>> {
    let mut tagged = vec![None; media.len()];
    let mut places = HashMap::new();
    for (at, part) in media.iter().enumerate() {
        if let Some(mid) = part.mid() {
            places.entry(mid.text).or_insert(at);
        }
    }
    for group in bundles {
        let members = || group.mids.iter().filter_map(|mid| places.get(mid.text).copied());
        for member in members() {
            if let Some(slot) = tagged.get_mut(member) {
                *slot = slot.or(members().next());
            }
        }
    }
    tagged
}

/// A number from 4096 on, by which an offer may name several extensions, of which the answer picks one (RFC 8285
/// section 7).
pub(in crate::sdp) fn is_alternative(id: Text<'_>) -> bool {
    id.number().is_some_and(|id| id >= 4096)
}

/// Of a=extmap: the number without its direction, and the URI.
pub(in crate::sdp) fn extension(value: Text<'_>) -> (Text<'_>, Text<'_>) {
    let mut words = value.words();
    let id = words.next().unwrap_or(value);
    let id = id.split_once('/').map_or(id, |(id, _)| id);
    (id, words.next().unwrap_or(Text { text: "", at: value.at }))
}
