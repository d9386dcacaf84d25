//! Do two behind the same NAT meet by their external addresses?

use anyhow::Result;
use wire::trace::Event;

use crate::discover::{Discovery, Name};
use crate::message::{Request, Wish, is_request};
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
        let (one, two) = (self.network.open().await?, self.network.open().await?);
        let mut outside = Vec::new();
        for (name, port) in [(&ONE, one), (&TWO, two)] {
            let seen = self.test(name, port, self.server, Wish::Nothing).await?;
            let mapped = seen.and_then(|(_, response)| response.mapped);
            self.proves(&mapped.map_or("Nothing.".to_owned(), |mapped| {
                format!("{port} is {mapped} outside.")
            }));
            outside.extend(mapped);
        }
        let &[outside_one, outside_two] = outside.as_slice() else {
            return Ok(None);
        };

        let (name, section, question) = HAIRPIN;
        self.network.mark(name);
        self.tap.say(&format!("{name} ({section}). {question}"));
        let request = Request::binding(self.random.bytes(), Wish::Nothing)?;
        let mut asked =
            Asked { last: self.network.now(), requests: 0, answer: None };
        for wait in waits(self.patience) {
            for (from, to) in [(one, outside_two), (two, outside_one)] {
                self.network.send(from, to, &request.bytes).await?;
                if asked.requests == 0 {
                    let now = self.network.now();
                    let event = Event::udp(now, from, to, request.bytes.clone());
                    self.tap.record(event);
                }
            }
            asked.requests += 1;
            asked.last = self.network.now();
            while let Some(came) = self.network.next(asked.last + wait).await? {
                if !is_request(request.id, &came.bytes) {
                    continue;
                }
                asked.answer = Some((came, crate::message::Response::default()));
                self.show(&asked);
                self.keep(&HAIRPIN, one, outside_two, &asked);
                self.proves("One's own request came back: the NAT hairpins.");
                return Ok(Some(true));
            }
        }
        self.show(&asked);
        self.keep(&HAIRPIN, one, outside_two, &asked);
        Ok(self.no_hairpin())
    }

    /// Silence again has two reasons: where both mapping and filtering depend on the
    /// other end, each packet gets a mapping that the other's filter does not know.
    fn no_hairpin(&mut self) -> Option<bool> {
        let independent = |depends| depends == Depends::EndpointIndependent;
        let told = independent(self.verdict.mapping)
            || independent(self.verdict.filtering);
        self.proves(match told {
            true => "Nothing came back: the NAT does not hairpin.",
            false => "Nothing came back. Whether for want of hairpinning or by the filter cannot be told.",
        });
        told.then_some(false)
    }
}
// ANCHOR_END: hairpinning
