//! Payload types, and what hangs on them.

use std::collections::{HashMap, HashSet};

use super::sheet::{Part, Sheet, Text};
use super::{Report, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &FORMAT_TWICE,
    &RTPMAP_MISSING,
    &RTPMAP_TWICE,
    &RTPMAP_STRAY,
    &FMTP_STRAY,
    &FEEDBACK_STRAY,
    &BUNDLE_FORMAT,
    &RTX_APT,
    &RTX_STRAY,
    &RTX_RATE,
];

static FORMAT_TWICE: Rule = Rule::warning(
    "format-twice",
    rfc(8866, "5.14"),
    "the list is an order of preference, and browsers refuse a number that is in it twice",
    "take one of them out",
);
static RTPMAP_MISSING: Rule = Rule::warning(
    "rtpmap-missing",
    rfc(8866, "5.14"),
    "nothing else says which codec a dynamic payload type stands for, so the receiver drops it",
    "add a=rtpmap with the codec and its clock rate, or take the number out of the m= line",
);
static RTPMAP_TWICE: Rule = Rule::error(
    "rtpmap-twice",
    rfc(8866, "6.6"),
    "a payload type stands for one codec in a section",
    "give the other codec a number of its own",
);
static RTPMAP_STRAY: Rule = Rule::warning(
    "rtpmap-stray",
    rfc(8866, "6.6"),
    "what the m= line does not list is not offered",
    "add the number to the m= line, or take the line out",
);
static FMTP_STRAY: Rule = Rule::error(
    "fmtp-stray",
    rfc(8866, "6.15"),
    "parameters belong to a format of this section",
    "add the number to the m= line, or take the line out",
);
static FEEDBACK_STRAY: Rule = Rule::warning(
    "rtcp-fb-stray",
    rfc(4585, "4.2"),
    "feedback belongs to a format of this section",
    "add the number to the m= line, or take the line out",
);
static BUNDLE_FORMAT: Rule = Rule::error(
    "bundle-format",
    rfc(9143, "9.1.1"),
    "packets of all sections of the group arrive at one port, and the payload type is what tells codecs apart",
    "give one of them another number",
);
static RTX_APT: Rule = Rule::error(
    "rtx-apt-missing",
    rfc(4588, "8.1"),
    "it says which payload type is retransmitted",
    "add a=fmtp with apt= and that number",
);
static RTX_STRAY: Rule = Rule::error(
    "rtx-apt-stray",
    rfc(4588, "8.1"),
    "there is nothing to retransmit",
    "set apt to a payload type of this m= line",
);
static RTX_RATE: Rule = Rule::warning(
    "rtx-rate",
    rfc(4588, "4"),
    "a retransmission keeps the timestamp of the packet that it repeats",
    "use the clock rate of the payload type behind apt",
);

pub(super) fn check(sheet: &Sheet<'_>, report: &mut Report) {
    let mut shared = HashMap::new();
    for (at, part) in sheet.media.iter().enumerate().filter(|(_, part)| part.is_rtp()) {
        let formats = list(part, report);
        let codecs = codecs(part, report);
        let listed = |pt: Text<'_>| pt.text == "*" || formats.contains(pt.text);
        let strays = [("rtpmap", &RTPMAP_STRAY), ("fmtp", &FMTP_STRAY), ("rtcp-fb", &FEEDBACK_STRAY)];
        for (name, rule) in strays {
            for line in part.all(name) {
                let (pt, _) = line.value.word();
                if !listed(pt) {
                    report.say(
                        rule,
                        pt,
                        format!("expected a payload type of this m= line, found {}", pt.text),
                    );
                }
            }
        }
        for pt in part.formats() {
            let dynamic = pt.number().is_some_and(|pt| (35..=127).contains(&pt));
            if dynamic && !codecs.contains_key(pt.text) && !part.is_rejected() {
                report.say(&RTPMAP_MISSING, pt, format!("expected a=rtpmap:{}, found none", pt.text));
            }
        }
        retransmission(part, &formats, &codecs, report);
        if let Some(group) = sheet.tagged(at).filter(|_| !part.is_rejected()) {
            conflicts(group, part, &codecs, &mut shared, report);
        }
    }
}

fn list<'d>(part: &Part<'d>, report: &mut Report) -> HashSet<&'d str> {
    let mut formats = HashSet::new();
    for pt in part.formats() {
        if !formats.insert(pt.text) {
            report.say(&FORMAT_TWICE, pt, format!("{} is listed twice", pt.text));
        }
    }
    formats
}

/// Payload type to codec, clock rate and channels.
type Codecs<'d> = HashMap<&'d str, Text<'d>>;

fn codecs<'d>(part: &Part<'d>, report: &mut Report) -> Codecs<'d> {
    let mut codecs = Codecs::new();
    for line in part.all("rtpmap") {
        let (pt, codec) = line.value.word();
        let codec = codec.trim();
        let known = *codecs.entry(pt.text).or_insert(codec);
        if known.at != codec.at {
            let found =
                format!("expected one codec for {}, found {} after {}", pt.text, codec.text, known.text);
            report.say(&RTPMAP_TWICE, codec, found);
        }
    }
    codecs
}

fn rate<'d>(codec: Text<'d>) -> &'d str {
    codec.split('/').nth(1).map_or("", |rate| rate.text)
}

fn retransmission(part: &Part<'_>, formats: &HashSet<&str>, codecs: &Codecs<'_>, report: &mut Report) {
    let mut apts = HashMap::new();
    for line in part.all("fmtp") {
        let (pt, parameters) = line.value.word();
        let apt = parameters.split(';').map(Text::trim).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.is("apt").then_some(value)
        });
        if let Some(apt) = apt {
            apts.entry(pt.text).or_insert(apt);
        }
    }
    for line in part.all("rtpmap") {
        let (pt, codec) = line.value.word();
        if !codec.split('/').next().is_some_and(|name| name.is("rtx")) || !formats.contains(pt.text) {
            continue;
        }
        let Some(apt) = apts.get(pt.text) else {
            report.say(&RTX_APT, line.line, format!("expected a=fmtp:{} apt=, found none", pt.text));
            continue;
        };
        if !formats.contains(apt.text) {
            report.say(
                &RTX_STRAY,
                *apt,
                format!("expected a payload type of this m= line, found {}", apt.text),
            );
        } else if let Some(primary) = codecs.get(apt.text).filter(|primary| rate(**primary) != rate(codec)) {
            report.say(
                &RTX_RATE,
                codec,
                format!("expected the rate of {}, found {}", primary.text, codec.text),
            );
        }
    }
}

/// Which codec each payload type of a group stands for, and with which parameters.
type Shared<'d> = HashMap<(usize, &'d str), (&'d str, String, String)>;

fn conflicts<'d>(
    group: usize,
    part: &Part<'d>,
    codecs: &Codecs<'d>,
    shared: &mut Shared<'d>,
    report: &mut Report,
) {
    let mut parameters: HashMap<&str, &str> = HashMap::new();
    for line in part.all("fmtp") {
        let (pt, rest) = line.value.word();
        parameters.entry(pt.text).or_insert(rest.text);
    }
    for pt in part.formats() {
        let Some(codec) = codecs.get(pt.text) else { continue };
        let mut list: Vec<_> = parameters.get(pt.text).unwrap_or(&"").split(';').map(str::trim).collect();
        list.sort_unstable();
        let here = (part.kind().text, codec.text.to_ascii_lowercase(), list.join(";"));
        let known = shared.entry((group, pt.text)).or_insert_with(|| here.clone());
        if known.0 != here.0 || known.1 != here.1 {
            let found = format!(
                "{} is {} {} in another section of the group, and {} {} here",
                pt.text, known.0, known.1, here.0, here.1
            );
            report.say(&BUNDLE_FORMAT, pt, found);
        } else if known.2 != here.2 {
            let found = format!(
                "{} is {} in another section of the group too, with other parameters",
                pt.text, known.1
            );
            report.say(&BUNDLE_FORMAT, pt, found);
        }
    }
}
