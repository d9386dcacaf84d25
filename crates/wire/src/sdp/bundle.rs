//! What ties media descriptions together: mid and group (RFC 5888), BUNDLE (RFC 9143).

use super::attributes::{Known, flag, value};
use super::formats::Formats;
use super::words::{Names, named, space, text, word, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=mid", rfc(5888, "4"), mid,
        "The name of this media description: what groups, header extensions and trickled candidates call it by."),
    value("a=group", rfc(5888, "5"), group,
        "Says that some media descriptions, called by their mid, belong together, and in which way."),
    flag("a=bundle-only", rfc(9143, "6"),
        "This medium is offered only if it is bundled: it has no transport of its own, and its port is 0 without \
         being rejected."),
    value("a=msid-semantic", MSID_SEMANTIC, semantic,
        "From an older draft of a=msid. Browsers still write it, and the RFC has no use for it."),
    value("a=identity", rfc(8827, "5"), super::attributes::plain,
        "A signed word of who this is, by an identity provider. Hardly any browser has it."),
];

const MSID_SEMANTIC: crate::spec::Spec = crate::spec::Spec::Page {
    title: "draft-ietf-mmusic-msid-16",
    url: "https://datatracker.ietf.org/doc/html/draft-ietf-mmusic-msid-16",
};

static MID: Field = Field::new("identification-tag", rfc(5888, "4"), "A name, unique in this description.");
static SEMANTICS: Field = Field::new("semantics", rfc(5888, "5"), "What being in the group means.");
static MEMBER: Field = Field::new("identification-tag", rfc(5888, "5"), "The mid of a member.");
static MSID_WORD: Field = Field::new("msid-semantic", MSID_SEMANTIC, "WMS: WebRTC Media Streams.");
static MSID_STREAM: Field = Field::new("msid-id", MSID_SEMANTIC, "The id of a stream, or * for all.");

const SEMANTICS_NAMES: Names = &[
    ("BUNDLE", "share one transport, so one ICE session and one DTLS handshake: RFC 9143"),
    ("LS", "to be played in step: RFC 5888"),
    ("FID", "the same media in another form: RFC 5888"),
    ("FEC-FR", "one repairs what the other loses: RFC 5956"),
];

fn mid(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let spaced = c.peek(c.left()).contains(&b' ');
    let len = c.left();
    let read = text(c, &MID, len)?;
    if spaced {
        read.note(Severity::Error, "a mid is one token, without a space", Some(rfc(5888, "4")));
    }
    Ok(())
}

fn group(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    named(c, &SEMANTICS, len, SEMANTICS_NAMES)?;
    while space(c)? {
        word(c, &MEMBER)?;
    }
    Ok(())
}

fn semantic(c: &mut Cursor<'_>, _: &Formats) -> Step {
    // libwebrtc writes a space after the colon.
    space(c)?;
    word(c, &MSID_WORD)?;
    while space(c)? {
        word(c, &MSID_STREAM)?;
    }
    Ok(())
}
