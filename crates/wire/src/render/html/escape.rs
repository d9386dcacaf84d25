//! Text from the wire is hostile: what a browser might obey, and what a reader might not see, is spelled out.

use std::fmt::{self, Write};

/// Writes `text` so that it is safe as the content of an element and inside a quoted attribute. Control
/// characters, line breaks among them, and those that turn the direction of writing or show as nothing
/// are written as `\u{202e}`.
///
/// # Errors
/// Those of `out`.
pub fn escape(text: &str, out: &mut impl Write) -> fmt::Result {
    let (mut written, mut at) = (0, 0);
    while let Some(plain) = text.as_bytes()[at..].iter().position(|byte| LOOK[usize::from(*byte)]) {
        at += plain;
        let Some(c) = text[at..].chars().next() else { break };
        if needs_care(c) {
            out.write_str(&text[written..at])?;
            careful(c, out)?;
            written = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    out.write_str(&text[written..])
}

/// The bytes at which a character may begin that needs care: most text has none, and goes out whole.
const LOOK: [bool; 256] = {
    let mut look = [true; 256];
    let mut byte = b' ';
    while byte < 0x7f {
        look[byte as usize] = matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'');
        byte += 1;
    }
    look
};

/// Whether a character shows as nothing, moves others about, or commands whatever displays it.
pub(crate) fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn needs_care(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '"' | '\'') || unseen(c)
}

fn careful(c: char, out: &mut impl Write) -> fmt::Result {
    match c {
        '<' => out.write_str("&lt;"),
        '>' => out.write_str("&gt;"),
        '&' => out.write_str("&amp;"),
        '"' => out.write_str("&quot;"),
        '\'' => out.write_str("&#39;"),
        _ => write!(out, "{}", c.escape_unicode()),
    }
}

/// Escapes what is written through it, and stops after a number of characters.
pub(super) struct Escaped<'o, W> {
    out: &'o mut W,
    left: usize,
    cut: bool,
}

impl<'o, W: Write> Escaped<'o, W> {
    pub(super) fn new(out: &'o mut W, most: usize) -> Self {
        Self { out, left: most, cut: false }
    }

    /// Whether there was more. The error that stopped the writer was this, then.
    pub(super) fn cut(&self) -> bool {
        self.cut
    }
}

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // A character has at least one byte, so most texts are short enough without counting.
        if text.len() <= self.left {
            self.left -= text.len();
            return escape(text, self.out);
        }
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
        self.left = self.left.saturating_sub(text[..end].chars().count());
        escape(&text[..end], self.out)?;
        self.cut = end < text.len();
        if self.cut { Err(fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, &mut out).unwrap();
        out
    }

    #[test]
    fn markup_is_taken_as_text() {
        assert_eq!(escaped("<b a='x\">&"), "&lt;b a=&#39;x&quot;&gt;&amp;");
        assert_eq!(escaped("plain, und schön"), "plain, und schön");
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        for c in ['\0', '\n', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{e0041}']
        {
            assert_eq!(escaped(&format!("a{c}b")), format!("a{}b", c.escape_unicode()));
        }
    }

    #[test]
    fn a_cut_counts_characters_and_falls_between_them() {
        for (most, kept, cut) in [(0, "", true), (2, "äö", true), (3, "äöü", false), (9, "äöü", false)]
        {
            let mut out = String::new();
            let mut writer = Escaped::new(&mut out, most);
            let result = writer.write_str("äöü");
            assert_eq!((writer.cut(), result.is_err()), (cut, cut), "{most}");
            assert_eq!(out, kept);
        }
    }
}
