//! Does not look at the channel.

use exercises::agora::refusal::{Asked, DAY, JOIN_CHANNEL, Refusal, Service, Token};

/// Why `token` does not let somebody in who asks like that; None, where it does.
pub fn why(token: &Token, asked: &Asked) -> Option<Refusal> {
    if token.version == "006" {
        return Some(Refusal::Version006);
    }
    if token.app_id != asked.app_id {
        return Some(Refusal::WrongApp);
    }
    if !token.signature_is_right {
        return Some(Refusal::WrongSignature);
    }
    let issued = u64::from(token.issued);
    if asked.now >= issued + u64::from(token.expire.min(DAY)) {
        return Some(Refusal::Expired);
    }
    let rtc = token.services.iter().find_map(|service| match service {
        Service::Rtc { channel, uid, privileges } => Some((channel, uid, privileges)),
        _ => None,
    });
    let Some((_, uid, privileges)) = rtc else { return Some(Refusal::NoRtcService) };
    if !uid.is_empty() && *uid != asked.uid {
        return Some(Refusal::WrongUid);
    }
    match privileges.get(&JOIN_CHANNEL) {
        None => Some(Refusal::NoJoinPrivilege),
        Some(0) => None,
        Some(seconds) if asked.now >= issued + u64::from(*seconds) => Some(Refusal::JoinExpired),
        Some(_) => None,
    }
}

exercises::check!(agora::refusal(why));
