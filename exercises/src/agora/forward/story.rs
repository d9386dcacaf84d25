//! What happened to a stream so far, as a verdict shows it.

use wire::Spec;

use super::{Call, Forward, Incident, LAYERS, OUT, Packet, Rewriter, Told};
use crate::{Case, Exam, Failure};

/// So many lines are enough to see why.
const LINES: usize = 10;

/// A line for each incident, the last one open for what comes.
pub(super) struct Story {
    first: String,
    lines: Vec<String>,
}

impl Story {
    /// What happened until the incident `at`, which stands last and has no answer yet; and what was known of the stream then.
    pub(super) fn until(call: &Call, at: Option<usize>) -> (Self, Rewriter) {
        let (sequence_number, timestamp) = call.first;
        let first = format!("begins with {sequence_number}, {timestamp}");
        let mut story = Self { first, lines: Vec::new() };
        let mut right = Rewriter::new(OUT, sequence_number, timestamp);
        let until = at.map_or(0, |at| at + 1);
        if until > LINES {
            story.first = "...".to_owned();
        }
        for (index, (now, incident)) in call.incidents.iter().take(until).enumerate() {
            let is_shown = index + LINES >= until;
            if is_shown {
                story.lines.push(line(*now, incident));
            }
            match incident {
                _ if index + 1 == until => {}
                Incident::Want(ssrc) => right.want(*ssrc),
                Incident::Arrives(packet) => {
                    let out = right.forward(*now, packet);
                    if is_shown {
                        story.answer(out);
                    }
                }
            }
        }
        (story, right)
    }

    fn answer(&mut self, out: Option<Packet>) {
        if let Some(line) = self.lines.last_mut() {
            *line = with_answer(line, out);
        }
    }

    pub(super) fn case<'e>(&self, exam: &'e Exam, name: &str, expected: &str, spec: Spec) -> Case<'e> {
        exam.case(name, self.text().as_bytes(), expected, spec).text()
    }

    /// The story, with what was returned in its last line, pointed at.
    pub(super) fn fails(&mut self, case: Case<'_>, returned: Option<Packet>, told: Told) -> Box<Failure> {
        let start = self.text().len() - self.lines.last().map_or(0, String::len);
        self.answer(returned);
        let text = self.text();
        let start = text[start..].find("-> ").map_or(start, |arrow| start + arrow + 3);
        let start = start + text[start..].len() - text[start..].trim_start().len();
        let mut failure = case.wrong(show(returned), told.reason(start..text.len()));
        failure.bytes = text.into_bytes();
        failure
    }

    pub(super) fn text(&self) -> String {
        let lines = self.lines.join("\n");
        if lines.is_empty() { self.first.clone() } else { format!("{}\n{lines}", self.first) }
    }
}

fn line(now: u64, incident: &Incident) -> String {
    match incident {
        Incident::Want(ssrc) => format!("{now:>6} ms  want {}", layer(*ssrc)),
        Incident::Arrives(packet) => format!("{now:>6} ms  {}", numbers(packet)),
    }
}

pub(super) fn show(out: Option<Packet>) -> String {
    let Some(out) = out else { return "None: dropped".to_owned() };
    let Packet { ssrc, sequence_number, timestamp, key } = out;
    let ssrc = if ssrc == OUT { String::new() } else { format!(", SSRC {}", layer(ssrc)) };
    let key = if key { ", key frame" } else { "" };
    format!("sequence number {sequence_number}, timestamp {timestamp}{ssrc}{key}")
}

fn layer(ssrc: u32) -> String {
    let known = LAYERS.iter().find(|(_, of)| *of == ssrc);
    known.map_or_else(|| format!("{ssrc:#010x}"), |(name, _)| (*name).to_owned())
}

fn numbers(packet: &Packet) -> String {
    let key = if packet.key { " key" } else { "" };
    format!("{} {:>5} {:>10}{key}", layer(packet.ssrc), packet.sequence_number, packet.timestamp)
}

fn with_answer(line: &str, out: Option<Packet>) -> String {
    let out = match out {
        None => "dropped".to_owned(),
        Some(out) if out.ssrc == OUT => format!("{:>5} {:>10}", out.sequence_number, out.timestamp),
        Some(out) => numbers(&out),
    };
    format!("{line:<33} -> {out}")
}
