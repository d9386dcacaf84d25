//! Holds mdBook's own includes to account: mdBook shows nothing, or the raw directive, where a file or an
//! ANCHOR is missing, and goes on.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::problem::Complaint;
use super::scan::{Found, scan};

/// Checks `{{#include FILE}}`, `{{#include FILE:ANCHOR}}` and `{{#include FILE:FIRST:LAST}}`.
///
/// `folder` is that of the page that it stands in, and `root` that of the checkout, from which messages name files.
pub(crate) fn check(one: &Found<'_>, folder: &Path, root: &Path) -> Result<(), Complaint> {
    let spec = one.rest.split_whitespace().next().unwrap_or_default();
    let (file, part) = spec.split_once(':').map_or((spec, None), |(file, part)| (file, Some(part)));
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(|error| missing(file, &path, &error))?;
    let shown = shown_path(&path, root);
    if !one.quoted {
        has_no_directives(&text, &shown)?;
    }
    match part {
        None => Ok(()),
        Some(lines) if is_range(lines) => check_lines(lines, &text, &shown),
        Some(anchor) => check_anchor(anchor, &text, &shown),
    }
}

/// What is included comes too late to be expanded.
fn has_no_directives(text: &str, shown: &str) -> Result<(), Complaint> {
    match scan(text).iter().find(|one| !one.quoted) {
        Some(one) => Err(Complaint::new(format!("{shown} has a `{{{{#{}}}}}`, and is included", one.name))
            .help("directives are expanded in pages that SUMMARY.md lists, not in what they include")),
        None => Ok(()),
    }
}

fn missing(file: &str, path: &Path, error: &std::io::Error) -> Complaint {
    let complaint = Complaint::new(format!("cannot include {file}: {error}"));
    let siblings: Vec<String> = path
        .parent()
        .and_then(|folder| fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    complaint
        .help("the path starts from the folder of the page")
        .nearest(name, siblings.iter().map(String::as_str))
}

/// `path` from the root, without the `..` that a page's include starts with.
fn shown_path(path: &Path, root: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    full.strip_prefix(&root).unwrap_or(&full).display().to_string()
}

fn is_range(part: &str) -> bool {
    part.split(':').all(|number| number.chars().all(|c| c.is_ascii_digit()))
}

fn check_lines(lines: &str, text: &str, shown: &str) -> Result<(), Complaint> {
    let count = text.lines().count();
    let beyond = lines.split(':').filter_map(|number| number.parse::<usize>().ok()).find(|n| *n > count);
    match beyond {
        Some(line) => Err(Complaint::new(format!("no line {line} in {shown}, which has {count}"))),
        None => Ok(()),
    }
}

fn check_anchor(anchor: &str, text: &str, shown: &str) -> Result<(), Complaint> {
    static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"ANCHOR(?<end>_END)?:\s*(?<name>[\w-]+)").expect("the pattern is a constant")
    });
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    for captures in ANCHOR.captures_iter(text) {
        let name = captures.name("name").map_or("", |name| name.as_str());
        if captures.name("end").is_some() { &mut closed } else { &mut opened }.push(name);
    }
    if !opened.contains(&anchor) {
        return Err(Complaint::new(format!("no ANCHOR `{anchor}` in {shown}")).choose(anchor, &opened));
    }
    if !closed.contains(&anchor) {
        return Err(Complaint::new(format!("ANCHOR `{anchor}` in {shown} has no ANCHOR_END"))
            .help(format!("end it with `// ANCHOR_END: {anchor}`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "// ANCHOR: ask\nask();\n// ANCHOR_END: ask\n// ANCHOR: open\n";

    #[test]
    fn an_anchor_must_be_opened_and_closed() {
        assert_eq!(check_anchor("ask", CODE, "main.rs"), Ok(()));
        for (anchor, what) in
            [("asks", "no ANCHOR `asks` in main.rs"), ("open", "ANCHOR `open` in main.rs has no ANCHOR_END")]
        {
            assert_eq!(check_anchor(anchor, CODE, "main.rs").unwrap_err().what, what);
        }
    }

    #[test]
    fn a_range_of_lines_must_lie_in_the_file() {
        for (lines, fine) in
            [("1:4", true), ("2", true), (":3", true), ("3:", true), ("5", false), ("1:9", false)]
        {
            assert!(is_range(lines));
            assert_eq!(check_lines(lines, CODE, "main.rs").is_ok(), fine, "{lines}");
        }
    }
}
