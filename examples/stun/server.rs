//! The server answers from what it reads off each datagram, and remembers nothing.

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use stun_codec::rfc5389::attributes::{
    ErrorCode, Fingerprint, MessageIntegrity, Software, UnknownAttributes,
    Username, XorMappedAddress,
};
use stun_codec::rfc5389::methods::BINDING;
use stun_codec::rfc5389::{attributes, errors};
use stun_codec::rfc5780::attributes::{OtherAddress, ResponseOrigin};
use stun_codec::{AttributeType, Message, MessageClass};
use tap::{Tap, UdpSocket};
use tokio::task::JoinSet;
use wire::stun::{Class, MAGIC_COOKIE, kind};

use crate::message::{
    Attribute, PASSWORD, USERNAME, decode, encode, is_signed, sign,
};

/// One socket; or four, for two addresses with the same two ports each. They stand
/// so that 1 in a place is the other port and 2 the other address: CHANGE-REQUEST's
/// two flags, shifted right by one.
pub(crate) struct Server {
    sockets: Vec<UdpSocket>,
}

/// A response, and which socket sends it.
type Reply = (Vec<u8>, usize);

impl Server {
    pub(crate) async fn bind(
        primary: SocketAddr,
        alternate: Option<SocketAddr>,
        tap: &Tap,
    ) -> io::Result<Self> {
        let first = UdpSocket::bind(primary, tap).await?;
        let mut sockets = vec![first];
        if let Some(alternate) = alternate {
            let (ip, port) = (primary.ip(), sockets[0].local_addr().port());
            let second =
                UdpSocket::bind((ip, alternate.port()).into(), tap).await?;
            let other_port = second.local_addr().port();
            sockets.push(second);
            sockets
                .push(UdpSocket::bind((alternate.ip(), port).into(), tap).await?);
            sockets.push(
                UdpSocket::bind((alternate.ip(), other_port).into(), tap).await?,
            );
        }
        Ok(Self { sockets })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.sockets[0].local_addr()
    }

    /// The address and port that differ from the first one's in both.
    pub(crate) fn alternate(&self) -> Option<SocketAddr> {
        self.sockets.get(3).map(UdpSocket::local_addr)
    }

    /// Answers until the task is dropped.
    pub(crate) async fn serve(self) {
        let server = Arc::new(self);
        let each =
            (0..server.sockets.len()).map(|at| Arc::clone(&server).serve_at(at));
        each.collect::<JoinSet<()>>().join_all().await;
    }

    async fn serve_at(self: Arc<Self>, at: usize) {
        let mut buffer = [0; 1500];
        loop {
            let Ok((length, from)) = self.sockets[at].recv_from(&mut buffer).await
            else {
                // Some systems report here that an earlier answer found nobody. The
                // next client is waiting.
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            };
            if let Some((response, out)) = self.answer(&buffer[..length], from, at)
            {
                // It may be undeliverable, as to port 0. The client would ask
                // again.
                let _ = self.sockets[out].send_to(&response, from).await;
            }
        }
    }

    // ANCHOR: answer
    /// What to send back to `from`, and from which socket; nothing where the
    /// datagram is no Binding request. One request gives at most one response, and
    /// it goes to the sender only.
    fn answer(
        &self,
        datagram: &[u8],
        from: SocketAddr,
        at: usize,
    ) -> Option<Reply> {
        if datagram.get(4..8)? != MAGIC_COOKIE.to_be_bytes() {
            return self.answer_classic(datagram, from, at);
        }
        let request: Message<Attribute> = decode(datagram).ok()?;
        if request.class() != MessageClass::Request || request.method() != BINDING {
            return None;
        }
        let out = at ^ change(&request);
        let unknown = self.not_understood(&request);
        if !unknown.is_empty() {
            let mut refusal = refuse(&request, errors::UnknownAttribute.into());
            refusal.add_attribute(UnknownAttributes::new(unknown));
            return Some((fingerprinted(refusal)?, at));
        }
        let mut response = Message::new(
            MessageClass::SuccessResponse,
            BINDING,
            request.transaction_id(),
        );
        response.add_attribute(XorMappedAddress::new(from));
        response.add_attribute(ResponseOrigin::new(self.sockets[out].local_addr()));
        if let Some(other) = self.sockets.get(at ^ 3) {
            response.add_attribute(OtherAddress::new(other.local_addr()));
        }
        response.add_attribute(Software::new("Wirebook".to_owned()).ok()?);
        let bytes = match credential(&request, datagram) {
            Credential::None => fingerprinted(response),
            Credential::Sha1 => {
                let hmac = MessageIntegrity::new_short_term_credential(
                    &response, PASSWORD,
                )
                .ok()?;
                response.add_attribute(hmac);
                fingerprinted(response)
            }
            Credential::Sha256 => sign(response).ok(),
            Credential::Wrong(why) => fingerprinted(refuse(&request, why)),
        };
        Some((bytes?, out))
    }
    // ANCHOR_END: answer

    /// A client of 2003 has random bits where the magic cookie would be. It gets
    /// them back, and its address in clear (RFC 8489 section 11). stun_codec writes
    /// no message without the cookie: the workbook does.
    fn answer_classic(
        &self,
        datagram: &[u8],
        from: SocketAddr,
        at: usize,
    ) -> Option<Reply> {
        let id = *datagram.get(4..)?.first_chunk::<16>()?;
        let mut request = datagram.to_vec();
        request.get_mut(4..8)?.copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
        let request: Message<Attribute> = decode(&request).ok()?;
        if request.class() != MessageClass::Request || request.method() != BINDING {
            return None;
        }
        let mut bytes = Vec::new();
        let unknown: Vec<_> = self
            .not_understood(&request)
            .iter()
            .map(|kind| kind.as_u16())
            .collect();
        if !unknown.is_empty() {
            wire::stun::Message::begin_classic(
                &mut bytes,
                Class::ErrorResponse,
                kind::BINDING,
                id,
            )
            .error_code(420, "Unknown Attribute")
            .unknown_attributes(&unknown)
            .finish()
            .ok()?;
            return Some((bytes, at));
        }
        let out = at ^ change(&request);
        let mut response = wire::stun::Message::begin_classic(
            &mut bytes,
            Class::SuccessResponse,
            kind::BINDING,
            id,
        )
        .address(kind::MAPPED_ADDRESS, from)
        .address(kind::SOURCE_ADDRESS, self.sockets[out].local_addr());
        if let Some(other) = self.sockets.get(at ^ 3) {
            response = response.address(kind::CHANGED_ADDRESS, other.local_addr());
        }
        response.finish().ok()?;
        Some((bytes, out))
    }

    /// The attributes below 0x8000 that this server cannot honor. With one address,
    /// CHANGE-REQUEST is such.
    fn not_understood(&self, request: &Message<Attribute>) -> Vec<AttributeType> {
        let kinds =
            request.unknown_attributes().map(stun_codec::Attribute::get_type);
        let understood = |kind: &AttributeType| match kind.as_u16() {
            kind::CHANGE_REQUEST => self.sockets.len() == 4,
            kind::MESSAGE_INTEGRITY_SHA256 => true,
            _ => kind.is_comprehension_optional(),
        };
        kinds.filter(|kind| !understood(kind)).collect()
    }
}

/// Which other socket CHANGE-REQUEST asks for: 0 to 3.
fn change(request: &Message<Attribute>) -> usize {
    let mut raw = request.unknown_attributes();
    let asked = raw.find(|raw| {
        stun_codec::Attribute::get_type(*raw).as_u16() == kind::CHANGE_REQUEST
    });
    let flags =
        asked.and_then(|raw| raw.value().get(3)).copied().unwrap_or_default();
    usize::from(flags >> 1 & 3)
}

enum Credential {
    None,
    Sha1,
    Sha256,
    Wrong(ErrorCode),
}

/// Whether the request proves that it knows the password (RFC 8489 section 9.1.3).
/// Nobody has to: checking costs more than answering. A client that says it does is
/// held to it.
fn credential(request: &Message<Attribute>, datagram: &[u8]) -> Credential {
    let sha256 = request.unknown_attributes().any(|raw| {
        stun_codec::Attribute::get_type(raw).as_u16()
            == kind::MESSAGE_INTEGRITY_SHA256
    });
    let sha1 = request.get_attribute::<MessageIntegrity>();
    let username =
        request.get_attribute::<Username>().map(attributes::Username::name);
    match (sha256, sha1, username) {
        (false, None, _) => Credential::None,
        (_, _, None) => Credential::Wrong(errors::BadRequest.into()),
        (true, _, Some(USERNAME)) if is_signed(datagram) => Credential::Sha256,
        (false, Some(hmac), Some(USERNAME))
            if hmac.check_short_term_credential(PASSWORD).is_ok() =>
        {
            Credential::Sha1
        }
        _ => Credential::Wrong(errors::Unauthorized.into()),
    }
}

fn refuse(request: &Message<Attribute>, why: ErrorCode) -> Message<Attribute> {
    let mut refusal = Message::new(
        MessageClass::ErrorResponse,
        BINDING,
        request.transaction_id(),
    );
    refusal.add_attribute(why);
    refusal
}

fn fingerprinted(mut message: Message<Attribute>) -> Option<Vec<u8>> {
    message.add_attribute(Fingerprint::new(&message).ok()?);
    encode(message).ok()
}
