//! Text that is safe inside HTML that stands inside Markdown.

/// The characters that HTML, or the table that a directive may stand in, would take for its own.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '|' => out.push_str("&#124;"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence from a file of data: what stands between backticks is code.
pub(crate) fn prose(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        match place % 2 {
            0 => out.push_str(&escape(part)),
            _ => out.push_str(&format!("<code>{}</code>", escape(part))),
        }
    }
    out
}

/// What may stand in an id or a fragment: everything else becomes a hyphen.
pub(crate) fn slug(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_markup_but_backticks() {
        assert_eq!(escape("a < b | \"c\" & d"), "a &lt; b &#124; &quot;c&quot; &amp; d");
        assert_eq!(prose("use `a ^ <b>` here"), "use <code>a ^ &lt;b&gt;</code> here");
    }
}
