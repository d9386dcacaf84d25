//! `{{#journeys ice.pcapng packets="1-8" caption="…" names="left=ping, …"}}`: packets on their way through a network,
//! each as far as it came.
//!
//! A capture holds addresses; the places between them stand in the packets' comments, as a simulator writes them.

use wire::Session;
use wire::journey::Journey;
use wire::render::journeys::{self, Journeys, Traveler};
use wire::trace::{Event, Trace};

use super::ladder::places;
use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::{escape, slug};
use crate::book::packets::number_of;
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static JOURNEYS: Directive = Directive {
    name: "journeys",
    shape: Shape::Block,
    example: r#"{{#journeys ice.pcapng packets="1-8" names="left=ping, right=pong"}}"#,
    words: Some(1),
    options: &["packets", "caption", "names"],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let file = call.word(0).unwrap_or_default();
    let trace = page.shelf.trace(file)?;
    let mut packets = travelers(call, &trace, file)?;
    let mut lanes = lanes(&packets);
    rename(call.option_named("names").unwrap_or_default(), &mut lanes, &mut packets)?;
    let title = call.option_named("caption").unwrap_or("Packets on their way");
    let id = page.new_id(&format!("journeys-{}", slug(file.trim_end_matches(".pcapng"))));
    let mut html = String::new();
    let drawn = draw(&id, title, &Journeys { lanes, packets }, page, &mut html);
    drawn.map_err(|error| Complaint::new(error.to_string()))?;
    Ok(html)
}

fn draw(id: &str, title: &str, drawing: &Journeys, page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    marks(page, out)?;
    let caption = escape(title);
    out.push_str(&format!(
        "<figure class=\"ladder\" id=\"{id}\"><figcaption>{caption}</figcaption>\n\
         <div class=\"ladder-scroll\" tabindex=\"0\">"
    ));
    drawing.svg(title, out)?;
    out.push_str("</div></figure>\n");
    Ok(())
}

/// What all drawings of a page point at, before the first of them.
pub(super) fn marks(page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    const MARKS: &str = "journey-marks";
    if page.new_id(MARKS) == MARKS { journeys::marks(out) } else { Ok(()) }
}

fn travelers(call: &Call, trace: &Trace, file: &str) -> Result<Vec<Traveler>, Complaint> {
    let places = places(call, trace, file)?;
    let up_to = places.last().map_or(0, |last| last + 1);
    let mut session = Session::of(trace, None);
    let mut packets = Vec::new();
    for (place, event) in trace.events.iter().enumerate().take(up_to) {
        let said = label(event, &session.dissect(event).summary());
        if places.binary_search(&place).is_ok() {
            let way = event.comment.as_deref().unwrap_or_default();
            let journey = way.lines().next().unwrap_or_default().parse().map_err(|why| {
                let number = number_of(place, event);
                Complaint::new(format!("the comment of packet {number} of traces/{file} is no way: {why}"))
                    .help("a simulator's capture says it; `{{#ladder}}` draws any")
            })?;
            join(&mut packets, said, journey, None);
        }
    }
    Ok(packets)
}

/// One more packet. What says the same as the one before it and goes with it shares its line.
pub(super) fn join(packets: &mut Vec<Traveler>, label: String, journey: Journey, more: Option<String>) {
    let packet = Traveler { label, journey, times: 1, more };
    match packets.last_mut() {
        Some(last) if last.goes_with(&packet) => {
            last.times += 1;
            last.more = packet.more;
        }
        _ => packets.push(packet),
    }
}

/// What a packet says, and where it was sent: of two requests that is all the difference.
pub(super) fn label(event: &Event, summary: &str) -> String {
    if summary.contains("response") { summary.to_owned() } else { format!("{summary} to {}", event.to) }
}

/// The places that packets passed, from left to right.
pub(super) fn lanes(packets: &[Traveler]) -> Vec<String> {
    const ORDER: [&str; 7] =
        ["left", "left's NAT", "left's firewall", "server", "right's NAT", "right's firewall", "right"];
    let met = |place: &&&str| {
        packets.iter().any(|packet| packet.journey.stops.iter().any(|stop| stop.place == **place))
    };
    ORDER.iter().filter(met).map(ToString::to_string).collect()
}

/// `left=ping, left's NAT=ping’s NAT`: what places are called on this page.
fn rename(list: &str, lanes: &mut [String], packets: &mut [Traveler]) -> Result<(), Complaint> {
    for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (place, name) =
            item.split_once('=').map_or((item, ""), |(place, name)| (place.trim(), name.trim()));
        let known: Vec<String> = lanes.to_vec();
        let Some(lane) = lanes.iter_mut().find(|lane| *lane == place).filter(|_| !name.is_empty()) else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Complaint::new(format!("`{item}` names no place")).choose(place, &known));
        };
        name.clone_into(lane);
        for stop in packets.iter_mut().flat_map(|packet| &mut packet.journey.stops) {
            if stop.place == place {
                name.clone_into(&mut stop.place);
            }
        }
    }
    Ok(())
}
