//! The box that says what is commonly said of a topic and what is so: the same form on every page.
//!
//! ```markdown
//! <aside class="corrections" aria-label="Corrections">
//!
//! **Corrections.** What is commonly said, …:
//!
//! - **“The sentence.”** What is so, with its source ([RFC 8489 §5](https://…)).
//!
//! </aside>
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

const OPEN: &str = "<aside class=\"corrections\" aria-label=\"Corrections\">\n\n**Corrections.** ";
const CLOSE: &str = "\n\n</aside>\n";
/// Two to four lines of a page.
const WORDS: usize = 75;

/// What is wrong with the box that `section` must begin with.
pub(crate) fn missing(section: &str) -> Vec<String> {
    let Some(rest) = section.trim_start().strip_prefix(OPEN) else {
        return vec![format!("\"What people get wrong\" must begin with {:?}", OPEN.trim_end())];
    };
    let Some((inside, after)) = rest.split_once(CLOSE) else {
        return vec!["the corrections need an empty line and </aside> at their end".to_owned()];
    };
    let items: Vec<&str> = inside.split("\n- ").skip(1).collect();
    if items.is_empty() {
        return vec!["the corrections are empty: - **“what is commonly said”** what is so".to_owned()];
    }
    let said_below: BTreeSet<String> = after.lines().filter_map(said).collect();
    items.iter().flat_map(|item| wrong_with(item, &said_below)).collect()
}

fn wrong_with(item: &str, said_below: &BTreeSet<String>) -> Vec<String> {
    let begins: String = item.chars().take(40).collect();
    let Some(said) = said(item) else {
        return vec![format!("a correction must begin with **“what is said.”**: {begins}")];
    };
    let mut wrong = Vec::new();
    if !item.contains("](https://") {
        wrong.push(format!("a correction must link to what it rests on: {begins}"));
    }
    let words = item.split_whitespace().count();
    if words > WORDS {
        wrong.push(format!("a correction has two to four lines, {WORDS} words, found {words}: {begins}"));
    }
    if said_below.contains(&said) {
        wrong.push(format!("a correction must not be said again in the list below it: {begins}"));
    }
    wrong
}

/// The quoted words that an item begins with, without what does not tell two apart.
fn said(item: &str) -> Option<String> {
    let quoted = Regex::new(r"^(?:\d+\. |- )?\*\*“([^”]+)”\*\*").unwrap().captures(item)?[1].to_lowercase();
    Some(quoted.chars().filter(|c| c.is_alphanumeric()).collect())
}

/// The words of the outline that have no chapter are on the first page.
#[test]
fn the_introduction_has_corrections_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("book/introduction.md")).unwrap();
    let at = page.find("<aside").expect("no box in book/introduction.md");
    assert_eq!(missing(&page[at..]), Vec::<String>::new());
    for word in ["application programming interface", "real-time communication"] {
        assert!(page[at..].contains(word), "{word}");
    }
}

#[test]
fn a_box_that_says_too_little_too_much_or_nothing_is_told() {
    let item =
        "- **“It sends.”** It does not ([RFC 8489 §5](https://www.rfc-editor.org/rfc/rfc8489#section-5)).";
    let boxed = |inside: &str, after: &str| format!("\n{OPEN}Said:\n\n{inside}{CLOSE}{after}");
    assert_eq!(missing(&boxed(item, "\n1. **“It waits.”** No.\n")), Vec::<String>::new());
    let long = format!("{item} {}", "word ".repeat(WORDS).trim_end());
    for (broken, told) in [
        (String::new(), "must begin with"),
        (format!("1. **“It waits.”** No.\n{}", boxed(item, "")), "must begin with"),
        (boxed(item, "").replace("corrections\"", "corections\""), "must begin with"),
        (boxed(item, "").replace("</aside>", ""), "</aside> at their end"),
        (boxed("It does not.", ""), "are empty"),
        (boxed("- It does not.", ""), "must begin with **“"),
        (boxed("- **“It sends.”** It does not.", ""), "must link"),
        (boxed(&long, ""), "two to four lines"),
        (boxed(item, "\n1. **“It sends”.** No.\n2. **“It sends!”** No.\n"), "said again"),
    ] {
        let missing = missing(&broken).join("\n");
        assert!(missing.contains(told), "{broken}\nsaid {missing:?}, expected {told:?}");
    }
}
