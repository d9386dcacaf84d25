//! The client asks, and asks again until it is answered.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use stun_codec::rfc5389::attributes::{MessageIntegrity, Software, Username};
use stun_codec::rfc5389::methods::BINDING;
use stun_codec::{Message, MessageClass, RawAttribute, TransactionId};
use tap::{Random, Tap, UdpSocket};
use tokio::time::{Instant, timeout_at};
use wire::stun::{Class, kind};

use crate::message::{Attribute, PASSWORD, USERNAME, encode, raw, sign};

/// How long to wait before asking again, how often to ask, and how long to wait for
/// the last answer, in units of the first wait (RFC 8489 section 6.2.1).
const RTO: Duration = Duration::from_millis(500);
const RC: u32 = 7;
const RM: u32 = 16;
/// What that adds up to: 63 × 500 ms until the seventh request, and 16 × 500 ms
/// more.
pub(crate) const PATIENCE: Duration = Duration::from_millis(39_500);

pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    pub(crate) patience: Duration,
}

/// A datagram that answers a request, and where it came from: not always from where
/// the request went.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) from: SocketAddr,
}

impl Client {
    pub(crate) async fn bind(
        local: IpAddr,
        patience: Duration,
        tap: &Tap,
    ) -> Result<Self> {
        let socket = UdpSocket::bind((local, 0).into(), tap).await;
        Ok(Self {
            socket: socket
                .with_context(|| format!("cannot open a socket at {local}"))?,
            patience,
        })
    }

    // ANCHOR: exchange
    /// Sends a request until it is answered; `None` where it never is.
    pub(crate) async fn exchange(
        &self,
        request: &[u8],
        server: SocketAddr,
    ) -> Result<Option<Answer>> {
        let give_up = Instant::now() + self.patience;
        let mut wait = RTO;
        for attempt in 1..=RC {
            self.socket.send_to(request, server).await?;
            if attempt == RC {
                wait = RTO * RM;
            }
            let next = give_up.min(Instant::now() + wait);
            if let Ok(answer) = timeout_at(next, self.answer_to(request)).await {
                return answer.map(Some);
            }
            if next == give_up {
                break;
            }
            wait *= 2; // 0.5 s, 1 s, 2 s, 4 s, ...: a network that loses packets needs fewer of them
        }
        Ok(None)
    }

    /// Waits for the response that carries the request's transaction ID. Anyone may
    /// send to this port, so what does not is dropped.
    async fn answer_to(&self, request: &[u8]) -> Result<Answer> {
        let mut buffer = [0; 1500];
        loop {
            let (length, from) = self.socket.recv_from(&mut buffer).await?;
            let datagram = &buffer[..length];
            let is_response = datagram.first().is_some_and(|byte| byte & 0x01 == 1);
            if is_response && datagram.get(4..20) == request.get(4..20) {
                return Ok(Answer { bytes: datagram.to_vec(), from });
            }
        }
    }
    // ANCHOR_END: exchange
}

// ANCHOR: request
/// The question itself: a header, and the name of who asks.
pub(crate) fn binding(random: &mut Random) -> Result<Vec<u8>> {
    let id = TransactionId::new(random.bytes());
    let mut request = Message::<Attribute>::new(MessageClass::Request, BINDING, id);
    request.add_attribute(Software::new("Wirebook ping".to_owned())?);
    encode(request)
}
// ANCHOR_END: request

/// A question with one attribute more, which stun_codec carries raw.
pub(crate) fn with(
    kind: u16,
    value: &[u8],
    random: &mut Random,
) -> Result<Vec<u8>> {
    let id = TransactionId::new(random.bytes());
    let mut request =
        Message::<RawAttribute>::new(MessageClass::Request, BINDING, id);
    request.add_attribute(raw(kind, value));
    encode(request)
}

/// Please answer from another address, another port, or both (RFC 5780 section
/// 7.2).
pub(crate) fn change(flags: u8, random: &mut Random) -> Result<Vec<u8>> {
    with(kind::CHANGE_REQUEST, &[0, 0, 0, flags], random)
}

/// A client of 2003 draws all 128 bits at random (RFC 3489 section 11.1).
/// stun_codec always writes the magic cookie, so these twenty bytes are written by
/// the workbook's own writer.
pub(crate) fn classic(random: &mut Random) -> Result<Vec<u8>> {
    let mut request = Vec::new();
    wire::stun::Message::begin_classic(
        &mut request,
        Class::Request,
        kind::BINDING,
        random.bytes(),
    )
    .finish()?;
    Ok(request)
}

/// Signed with a password that never travels. stun_codec makes the HMAC of 2008; a
/// client that does not know what the server can check adds the one of 2020 (RFC
/// 8489 section 9.1.2).
pub(crate) fn signed(random: &mut Random) -> Result<Vec<u8>> {
    let id = TransactionId::new(random.bytes());
    let mut request = Message::<Attribute>::new(MessageClass::Request, BINDING, id);
    request.add_attribute(Username::new(USERNAME.to_owned())?);
    request.add_attribute(MessageIntegrity::new_short_term_credential(
        &request, PASSWORD,
    )?);
    sign(request)
}
