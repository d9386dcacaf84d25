//! What each of those around a call gets to see: RFC 8826 and RFC 8827.

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// Somebody around a call between ping and pong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The server that carries offers, answers and candidates, over TLS. It is honest.
    Signaling,
    /// A signaling server that puts its own fingerprints into the descriptions, and itself between the two.
    LyingSignaling,
    /// The STUN server that ping asked.
    Stun,
    /// A TURN server: the call is relayed by it.
    Turn,
    /// A media server: ping and pong each call it, and it forwards.
    Sfu,
    /// Whoever forwards ping's packets: the Wi-Fi, the provider.
    Network,
    /// The script of the page on which ping calls. ping has let it use the camera.
    Script,
    /// pong. The call is direct.
    Peer,
}

/// Something to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// ping's address, as the internet knows it.
    Address,
    /// That ping calls pong, by address or by name.
    WhoCallsWhom,
    /// Offer and answer.
    Descriptions,
    /// The fingerprints of the two certificates. The handshake is DTLS 1.2.
    Fingerprints,
    /// The encrypted packets of the call.
    Ciphertext,
    /// Sound and pictures, in the clear.
    Media,
    /// What is typed into a data channel, in the clear.
    Text,
}

/// What the student writes: all that somebody sees, in any order.
pub type Sees = fn(Who) -> Vec<What>;

/// All who are around.
pub const EVERYBODY: [Who; 8] = [
    Who::Signaling,
    Who::Stun,
    Who::Turn,
    Who::Network,
    Who::Sfu,
    Who::Script,
    Who::Peer,
    Who::LyingSignaling,
];

/// All there is to see.
pub const EVERYTHING: [What; 7] = [
    What::Address,
    What::WhoCallsWhom,
    What::Descriptions,
    What::Fingerprints,
    What::Ciphertext,
    What::Media,
    What::Text,
];

/// Goes through the table, row by row.
///
/// # Errors
/// The first cell that is wrong: something that is not seen, or something that is.
pub fn check(exam: &Exam, sees: Sees) -> Result<(), Box<Failure>> {
    for who in EVERYBODY {
        let right: Vec<_> = EVERYTHING.into_iter().filter(|what| truth(who, *what).0).collect();
        let expected = "what it sees, no less and no more";
        let case = exam.case(story(who), format!("{who:?}").as_bytes(), expected, rfc(8826, "3")).text();
        let returned = case.ask(|| sees(who))?;
        let extra = returned.iter().copied().find(|what| !right.contains(what));
        let missing = right.iter().copied().find(|what| !returned.contains(what));
        let Some(cell) = extra.or(missing) else { continue };
        let (_, spec, why) = truth(who, cell);
        let words: Vec<_> = returned.iter().map(|what| format!("{what:?}")).collect();
        let row = format!("{who:?} sees {}", words.join(", "));
        let at = row.find(&format!("{cell:?}")).filter(|_| extra.is_some());
        let reason = match at {
            Some(at) => Reason::new(spec, why).at(at..at + format!("{cell:?}").len(), "does not see this"),
            None => Reason::new(spec, why).at(row.len()..row.len(), format!("and {cell:?}")),
        };
        let mut failure = case.wrong(format!("[{}]", words.join(", ")), reason);
        failure.bytes = row.into_bytes();
        return Err(failure);
    }
    Ok(())
}

fn story(who: Who) -> &'static str {
    match who {
        Who::Signaling => "the signaling server: honest, reached over TLS",
        Who::LyingSignaling => {
            "a signaling server that swaps the fingerprints, and puts itself between the two"
        }
        Who::Stun => "the STUN server that ping asked for its address",
        Who::Turn => "the TURN server, in a call that it relays",
        Who::Sfu => "a media server (SFU) that ping and pong each call, so that it forwards",
        Who::Network => "ping's own network: the Wi-Fi, the provider. The call is direct",
        Who::Script => "the script of the page on which ping calls, and which may use the camera",
        Who::Peer => "pong, in a direct call",
    }
}

/// Whether it is seen, and why it is so.
fn truth(who: Who, what: What) -> (bool, Spec, &'static str) {
    match who {
        Who::Signaling => signaling(what),
        Who::LyingSignaling => lying(what),
        Who::Stun => stun(what),
        Who::Turn => turn(what),
        Who::Sfu => sfu(what),
        Who::Network => network(what),
        Who::Script => script(what),
        Who::Peer => peer(what),
    }
}

fn signaling(what: What) -> (bool, Spec, &'static str) {
    match what {
        What::Address => (
            true,
            rfc(8826, "4.2.4"),
            "ping's connection to it comes from that address, and candidates name it once more",
        ),
        What::WhoCallsWhom => {
            (true, rfc(8825, "3"), "it carries the offer from one to the other: it must know who they are")
        }
        What::Descriptions => (
            true,
            rfc(8827, "3"),
            "TLS ends at this server: what it forwards it can read, both descriptions whole",
        ),
        What::Fingerprints => (
            true,
            rfc(8122, "5"),
            "they are lines of the descriptions, which it forwards. They are public, and no keys",
        ),
        What::Ciphertext => (
            false,
            rfc(8825, "3"),
            "the packets of the call do not go through it: signaling and media take different ways",
        ),
        What::Media | What::Text => (
            false,
            rfc(8827, "6.5"),
            "it has the fingerprints and not the keys: those are made in the handshake, which goes from ping to pong",
        ),
    }
}

fn lying(what: What) -> (bool, Spec, &'static str) {
    let why = match what {
        What::Address | What::WhoCallsWhom => {
            "lying or not, it carries the offer from one to the other, candidates included"
        }
        What::Descriptions | What::Fingerprints => {
            "it does not only read them: it writes them anew, with its own fingerprints"
        }
        What::Ciphertext => {
            "with its own candidates in the descriptions, both sides send their packets to it"
        }
        What::Media | What::Text => {
            "each side makes a handshake with it, finds the fingerprint that it was told, and is content. The fingerprint proves \
             who the peer is only as far as signaling is honest"
        }
    };
    (true, rfc(8826, "4.3.2"), why)
}

fn stun(what: What) -> (bool, Spec, &'static str) {
    match what {
        What::Address => {
            (true, rfc(8489, "14.2"), "it is what ping asks for, and what it answers: XOR-MAPPED-ADDRESS")
        }
        What::WhoCallsWhom => (
            false,
            rfc(8489, "2"),
            "it gets a Binding request and answers it. Nothing in it says that there is a call, let alone with whom",
        ),
        What::Descriptions | What::Fingerprints => {
            (false, rfc(8445, "5.1.1.2"), "a Binding request to a STUN server has nothing of the offer in it")
        }
        What::Ciphertext => (
            false,
            rfc(8445, "2.1"),
            "a STUN server tells an address and is done. The call does not flow through it",
        ),
        What::Media | What::Text => {
            (false, rfc(8445, "2.1"), "nothing of the call goes through it, encrypted or in the clear")
        }
    }
}

fn turn(what: What) -> (bool, Spec, &'static str) {
    match what {
        What::Address => (true, rfc(8656, "3"), "ping's packets come to it from that address"),
        What::WhoCallsWhom => (
            true,
            rfc(8656, "9"),
            "ping must ask for a permission for pong's address, by name of that address, before anything is relayed",
        ),
        What::Descriptions => {
            (false, rfc(8656, "3"), "descriptions go by signaling, which does not pass here")
        }
        What::Fingerprints => (
            true,
            rfc(5246, "7.4.2"),
            "in DTLS 1.2 the certificates go over in the clear, and the fingerprint is their hash. Who relays the handshake \
             can compute it (in DTLS 1.3 they are encrypted)",
        ),
        What::Ciphertext => {
            (true, rfc(8656, "3"), "it relays each packet, in both directions. That is its work")
        }
        What::Media | What::Text => (
            false,
            rfc(8827, "6.5"),
            "it relays and does not take part: the handshake is between ping and pong, and so are the keys. It is an SFU that \
             can see more",
        ),
    }
}

fn sfu(what: What) -> (bool, Spec, &'static str) {
    let (spec, why) = match what {
        What::Address => (rfc(8826, "4.2.4"), "ping sends its packets to it"),
        What::WhoCallsWhom => (rfc(7667, "3.7"), "it must know to whom it forwards what ping sends"),
        What::Descriptions => {
            (rfc(7667, "3.7"), "it is the other end of two calls: each offer is answered by it")
        }
        What::Fingerprints => {
            (rfc(8842, "5.1"), "it checks ping's fingerprint, and tells its own: it is the other end")
        }
        What::Ciphertext => (rfc(7667, "3.7"), "the packets of the call are addressed to it"),
        What::Media => (
            rfc(8827, "6.5"),
            "the handshake of DTLS-SRTP is with it, so it has the keys of each leg: it decrypts, and encrypts anew. Only what \
             is encrypted once more inside, end to end, stays closed to it",
        ),
        What::Text => (
            rfc(8831, "5"),
            "data channels run inside the same DTLS, and that ends here: text is forwarded by who reads it",
        ),
    };
    (true, spec, why)
}

fn network(what: What) -> (bool, Spec, &'static str) {
    match what {
        What::Address => (true, rfc(8826, "4.2.4"), "it gave ping that address, or the NAT of it is its own"),
        What::WhoCallsWhom => (
            true,
            rfc(8826, "4.2.4"),
            "pong's address is in the IP header of each packet: encryption begins above that",
        ),
        What::Descriptions => (
            false,
            rfc(8827, "3"),
            "signaling goes over TLS: the network sees that ping talks to that server, and not what it says",
        ),
        What::Fingerprints => (
            true,
            rfc(5246, "7.4.2"),
            "in DTLS 1.2 the certificates go over in the clear, and the fingerprint is their hash. Whoever forwards the \
             handshake can compute it (in DTLS 1.3 they are encrypted)",
        ),
        What::Ciphertext => (true, rfc(8826, "3"), "it forwards each packet, and may keep a copy"),
        What::Media | What::Text => (
            false,
            rfc(8827, "6.5"),
            "media is encrypted by SRTP and text by DTLS, always: a browser has no way to turn that off",
        ),
    }
}

fn script(what: What) -> (bool, Spec, &'static str) {
    match what {
        What::Address => (
            true,
            rfc(8828, "3"),
            "server-reflexive candidates name it, and the script is given each candidate to send it on. Only private addresses \
             hide behind names",
        ),
        What::WhoCallsWhom => (true, rfc(8826, "3"), "the script makes the call"),
        What::Descriptions => (
            true,
            rfc(9429, "3.1"),
            "createOffer hands them to the script, which must bring them over: signaling is its affair",
        ),
        What::Fingerprints => {
            (true, rfc(8122, "5"), "they are lines of the descriptions, which the script is given")
        }
        What::Ciphertext => (
            false,
            rfc(8827, "6.5"),
            "the browser keeps packets and keys to itself. A script gets tracks and messages, and no datagram",
        ),
        What::Media => (
            true,
            rfc(8826, "4.3.2.4"),
            "a page that may use the camera has the pictures before they are encrypted, and those of pong after: it can draw \
             them, record them, send them off. Who calls trusts the site",
        ),
        What::Text => (
            true,
            rfc(8831, "6.6"),
            "channel.send is called by the script, and onmessage is its own function",
        ),
    }
}

fn peer(what: What) -> (bool, Spec, &'static str) {
    let (spec, why) = match what {
        What::Address => (
            rfc(8826, "4.2.4"),
            "a direct call comes from there, and the candidates told it before. Who wants to hide it lets a TURN server relay \
             the call",
        ),
        What::WhoCallsWhom => (rfc(3264, "4"), "pong is the one who is called"),
        What::Descriptions => (rfc(3264, "4"), "an offer is made for the one who answers it"),
        What::Fingerprints => {
            (rfc(8842, "5.1"), "pong holds ping's certificate against it: that is what it was sent for")
        }
        What::Ciphertext => (rfc(8827, "6.5"), "the packets are addressed to pong"),
        What::Media | What::Text => (
            rfc(8826, "4.3.3"),
            "pong is the other end of the encryption. What was said to it, it can also keep and pass on",
        ),
    };
    (true, spec, why)
}
