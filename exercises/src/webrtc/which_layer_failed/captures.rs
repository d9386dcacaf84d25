//! The captures, layer upon layer: each begins as a call that works, up to where it does not.

use wire::rfc;

use super::Host::{Ping, Pong, Server, Stun};
use super::{Host, Layer, Packet, Question};

const REQUEST: &str = "STUN Binding request";
const RESPONSE: &str = "STUN Binding success response";

/// What happens, in order; the times are added as it is written down.
#[derive(Clone, Default)]
struct Script {
    packets: Vec<Packet>,
    now: u32,
}

impl Script {
    /// A packet, some milliseconds after the last one.
    fn then(mut self, after: u32, from: Host, to: Host, what: &'static str) -> Self {
        self.now += after;
        self.packets.push(Packet { at: self.now, from, to, what });
        self
    }

    /// The same one again and again, the pause twice as long each time.
    fn again(mut self, first: u32, times: u32, from: Host, to: Host, what: &'static str) -> Self {
        for time in 0..times {
            self = self.then(first << time, from, to, what);
        }
        self
    }

    fn offered(self) -> Self {
        self.then(0, Ping, Server, "WebSocket offer")
            .then(2, Ping, Stun, REQUEST)
            .then(31, Stun, Ping, RESPONSE)
            .then(1, Ping, Server, "WebSocket candidate")
    }

    fn answered(self) -> Self {
        self.then(45, Server, Ping, "WebSocket answer").then(8, Server, Ping, "WebSocket candidate")
    }

    fn checked(self) -> Self {
        self.then(5, Ping, Pong, REQUEST)
            .then(11, Pong, Ping, RESPONSE)
            .then(1, Pong, Ping, REQUEST)
            .then(0, Ping, Pong, RESPONSE)
    }

    fn greeted(self) -> Self {
        self.then(2, Pong, Ping, "DTLS ClientHello").then(3, Ping, Pong, "DTLS ServerHello, Certificate, ...")
    }

    fn secured(self) -> Self {
        self.greeted().then(14, Pong, Ping, "DTLS Certificate, ..., Finished").then(
            3,
            Ping,
            Pong,
            "DTLS Finished",
        )
    }

    fn associated(self) -> Self {
        self.then(1, Ping, Pong, "SCTP INIT")
            .then(11, Pong, Ping, "SCTP INIT ACK")
            .then(0, Ping, Pong, "SCTP COOKIE ECHO")
            .then(11, Pong, Ping, "SCTP COOKIE ACK")
    }

    fn opened(self) -> Self {
        self.then(1, Ping, Pong, "DCEP DATA_CHANNEL_OPEN").then(11, Pong, Ping, "DCEP DATA_CHANNEL_ACK")
    }

    fn talked(self) -> Self {
        self.then(1, Ping, Pong, "text ping").then(12, Pong, Ping, "text pong")
    }

    fn kept(self) -> Self {
        self.then(4_800, Ping, Pong, REQUEST).then(11, Pong, Ping, RESPONSE)
    }

    fn hung_up(self) -> Self {
        self.then(900, Ping, Pong, "DTLS Alert warning close_notify")
    }

    fn connected(self) -> Self {
        self.offered().answered().checked().secured().associated().opened().talked()
    }

    /// `sign` names the packet that decides: the last one that is so.
    fn asks(
        self,
        story: &'static str,
        right: Layer,
        sign: (Host, &'static str),
        label: &'static str,
    ) -> Question {
        let decides = |packet: &Packet| packet.from == sign.0 && packet.what.starts_with(sign.1);
        let sign = self.packets.iter().rposition(decides).unwrap_or(0);
        let (spec, why) = reason(right);
        Question { story, packets: self.packets, right, sign, label, why, spec }
    }
}

fn reason(right: Layer) -> (wire::Spec, &'static str) {
    match right {
        Layer::Nothing => (
            rfc(8825, "3"),
            "Each layer got its answer, \"pong\" came, and close_notify says that the end was meant. What is lost on the way \
             is sent again: that is no failure, as long as one gets through",
        ),
        Layer::Signaling => (
            rfc(3264, "4"),
            "An offer went out and no answer came in. Until it does, ping knows neither pong's address nor its password, and \
             cannot send a single check. That the STUN server answers says only that UDP works that far",
        ),
        Layer::Path => (
            rfc(8445, "7.2.5.2.3"),
            "Both descriptions are there, so checks go out, again and again, and pong does not answer one of them. Something \
             in between drops UDP, or there is no way between these two NATs. A TURN server would help",
        ),
        Layer::Credentials => (
            rfc(8489, "9.1.3"),
            "The check arrived, and was refused with 401: its HMAC was not made with the password that pong expects. ping has \
             the credentials of another description, of before a restart for example. (Stacks that drop such a check without a \
             word make it look like a path that is closed)",
        ),
        Layer::Fingerprint => (
            rfc(8122, "6.2"),
            "The certificate came, and bad_certificate came back: its hash is not the fingerprint in the description. Somebody \
             is in the middle, or the description is not of this certificate",
        ),
        Layer::Association => (
            rfc(9260, "5.1"),
            "Both have said Finished, so keys are there; SCTP begins with INIT, and INIT ACK does not come. Nobody is there \
             who speaks SCTP, or not on that port",
        ),
        Layer::Channel => (
            rfc(8831, "6.7"),
            "The association is up and carries what ping says. The channel alone is refused: its stream is reset, which is how \
             a data channel is closed",
        ),
        Layer::Consent => (
            rfc(7675, "5.1"),
            "They talked. Then checks got no answer for 30 seconds, and with that the consent to send is gone: ping must stop. \
             The other side went away without a word, or its network did",
        ),
    }
}

pub(super) fn questions() -> Vec<Question> {
    let mut questions = seven();
    questions.extend(others());
    questions
}

fn seven() -> Vec<Question> {
    let new = Script::default;
    vec![
        new().offered().asks("capture A", Layer::Signaling, (Ping, "WebSocket offer"), "never answered"),
        new().offered().answered().again(5, 7, Ping, Pong, REQUEST).asks(
            "capture B",
            Layer::Path,
            (Ping, REQUEST),
            "the seventh, and no response to any",
        ),
        new()
            .offered()
            .answered()
            .then(5, Ping, Pong, REQUEST)
            .then(11, Pong, Ping, "STUN Binding error response 401")
            .then(50, Ping, Pong, REQUEST)
            .then(11, Pong, Ping, "STUN Binding error response 401")
            .asks("capture C", Layer::Credentials, (Pong, "STUN Binding error"), "refused"),
        new()
            .offered()
            .answered()
            .checked()
            .greeted()
            .then(12, Pong, Ping, "DTLS Alert fatal bad_certificate")
            .asks("capture D", Layer::Fingerprint, (Pong, "DTLS Alert"), "the wrong certificate"),
        new().offered().answered().checked().secured().again(1_000, 5, Ping, Pong, "SCTP INIT").asks(
            "capture E",
            Layer::Association,
            (Ping, "SCTP INIT"),
            "no INIT ACK",
        ),
        new()
            .offered()
            .answered()
            .checked()
            .secured()
            .associated()
            .then(1, Ping, Pong, "DCEP DATA_CHANNEL_OPEN")
            .then(12, Pong, Ping, "SCTP SACK")
            .then(1, Pong, Ping, "SCTP RE-CONFIG outgoing stream reset")
            .asks("capture F", Layer::Channel, (Pong, "SCTP RE-CONFIG"), "the channel is closed again"),
        new()
            .connected()
            .kept()
            .then(5_100, Ping, Pong, REQUEST)
            .then(4_700, Ping, Pong, REQUEST)
            .then(5_300, Ping, Pong, REQUEST)
            .then(4_900, Ping, Pong, REQUEST)
            .then(5_000, Ping, Pong, REQUEST)
            .then(5_200, Ping, Pong, REQUEST)
            .asks("capture G", Layer::Consent, (Ping, REQUEST), "30 seconds without a response"),
    ]
}

/// What was learned from the seven must hold for these.
fn others() -> Vec<Question> {
    let new = Script::default;
    vec![
        new()
            .offered()
            .answered()
            .again(5, 3, Ping, Pong, REQUEST)
            .checked()
            .then(2, Pong, Ping, "DTLS ClientHello")
            .again(50, 2, Pong, Ping, "DTLS ClientHello")
            .secured()
            .then(1, Ping, Pong, "SCTP INIT")
            .associated()
            .opened()
            .talked()
            .kept()
            .hung_up()
            .asks("another: a bad line", Layer::Nothing, (Ping, "DTLS Alert"), "the end, and meant"),
        new().connected().hung_up().then(2_500, Pong, Ping, REQUEST).then(5_000, Pong, Ping, REQUEST).asks(
            "another: pong is slow to notice",
            Layer::Nothing,
            (Ping, "DTLS Alert"),
            "the end, and meant",
        ),
        new()
            .offered()
            .answered()
            .checked()
            .greeted()
            .then(14, Pong, Ping, "DTLS Certificate, ..., Finished")
            .then(3, Ping, Pong, "DTLS Alert fatal bad_certificate")
            .asks(
                "another: ping is not content",
                Layer::Fingerprint,
                (Ping, "DTLS Alert"),
                "the wrong certificate",
            ),
        new()
            .offered()
            .answered()
            .checked()
            .secured()
            .then(1, Ping, Pong, "SCTP INIT")
            .then(12, Pong, Ping, "SCTP ABORT")
            .asks("another: a short answer", Layer::Association, (Pong, "SCTP ABORT"), "no INIT ACK"),
        new()
            .offered()
            .answered()
            .again(5, 2, Ping, Pong, REQUEST)
            .then(9, Pong, Ping, REQUEST)
            .again(400, 4, Pong, Ping, REQUEST)
            .asks(
                "another: both knock, and nobody opens",
                Layer::Path,
                (Pong, REQUEST),
                "no response to any",
            ),
        new().offered().again(1_000, 3, Ping, Stun, REQUEST).asks(
            "another: a patient caller",
            Layer::Signaling,
            (Ping, "WebSocket offer"),
            "never answered",
        ),
        new()
            .connected()
            .then(900, Ping, Pong, "DCEP DATA_CHANNEL_OPEN")
            .then(12, Pong, Ping, "SCTP RE-CONFIG outgoing stream reset")
            .kept()
            .asks(
                "another: the second channel",
                Layer::Channel,
                (Pong, "SCTP RE-CONFIG"),
                "this channel is closed again",
            ),
        new()
            .connected()
            .kept()
            .kept()
            .then(4_000, Ping, Pong, "text ping")
            .again(1_000, 4, Ping, Pong, "text ping")
            .then(5_000, Ping, Pong, REQUEST)
            .then(5_000, Ping, Pong, REQUEST)
            .then(5_000, Ping, Pong, REQUEST)
            .asks(
                "another: in the middle of a sentence",
                Layer::Consent,
                (Ping, REQUEST),
                "no response any more",
            ),
    ]
}
