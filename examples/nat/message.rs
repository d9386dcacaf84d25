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

#[cfg(test)]
mod tests {
    use stun_server::{Endpoint, Server};

    use super::*;

    const ID: [u8; 12] = *b"ping-pong-01";

    fn answered(wish: Wish) -> (Vec<u8>, stun_server::Reply) {
        let server = Server::new(([192, 0, 2, 1], 3478).into());
        let server = server.with_alternate(([192, 0, 2, 2], 3479).into()).unwrap();
        let request = Request::binding(ID, wish).unwrap();
        let (seen, mut out) = (([198, 51, 100, 1], 40_000).into(), Vec::new());
        let reply =
            server.respond(&request.bytes, seen, Endpoint::PRIMARY, &mut out);
        (out, reply.unwrap())
    }

    #[test]
    fn each_wish_is_understood_by_the_server() {
        for (wish, from, port) in [
            (Wish::Nothing, "192.0.2.1:3478", 40_000),
            (Wish::OtherPort, "192.0.2.1:3479", 40_000),
            (Wish::OtherAddressAndPort, "192.0.2.2:3479", 40_000),
            (Wish::ToPort(5000), "192.0.2.1:3478", 5000),
        ] {
            let (bytes, reply) = answered(wish);
            let from = from.parse().unwrap();
            let origin = wire::stun::STUN.dissect(&bytes);
            let origin = origin.find("RESPONSE-ORIGIN").and_then(wire::Node::addr);
            assert_eq!((origin, reply.to.port()), (Some(from), port), "{wish:?}");
        }
    }

    #[test]
    fn a_response_tells_where_it_saw_us_and_where_else_to_ask() {
        let (bytes, _) = answered(Wish::Nothing);
        let response = Response::to(ID, &bytes).unwrap();
        assert_eq!(response.mapped, Some(([198, 51, 100, 1], 40_000).into()));
        assert_eq!(response.other, Some(([192, 0, 2, 2], 3479).into()));
        assert_eq!(response.error, None);
    }

    #[test]
    fn what_is_no_answer_to_this_question_is_none() {
        let (bytes, _) = answered(Wish::Nothing);
        let request = Request::binding(ID, Wish::Nothing).unwrap().bytes;
        assert_eq!(Response::to(*b"ping-pong-02", &bytes), None);
        assert_eq!(Response::to(ID, &request), None, "one's own request");
        assert!(is_request(ID, &request) && !is_request(ID, &bytes));
        for length in 0..bytes.len() {
            assert_eq!(Response::to(ID, &bytes[..length]), None, "{length} bytes");
            assert!(!is_request(ID, &bytes[..length]));
        }
    }
}
