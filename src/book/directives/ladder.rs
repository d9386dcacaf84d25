//! `{{#ladder stun.pcapng packets="1-4" caption="…" names="…"}}`: who sent what to whom, from top to bottom.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use wire::Session;
use wire::render::ladder::{Ladder, Said};
use wire::trace::{Event, Trace};

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::slug;
use crate::book::packets::{number_of, numbers, place};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static LADDER: Directive = Directive {
    name: "ladder",
    shape: Shape::Block,
    example: r#"{{#ladder stun.pcapng packets="1-2" caption="A question and its answer"}}"#,
    words: Some(1),
    options: &["packets", "caption", "names", "password"],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let file = call.word(0).unwrap_or_default();
    let trace = page.shelf.trace(file)?;
    let places = places(call, &trace, file)?;
    let events: Vec<&Event> = places.iter().filter_map(|place| trace.events.get(*place)).collect();
    let names = Names::read(call.option_named("names").unwrap_or_default(), &events)?;
    let mut said = said(call, page, &trace, file, &places).into_iter();
    let ladder = Ladder::of(events, &|host| names.of(host), &mut |_| said.next().unwrap_or_default());
    let id = page.new_id(&format!("ladder-{}", slug(stem(file))));
    let mut html = String::new();
    ladder
        .figure(&id, call.option_named("caption"), &mut html)
        .map_err(|error| Complaint::new(error.to_string()))?;
    Ok(html)
}

/// Which events are drawn, in the order of the trace.
pub(super) fn places(call: &Call, trace: &Trace, file: &str) -> Result<Vec<usize>, Complaint> {
    let Some(list) = call.option_named("packets") else { return Ok((0..trace.events.len()).collect()) };
    let places: Result<BTreeSet<usize>, Complaint> =
        numbers(list)?.into_iter().map(|number| place(trace, file, number)).collect();
    Ok(places?.into_iter().collect())
}

/// What is said of each of them, after all that came before it.
fn said(call: &Call, page: &Page<'_>, trace: &Trace, file: &str, places: &[usize]) -> Vec<Said> {
    let mut session = Session::of(trace, call.option_named("password").map(str::to_owned));
    let up_to = places.last().map_or(0, |last| last + 1);
    let mut all = Vec::new();
    for (place, event) in trace.events.iter().enumerate().take(up_to) {
        let dissection = session.dissect(event);
        if places.binary_search(&place).is_ok() {
            let said = Said::of(&dissection);
            let shown = page.packet(file, number_of(place, event));
            all.push(match shown {
                Some(id) => said.with_link(format!("#{id}")),
                None => said,
            });
        }
    }
    all
}

/// What hosts are called: `names="client, server"` in the order in which they appear, and
/// `names="127.0.0.1:3478=server"` by address.
struct Names(Vec<(SocketAddr, String)>);

impl Names {
    fn read(list: &str, events: &[&Event]) -> Result<Self, Complaint> {
        let mut hosts: Vec<SocketAddr> = Vec::new();
        for host in events.iter().flat_map(|event| [event.from, event.to]) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let mut in_order = hosts.iter().copied();
        let mut names = Vec::new();
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (host, name) = match item.split_once('=') {
                Some((host, name)) => {
                    (host.trim().parse().ok().filter(|host| hosts.contains(host)), name.trim())
                }
                None => (in_order.next(), item),
            };
            let host = host.ok_or_else(|| {
                let known: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Complaint::new(format!("no host for the name `{item}`")).choose(item, &known)
            })?;
            names.push((host, name.to_owned()));
        }
        Ok(Self(names))
    }

    fn of(&self, host: SocketAddr) -> Option<String> {
        self.0.iter().find(|(named, _)| *named == host).map(|(_, name)| name.clone())
    }
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
