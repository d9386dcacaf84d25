//! Whatever happens to a token, its leaves tile it, and it does not become another.

use wire::agora::{AGORA, Token};

use super::common::tiles_however_damaged;
use super::vectors::{RTC, all};

#[test]
fn leaves_tile_published_tokens_whole_cut_and_damaged() {
    // Each of a token's bytes stands in one layer below another, so these take long: the shortest are enough.
    let mut texts: Vec<_> = all().into_iter().map(|(_, text, _)| text).collect();
    texts.sort_by_key(|text| text.len());
    for text in &texts[..2] {
        tiles_however_damaged(&AGORA, text.as_bytes());
    }
}

#[test]
fn a_token_that_is_cut_is_no_token() {
    for len in 0..RTC.len() {
        assert!(Token::read(&RTC[..len]).is_err(), "{len}");
    }
}
