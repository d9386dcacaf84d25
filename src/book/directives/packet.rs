//! `{{#packet stun.pcapng 1 caption="…" only="XOR-MAPPED-ADDRESS" password="…"}}`: one packet, every byte
//! explained.

use wire::Dissection;
use wire::render::html::PacketView;
use wire::trace::Event;

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::packets::{Packet, number, packet};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static PACKET: Directive = Directive {
    name: "packet",
    shape: Shape::Block,
    example: r#"{{#packet stun.pcapng 1 caption="A Binding request"}}"#,
    words: Some(2),
    options: &["caption", "only", "password"],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let (file, word) = (call.word(0).unwrap_or_default(), call.word(1).unwrap_or_default());
    let number = number(word)?;
    let trace = page.shelf.trace(file)?;
    let Packet { event, dissection } = packet(&trace, file, number, call.option_named("password"))?;
    let only = call.option_named("only");
    if let Some(name) = only {
        has_field(&dissection, file, number, name)?;
    }
    let id = page.new_packet(file, number);
    let view = PacketView {
        caption: call.option_named("caption"),
        detail: Some(&detail(event, file, number, &dissection)),
        only,
        ..PacketView::new(&id)
    };
    let mut html = String::new();
    wire::render::html::packet(&dissection, &view, &mut html)
        .map_err(|error| Complaint::new(error.to_string()))?;
    Ok(html)
}

fn has_field(dissection: &Dissection<'_>, file: &str, number: u32, name: &str) -> Result<(), Complaint> {
    if dissection.find(name).is_some() {
        return Ok(());
    }
    let mut known: Vec<&str> = dissection.nodes().iter().map(|node| node.field.name).collect();
    known.dedup();
    Err(Complaint::new(format!("packet {number} of traces/{file} has no field `{name}`"))
        .choose(name, &known))
}

/// Where to find it in Wireshark, who sent it to whom, and what it says.
fn detail(event: &Event, file: &str, number: u32, dissection: &Dissection<'_>) -> String {
    let summary = dissection.summary();
    format!("{file}, packet {number}, {} to {}: {summary}", event.from, event.to)
}
