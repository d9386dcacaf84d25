//! `{{#sdp trace=call.pcapng packet=3 lines="a=candidate, m=" mid="0" caption="…" password="…"}}` or
//! `{{#sdp file=offer.sdp}}`: a session description, line by line, each line explained.

use wire::Dissection;
use wire::render::sdp::{SdpView, beginnings, html, place, shows};
use wire::sdp::{Description, SDP};

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::slug;
use crate::book::packets::{Packet, number, packet};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static SDP_DIRECTIVE: Directive = Directive {
    name: "sdp",
    shape: Shape::Block,
    example: r#"{{#sdp trace=webrtc.pcapng packet=3 lines="a=candidate"}}"#,
    words: Some(0),
    options: &["trace", "packet", "file", "lines", "mid", "caption", "password"],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    match (call.option_named("trace"), call.option_named("file")) {
        (Some(trace), None) => of_packet(call, page, trace),
        (None, Some(file)) => of_file(call, page, file),
        _ => Err(Complaint::new("`{{#sdp}}` takes either trace= and packet=, or file=")
            .help(format!("for example {}", SDP_DIRECTIVE.example))),
    }
}

fn of_packet(call: &Call, page: &Page<'_>, file: &str) -> Result<String, Complaint> {
    let Some(word) = call.option_named("packet") else {
        return Err(Complaint::new("`{{#sdp trace=…}}` needs the number of a packet")
            .help(format!("for example {}", SDP_DIRECTIVE.example)));
    };
    let number = number(word)?;
    let trace = page.shelf.trace(file)?;
    let Packet { event, dissection } = packet(&trace, file, number, call.option_named("password"))?;
    if place(&dissection).is_none() {
        let what = format!("packet {number} of traces/{file} carries no SDP: {}", dissection.summary());
        return Err(Complaint::new(what).help(format!("`wirebook inspect traces/{file}` lists them")));
    }
    let from = format!("{file}, packet {number}, {} to {}", event.from, event.to);
    shown(call, page, &dissection, &from, &format!("sdp-{}-{number}", stem(file)))
}

fn of_file(call: &Call, page: &Page<'_>, file: &str) -> Result<String, Complaint> {
    if call.option_named("packet").is_some() {
        return Err(Complaint::new("packet= goes with trace=: a .sdp file has no packets"));
    }
    let bytes = page.shelf.sdp(file)?;
    if !(SDP.claims)(&bytes) {
        return Err(Complaint::new(format!("traces/{file} is no SDP: its first line is not v=0")));
    }
    let dissection = SDP.dissect(&bytes[..]);
    shown(call, page, &dissection, file, &format!("sdp-{}", stem(file)))
}

fn shown(
    call: &Call,
    page: &Page<'_>,
    d: &Dissection<'_>,
    from: &str,
    id: &str,
) -> Result<String, Complaint> {
    let id = page.new_id(id);
    let (lines, mid) = (call.option_named("lines"), call.option_named("mid"));
    let view = SdpView { id: &id, caption: call.option_named("caption"), detail: Some(from), lines, mid };
    if let Some(mid) = mid {
        has_mid(d, mid)?;
    }
    for word in lines.unwrap_or_default().split(',').map(str::trim) {
        if lines.is_some() && !shows(d, &SdpView { lines: Some(word), ..view }) {
            let known = beginnings(d);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Complaint::new(format!("no line begins with `{word}`")).choose(word, &known));
        }
    }
    let mut out = String::new();
    html(d, &view, &mut out).map_err(|error| Complaint::new(error.to_string()))?;
    Ok(out)
}

fn has_mid(d: &Dissection<'_>, mid: &str) -> Result<(), Complaint> {
    let description = Description::of(d);
    let known: Vec<&str> = description
        .iter()
        .flat_map(|description| &description.media)
        .filter_map(wire::sdp::Section::mid)
        .collect();
    if known.contains(&mid) {
        return Ok(());
    }
    Err(Complaint::new(format!("no media description has the mid `{mid}`")).choose(mid, &known))
}

/// The file's name as a part of an id.
fn stem(file: &str) -> String {
    slug(file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}
