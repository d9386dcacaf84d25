//! Which lines there must be, and in which order (RFC 8866 section 5). What is wrong with a line by itself its
//! dissector says.

use super::sheet::{Line, Part, Sheet, Text};
use super::{Report, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] =
    &[&LINE_MISSING, &LINE_ORDER, &LINE_TWICE, &CONNECTION_MISSING, &MEDIA_NONE, &ORIGIN_NUMBER];

static LINE_MISSING: Rule = Rule::error(
    "line-missing",
    rfc(8866, "5"),
    "every description has v=, o=, s= and t=, and a parser that misses one refuses the rest",
    "add it in its place: v=0, o=- ID VERSION IN IP4 0.0.0.0, s=-, t=0 0",
);
static LINE_ORDER: Rule = Rule::error(
    "line-order",
    rfc(8866, "5"),
    "the order is fixed, so that a parser needs to look at each line once",
    "keep v o s i u e p c b t r z k a, and in each m= section i c b k a",
);
static LINE_TWICE: Rule =
    Rule::error("line-twice", rfc(8866, "9"), "the grammar knows one of it", "take one of them out");
static CONNECTION_MISSING: Rule = Rule::error(
    "connection-missing",
    rfc(8866, "5.7"),
    "a c= line stands in the session's part, or in every m= section",
    "add c=IN IP4 0.0.0.0 right after the m= line",
);
static MEDIA_NONE: Rule = Rule::info(
    "media-none",
    rfc(9429, "5.2.1"),
    "without an m= section there is nothing to agree on, and no ICE or DTLS to set up",
    "add a track or a data channel before createOffer",
);
static ORIGIN_NUMBER: Rule = Rule::error(
    "origin-number",
    rfc(9429, "5.2.1"),
    "the session id is less than 2^63 - 1, the version fits a signed integer of 64 bits (RFC 3264 section 5), and \
     parsers refuse more",
    "use a number up to 9223372036854775806",
);

const SESSION: &[u8] = b"vosiuepcbtrzkam";
const MEDIA: &[u8] = b"micbka";
/// Those of which there may be several: e= and p= too, says the grammar.
const SEVERAL: &[u8] = b"epbtrza";

pub(super) fn check(sheet: &Sheet<'_>, report: &mut Report) {
    missing(sheet, report);
    order(&sheet.session, SESSION, report);
    for part in &sheet.media {
        order(part, MEDIA, report);
        if part.line(b'c').is_none() && sheet.session.line(b'c').is_none() && !part.is_rejected() {
            let found = format!("expected c= in this {} section or before all, found none", part.kind().text);
            report.say(&CONNECTION_MISSING, part.head(), found);
        }
    }
    if sheet.media.is_empty() && !sheet.session.lines.is_empty() {
        report.say(&MEDIA_NONE, sheet.session.head(), "no m= section");
    }
    if let Some(origin) = sheet.session.line(b'o') {
        self::origin(&origin, report);
    }
}

fn missing(sheet: &Sheet<'_>, report: &mut Report) {
    // Said where it should stand: after what comes before it.
    let mut before = Text { text: "", at: 0 };
    for letter in b"vost" {
        match sheet.session.line(*letter) {
            Some(line) => before = line.whole,
            None => {
                let found = format!("expected a {}= line, found none", char::from(*letter));
                report.say(&LINE_MISSING, before, found);
            }
        }
    }
}

fn order(part: &Part<'_>, order: &[u8], report: &mut Report) {
    let rank = |letter| order.iter().position(|known| *known == letter);
    let mut last: Option<&Line<'_>> = None;
    for line in part.lines.iter().filter(|line| rank(line.letter).is_some()) {
        let letter = char::from(line.letter);
        match last {
            // Repeat times and zones may follow each t= (section 5).
            Some(last)
                if rank(line.letter) < rank(last.letter)
                    && !(line.letter == b't' && b"rz".contains(&last.letter)) =>
            {
                let found = format!("expected {letter}= before {}=, found it after", char::from(last.letter));
                report.say(&LINE_ORDER, line.whole, found);
                continue;
            }
            Some(last)
                if last.letter == line.letter && !SEVERAL.contains(&line.letter) && line.letter != b'c' =>
            {
                report.say(&LINE_TWICE, line.whole, format!("expected one {letter}= line, found another"));
            }
            _ => {}
        }
        last = Some(line);
    }
}

fn origin(line: &Line<'_>, report: &mut Report) {
    let most = [("session id", i64::MAX as u64 - 1), ("version", i64::MAX as u64)];
    for (number, (name, most)) in line.value.words().skip(1).zip(most) {
        let digits = !number.is_empty() && number.text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && number.number().is_none_or(|n| n > most) {
            report.say(
                &ORIGIN_NUMBER,
                number,
                format!("expected a {name} of at most {most}, found {}", number.text),
            );
        }
    }
}
