//! How long does a mapping live that nobody uses?

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::discover::{Discovery, Name};
use crate::message::{Request, Response, Wish};
use crate::network::{Asked, Network, ask};
use crate::verdict::Lifetime;

const LIFETIME: Name = (
    "Lifetime",
    "RFC 5780 \u{a7}4.6",
    "Port X asks and then keeps silent for T seconds. Port Y asks for an answer to X's mapping: is it still there?",
);
/// The first T, and the longest. RFC 4787 wants two minutes at least (REQ-5).
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
/// Y asks ten times within a second, as a packet may get lost. More new transactions
/// would be too many (section 5), so nothing is known more exactly than this.
const REQUESTS: u32 = 10;
const PACE: Duration = Duration::from_millis(100);
const EXACT: Duration = Duration::from_secs(2);

/// What Y found, so long after X's last packet.
enum Mapping {
    There(Duration),
    Gone(Duration),
}

// ANCHOR: lifetime
impl<N: Network> Discovery<'_, N> {
    /// Doubles T until the mapping is gone, then halves what is between the longest T
    /// that it survived and the shortest that it did not (section 4.6). `None` where
    /// the server does not know RESPONSE-PORT, or is silent.
    pub(crate) async fn mapping_lifetime(&mut self) -> Result<Option<Lifetime>> {
        self.announce(&LIFETIME);
        let ports = (self.port().await?, self.port().await?);
        let (mut there, mut gone) = (Duration::ZERO, None);
        let mut silence = FIRST;
        while silence <= LONGEST {
            let found = match self.survives(silence, ports).await? {
                // Seven packets may get lost in a row, once in a while.
                None => self.survives(silence, ports).await?,
                found => found,
            };
            match found {
                None => return Ok(None),
                Some(Mapping::There(after)) => there = after,
                Some(Mapping::Gone(after)) => gone = Some(after),
            }
            silence = match gone {
                None => silence * 2,
                Some(gone) if gone <= there + EXACT => break,
                Some(gone) => there + (gone - there) / 2,
            };
        }
        let (there, gone) =
            (there.as_secs_f64(), gone.map(|gone| gone.as_secs_f64()));
        self.tap.learned(&match gone {
            Some(gone) => format!(
                "It lives longer than {there:.1} s, and no longer than {gone:.1} s."
            ),
            None => format!("It lives longer than {there:.1} s."),
        });
        Ok(Some(Lifetime { alive_after: there, gone_after: gone }))
    }

    async fn survives(
        &mut self,
        silence: Duration,
        (x, y): (SocketAddr, SocketAddr),
    ) -> Result<Option<Mapping>> {
        let (server, patience) = (self.server, self.patience);
        let request = Request::binding(self.random.bytes(), Wish::Nothing)?;
        let made = ask(self.network, x, server, &request, patience).await?;
        let mapped = made.answer.and_then(|(_, response)| response.mapped);
        let Some(mapped) = mapped else { return Ok(None) };
        while self.network.next(made.last + silence).await?.is_some() {}

        let asked = self.ask_for(mapped.port(), y, silence == FIRST).await?;
        let after = asked.last - made.last;
        let found = match &asked.answer {
            Some((_, response)) if response.error.is_some() => return Ok(None),
            Some((datagram, _)) if datagram.to == x => Mapping::There(after),
            // At Y: its mapping got the port that X's had.
            _ => Mapping::Gone(after),
        };
        let is = if let Mapping::There(_) = found { "there" } else { "gone" };
        let proves = format!("T = {:.1} s: it is {is}.", silence.as_secs_f64());
        match silence == FIRST {
            true => self.tell(&proves),
            false => self.tap.tell(&proves),
        }
        self.keep(&LIFETIME, y, self.server, &asked);
        self.note(&proves);
        self.network.unseen().clear(); // the same every time
        Ok(Some(found))
    }

    /// Y asks for an answer to a port outside, until one comes to either port.
    async fn ask_for(
        &mut self,
        port: u16,
        y: SocketAddr,
        shown: bool,
    ) -> Result<Asked> {
        let mut asked = Asked::never(self.network.now());
        let mut ids = Vec::new();
        while asked.requests < REQUESTS {
            let wish = Wish::ToPort(port);
            let request = Request::binding(self.random.bytes(), wish)?;
            ids.push((request.id, self.network.now()));
            self.network.send(y, self.server, &request.bytes).await?;
            asked.last = self.network.now();
            asked.requests += 1;
            if shown && asked.requests == 1 {
                self.picture(y, self.server, &request.bytes);
            }
            while let Some(came) = self.network.next(asked.last + PACE).await? {
                let to = |id| Response::to(id, &came.bytes);
                let answered =
                    ids.iter().find_map(|(id, sent)| to(*id).zip(Some(*sent)));
                if let Some((response, sent)) = answered {
                    if shown {
                        self.picture(came.from, came.to, &came.bytes);
                    }
                    asked.last = sent;
                    asked.answer = Some((came, response));
                    return Ok(asked);
                }
            }
        }
        Ok(asked)
    }
}
// ANCHOR_END: lifetime
