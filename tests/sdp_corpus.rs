//! SDP as five makers write it: tests/data/sdp/, and what the same makers write today.
//!
//! Chromium, Firefox and aiortc are asked where they are installed; else a test says so in one line and passes. tests/data/sdp/
//! README.md says how the files are written anew.

#[path = "sdp_corpus/corpus.rs"]
mod corpus;
#[path = "sdp_corpus/strangers.rs"]
mod strangers;

#[path = "sdp_peers/mod.rs"]
mod sdp_peers;

use std::fs;

use corpus::{MAKERS, dissects_without_complaint, holds_or_update, offers_of_others, read};
use sdp_peers::make;
use sdp_peers::sans_io::SansIo;
use sdp_peers::tokio_peer::TokioPeer;

#[tokio::test(flavor = "multi_thread")]
async fn chromium_makes_what_the_corpus_holds() {
    if let Some(made) = strangers::chromium(&offers_of_others("chromium")).await {
        holds_or_update("chromium", &made);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_makes_what_the_corpus_holds() {
    if let Some(made) = strangers::firefox(&offers_of_others("firefox")).await {
        holds_or_update("firefox", &made);
    }
}

#[test]
fn aiortc_makes_what_the_corpus_holds() {
    if let Some(made) = strangers::aiortc(&offers_of_others("aiortc")) {
        holds_or_update("aiortc", &made);
    }
}

#[tokio::test]
async fn webrtc_makes_what_the_corpus_holds() {
    holds_or_update("webrtc", &make::<TokioPeer>(&offers_of_others("webrtc")).await.unwrap());
}

#[tokio::test]
async fn rtc_makes_what_the_corpus_holds() {
    holds_or_update("rtc", &make::<SansIo>(&offers_of_others("rtc")).await.unwrap());
}

#[test]
fn each_offer_has_its_answer_and_each_line_its_cr_lf() {
    for maker in MAKERS {
        let sdps = read(maker);
        assert!(sdps.len() > 10, "{maker}");
        for (name, sdp) in &sdps {
            let whole = sdp.starts_with("v=0\r\n") && sdp.ends_with("\r\n");
            assert!(whole && sdp.matches("\r\n").count() == sdp.matches('\n').count(), "{maker}/{name}");
            if let Some(situation) = name.strip_suffix("-offer") {
                assert!(sdps.contains_key(&format!("{situation}-answer")), "{maker}/{name}");
            }
        }
    }
}

#[test]
fn no_file_gets_a_note_worse_than_info() {
    for maker in MAKERS {
        dissects_without_complaint(maker, &read(maker));
    }
}

/// A corpus is public: where it was made is nobody's business.
#[test]
fn no_file_names_a_hosts_address() {
    for maker in MAKERS {
        for (name, sdp) in read(maker) {
            for address in
                sdp.split(['\r', '\n', ' ']).filter(|word| word.parse::<std::net::IpAddr>().is_ok())
            {
                let known = matches!(address, "0.0.0.0" | "127.0.0.1" | "0" | "::");
                assert!(known, "{maker}/{name}: {address}");
            }
        }
    }
}

#[test]
fn the_readme_names_each_maker() {
    let readme = fs::read_to_string(corpus::folder().join("README.md")).unwrap();
    for maker in MAKERS {
        assert!(readme.contains(&format!("| `{maker}` |")), "{maker}");
    }
}
