//! What is shown while the tests go on, and what is kept of them.

use std::net::SocketAddr;

use anyhow::Result;
use wire::trace::Event;

use crate::discover::{Discovery, Name};
use crate::network::{Asked, Network};
use crate::verdict::Test;

impl<N: Network> Discovery<'_, N> {
    /// A new port. In the picture of it all, the client's ports are one.
    pub(crate) async fn port(&mut self) -> Result<SocketAddr> {
        let port = self.network.open().await?;
        self.tap.name(port, "client");
        Ok(port)
    }

    pub(crate) fn name_server(&self, other: Option<SocketAddr>) {
        let server = self.server;
        self.tap.name(server, "server");
        if let Some(other) = other {
            self.tap.name((server.ip(), other.port()).into(), "its other port");
            self.tap.name((other.ip(), server.port()).into(), "its other address");
            self.tap.name(other, "its other address and port");
        }
    }

    pub(crate) fn announce(&mut self, (name, section, question): &Name) {
        self.network.mark(name);
        self.tap.say(&format!("{name} ({section}). {question}"));
    }

    /// One packet, with every field. What is sent again is not shown again.
    pub(crate) fn picture(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.tap.record(Event::udp(self.network.now(), from, to, bytes));
    }

    /// The answer or the silence, and then what a client cannot see.
    pub(crate) fn show(&mut self, asked: &Asked) {
        let times = asked.requests;
        match &asked.answer {
            Some((came, _)) => {
                if times > 1 {
                    self.tell(&format!(
                        "Packets got lost: the request was sent {times} times."
                    ));
                }
                self.picture(came.from, came.to, &came.bytes);
            }
            None => self.tell(&format!(
                "Silence. The request was sent {times} times within {:.1} s, and nothing came for {:.1} s more.",
                (asked.last - asked.first).as_secs_f64(),
                (self.network.now() - asked.last).as_secs_f64()
            )),
        }
        let unseen = self.network.unseen();
        if !unseen.is_empty() {
            self.tell("What the client cannot see:");
        }
        for line in unseen {
            self.tap.tell(&format!("- {line}"));
        }
    }

    pub(crate) fn keep(
        &mut self,
        (name, section, _): &Name,
        from: SocketAddr,
        to: SocketAddr,
        asked: &Asked,
    ) {
        let answer = asked.answer.as_ref();
        let mapped = answer.and_then(|(_, response)| response.mapped);
        if let Some(mapped) = mapped.filter(|mapped| *mapped != from) {
            let same = mapped.port() == from.port();
            let so_far = self.verdict.ports_preserved.unwrap_or(true);
            self.verdict.ports_preserved = Some(so_far && same);
        }
        self.verdict.tests.push(Test {
            name: (*name).to_owned(),
            section,
            from,
            to,
            requests: asked.requests,
            answered_by: answer.map(|(came, _)| came.from),
            mapped,
            proves: String::new(),
        });
    }

    /// What the test before this proved.
    pub(crate) fn proves(&mut self, what: &str) {
        self.tap.learned(what);
        self.note(what);
    }

    /// The same, where it is said already.
    pub(crate) fn note(&mut self, what: &str) {
        if let Some(test) = self.verdict.tests.last_mut() {
            what.clone_into(&mut test.proves);
        }
    }

    pub(crate) fn tell(&self, words: &str) {
        self.tap.tell(&format!("\n{words}"));
    }
}
