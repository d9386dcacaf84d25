//! Do two behind the same NAT meet by their external addresses?

use std::net::SocketAddr;

use anyhow::Result;

use crate::discover::{Discovery, Name};
use crate::message::{Request, Response, Wish, is_request};
use crate::network::{Asked, Network, waits};
use crate::verdict::Depends;

const ONE: Name = (
    "Hairpinning, port 1",
    "RFC 5780 \u{a7}3.4",
    "What am I outside? A new port asks, and then another one.",
);
const TWO: Name = ("Hairpinning, port 2", "RFC 5780 \u{a7}3.4", "And this one?");
const HAIRPIN: Name = (
    "Hairpinning",
    "RFC 5780 \u{a7}3.4",
    "Each port writes to the other's external address. Does the NAT turn a packet round?",
);

// ANCHOR: hairpinning
impl<N: Network> Discovery<'_, N> {
    /// RFC 5780 lets one port write to the other's external address and waits for it
    /// to receive its own request. Here both write: the first packet of one may be
    /// filtered, but it opens the filter for the other's.
    pub(crate) async fn hairpinning(&mut self) -> Result<Option<bool>> {
        if self.verdict.mapping == Depends::None {
            return Ok(None); // the address outside is the one inside
        }
        let (one, two) = (self.port().await?, self.port().await?);
        let mut outside = Vec::new();
        for (name, port) in [(&ONE, one), (&TWO, two)] {
            let seen = self.test(name, port, self.server, Wish::Nothing).await?;
            let mapped = seen.and_then(|(_, response)| response.mapped);
            self.proves(&match mapped {
                Some(mapped) => format!("{port} is {mapped} outside."),
                None => "Nothing: the server is silent now.".to_owned(),
            });
            outside.extend(mapped);
        }
        let &[outside_one, outside_two] = outside.as_slice() else {
            return Ok(None);
        };

        self.announce(&HAIRPIN);
        let request = Request::binding(self.random.bytes(), Wish::Nothing)?;
        let paths = [(one, outside_two), (two, outside_one)];
        for (from, to) in paths {
            self.tap.name(to, "client, outside");
            self.picture(from, to, &request.bytes);
        }
        let asked = self.both_ask(paths, &request).await?;
        if let Some((came, _)) = &asked.answer {
            self.tap.name(came.from, "client, outside");
        }
        self.show(&asked);
        self.keep(&HAIRPIN, one, outside_two, &asked);
        if asked.answer.is_some() {
            self.proves("A port's own request came back to the other: the NAT turns packets round.");
            return Ok(Some(true));
        }
        Ok(self.no_hairpin())
    }

    async fn both_ask(
        &mut self,
        paths: [(SocketAddr, SocketAddr); 2],
        request: &Request,
    ) -> Result<Asked> {
        let mut asked = Asked::never(self.network.now());
        for wait in waits(self.patience) {
            for (from, to) in paths {
                self.network.send(from, to, &request.bytes).await?;
            }
            asked.last = self.network.now();
            asked.requests += 1;
            while let Some(came) = self.network.next(asked.last + wait).await? {
                if is_request(request.id, &came.bytes) {
                    asked.answer = Some((came, Response::default()));
                    return Ok(asked);
                }
            }
        }
        Ok(asked)
    }

    /// Silence again has two reasons: where both mapping and filtering depend on the
    /// other end, each packet gets a mapping that the other's filter does not know.
    fn no_hairpin(&mut self) -> Option<bool> {
        let independent = |depends| depends == Depends::EndpointIndependent;
        let told = independent(self.verdict.mapping)
            || independent(self.verdict.filtering);
        self.proves(match told {
            true => "Nothing came back: the NAT does not turn packets round.",
            false => "Nothing came back. Whether the NAT turned nothing round or its filter kept it out, nobody can tell.",
        });
        told.then_some(false)
    }
}
// ANCHOR_END: hairpinning
