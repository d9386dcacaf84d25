//! What is shown of an exchange while it happens.

use std::collections::HashSet;
use std::env;
use std::io::{self, IsTerminal, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use wire::render::ladder::{Ladder, Said};
use wire::render::sdp::{self, SdpView};
use wire::render::text::Style;
use wire::render::{json, text};
use wire::trace::{Event, Secrets, Trace};
use wire::{Dissection, Session};

/// How much of each packet to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// A headline and every field.
    Fields,
    /// The headline only.
    Lines,
    /// One JSON object a packet, for programs.
    Json,
}

/// Prints packets and words to standard output.
#[derive(Debug)]
pub struct Screen {
    show: Show,
    style: Style,
    session: Session,
    count: u64,
    first: Option<Duration>,
    /// Where packets are shown in short: what those said that were shown with their fields.
    met: Option<HashSet<String>>,
}

/// The lines of a session description that tell one from another.
const OF_SDP: &str =
    "m=, a=mid, a=setup, a=candidate, a=sendrecv, a=sendonly, a=recvonly, a=inactive, a=simulcast, a=ssrc";
/// So many packets that differ are shown with their fields: more come from outside only.
const MOST_MET: usize = 1_000;

impl Screen {
    /// Standard output: in color where it is a terminal and `NO_COLOR` is not set, as wide as that terminal.
    /// Integrity is checked where `password` is the one that both ends use.
    #[must_use]
    pub fn stdout(show: Show, password: Option<&str>) -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        let style = Style { color: wanted && io::stdout().is_terminal(), width: width.clamp(40, 120) };
        let session = Session::new(password.map(str::to_owned));
        Self { show, style, session, count: 0, first: None, met: None }
    }

    pub(crate) fn say(&mut self, words: &str) {
        if self.show != Show::Json {
            let Paint { bold, dim, plain, .. } = self.paint();
            let rule = "\u{2500}".repeat(self.style.width);
            print(&format!("\n{dim}{rule}{plain}\n{bold}{}{plain}\n", self.wrapped(words).join("\n")));
        }
    }

    pub(crate) fn tell(&mut self, words: &str) {
        match self.show {
            Show::Json => eprintln!("{}", harmless(words)),
            _ => print(&format!("{}\n", self.wrapped(words).join("\n"))),
        }
    }

    pub(crate) fn lines(&self, lines: &str) {
        if self.show != Show::Json {
            print(&format!("{}\n", harmless(lines)));
        }
    }

    pub(crate) fn learned(&mut self, words: &str) {
        match self.show {
            Show::Json => eprintln!("{}", harmless(words)),
            _ => {
                let Paint { good, plain, .. } = self.paint();
                let lines = self.wrapped(&format!("=> {words}")).join("\n   ");
                print(&format!("\n{good}{lines}{plain}\n"));
            }
        }
    }

    pub(crate) fn explain(&self, dissection: &Dissection<'_>) {
        if self.show == Show::Fields {
            let mut out = String::from("\n");
            // Writing to a string cannot fail.
            let _ = match sdp::place(dissection) {
                Some(_) => sdp::text(dissection, self.style, &SdpView::default(), &mut out),
                None => text::packet(dissection, self.style, &mut out),
            };
            print(&out);
        }
    }

    pub(crate) fn ladder(&self, trace: &Trace, names: &[(SocketAddr, String)]) {
        if self.show == Show::Json {
            return;
        }
        let name = |address| names.iter().find(|(named, _)| *named == address).map(|(_, name)| name.clone());
        // What a packet says can hang on those before it, as on a stream.
        let mut session = Session::of(trace, None);
        let mut said =
            trace.events.iter().take(Ladder::MOST_STEPS).map(|event| Said::of(&session.dissect(event)));
        let ladder = Ladder::of(&trace.events, &name, &mut |_| said.next().unwrap_or_default());
        self.drawing(&ladder);
    }

    pub(crate) fn drawing(&self, ladder: &Ladder) {
        if self.show == Show::Json {
            return;
        }
        let mut out = String::from("\n");
        // Writing to a string cannot fail.
        let _ = ladder.text(self.style.width, self.style.color, &mut out);
        print(&out);
    }

    pub(crate) fn shortly(&mut self) {
        self.met.get_or_insert_default();
    }

    pub(crate) fn learn(&mut self, secrets: &Secrets) {
        self.session.learn(secrets);
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.count += 1;
        let since = event.at.saturating_sub(*self.first.get_or_insert(event.at));
        let dissection = self.session.dissect(event);
        if self.show == Show::Json {
            let mut line = Vec::new();
            json::record(self.count, event, &dissection, &mut line);
            line.push(b'\n');
            return print_bytes(&line);
        }
        let summary = dissection.summary();
        let mut out = self.headline(event, since, &summary);
        if self.show == Show::Fields {
            let is_sdp = self.met.is_some() && sdp::place(&dissection).is_some();
            // Writing to a string cannot fail.
            let _ = match is_sdp {
                true => {
                    out.push('\n');
                    let view = SdpView { lines: Some(OF_SDP), ..SdpView::default() };
                    sdp::text(&dissection, self.style, &view, &mut out)
                }
                false if is_new(self.met.as_mut(), &summary) => {
                    text::packet(&dissection, self.style, &mut out)
                }
                false => Ok(()),
            };
        }
        print(&out);
    }

    /// Counts an event and remembers what it says, for the sake of those that are shown.
    pub(crate) fn pass(&mut self, event: &Event) {
        self.count += 1;
        drop(self.session.dissect(event));
    }

    /// Number, addresses, size and time; then what the packet says.
    fn headline(&self, event: &Event, since: Duration, summary: &str) -> String {
        let Paint { head, dim, plain, .. } = self.paint();
        let Event { from, to, bytes, .. } = event;
        let size = format!("{} bytes, {:.1} ms", bytes.len(), since.as_secs_f64() * 1e3);
        let number = format!("#{}", self.count);
        let indent = number.len() + 1;
        let lines = text::wrap(summary, self.style.width.saturating_sub(indent));
        let summary = lines.join(&format!("\n{:indent$}", ""));
        format!(
            "\n{head}{number} {from} \u{2192} {to}{plain}  {dim}{size}{plain}\n{:indent$}{head}{summary}{plain}\n",
            ""
        )
    }

    /// In lines that fit, with room for an indent of three; a word that does not fit gets a line of its own.
    fn wrapped(&self, words: &str) -> Vec<String> {
        text::wrap(&harmless(words), self.style.width - 3)
    }

    fn paint(&self) -> Paint {
        match self.style.color {
            true => Paint {
                bold: "\x1b[1m",
                dim: "\x1b[2m",
                head: "\x1b[1;36m",
                good: "\x1b[1;32m",
                plain: "\x1b[0m",
            },
            false => Paint { bold: "", dim: "", head: "", good: "", plain: "" },
        }
    }
}

/// Whether no packet before it said the same, numbers aside.
fn is_new(met: Option<&mut HashSet<String>>, summary: &str) -> bool {
    let Some(met) = met else { return true };
    let words = summary.chars().filter(|c| !c.is_ascii_digit()).collect();
    met.len() < MOST_MET && met.insert(words)
}

struct Paint {
    bold: &'static str,
    dim: &'static str,
    head: &'static str,
    good: &'static str,
    plain: &'static str,
}

/// Words may quote what came from outside: a terminal would obey its control characters.
fn harmless(words: &str) -> String {
    words.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

fn print(text: &str) {
    print_bytes(text.as_bytes());
}

/// Whoever reads may close the pipe early (`| head`); the exchange goes on, since the capture may still be
/// wanted.
fn print_bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use wire::render::text;

    use super::{MOST_MET, harmless, is_new};

    #[test]
    fn in_short_a_packet_like_one_before_is_not_new() {
        let mut met = HashSet::new();
        for (summary, new) in [
            ("RTP VP8, SSRC 1", true),
            ("RTP VP8, SSRC 22", false),
            ("RTP Opus, SSRC 1", true),
            ("ClientHello", true),
            ("ClientHello", false),
        ] {
            assert_eq!(is_new(Some(&mut met), summary), new, "{summary}");
            assert!(is_new(None, summary), "in full all are shown");
        }
        // Whoever makes up words does not fill the memory.
        for length in 0..MOST_MET {
            is_new(Some(&mut met), &"x".repeat(length));
        }
        assert!(met.len() == MOST_MET && !is_new(Some(&mut met), "another"));
    }

    #[test]
    fn no_control_character_reaches_the_terminal_but_the_end_of_a_line() {
        for (words, shown) in [
            ("no answer: gr\u{fc}\u{df}", "no answer: gr\u{fc}\u{df}"),
            ("one\ntwo", "one\ntwo"),
            ("\x1b[2J\x1b]0;title\x07", "\u{fffd}[2J\u{fffd}]0;title\u{fffd}"),
            ("\u{9b}31m\r\x08\x7f\0", "\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(harmless(words), shown);
        }
    }

    #[test]
    fn words_wrap_at_the_width_and_none_is_lost() {
        for (words, width, lines) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("one two three", 6, vec!["one", "two", "three"]),
            ("incomprehensible to me", 5, vec!["incomprehensible", "to me"]),
            ("", 5, vec![""]),
        ] {
            assert_eq!(text::wrap(words, width), lines, "{words:?} at {width}");
        }
    }
}
