//! The chapter "Agora: how do many people call at once?".

pub mod forward;
pub mod refusal;
pub mod sign_token;
pub mod topology;

use wire::Spec;

/// How tokens are packed and signed: no RFC says so, but the code that builds them.
const ACCESS_TOKEN_2: Spec = Spec::Page {
    title: "AgoraIO/Tools, AccessToken2",
    url: "https://github.com/AgoraIO/Tools/blob/master/DynamicKey/AgoraDynamicKey/nodejs/src/AccessToken2.js",
};
/// What lifetimes mean.
const RTC_TOKEN_BUILDER_2: Spec = Spec::Page {
    title: "AgoraIO/Tools, RtcTokenBuilder2",
    url: "https://github.com/AgoraIO/Tools/blob/master/DynamicKey/AgoraDynamicKey/nodejs/src/RtcTokenBuilder2.js",
};
/// How long a token counts at most.
const TOKEN_SERVER: Spec = Spec::Page {
    title: "Agora, Deploy a token server",
    url: "https://docs.agora.io/en/video-calling/token-authentication/deploy-token-server",
};
