//! # sdp::mend: twelve broken descriptions
//!
//! Twelve descriptions, and each breaks one rule. ping makes the offers and pong the answers:
//!
//! ```text
//! A   an answer    Both sides wait for the other to begin.
//! B   an answer    pong cannot do sound, so it is silent about it.
//! C   an answer    The important thing comes first.
//! D   an offer     Who shares a transport?
//! E   an offer     How long is a hash?
//! F   an offer     A password that one can guess.
//! G   an offer     A candidate from a STUN server.
//! H   an offer     Two codecs, opus and G722.
//! I   an answer    To one who wants to be heard and not to hear.
//! J   an offer     The lines fell down and were picked up again.
//! K   an offer     Data, to nobody in particular.
//! L   an answer    pong knows PCMA and opus.
//! ```
//!
//! Give each back as it is first (`sdp.to_owned()`): the verdict shows the text, the place of the fault, and the
//! rule. Then mend it, and nothing else: there is more than one right way for most of them. Lines end with `\r\n`.
//!
//! The faults are found by the linter of the workbook, which is yours as well: `cargo run -- inspect --sdp FILE`.
//!
//! Check: `cargo run -- check sdp::mend`. The page: sdp.html#exercises

use exercises::sdp::mend::Broken;

/// The text, mended.
///
/// Useful: `sdp.replace("from", "to")`, `sdp.find("m=audio")`, `sdp.split_at(place)`, `format!("{sdp}a=...\r\n")`.
pub fn mend(which: Broken, sdp: &str) -> String {
    match which {
        Broken::A => todo!(),
        Broken::B => todo!(),
        Broken::C => todo!(),
        Broken::D => todo!(),
        Broken::E => todo!(),
        Broken::F => todo!(),
        Broken::G => todo!(),
        Broken::H => todo!(),
        Broken::I => todo!(),
        Broken::J => todo!(),
        Broken::K => todo!(),
        Broken::L => todo!(),
    }
}

exercises::check!(sdp::mend(mend));
