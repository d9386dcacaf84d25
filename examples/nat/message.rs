//! What is asked and what is answered, by the crate `stun_codec`.

use std::net::SocketAddr;

use anyhow::{Result, anyhow};
use bytecodec::{DecodeExt, EncodeExt};
use stun_codec::rfc5389::attributes::{ErrorCode, MappedAddress, XorMappedAddress};
use stun_codec::rfc5389::methods::BINDING;
use stun_codec::rfc5780::attributes::OtherAddress;
use stun_codec::{
    AttributeType, Message, MessageClass, MessageDecoder, MessageEncoder,
    RawAttribute, TransactionId,
};
use wire::stun::kind;

stun_codec::define_attribute_enums!(
    Attribute,
    AttributeDecoder,
    AttributeEncoder,
    [ErrorCode, MappedAddress, OtherAddress, XorMappedAddress]
);

/// A question to the server, beyond "where do you see me?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Nothing,
    /// Answer from your other port (RFC 5780 section 7.2).
    OtherPort,
    /// Answer from your other address and your other port.
    OtherAddressAndPort,
    /// Answer to this port of mine (RFC 5780 section 7.5).
    ToPort(u16),
}

/// A Binding request, and the id that its answer will carry.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) id: [u8; 12],
}

/// What a Binding response says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    /// Where the server saw the request come from.
    pub(crate) mapped: Option<SocketAddr>,
    /// The server's other address and port, if it has them.
    pub(crate) other: Option<SocketAddr>,
    /// It refuses, as by 420: it does not know what it was asked for.
    pub(crate) error: Option<u16>,
}

// ANCHOR: request
impl Request {
    /// stun_codec 0.4 writes RESPONSE-PORT as 0, so what is wished for is added raw.
    pub(crate) fn binding(id: [u8; 12], wish: Wish) -> Result<Self> {
        let mut message = Message::<RawAttribute>::new(
            MessageClass::Request,
            BINDING,
            TransactionId::new(id),
        );
        let attribute = match wish {
            Wish::Nothing => None,
            Wish::OtherPort => Some((kind::CHANGE_REQUEST, vec![0, 0, 0, 0b010])),
            Wish::OtherAddressAndPort => {
                Some((kind::CHANGE_REQUEST, vec![0, 0, 0, 0b110]))
            }
            Wish::ToPort(port) => {
                let [high, low] = port.to_be_bytes();
                Some((kind::RESPONSE_PORT, vec![high, low, 0, 0]))
            }
        };
        if let Some((kind, value)) = attribute {
            message
                .add_attribute(RawAttribute::new(AttributeType::new(kind), value));
        }
        let bytes = MessageEncoder::new().encode_into_bytes(message);
        let bytes =
            bytes.map_err(|error| anyhow!("cannot encode: {:?}", error.kind()))?;
        Ok(Self { bytes, id })
    }
}
// ANCHOR_END: request

impl Response {
    /// The response with that transaction id; `None` for everything else, as anyone
    /// may send to an open port.
    pub(crate) fn to(id: [u8; 12], datagram: &[u8]) -> Option<Self> {
        let decoded =
            MessageDecoder::<Attribute>::new().decode_from_bytes(datagram);
        let message = decoded.ok()?.ok()?;
        let answers = message.class() == MessageClass::SuccessResponse
            || message.class() == MessageClass::ErrorResponse;
        if !answers || *message.transaction_id().as_bytes() != id {
            return None;
        }
        let mapped = message.get_attribute::<XorMappedAddress>();
        let mapped = mapped.map(XorMappedAddress::address);
        let in_clear = message.get_attribute::<MappedAddress>();
        Some(Self {
            mapped: mapped.or(in_clear.map(MappedAddress::address)),
            other: message.get_attribute().map(OtherAddress::address),
            error: message.get_attribute().map(ErrorCode::code),
        })
    }
}

/// Whether a datagram is the request with that transaction id: one's own, when it
/// comes back.
pub(crate) fn is_request(id: [u8; 12], datagram: &[u8]) -> bool {
    let first = datagram.first_chunk::<2>();
    first == Some(&[0, 1]) && datagram.get(8..20) == Some(&id)
}
