//! Packs the uid 0 as the text "0".

use exercises::agora::sign_token::{Token, base64, deflate, hmac_sha256};

fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text);
}

/// What is signed.
pub fn pack(token: &Token) -> Vec<u8> {
    let mut out = Vec::new();
    put_text(&mut out, token.app_id.as_bytes());
    for number in [token.issued, token.expire, token.salt] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    // One service: RTC.
    out.extend_from_slice(&1_u16.to_le_bytes());
    out.extend_from_slice(&1_u16.to_le_bytes());
    let mut privileges = token.privileges.clone();
    privileges.sort();
    out.extend_from_slice(&(privileges.len() as u16).to_le_bytes());
    for (number, seconds) in privileges {
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(&seconds.to_le_bytes());
    }
    put_text(&mut out, token.channel.as_bytes());
    let uid = token.uid.to_string();
    put_text(&mut out, uid.as_bytes());
    out
}

/// The whole token, for the client.
pub fn sign(token: &Token, certificate: &str) -> String {
    let signed = pack(token);
    let of_time = hmac_sha256(&token.issued.to_le_bytes(), certificate.as_bytes());
    let key = hmac_sha256(&token.salt.to_le_bytes(), &of_time);
    let signature = hmac_sha256(&key, &signed);
    let mut content = Vec::new();
    put_text(&mut content, &signature);
    content.extend_from_slice(&signed);
    format!("007{}", base64(&deflate(&content)))
}

exercises::check!(agora::sign_token(pack, sign));
