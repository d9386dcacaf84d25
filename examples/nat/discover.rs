//! The tests of RFC 5780: what a NAT does, found out from behind it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use tap::{Random, Tap};

use crate::flow_chart;
use crate::message::{Request, Response, Wish};
use crate::network::{Network, ask};
use crate::verdict::{Depends, Verdict};

/// One go through all tests, over a network of either kind.
pub(crate) struct Discovery<'a, N> {
    pub(crate) network: &'a mut N,
    pub(crate) server: SocketAddr,
    /// After so long without an answer there is none.
    pub(crate) patience: Duration,
    /// Whether to look for the lifetime of mappings, which takes hours by the clock.
    pub(crate) lifetime: bool,
    pub(crate) random: Random,
    pub(crate) tap: &'a Tap,
    pub(crate) verdict: Verdict,
}

/// What a test is called, the section that it is from, and what it asks.
pub(crate) type Name = (&'static str, &'static str, &'static str);

const CONNECTIVITY: Name = (
    "Test I",
    "RFC 5780 \u{a7}4.2",
    "Is there a way to the server and back, and what am I there?",
);
const FILTERING_2: Name = (
    "Filtering, test II",
    "RFC 5780 \u{a7}4.4",
    "A new port asks: please answer from your other address and port. Do strangers get in?",
);
const FILTERING_3: Name = (
    "Filtering, test III",
    "RFC 5780 \u{a7}4.4",
    "Please answer from your other port. Does another port of an address that I wrote to get in?",
);
const COUNTER_CHECK: Name = (
    "Counter-check",
    "not in the RFC",
    "Is anybody there? The first port, which may have any hole in its filter, asks that address itself.",
);
const MAPPING_1: Name = (
    "Mapping, test I",
    "RFC 5780 \u{a7}4.3",
    "The first port asks again: what am I now? A mapping may die while others keep silent.",
);
const MAPPING_2: Name = (
    "Mapping, test II",
    "RFC 5780 \u{a7}4.3",
    "The same port asks the server's other address. Am I the same there?",
);
const MAPPING_3: Name = (
    "Mapping, test III",
    "RFC 5780 \u{a7}4.3",
    "And at another port of that address?",
);

// ANCHOR: tests
impl<N: Network> Discovery<'_, N> {
    /// Goes through the tests in an order in which none spoils another: what goes out
    /// of a port opens the filter behind it, so each kind of test has its own.
    pub(crate) async fn run(mut self) -> Result<Verdict> {
        let port = self.port().await?;
        self.verdict.server = Some(self.server);
        self.verdict.local = Some(port);
        let first =
            self.test(&CONNECTIVITY, port, self.server, Wish::Nothing).await?;
        let Some((_, first)) = first else {
            self.proves("No UDP gets to the server and back.");
            self.verdict.rfc3489 = flow_chart::follow(&self.verdict).word;
            return Ok(self.verdict);
        };
        self.verdict.mapped = first.mapped;
        self.name_server(first.other);
        self.proves(match first.mapped == Some(port) {
            true => "That is my own address: nothing translates.",
            false => "Something translates: the world sees another address.",
        });
        // Some NATs filter by whom the host wrote to from any port: filtering goes
        // first, while the server's other address is a stranger to all of them.
        self.verdict.filtering = self.filtering(port, first).await?;
        self.verdict.mapping = self.mapping(port, first).await?;
        self.verdict.hairpinning = self.hairpinning().await?;
        if self.lifetime {
            self.verdict.lifetime = self.mapping_lifetime().await?;
        }
        self.verdict.rfc3489 = flow_chart::follow(&self.verdict).word;
        Ok(self.verdict)
    }
    // ANCHOR_END: tests

    // ANCHOR: filtering
    /// Who may send in? (Section 4.4) Asked from a port that never wrote to anybody
    /// but the server: one packet to the other address would open the hole that this
    /// looks for.
    async fn filtering(
        &mut self,
        mapping_port: SocketAddr,
        first: Response,
    ) -> Result<Depends> {
        let Some(other) = first.other else {
            self.tell("Without another address the server cannot try to get in: filtering stays unknown.");
            return Ok(Depends::Unknown);
        };
        let port = self.port().await?;
        let both = Wish::OtherAddressAndPort;
        let stranger = self.test(&FILTERING_2, port, self.server, both).await?;
        if let Some((from, response)) = stranger {
            if response.error.is_some() || from.ip() == self.server.ip() {
                self.proves("The server does not do as it is asked: nothing.");
                return Ok(Depends::Unknown);
            }
            self.proves("It got in, from an address that nobody here wrote to. Endpoint-independent filtering.");
            return Ok(Depends::EndpointIndependent);
        }
        self.proves("No stranger gets in, if there was one.");
        if !self.is_there(mapping_port, other).await? {
            return Ok(Depends::Unknown);
        }

        let acquaintance =
            self.test(&FILTERING_3, port, self.server, Wish::OtherPort).await?;
        if let Some((from, response)) = acquaintance {
            if response.error.is_some() || from == self.server {
                self.proves("The server does not do as it is asked: nothing.");
                return Ok(Depends::Unknown);
            }
            self.proves("It got in: the address was written to, and its port does not matter. Address-dependent filtering.");
            return Ok(Depends::AddressDependent);
        }
        self.proves("Only who was written to gets in, if anybody tried.");
        let other_port = SocketAddr::new(self.server.ip(), other.port());
        if !self.is_there(mapping_port, other_port).await? {
            return Ok(Depends::Unknown);
        }
        self.tell("So it was the filter. Address and port-dependent filtering.");
        Ok(Depends::AddressAndPortDependent)
    }

    /// Silence has two reasons. Who answers when asked directly was kept out before.
    async fn is_there(
        &mut self,
        port: SocketAddr,
        address: SocketAddr,
    ) -> Result<bool> {
        let answer =
            self.test(&COUNTER_CHECK, port, address, Wish::Nothing).await?;
        self.proves(match answer {
            Some(_) => {
                "It is there, and answers: so its packet was kept out before."
            }
            None => "Nobody is there, so the silence before proves nothing.",
        });
        Ok(answer.is_some())
    }
    // ANCHOR_END: filtering

    // ANCHOR: mapping
    /// Which external endpoint do packets of one port get? (Section 4.3)
    async fn mapping(
        &mut self,
        port: SocketAddr,
        first: Response,
    ) -> Result<Depends> {
        if first.mapped == Some(port) {
            return Ok(Depends::None);
        }
        let Some(other) = first.other else {
            self.tell("The server names no other address (OTHER-ADDRESS), so what the mapping depends on stays unknown.");
            return Ok(Depends::Unknown);
        };

        let first = self.test(&MAPPING_1, port, self.server, Wish::Nothing).await?;
        let Some((_, first)) = first else {
            self.proves("The server keeps silent now: nothing.");
            return Ok(Depends::Unknown);
        };
        self.proves("That is what the next answers are held against.");

        let other_address = SocketAddr::new(other.ip(), self.server.port());
        let second =
            self.test(&MAPPING_2, port, other_address, Wish::Nothing).await?;
        let Some((_, second)) = second else {
            self.proves("The server's other address keeps silent: nothing.");
            return Ok(Depends::Unknown);
        };
        if second.mapped == first.mapped {
            self.proves("The same: the mapping does not depend on whom I write to. Endpoint-independent mapping.");
            return Ok(Depends::EndpointIndependent);
        }
        self.proves("Another: each address that I write to gets its own mapping.");

        let third = self.test(&MAPPING_3, port, other, Wish::Nothing).await?;
        let Some((_, third)) = third else {
            self.proves("The server's other port keeps silent: nothing.");
            return Ok(Depends::Unknown);
        };
        if third.mapped == second.mapped {
            self.proves("The same as in test II: the port does not matter. Address-dependent mapping.");
            return Ok(Depends::AddressDependent);
        }
        self.proves("Another again: address and port-dependent mapping.");
        Ok(Depends::AddressAndPortDependent)
    }
    // ANCHOR_END: mapping

    /// Asks one question, shows it and keeps it: who answered, and what.
    pub(crate) async fn test(
        &mut self,
        name: &Name,
        from: SocketAddr,
        to: SocketAddr,
        wish: Wish,
    ) -> Result<Option<(SocketAddr, Response)>> {
        self.announce(name);
        let request = Request::binding(self.random.bytes(), wish)?;
        self.picture(from, to, &request.bytes);
        let asked = ask(self.network, from, to, &request, self.patience).await?;
        self.show(&asked);
        self.keep(name, from, to, &asked);
        Ok(asked.answer.map(|(datagram, response)| (datagram.from, response)))
    }
}
