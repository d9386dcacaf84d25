//! JSON (RFC 8259), as far as one must know where a value ends. Nothing is built: a packet keeps its text.

use std::ops::Range;

/// How many bytes the value has that `bytes` begins with; where it breaks the grammar, after how many bytes.
///
/// # Errors
/// The place of the first byte that cannot stand there, or the end where more must follow.
pub(crate) fn value(bytes: &[u8]) -> Result<usize, usize> {
    let mut scan = Scan { bytes, at: 0 };
    let mut open: Vec<u8> = Vec::new();
    loop {
        scan.space();
        // A value, or the end of an empty container.
        match scan.next() {
            Some(bracket @ (b'[' | b'{')) => {
                open.push(bracket);
                scan.space();
                if scan.peek() != Some(bracket + 2) {
                    if bracket == b'{' {
                        scan.name()?;
                    }
                    continue;
                }
            }
            Some(b'"') => scan.string()?,
            Some(b't') => scan.word(b"rue")?,
            Some(b'f') => scan.word(b"alse")?,
            Some(b'n') => scan.word(b"ull")?,
            Some(b'-' | b'0'..=b'9') => scan.number()?,
            Some(_) => return Err(scan.at - 1),
            None => return Err(scan.at),
        }
        // What follows a value: the ends of what holds it, or a comma and the next.
        loop {
            let Some(bracket) = open.last().copied() else { return Ok(scan.at) };
            scan.space();
            match scan.next() {
                Some(b',') => {
                    if bracket == b'{' {
                        scan.name()?;
                    }
                    break;
                }
                // In ASCII each bracket closes two places after the one that opens.
                Some(close) if close == bracket + 2 => drop(open.pop()),
                Some(_) => return Err(scan.at - 1),
                None => return Err(scan.at),
            }
        }
    }
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name, as it is written between the quotes.
    pub(crate) name: Range<usize>,
    /// Its value, quotes and brackets included.
    pub(crate) value: Range<usize>,
}

/// The members of the object that `bytes` begins with, up to where the grammar breaks.
pub(crate) fn members(bytes: &[u8]) -> Vec<Member> {
    let mut members = Vec::new();
    let mut scan = Scan { bytes, at: 0 };
    let mut before = b'{';
    loop {
        scan.space();
        if scan.expect(before).is_err() {
            return members;
        }
        scan.space();
        let name = scan.at + 1;
        if scan.name().is_err() {
            return members;
        }
        let end = bytes.get(..scan.at).and_then(|read| read.iter().rposition(|byte| *byte == b'"'));
        scan.space();
        let value = bytes.get(scan.at..).and_then(|rest| value(rest).ok());
        let (Some(end), Some(len)) = (end, value) else { return members };
        members.push(Member { name: name..end, value: scan.at..scan.at + len });
        scan.at += len;
        before = b',';
    }
}

/// What a string means, of which that is the inside (RFC 8259 section 7). Half a surrogate pair becomes U+FFFD.
pub(crate) fn unescaped(inside: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inside.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = inside;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escaped = match (byte, rest.split_first()) {
            (b'\\', Some((&b'u', after))) => {
                let digits = after.get(..4).and_then(|hex| std::str::from_utf8(hex).ok());
                units.push(digits.and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or(0xfffd));
                rest = after.get(4..).unwrap_or_default();
                continue;
            }
            (b'\\', Some((&escaped, after))) => {
                rest = after;
                match escaped {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    itself => itself,
                }
            }
            _ => byte,
        };
        utf8(&mut units, &mut out);
        out.push(escaped);
    }
    utf8(&mut units, &mut out);
    out
}

fn utf8(units: &mut Vec<u16>, out: &mut Vec<u8>) {
    if !units.is_empty() {
        out.extend(String::from_utf16_lossy(units).into_bytes());
        units.clear();
    }
}

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let before = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - before
    }

    fn space(&mut self) {
        self.skip(|byte| b" \t\r\n".contains(&byte));
    }

    fn expect(&mut self, wanted: u8) -> Result<(), usize> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.at)
    }

    fn word(&mut self, rest: &[u8]) -> Result<(), usize> {
        rest.iter().try_for_each(|byte| self.expect(*byte))
    }

    /// A member's name, and the colon after it.
    fn name(&mut self) -> Result<(), usize> {
        self.space();
        self.expect(b'"')?;
        self.string()?;
        self.space();
        self.expect(b':')
    }

    /// The rest of a string (RFC 8259 section 7).
    fn string(&mut self) -> Result<(), usize> {
        loop {
            match self.next() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => match self.next() {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                    Some(b'u') => {
                        for _ in 0..4 {
                            let hex = self.peek().is_some_and(|byte| byte.is_ascii_hexdigit());
                            self.at += if hex { 1 } else { return Err(self.at) };
                        }
                    }
                    Some(_) => return Err(self.at - 1),
                    None => return Err(self.at),
                },
                Some(..0x20) => return Err(self.at - 1),
                Some(_) => {}
                None => return Err(self.at),
            }
        }
    }

    /// A number, whose first character was read (RFC 8259 section 6).
    fn number(&mut self) -> Result<(), usize> {
        self.at -= 1;
        self.skip_one(b"-");
        if !self.skip_one(b"0") {
            self.digits()?;
        }
        if self.skip_one(b".") {
            self.digits()?;
        }
        if self.skip_one(b"eE") {
            self.skip_one(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    fn skip_one(&mut self, wanted: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| wanted.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> Result<(), usize> {
        if self.skip(|byte| byte.is_ascii_digit()) > 0 { Ok(()) } else { Err(self.at) }
    }
}

#[cfg(test)]
mod tests {
    use super::{members, unescaped, value};

    #[test]
    fn members_are_where_they_stand() {
        let text = r#" { "a" : 1 ,"b\"c":"x\ny", "d" : {"e":[2]}}"#;
        let named = |text: &str| -> Vec<(String, String)> {
            let cut =
                |range: std::ops::Range<usize>| String::from_utf8(text.as_bytes()[range].to_vec()).unwrap();
            members(text.as_bytes()).into_iter().map(|m| (cut(m.name), cut(m.value))).collect()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let all = [pair("a", "1"), pair(r#"b\"c"#, r#""x\ny""#), pair("d", r#"{"e":[2]}"#)];
        assert_eq!(named(text), all);
        assert_eq!(named(r#"{"a":1,"b":}"#), [pair("a", "1")]);
        for none in ["", "{", "{}", "[1]", "{\"a\"}", "7"] {
            assert_eq!(named(none), [], "{none}");
        }
    }

    #[test]
    fn strings_mean_what_their_escapes_say() {
        for (inside, means) in [
            (r"v=0\r\no=-", "v=0\r\no=-"),
            (r#"\"\\\/\b\f\t"#, "\"\\/\u{8}\u{c}\t"),
            (r"\u00e9\ud83d\ude00!", "\u{e9}\u{1f600}!"),
            (r"\ud83d!", "\u{fffd}!"),
            (r"\u00", "\u{fffd}"),
            ("\\", "\\"),
        ] {
            assert_eq!(String::from_utf8(unescaped(inside.as_bytes())).unwrap(), means);
        }
    }

    #[test]
    fn values_end_where_their_grammar_says() {
        for (text, end) in [
            (r#"["a",{"b":[1,-0.5e+7,true,null]}] x"#, Ok(33)),
            (r#"{ "a" : {} , "b\u00e9\"" : [ ] }"#, Ok(32)),
            ("12,", Ok(2)),
            ("\"\"", Ok(2)),
            ("01", Ok(1)),
            ("", Err(0)),
            ("[", Err(1)),
            ("[1,]", Err(3)),
            ("[1}", Err(2)),
            ("{1:2}", Err(1)),
            ("{\"a\"}", Err(4)),
            ("\"\\x\"", Err(2)),
            ("\"\n\"", Err(1)),
            ("1.", Err(2)),
            ("-", Err(1)),
            ("nul", Err(3)),
        ] {
            assert_eq!(value(text.as_bytes()), end, "{text}");
        }
        let deep = "[".repeat(1 << 20);
        assert_eq!(value(deep.as_bytes()), Err(1 << 20));
    }
}
