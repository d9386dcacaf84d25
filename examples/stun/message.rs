//! Messages, by the crate `stun_codec`, and the little that it leaves to us.

use anyhow::{Result, anyhow};
use bytecodec::{DecodeExt, EncodeExt};
use stun_codec::rfc5389::attributes::{
    ErrorCode, Fingerprint, MappedAddress, MessageIntegrity, Software,
    UnknownAttributes, Username, XorMappedAddress,
};
use stun_codec::rfc5780::attributes::{OtherAddress, ResponseOrigin};
use stun_codec::{
    Attribute as AnyAttribute, AttributeType, Message, MessageDecoder,
    MessageEncoder, RawAttribute,
};
use wire::stun::kind;
use wire::{Context, Severity, Tree};

// stun_codec asks each program which attributes it understands. The others stay
// raw, and a server has to refuse those of them that must be understood.
stun_codec::define_attribute_enums!(
    Attribute,
    AttributeDecoder,
    AttributeEncoder,
    [
        ErrorCode,
        Fingerprint,
        MappedAddress,
        MessageIntegrity,
        OtherAddress,
        ResponseOrigin,
        Software,
        UnknownAttributes,
        Username,
        XorMappedAddress
    ]
);

/// The account that both ends know. A short-term credential is agreed on
/// beforehand, elsewhere.
pub(crate) const USERNAME: &str = "student";
pub(crate) const PASSWORD: &str = "wirebook";

/// The flags of CHANGE-REQUEST. stun_codec 0.4 writes them at their place and reads
/// them one bit lower, so the attribute stays out of the list above and both ends
/// handle it raw.
pub(crate) const CHANGE_IP: u8 = 0x04;
pub(crate) const CHANGE_PORT: u8 = 0x02;

pub(crate) fn encode<A: AnyAttribute>(message: Message<A>) -> Result<Vec<u8>> {
    MessageEncoder::new()
        .encode_into_bytes(message)
        .map_err(|error| anyhow!("cannot encode: {:?}", error.kind()))
}

/// Reads a message, and checks its FINGERPRINT where it has one.
pub(crate) fn decode<A: AnyAttribute>(bytes: &[u8]) -> Result<Message<A>> {
    let decoded = MessageDecoder::new().decode_from_bytes(bytes);
    let message = decoded.and_then(|whole| whole.map_err(Into::into));
    message.map_err(|error| {
        anyhow!("not a STUN message as RFC 8489 has it: {:?}", error.kind())
    })
}

/// An attribute that stun_codec need not know.
pub(crate) fn raw(kind: u16, value: &[u8]) -> RawAttribute {
    RawAttribute::new(AttributeType::new(kind), value.to_vec())
}

/// Ends a message with the HMAC that RFC 8489 added in 2020, which stun_codec does
/// not know yet, and with a FINGERPRINT over it all.
pub(crate) fn sign(message: Message<Attribute>) -> Result<Vec<u8>> {
    let unsigned = encode(message)?;
    let hmac =
        wire::stun::message_integrity_sha256(&unsigned, PASSWORD.as_bytes(), 32);
    let mut message: Message<RawAttribute> = decode(&unsigned)?;
    message.add_attribute(raw(kind::MESSAGE_INTEGRITY_SHA256, &hmac));
    let crc = Fingerprint::new(&message)?.crc32();
    message.add_attribute(raw(kind::FINGERPRINT, &crc.to_be_bytes()));
    encode(message)
}

/// Whether the password made the message's MESSAGE-INTEGRITY-SHA256. The workbook's
/// dissector checks it.
pub(crate) fn is_signed(bytes: &[u8]) -> bool {
    let context = Context { password: Some(PASSWORD), ..Context::default() };
    let tree = wire::stun::STUN.dissect_in(Tree::default(), bytes, &context);
    let verdict = (0..)
        .zip(tree.nodes())
        .find(|(_, node)| node.field.name == "MESSAGE-INTEGRITY-SHA256");
    verdict.is_some_and(|(at, _)| {
        tree.notes_at(at).any(|note| note.severity == Severity::Good)
    })
}
