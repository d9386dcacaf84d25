//! A capture: a line a packet, its trees, its ladder, or its JSON.

use std::io::Write;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use wire::agora::Certificate;
use wire::filter::{Filter, Packet};
use wire::render::ladder::{Ladder, Said};
use wire::render::{json, plain, text};
use wire::trace::{Event, Trace, Transport};
use wire::{Dissection, Session, Severity, Tree};

use super::{Args, style};
use crate::cli::progress;

pub(super) fn show(
    args: &Args,
    certificate: Option<Certificate>,
    trace: &Trace,
    out: &mut impl Write,
) -> Result<()> {
    let filter = args.filter.as_deref().map(Filter::parse).transpose()?;
    let start = trace.events.first().map_or(Duration::ZERO, |e| e.at);
    let view = View { args, certificate, filter, start };
    if args.ladder {
        return view.ladder(trace, out);
    }
    if args.json {
        return view.json(trace, out);
    }
    view.text(trace, out)
}

struct View<'a> {
    args: &'a Args,
    certificate: Option<Certificate>,
    filter: Option<Filter>,
    start: Duration,
}

/// What passed the filter.
struct Shown<'t> {
    number: u64,
    event: &'t Event,
    dissection: Dissection<'t>,
}

impl View<'_> {
    fn text(&self, trace: &Trace, out: &mut impl Write) -> Result<()> {
        let (style, mut shown) = (style(), 0_u64);
        for packet in self.packets(trace, Tree::default) {
            shown += 1;
            writeln!(out, "{}", self.line(&packet))?;
            if self.args.verbose {
                let mut tree = String::new();
                text::packet(&packet.dissection, style, &mut tree)?;
                writeln!(out, "{tree}")?;
            }
        }
        if shown == 0 {
            let why = match &self.args.filter {
                Some(filter) => format!("none of {} packets passes `{}`", trace.events.len(), plain(filter)),
                None => "the capture holds no UDP or TCP payload".to_owned(),
            };
            writeln!(out, "{why}")?;
        }
        for skipped in &trace.skipped {
            writeln!(out, "skipped: {skipped}")?;
        }
        let unlisted = trace.skipped_count.saturating_sub(trace.skipped.len() as u64);
        if unlisted > 0 {
            writeln!(out, "skipped: {unlisted} more")?;
        }
        Ok(())
    }

    /// `   1   0.000000  127.0.0.1:5000 → 127.0.0.1:3478  UDP  Binding request`
    fn line(&self, packet: &Shown<'_>) -> String {
        let Event { at, from, to, transport, .. } = packet.event;
        let transport = match transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        };
        let mut line = format!(
            "{:>4}  {:>10.6}  {from} \u{2192} {to}  {transport}  {}",
            packet.number,
            at.saturating_sub(self.start).as_secs_f64(),
            packet.dissection.summary(),
        );
        match packet.dissection.worst() {
            Some(Severity::Error) => line.push_str("  [error]"),
            Some(Severity::Warning) => line.push_str("  [warning]"),
            _ => {}
        }
        line
    }

    /// One thread dissects, one renders, and this one writes. Trees and lines go back to be filled again.
    fn json(&self, trace: &Trace, out: &mut impl Write) -> Result<()> {
        const BATCH: usize = 256;
        let progress = progress::bar("packets", trace.events.len() as u64);
        thread::scope(|scope| {
            let (full, to_render) = sync_channel::<Vec<Shown<'_>>>(4);
            let (used, to_fill) = channel::<Vec<Tree>>();
            scope.spawn(move || {
                let mut trees = Vec::new();
                let mut batch = Vec::with_capacity(BATCH);
                let fresh = move || {
                    if trees.is_empty() {
                        trees.extend(to_fill.try_iter().flatten());
                    }
                    trees.pop().unwrap_or_default()
                };
                for packet in self.packets(trace, fresh) {
                    batch.push(packet);
                    if batch.len() == BATCH
                        && full.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_err()
                    {
                        return;
                    }
                }
                // The receiver is gone only where nobody wants more.
                drop(full.send(batch));
            });
            let (rendered, to_write) = sync_channel::<(Vec<u8>, u64)>(4);
            let (written, to_clear) = channel::<Vec<u8>>();
            scope.spawn(move || {
                for batch in to_render {
                    let (mut lines, packets) = (to_clear.try_recv().unwrap_or_default(), batch.len() as u64);
                    lines.clear();
                    let mut trees = Vec::with_capacity(batch.len());
                    for Shown { number, event, dissection } in batch {
                        json::record(number, event, &dissection, &mut lines);
                        lines.push(b'\n');
                        trees.push(dissection.recycle());
                    }
                    // The other thread may have come to its end already.
                    drop(used.send(trees));
                    if rendered.send((lines, packets)).is_err() {
                        return;
                    }
                }
            });
            for (lines, packets) in to_write {
                progress.inc(packets);
                out.write_all(&lines)?;
                drop(written.send(lines));
            }
            progress.finish_and_clear();
            Ok(())
        })
    }

    /// What passes the filter, dissected into trees that `fresh` gives.
    fn packets<'t>(
        &'t self,
        trace: &'t Trace,
        mut fresh: impl FnMut() -> Tree + 't,
    ) -> impl Iterator<Item = Shown<'t>> {
        let mut session = self.session(trace);
        trace.events.iter().zip(1..).filter_map(move |(event, place)| {
            let dissection = session.dissect_in(fresh(), event);
            let number = event.packet.map_or(place, u64::from);
            let packet = Packet { number, event, dissection: &dissection };
            let passes = self.filter.as_ref().is_none_or(|filter| filter.matches(packet));
            passes.then_some(Shown { number, event, dissection })
        })
    }

    fn ladder(&self, trace: &Trace, out: &mut impl Write) -> Result<()> {
        let shown: Vec<_> = self.packets(trace, Tree::default).collect();
        let mut said = shown.iter().map(|packet| Said::of(&packet.dissection));
        let events = shown.iter().map(|packet| packet.event);
        let ladder = Ladder::of(events, &|_| None, &mut |_| said.next().unwrap_or_default());
        let (style, mut drawn) = (style(), String::new());
        ladder.text(style.width, style.color, &mut drawn)?;
        Ok(out.write_all(drawn.as_bytes())?)
    }

    fn session(&self, trace: &Trace) -> Session {
        let session =
            Session::of(trace, self.args.password.clone()).app_certificate(self.certificate.clone());
        match self.args.proto {
            Some(layer) => session.only(layer),
            None => session,
        }
    }
}
