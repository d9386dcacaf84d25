//! One picture in several sizes: rid (RFC 8851) and simulcast (RFC 8853).
//!
//! ```text
//! a=rid:q send max-width=320;max-fps=15      rid-id SP direction [SP restrictions]
//! a=simulcast:send f;h;~q recv a,b           ";" between streams, "," between forms of one, "~" paused
//! ```

use super::attributes::{Known, value};
use super::formats::Formats;
use super::words::{Names, before, mark, one_of, space, text, word, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=rid", rfc(8851, "4"), rid,
        "Names one RTP stream of this medium, so that simulcast can speak of it; its packets carry the name in a \
         header extension."),
    value("a=simulcast", rfc(8853, "5.1"), simulcast,
        "Which streams of one picture are sent at once, in different sizes: a server passes on to each receiver the \
         one that fits."),
];

static RID: Field =
    Field::new("rid-id", rfc(8851, "4"), "The name: letters, digits, and by RFC 8851 also - and _.");
static DIRECTION: Field =
    Field::new("direction", rfc(8851, "4"), "Whether this side would send or receive it.");
static RESTRICTION: Field = Field::new("restriction", rfc(8851, "5"), "What the stream must keep to.");
static RESTRICTION_NAME: Field =
    Field::new("rid-param", rfc(8851, "5"), "pt, max-width, max-height, max-fps, max-br and others.");
static RESTRICTION_VALUE: Field = Field::new("param-val", rfc(8851, "5"), "How much at most, or which.");
static SIM_DIRECTION: Field =
    Field::new("sc-direction", rfc(8853, "5.1"), "Whether this side would send or receive them.");
static PAUSED: Field = Field::new("~", rfc(8853, "5.1"), "Paused at the beginning.");
static SIM_RID: Field =
    Field::new("SCID", rfc(8853, "5.1"), "A rid. Streams stand in the order of preference.");

const DIRECTIONS: Names = &[("send", "this side sends"), ("recv", "this side receives")];

fn rid(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    let fine = c.peek(len).iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let read = text(c, &RID, len)?;
    if !fine {
        read.note(Severity::Error, "may hold letters, digits, \"-\" and \"_\" only", Some(rfc(8851, "10")));
    }
    space(c)?;
    let len = word_len(c);
    one_of(c, &DIRECTION, len, DIRECTIONS, rfc(8851, "10"))?;
    space(c)?;
    while c.left() > 0 {
        let left = c.left();
        let len = before(c, b';', left);
        if len > 0 {
            let name = before(c, b'=', len);
            c.within(&RESTRICTION, len, |c| {
                text(c, &RESTRICTION_NAME, name)?;
                if c.left() > 0 {
                    mark(c)?;
                    let len = c.left();
                    text(c, &RESTRICTION_VALUE, len)?;
                }
                Ok(())
            })?;
        }
        if c.left() > 0 {
            mark(c)?;
        }
    }
    Ok(())
}

fn simulcast(c: &mut Cursor<'_>, _: &Formats) -> Step {
    loop {
        let len = word_len(c);
        one_of(c, &SIM_DIRECTION, len, DIRECTIONS, rfc(8853, "5.1"))?;
        space(c)?;
        let mut left = word_len(c);
        if left == 0 {
            return word(c, &SIM_RID).map(drop);
        }
        while left > 0 {
            if c.peek(1) == b"~" {
                c.bytes(&PAUSED, 1)?;
                left -= 1;
            }
            let len = c.peek(left).iter().position(|byte| matches!(byte, b';' | b',')).unwrap_or(left);
            text(c, &SIM_RID, len)?;
            left -= len;
            if left > 0 {
                mark(c)?;
                left -= 1;
            }
        }
        if !space(c)? {
            return Ok(());
        }
    }
}
