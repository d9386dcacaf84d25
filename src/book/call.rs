//! Takes what follows a directive's name apart: `stun.pcapng 1 caption="A request"`.

use super::problem::Complaint;

/// The words and the options of a directive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// What follows the name, as written.
    pub(crate) raw: String,
    words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Call {
    /// What follows the name, whole.
    pub(crate) fn untaken(raw: &str) -> Self {
        Self { raw: raw.to_owned(), ..Self::default() }
    }

    /// Reads words, and options of the form `key=value` or `key="some values"`; `\"` is a quote in a value.
    pub(crate) fn parse(raw: &str) -> Result<Self, Complaint> {
        let mut call = Self { raw: raw.to_owned(), ..Self::default() };
        let mut rest = raw.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = match after.strip_prefix('=') {
                Some(value) => call.option(word, value)?,
                None => {
                    call.words.push(word.to_owned());
                    after
                }
            }
            .trim_start();
        }
        Ok(call)
    }

    fn option<'a>(&mut self, key: &str, after: &'a str) -> Result<&'a str, Complaint> {
        if self.option_named(key).is_some() {
            return Err(Complaint::new(format!("`{key}` is given twice")));
        }
        let (value, rest) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted).ok_or_else(|| {
                Complaint::new(format!("the value of `{key}` has no closing quote"))
                    .help(format!("write {key}=\"…\""))
            })?,
            None => {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                (after[..end].to_owned(), &after[end..])
            }
        };
        self.options.push((key.to_owned(), value));
        Ok(rest)
    }

    /// The word at `index`, from 0.
    pub(crate) fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).map(String::as_str)
    }

    /// How many words there are.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// The value of an option.
    pub(crate) fn option_named(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The names of the options that are given.
    pub(crate) fn option_names(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(|(name, _)| name.as_str())
    }
}

/// The value up to the closing quote, and what follows that.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_options_come_apart() {
        let call =
            Call::parse(r#"stun.pcapng 1 caption="A \"request\", 20 = bytes" only=FINGERPRINT"#).unwrap();
        assert_eq!((call.word(0), call.word(1), call.word(2)), (Some("stun.pcapng"), Some("1"), None));
        assert_eq!(call.option_named("caption"), Some("A \"request\", 20 = bytes"));
        assert_eq!(call.option_named("only"), Some("FINGERPRINT"));
        assert_eq!(call.option_named("password"), None);
    }

    #[test]
    fn an_option_given_twice_or_left_open_is_refused() {
        for (raw, what) in [
            ("a only=x only=y", "`only` is given twice"),
            ("a only=\"x", "the value of `only` has no closing quote"),
        ] {
            assert_eq!(Call::parse(raw).unwrap_err().what, what);
        }
    }
}
