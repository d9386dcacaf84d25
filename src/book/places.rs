//! Where the bytes of each word can be seen: found in the traces, so that no entry can go stale.

use std::collections::BTreeMap;

use wire::filter::{Filter, Packet};
use wire::render::sdp::place as place_of_sdp;
use wire::trace::Trace;
use wire::{Dissection, Session};

use super::call::Call;
use super::glossary::{Bytes, Glossary, Term};
use super::html::slug;
use super::packets::{self, number_of};
use super::problem::{Complaint, Problem};
use super::scan::Found;
use super::shelf::Shelf;

/// Where one word is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A part of a figure: a link from the folder of the pages, the name of the part, and the figure.
    Figure { link: String, part: String, figure: String },
    /// What `wirebook inspect` shows.
    Inspect { trace: String, filter: String },
    /// Nowhere, and why.
    Nowhere { why: String },
}

/// The figures of all pages that show packets and session descriptions.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<Figure>);

#[derive(Debug)]
struct Figure {
    kind: Kind,
    page: String,
    id: String,
    file: String,
    packet: u32,
    /// Of a packet: the one field that it shows. Of a description: how its lines begin.
    only: Option<String>,
    mid: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Packet,
    Sdp,
}

impl Figures {
    /// Adds those of a page. A directive that is wrong is the page's mistake, and no figure.
    pub(crate) fn add(&mut self, page: &str, found: &[Found<'_>]) {
        for one in found.iter().filter(|one| !one.quoted) {
            let Ok(call) = Call::parse(one.rest) else { continue };
            let (kind, file, number) = match one.name {
                "packet" => (Kind::Packet, call.word(0), call.word(1)),
                "sdp" => (Kind::Sdp, call.option_named("trace"), call.option_named("packet")),
                _ => continue,
            };
            let (Some(file), Some(Ok(packet))) = (file, number.map(packets::number)) else { continue };
            let only = call.option_named(if kind == Kind::Packet { "only" } else { "lines" });
            self.push(kind, page, file, packet, only, call.option_named("mid"));
        }
    }

    fn push(
        &mut self,
        kind: Kind,
        page: &str,
        file: &str,
        packet: u32,
        only: Option<&str>,
        mid: Option<&str>,
    ) {
        let word = if kind == Kind::Packet { "packet" } else { "sdp" };
        let base = format!("{word}-{}-{packet}", slug(file.rsplit_once('.').map_or(file, |(stem, _)| stem)));
        let before = self.of(kind, file, packet).filter(|figure| figure.page == page).count();
        let id = if before == 0 { base } else { format!("{base}-{}", before + 1) };
        let (page, file) = (page.to_owned(), file.to_owned());
        let (only, mid) = (only.map(str::to_owned), mid.map(str::to_owned));
        self.0.push(Figure { kind, page, id, file, packet, only, mid });
    }

    fn of<'a>(&'a self, kind: Kind, file: &'a str, packet: u32) -> impl Iterator<Item = &'a Figure> {
        self.0
            .iter()
            .filter(move |figure| (figure.kind, &*figure.file, figure.packet) == (kind, file, packet))
    }
}

/// The place of each word, in the order of the glossary, and what is wrong with those that have none.
pub(crate) fn places(
    glossary: &Glossary,
    figures: &Figures,
    shelf: &Shelf,
) -> (Vec<Option<Place>>, Vec<Problem>) {
    let terms = glossary.terms();
    let mut places: Vec<Option<Place>> = vec![None; terms.len()];
    let mut problems = Vec::new();
    let mut wanted: BTreeMap<String, Vec<Wanted<'_>>> = BTreeMap::new();
    for (at, term) in terms.iter().enumerate() {
        match wish(term) {
            Ok(Wish::In(trace, look)) => wanted.entry(trace).or_default().push(Wanted { at, term, look }),
            Ok(Wish::Nowhere(why)) => places[at] = Some(Place::Nowhere { why: why.to_owned() }),
            Err(complaint) => problems.push(complaint.at(Glossary::FILE, term.line)),
        }
    }
    for (file, wanted) in wanted {
        let trace = shelf.trace(&file);
        let found = match &trace {
            Ok(trace) => look(trace, &file, &wanted, figures),
            Err(complaint) => wanted.iter().map(|_| Err(complaint.clone())).collect(),
        };
        for (one, found) in wanted.iter().zip(found) {
            match found {
                Ok(place) => places[one.at] = Some(place),
                Err(complaint) => problems.push(complaint.at(Glossary::FILE, one.term.line)),
            }
        }
    }
    (places, problems)
}

struct Wanted<'a> {
    at: usize,
    term: &'a Term,
    look: Look<'a>,
}

/// What an entry says of its bytes.
enum Wish<'a> {
    /// Look for them in that trace.
    In(String, Look<'a>),
    /// There are none, and why.
    Nowhere(&'a str),
}

/// What to look for.
enum Look<'a> {
    Field(u32, &'a str),
    Line(u32, &'a str),
    Filter(Filter, &'a str),
}

fn wish(term: &Term) -> Result<Wish<'_>, Complaint> {
    let packet = |words: &str| {
        let (file, number) = words.split_once(' ').ok_or_else(|| {
            Complaint::new(format!("`{words}` is no packet")).help("write it like \"stun.pcapng 2\"")
        })?;
        Ok((file.to_owned(), packets::number(number)?))
    };
    match &term.bytes {
        Bytes::Field(of) => {
            packet(&of.packet).map(|(file, number)| Wish::In(file, Look::Field(number, &of.field)))
        }
        Bytes::Line(of) => packet(&of.sdp).map(|(file, number)| Wish::In(file, Look::Line(number, &of.line))),
        Bytes::Filter(of) => Filter::parse(&of.filter)
            .map(|filter| Wish::In(of.trace.clone(), Look::Filter(filter, &of.filter)))
            .map_err(|error| Complaint::new(format!("`{}` is no filter: {error}", of.filter))),
        Bytes::None(of) if of.none.trim().is_empty() => {
            Err(Complaint::new(format!("the term `{}` does not say why it has no bytes", term.name())))
        }
        Bytes::None(of) => Ok(Wish::Nowhere(&of.none)),
    }
}

/// Goes through a trace once.
fn look(
    trace: &Trace,
    file: &str,
    wanted: &[Wanted<'_>],
    figures: &Figures,
) -> Vec<Result<Place, Complaint>> {
    let mut found: Vec<Option<Result<Place, Complaint>>> = wanted.iter().map(|_| None).collect();
    let mut session = Session::of(trace, None);
    for (place, event) in trace.events.iter().enumerate() {
        let number = number_of(place, event);
        let dissection = session.dissect(event);
        for (one, found) in wanted.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            *found = match &one.look {
                Look::Field(packet, name) if *packet == number => {
                    Some(field(&dissection, file, number, name, figures))
                }
                Look::Line(packet, start) if *packet == number => {
                    Some(line(&dissection, file, number, start, figures))
                }
                Look::Filter(filter, text) => {
                    let packet = Packet { number: number.into(), event, dissection: &dissection };
                    let place = || Place::Inspect { trace: file.to_owned(), filter: (*text).to_owned() };
                    filter.matches(packet).then(|| Ok(place()))
                }
                _ => None,
            };
        }
    }
    let missing = |one: &Wanted<'_>| match &one.look {
        Look::Filter(_, text) => {
            Complaint::new(format!("no packet of traces/{file} passes the filter `{text}`"))
                .help(format!("`wirebook inspect traces/{file}` lists them"))
        }
        Look::Field(number, _) | Look::Line(number, _) => packets::place(trace, file, *number)
            .err()
            .unwrap_or_else(|| Complaint::new(format!("no packet {number} in traces/{file}"))),
    };
    wanted.iter().zip(found).map(|(one, found)| found.unwrap_or_else(|| Err(missing(one)))).collect()
}

fn field(
    d: &Dissection<'_>,
    file: &str,
    number: u32,
    name: &str,
    figures: &Figures,
) -> Result<Place, Complaint> {
    let at = d.nodes().iter().position(|node| node.field.name == name).ok_or_else(|| {
        let known = d.nodes().iter().map(|node| node.field.name);
        Complaint::new(format!("packet {number} of traces/{file} has no field `{name}`")).nearest(name, known)
    })?;
    let all = || figures.of(Kind::Packet, file, number);
    let whole = all().find(|figure| figure.only.is_none());
    let of_it = || all().find(|figure| figure.only.as_deref() == Some(name));
    let figure =
        whole.or_else(of_it).or_else(|| all().next()).ok_or_else(|| unshown("packet", file, number))?;
    Ok(Place::Figure {
        link: format!("{}#{}-f{at}", figure.page, figure.id),
        part: name.to_owned(),
        figure: format!("packet {number} of {file}"),
    })
}

fn line(
    d: &Dissection<'_>,
    file: &str,
    number: u32,
    start: &str,
    figures: &Figures,
) -> Result<Place, Complaint> {
    let node = place_of_sdp(d).and_then(|at| d.nodes().get(usize::try_from(at).ok()?)).ok_or_else(|| {
        Complaint::new(format!("packet {number} of traces/{file} carries no SDP: {}", d.summary()))
    })?;
    let text = String::from_utf8_lossy(d.bytes(node.span));
    let lines: Vec<&str> = text.lines().collect();
    if figures.of(Kind::Sdp, file, number).next().is_none() {
        return Err(unshown("sdp", file, number));
    }
    let shown = figures.of(Kind::Sdp, file, number).find_map(|figure| {
        let at = (0..lines.len()).find(|&at| lines[at].starts_with(start) && figure.shows(&lines, at))?;
        Some((figure, at))
    });
    let (figure, at) = shown.ok_or_else(|| {
        Complaint::new(format!("no figure of packet {number} of traces/{file} shows a line `{start}…`"))
            .nearest(start, lines.iter().copied())
    })?;
    Ok(Place::Figure {
        link: format!("{}#{}-l{}", figure.page, figure.id, at + 1),
        part: lines[at].split([':', ' ']).next().unwrap_or_default().to_owned(),
        figure: format!("the SDP in packet {number} of {file}"),
    })
}

fn unshown(directive: &str, file: &str, number: u32) -> Complaint {
    Complaint::new(format!("no page shows packet {number} of traces/{file} with `{{{{#{directive}}}}}`"))
        .help("name a packet that one shows, or write { trace = …, filter = … }")
}

impl Figure {
    /// Whether it shows that line of a description.
    fn shows(&self, lines: &[&str], at: usize) -> bool {
        let begins = |start: &str| lines[at].starts_with(start.trim());
        let named = self.only.as_deref().is_none_or(|only| only.split(',').any(begins));
        named && self.mid.as_deref().is_none_or(|mid| is_of_mid(lines, at, mid))
    }
}

/// Whether the line stands in the media description of that mid.
fn is_of_mid(lines: &[&str], at: usize, mid: &str) -> bool {
    let is_start = |line: &&str| line.starts_with("m=");
    let Some(first) = lines[..=at].iter().rposition(is_start) else { return false };
    let last = lines[first + 1..].iter().position(is_start).map_or(lines.len(), |more| first + 1 + more);
    lines[first..last].iter().any(|line| line.strip_prefix("a=mid:") == Some(mid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::scan::scan;

    #[test]
    fn a_figure_has_the_id_that_its_page_gives_it() {
        let page = "{{#packet a.pcapng 1 only=\"X\"}}\n\n{{#packet a.pcapng 1}}\n\n`{{#packet a.pcapng 1}}`\n\n\
                    {{#sdp trace=a.pcapng packet=1 mid=0 lines=\"m=, a=b\"}}\n\n{{#packet a.pcapng zero}}\n";
        let mut figures = Figures::default();
        figures.add("p.md", &scan(page));
        figures.add("q.md", &scan("{{#packet a.pcapng 1}}\n"));
        let all: Vec<_> = figures.0.iter().map(|figure| (&*figure.page, &*figure.id)).collect();
        let expected =
            [("p.md", "packet-a-1"), ("p.md", "packet-a-1-2"), ("p.md", "sdp-a-1"), ("q.md", "packet-a-1")];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_line_of_sdp_belongs_to_the_section_above_it() {
        let lines = ["v=0", "a=x", "m=audio", "a=mid:0", "a=y", "m=video", "a=z", "a=mid:1"];
        for (at, mid, is) in
            [(1, "0", false), (4, "0", true), (4, "1", false), (6, "1", true), (2, "0", true)]
        {
            assert_eq!(is_of_mid(&lines, at, mid), is, "line {at} of {mid}");
        }
    }
}
