//! # agora::refusal: why a token is refused
//!
//! Somebody wants to join a channel, and brings a token. It is refused. "Invalid token" is what most servers say then; which
//! of nine reasons it was, nobody knows. The reasons have an order, since each question makes sense only where those
//! before it were answered:
//!
//! ```text
//!   1  Version006        it begins with 006: the format of before, which nothing else here fits
//!   2  WrongApp          its App ID is another one than the server's: so it is signed with another certificate
//!   3  WrongSignature    not made with the app's certificate, or changed since: what follows may be anybody's words
//!   4  Expired           it counts for `expire` seconds from `issued`, and a day (86400 seconds) at most
//!   5  NoRtcService      it is good for something else than calls
//!   6  WrongChannel      it names another channel
//!   7  WrongUid          it names another uid. An empty uid in the token stands for anybody
//!   8  NoJoinPrivilege   privilege 1, join channel, is not there
//!   9  JoinExpired       it is there, and its seconds from `issued` are over. 0 stands for as long as the token
//! ```
//!
//! Both times are over in the second in which `now` reaches their end. Names are compared whole, and their case counts.
//! Privileges 2 to 4 say what may be published: who may not publish may still join.
//!
//! The first eight tokens, A to H, are real ones, and for each of them something is wrong. After them come others.
//! By hand first: a token was issued at 1700000000 for 600 seconds, and it is 1700000600. That is `Expired`.
//!
//! Check: `cargo run -- check agora::refusal`. The page: agora.html#why-a-token-is-refused

use exercises::agora::refusal::{Asked, DAY, JOIN_CHANNEL, Refusal, Service, Token};

/// Why `token` does not let somebody in who asks like that; None, where it does.
///
/// `token` has `version`, `app_id`, `signature_is_right`, `issued`, `expire` and `services`; `asked` has `app_id`, `channel`,
/// `uid` and `now`, a u64. A service may be `Service::Rtc { channel, uid, privileges }`, with a `BTreeMap` of seconds by
/// number; there is one of them at most.
///
/// Useful: `token.services.iter().find_map(...)`, `privileges.get(&JOIN_CHANNEL)`, `u64::from(token.issued)`.
pub fn why(token: &Token, asked: &Asked) -> Option<Refusal> {
    todo!()
}

exercises::check!(agora::refusal(why));
