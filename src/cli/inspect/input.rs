//! What the user handed over: a file, standard input, or the bytes themselves as text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use wire::agora::AGORA;
use wire::trace::{Trace, looks_like_capture};

/// A capture has packets of its own; anything else is one message.
pub(super) enum Input {
    Capture(Box<Trace>),
    Message(Vec<u8>),
}

/// So much is read of a capture, from wherever: a file or a stream without end must not fill the memory.
const LONGEST_CAPTURE: u64 = 1 << 30;
/// And so much of anything else, which is one message.
const LONGEST_MESSAGE: u64 = 16 << 20;
/// As much as it takes to tell which of the two it is.
const BEGINNING: u64 = 16;

/// Reads it; `as_text`: words are the message itself, and stand for no bytes.
pub(super) fn read(words: &[String], as_text: bool) -> Result<Input> {
    let bytes = match words {
        [dash] if dash == "-" => from_text_or_as_is(bounded(io::stdin().lock(), "standard input")?),
        [word] if is_path(word) => {
            let file = File::open(word).with_context(|| format!("cannot read {word}"))?;
            from_text_or_as_is(bounded(file, word)?)
        }
        // Base64 would read a token too, and make nonsense of it.
        [word] if as_text || (AGORA.claims)(word.as_bytes()) => word.clone().into_bytes(),
        // Several words are hex as a dump prints it: 00 01 00 00
        words => match decode(&words.concat()) {
            Some(bytes) => bytes,
            None => bail!(
                "{} is neither a file, nor hex, nor base64: check the path, or pass `-` to read standard input",
                name(words)
            ),
        },
    };
    if !looks_like_capture(&bytes) {
        return Ok(Input::Message(bytes));
    }
    let trace = Trace::read(&bytes).with_context(|| format!("cannot read the capture {}", name(words)))?;
    Ok(Input::Capture(Box::new(trace)))
}

/// How an error names the input.
pub(super) fn name(words: &[String]) -> String {
    match words {
        [dash] if dash == "-" => "standard input".to_owned(),
        words => {
            let text = words.join(" ");
            match text.char_indices().nth(40) {
                Some((end, _)) => format!("`{}\u{2026}`", &text[..end]),
                None => format!("`{text}`"),
            }
        }
    }
}

/// Anything that is there, or can only be meant as a path.
fn is_path(word: &str) -> bool {
    Path::new(word).exists() || word.ends_with(".pcap") || word.ends_with(".pcapng") || word.starts_with("./")
}

/// All that `input` gives, unless that is more than anyone could mean.
fn bounded(mut input: impl Read, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let cannot = || format!("cannot read {name}");
    input.by_ref().take(BEGINNING).read_to_end(&mut bytes).with_context(cannot)?;
    let (most, advice) = if looks_like_capture(&bytes) {
        (LONGEST_CAPTURE, "split the capture with `editcap -c 1000000 IN OUT`")
    } else {
        (LONGEST_MESSAGE, "cut out the message that you mean")
    };
    input.take(most + 1 - BEGINNING).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > most {
        bail!("{name} has more than the {} MiB that are read at once: {advice}", most >> 20);
    }
    Ok(bytes)
}

/// A file may hold the bytes or their hex. A text of nothing but hex digits is hardly a message itself.
fn from_text_or_as_is(bytes: Vec<u8>) -> Vec<u8> {
    std::str::from_utf8(&bytes).ok().and_then(hex).unwrap_or(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    hex(text).or_else(|| base64(text))
}

/// Hex, with what dumps put between the digits.
fn hex(text: &str) -> Option<Vec<u8>> {
    let mut digits = Vec::new();
    for word in text.split(|c: char| c.is_ascii_whitespace() || matches!(c, ':' | ',' | '-')) {
        let word = word.strip_prefix("0x").unwrap_or(word);
        digits.extend(word.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>()?);
    }
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    whole.then(|| digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

/// Base64, plain or URL-safe, padded or not (RFC 4648 sections 4 and 5).
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    // A short word such as a misspelt file name is often base64 by chance; a STUN header has 20 bytes.
    GeneralPurpose::new(&alphabet, config).decode(text).ok().filter(|bytes| bytes.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_every_form_that_dumps_use() {
        for text in
            ["00012112", "00 01 21 12", "00:01:21:12", "0x0001 0x2112", "00,01\n21-12", "AAEhEg", "AAEhEg=="]
        {
            assert_eq!(decode(text).as_deref(), Some(&[0, 1, 0x21, 0x12][..]), "{text}");
        }
        for text in ["", "0", "0x", "xyz!", "no/such file", "AAE"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
