//! What one packet says about another: state across a trace, so that dissectors need none.
//!
//! A session folds a trace, event by event, into dissections. It knows which request a response answers,
//! which credential that request named, and where in a byte stream the last piece broke off. All of it is
//! bounded: what is oldest is forgotten first.

mod bounded;
mod calls;
mod dtls;
mod keys;
mod sctp;
mod stream;
mod transactions;

use std::net::SocketAddr;

use crate::agora::Certificate;
use crate::context::Context;
use crate::dtls::DTLS;
use crate::layer::Layer;
use crate::protocols;
use crate::rtp::RTP;
use crate::sctp::SCTP;
use crate::stun;
use crate::trace::{Event, Secrets, Trace, Transport};
use crate::tree::{Dissection, Severity, Tree};
pub(crate) use bounded::Bounded;
use calls::Calls;
use keys::Keys;
use sctp::Associations;
use stream::Streams;
use transactions::Transactions;

/// Dissects the events of one trace, in order.
#[derive(Debug, Default)]
pub struct Session {
    given: Given,
    layer: Option<&'static Layer>,
    keys: Keys,
    transactions: Transactions,
    dtls: dtls::Associations,
    streams: Streams,
    associations: Associations,
    calls: Calls,
    /// How many events there were: the packets of a trace are counted from 1.
    count: u64,
}

/// What whoever asks has given.
#[derive(Debug, Default)]
struct Given {
    password: Option<String>,
    app_certificate: Option<Certificate>,
}

impl Given {
    fn context(&self) -> Context<'_> {
        let (password, app_certificate) = (self.password.as_deref(), self.app_certificate.as_ref());
        Context { password, app_certificate, ..Context::default() }
    }
}

impl Session {
    /// A session that checks integrity with `password`, where there is one.
    #[must_use]
    pub fn new(password: Option<String>) -> Self {
        Self { given: Given { password, app_certificate: None }, ..Self::default() }
    }

    /// A session for the events of `trace`, with the keys that it brings along.
    #[must_use]
    pub fn of(trace: &Trace, password: Option<String>) -> Self {
        let mut session = Self::new(password);
        trace.secrets.iter().for_each(|secrets| session.learn(secrets));
        session
    }

    /// Takes keys that decrypt what comes from now on.
    pub fn learn(&mut self, secrets: &Secrets) {
        self.keys.learn(secrets);
    }

    /// Checks the signatures of Agora's tokens with that certificate.
    #[must_use]
    pub fn app_certificate(mut self, certificate: Option<Certificate>) -> Self {
        self.given.app_certificate = certificate;
        self
    }

    /// Takes every datagram for this protocol, rather than guess.
    #[must_use]
    pub fn only(mut self, layer: &'static Layer) -> Self {
        self.layer = Some(layer);
        self
    }

    /// Dissects the next event.
    #[must_use]
    pub fn dissect<'e>(&mut self, event: &'e Event) -> Dissection<'e> {
        self.dissect_in(Tree::default(), event)
    }

    /// As [`Session::dissect`], into buffers that were used before.
    #[must_use]
    pub fn dissect_in<'e>(&mut self, tree: Tree, event: &'e Event) -> Dissection<'e> {
        self.count += 1;
        let number = event.packet.map_or(self.count, u64::from);
        match event.transport {
            Transport::Udp => self.datagram(tree, event, number),
            Transport::Tcp => {
                let context = self.given.context();
                let dissection = self.streams.piece(tree, event, self.layer, &context);
                self.calls.learn(number, &dissection);
                dissection
            }
        }
    }

    /// A connection between these addresses has ended: what they say next begins anew. A capture does not tell, and
    /// an address and port are seldom used twice in one; who records knows.
    pub fn closed(&mut self, one: SocketAddr, other: SocketAddr) {
        self.streams.closed(one, other);
    }

    fn datagram<'e>(&mut self, tree: Tree, event: &'e Event, number: u64) -> Dissection<'e> {
        let layer = self.layer.unwrap_or_else(|| protocols::guess(&event.bytes));
        let context = self.given.context();
        if layer.id == stun::STUN.id {
            return self.stun(tree, event, number, layer);
        }
        if layer.id == SCTP.id {
            return self.associations.datagram(tree, event, number, &context);
        }
        if layer.id == DTLS.id {
            let mut dissection = self.dtls.datagram(number, tree, event, &context, &self.keys);
            self.calls.certificate(&mut dissection);
            return dissection;
        }
        let mut dissection = layer.dissect_in(tree, &event.bytes[..], &context);
        if layer.id == RTP.id {
            self.calls.media(&mut dissection);
        }
        dissection
    }

    fn stun<'e>(
        &mut self,
        tree: Tree,
        event: &'e Event,
        number: u64,
        layer: &'static Layer,
    ) -> Dissection<'e> {
        let long_term = self.transactions.long_term(event);
        let long_term = long_term.as_ref().map(|owned| owned.borrowed());
        let agents = self.calls.agents();
        let asked = self.transactions.username(event).and_then(|username| agents.asked(username));
        let context = Context { long_term, agents: Some(agents), asked, ..self.given.context() };
        let mut dissection = layer.dissect_in(tree, &event.bytes[..], &context);
        for remark in self.transactions.fold(number, event, &dissection) {
            dissection.annotate(0, Severity::Info, remark);
        }
        self.calls.check(event, &mut dissection);
        dissection
    }
}
