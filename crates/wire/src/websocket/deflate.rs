//! permessage-deflate: RFC 7692 section 7.
//!
//! A message is compressed with DEFLATE (RFC 1951), flushed so that it ends on a byte, and the 00 00 ff ff that
//! each such flush ends with is left out. A later message may refer to the last 32 KiB of those before it, so the
//! receiver keeps them: a window for each direction.

use miniz_oxide::inflate::TINFLStatus as Status;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use thiserror::Error;

/// A longer message is not inflated to its end: a kilobyte can stand for a megabyte.
pub(crate) const MOST_INFLATED: usize = 1 << 20;
const WINDOW: usize = 1 << 15;
/// What every flush ends with, and the sender leaves out (RFC 7692 section 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Why a message was not inflated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Failed {
    /// It is no DEFLATE.
    #[error("not inflated: the compressed data is no DEFLATE")]
    Corrupt,
    /// It is longer than is shown.
    #[error("not inflated: the message is longer than 1 MiB")]
    Long,
    /// An earlier message was not inflated, so what this one may refer to is not known.
    #[error("not inflated: it may refer to an earlier message that was not inflated")]
    Lost,
}

/// One direction's window.
pub(crate) struct Inflater {
    state: Box<DecompressorOxide>,
    window: Vec<u8>,
    at: usize,
    lost: bool,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { state: Box::default(), window: vec![0; WINDOW], at: 0, lost: false }
    }
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater").field("at", &self.at).field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Inflater {
    /// About how much memory one takes.
    pub(crate) const SIZE: usize = WINDOW + size_of::<DecompressorOxide>();

    /// Inflates the payload of a whole message.
    pub(crate) fn message(&mut self, payload: &[u8]) -> Result<Vec<u8>, Failed> {
        if self.lost {
            return Err(Failed::Lost);
        }
        // A block that says it is the last of all only ends the state, not the message (section 7.2.3.4).
        self.state.init();
        let mut out = Vec::new();
        let done = self.feed(payload, &mut out).and_then(|()| self.feed(&TAIL, &mut out));
        self.lost = done.is_err();
        done.map(|()| out)
    }

    /// What follows a message that was not held cannot be inflated.
    pub(crate) fn lose(&mut self) {
        self.lost = true;
    }

    fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), Failed> {
        loop {
            let flags = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
            let (status, read, written) =
                decompress(&mut self.state, input, &mut self.window, self.at, flags);
            input = input.get(read..).unwrap_or_default();
            out.extend_from_slice(self.window.get(self.at..self.at + written).unwrap_or_default());
            self.at = (self.at + written) % WINDOW;
            if out.len() > MOST_INFLATED {
                return Err(Failed::Long);
            }
            match status {
                Status::HasMoreOutput => {}
                Status::Done if !input.is_empty() => self.state.init(),
                Status::Done => {
                    self.state.init();
                    return Ok(());
                }
                Status::NeedsMoreInput => return Ok(()),
                _ => return Err(Failed::Corrupt),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::MZFlush;
    use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
    use miniz_oxide::deflate::stream::deflate;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Failed, Inflater, TAIL};

    /// RFC 7692 sections 7.2.3.1 to 7.2.3.5: all of them are "Hello".
    const EXAMPLES: [&[u8]; 4] = [
        b"\xf2\x48\xcd\xc9\xc9\x07\x00",
        b"\x00\x05\x00\xfa\xffHello\x00",
        b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
        b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
    ];
    /// "Hello" again, by reference to the message before (section 7.2.3.2).
    const AGAIN: &[u8] = b"\xf2\x00\x11\x00\x00";

    #[test]
    fn the_examples_of_rfc_7692_are_hello() {
        for example in EXAMPLES {
            assert_eq!(Inflater::default().message(example).as_deref(), Ok(&b"Hello"[..]), "{example:02x?}");
        }
    }

    #[test]
    fn a_message_may_refer_to_the_one_before_whatever_block_that_ended_with() {
        for example in EXAMPLES {
            let mut inflater = Inflater::default();
            assert_eq!(inflater.message(example).as_deref(), Ok(&b"Hello"[..]));
            for _ in 0..10_000 {
                assert_eq!(inflater.message(AGAIN).as_deref(), Ok(&b"Hello"[..]), "after {example:02x?}");
            }
        }
    }

    /// As a sender does it: one compressor for all messages, flushed after each, the tail left out.
    fn compressed(messages: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut compressor = CompressorOxide::new(create_comp_flags_from_zip_params(6, -15, 0));
        let flushed = |message: &Vec<u8>| {
            let mut out = vec![0; message.len() * 2 + 64];
            let result = deflate(&mut compressor, message, &mut out, MZFlush::Sync);
            assert_eq!(result.bytes_consumed, message.len());
            out.truncate(result.bytes_written);
            assert_eq!(out.split_off(out.len() - TAIL.len()), TAIL);
            out
        };
        messages.iter().map(flushed).collect()
    }

    proptest! {
        #[test]
        fn messages_come_back_however_much_they_share(
            messages in vec((any::<u8>(), 1_usize..40_000), 1..8)
        ) {
            let text = |(seed, len): &(u8, usize)| -> Vec<u8> {
                (0..*len).map(|i| (i / 7 + i / 300 * usize::from(*seed)) as u8).collect()
            };
            let messages: Vec<_> = messages.iter().map(text).collect();
            let mut inflater = Inflater::default();
            for (message, compressed) in messages.iter().zip(compressed(&messages)) {
                prop_assert_eq!(inflater.message(&compressed), Ok(message.clone()));
            }
        }
    }

    #[test]
    fn what_is_no_deflate_is_refused_and_so_is_what_may_refer_to_it() {
        let mut inflater = Inflater::default();
        assert_eq!(inflater.message(b"\xff\xff\xff"), Err(Failed::Corrupt));
        assert_eq!(inflater.message(EXAMPLES[0]), Err(Failed::Lost));
    }

    #[test]
    fn a_bomb_is_cut() {
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 1 << 26], 9);
        assert!(bomb.len() < 1 << 17, "{}", bomb.len());
        assert_eq!(Inflater::default().message(&bomb), Err(Failed::Long));
    }
}
