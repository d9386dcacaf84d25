//! What the page is told, in its turn among the packets.
//!
//! ```text
//! {"part":"ice","is":"checking"}                       a state of the peer, in the W3C's words
//! {"channel":"chat","is":"open"}
//! {"pair":{"local":"candidate:…","remote":"candidate:…"}}
//! {"candidate":"candidate:…","of":"browser","taken":"hidden"}      or "added", "other transport", "end"
//! {"sdp":"offer","html":"<figure …"}                   line by line
//! {"reflected":1200}                                   packets of media that went back
//! {"over":"…"}                                         the peer is gone, and why
//! ```

use peer::{Event, Part, Taken};
use serde_json::{Value, json};
use wire::render::sdp::{SdpView, html};
use wire::sdp::SDP;

use crate::labs::wiretap::{Recorder, Way};

/// Tells the reader's page, where there is one.
#[derive(Debug)]
pub(super) struct Telling {
    recorder: Option<Recorder>,
    descriptions: u32,
}

impl Telling {
    pub(super) fn new(recorder: Option<Recorder>) -> Self {
        Self { recorder, descriptions: 0 }
    }

    /// Takes keys, if a reader watches.
    pub(super) fn key_log(&self) -> Option<keylog::Sink> {
        let recorder = self.recorder.clone()?;
        Some(std::sync::Arc::new(move |line: &str| recorder.secret(line)))
    }

    /// A datagram passed.
    pub(super) fn datagram(&self, way: Way, datagram: &peer::Datagram) {
        if let Some(recorder) = &self.recorder {
            recorder.datagram(way, datagram.from, datagram.to, &datagram.bytes);
        }
    }

    pub(super) fn event(&self, event: &Event) {
        self.tell(|| match event {
            Event::State(part, is) => Some(json!({ "part": part.name(), "is": is })),
            Event::Channel { label, state, .. } => Some(json!({ "channel": label, "is": state })),
            Event::Pair { local, remote } => Some(json!({ "pair": { "local": local, "remote": remote } })),
            _ => None,
        });
    }

    pub(super) fn state(&self, part: Part, is: &str) {
        self.tell(|| Some(json!({ "part": part.name(), "is": is })));
    }

    pub(super) fn candidate(&self, line: &str, of: &str, taken: Taken) {
        let taken = match taken {
            Taken::Added => "added",
            Taken::Hidden => "hidden",
            Taken::OtherTransport => "other transport",
            Taken::End => "end",
        };
        self.tell(|| Some(json!({ "candidate": line, "of": of, "taken": taken })));
    }

    pub(super) fn description(&mut self, kind: &str, sdp: &str) {
        self.descriptions += 1;
        let id = format!("call-sdp-{}", self.descriptions);
        self.tell(|| {
            let d = SDP.dissect(sdp.as_bytes());
            let mut written = String::new();
            html(&d, &SdpView { id: &id, ..SdpView::default() }, &mut written).ok()?;
            Some(json!({ "sdp": kind, "html": written }))
        });
    }

    pub(super) fn reflected(&self, count: u64) {
        self.tell(|| Some(json!({ "reflected": count })));
    }

    pub(super) fn over(&self, why: &str) {
        if let Some(recorder) = &self.recorder {
            recorder.last_state(json!({ "over": why }));
        }
    }

    fn tell(&self, what: impl FnOnce() -> Option<Value>) {
        if let Some(recorder) = &self.recorder
            && let Some(state) = what()
        {
            recorder.state(state);
        }
    }
}
