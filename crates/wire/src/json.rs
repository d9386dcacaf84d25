//! JSON (RFC 8259), as far as one must know where a value ends. Nothing is built: a packet keeps its text.

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
    use super::value;

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
