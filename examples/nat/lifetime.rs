//! How long does a mapping live that nobody uses?

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::discover::{Discovery, Name};
use crate::message::{Request, Wish};
use crate::network::{Network, ask};
use crate::verdict::Lifetime;

const LIFETIME: Name = (
    "Lifetime",
    "RFC 5780 \u{a7}4.6",
    "Port X asks and then keeps silent for T seconds. Port Y asks for an answer to X's mapping: is it still there?",
);
/// The first T, and the longest. RFC 4787 wants two minutes at least (REQ-5).
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
const EXACT: Duration = Duration::from_secs(1);

// ANCHOR: lifetime
impl<N: Network> Discovery<'_, N> {
    /// Doubles T until the mapping is gone, then halves what is between the last T
    /// that it survived and the first that it did not (section 4.6).
    pub(crate) async fn mapping_lifetime(&mut self) -> Result<Option<Lifetime>> {
        let (name, section, question) = LIFETIME;
        self.network.mark(name);
        self.tap.say(&format!("{name} ({section}). {question}"));
        let ports = (self.network.open().await?, self.network.open().await?);
        let (mut alive, mut gone) = (Duration::ZERO, None);
        let mut silence = FIRST;
        while silence <= LONGEST {
            match self.survives(silence, ports).await? {
                None => return Ok(None),
                Some(true) => alive = silence,
                Some(false) => gone = Some(silence),
            }
            silence = match gone {
                None => silence * 2,
                Some(gone) if gone - alive <= EXACT => break,
                Some(gone) => alive + (gone - alive) / 2,
            };
        }
        let gone_after = gone.map(|gone| gone.as_secs_f64());
        Ok(Some(Lifetime { alive_after: alive.as_secs_f64(), gone_after }))
    }

    /// Whether X's mapping is there after so long; `None` where the server does not
    /// know RESPONSE-PORT, or is silent.
    async fn survives(
        &mut self,
        silence: Duration,
        (x, y): (SocketAddr, SocketAddr),
    ) -> Result<Option<bool>> {
        let request = Request::binding(self.random.bytes(), Wish::Nothing)?;
        let made =
            ask(self.network, x, self.server, &request, self.patience).await?;
        let mapped = made.answer.and_then(|(_, response)| response.mapped);
        let Some(mapped) = mapped else { return Ok(None) };
        while self.network.next(made.last + silence).await?.is_some() {}

        let wish = Wish::ToPort(mapped.port());
        let request = Request::binding(self.random.bytes(), wish)?;
        let asked =
            ask(self.network, y, self.server, &request, self.patience).await?;
        let lives = match &asked.answer {
            Some((_, response)) if response.error.is_some() => return Ok(None),
            // At Y it arrives where Y's mapping got the port that X's had.
            Some((datagram, _)) => datagram.to == x,
            None => false,
        };
        let seconds = silence.as_secs_f64();
        self.keep(&LIFETIME, y, self.server, &asked);
        let proves = match lives {
            true => format!("After {seconds} s it is still there."),
            false => format!("After {seconds} s it is gone."),
        };
        self.tap.tell(&proves);
        if let Some(test) = self.verdict.tests.last_mut() {
            test.proves = proves;
        }
        drop(self.network.unseen());
        Ok(Some(lives))
    }
}
// ANCHOR_END: lifetime
