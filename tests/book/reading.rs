//! The book itself has no mistake; and in Further reading each entry says what it is good for and what to beware of.

use std::fs;
use std::path::Path;

use wirebook::book;
use wirebook::workbook::Workbook;

/// The table of numbers that were replaced; all others are of entries.
const NUMBERS: [&str; 2] = ["you read", "now it is"];

/// What is wrong with the entries of a page.
fn wrong(page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines: Vec<&str> = page.lines().collect();
    let mut entries = 0;
    for (at, line) in lines.iter().enumerate() {
        let begins = line.starts_with('|') && !at.checked_sub(1).is_some_and(|at| lines[at].starts_with('|'));
        if begins && cells(line) != NUMBERS {
            let rows: Vec<&str> =
                lines[at..].iter().take_while(|row| row.starts_with('|')).copied().collect();
            if at < 2 || lines[at - 2] != "<div class=\"reading\">" {
                wrong.push(format!("a table outside of <div class=\"reading\">: {line}"));
            }
            if cells(line).get(1..) != Some(&["good for".to_owned(), "beware".to_owned()]) {
                wrong.push(format!("a table that is not of what to read, good for, beware: {line}"));
            }
            let rows = rows.get(2..).unwrap_or_default();
            entries += rows.len();
            wrong.extend(rows.iter().filter_map(|row| wrong_with(row)));
        }
        let is_item = line.starts_with("- ") || line.starts_with("* ");
        if is_item && line.contains("](http") {
            wrong.push(format!("an entry outside of the tables: {line}"));
        }
    }
    if entries == 0 {
        wrong.push("no entries".to_owned());
    }
    wrong
}

fn wrong_with(row: &str) -> Option<String> {
    let cells = cells(row);
    let [what, good_for, beware] = &cells[..] else {
        return Some(format!("{} cells, expected three: {row}", cells.len()));
    };
    let says = |note: &str| note.split_whitespace().count() >= 3;
    if what.is_empty() || !says(good_for) {
        return Some(format!("does not say what it is good for: {row}"));
    }
    if !says(beware) || !beware.ends_with(['.', '!', '?']) {
        return Some(format!("does not say what to beware of, in a sentence: {row}"));
    }
    None
}

fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').replace("\\|", "\u{1}");
    let row = row.strip_suffix('|').unwrap_or(&row).to_owned();
    row.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

/// No link is malformed or dead, and no page needs the network: what `tests/book/mistakes.rs` shows to fail the build.
#[test]
fn the_book_itself_builds() {
    let built = book::build(&Workbook::at(Path::new(env!("CARGO_MANIFEST_DIR"))));
    let built = built.unwrap_or_else(|broken| panic!("{broken}"));
    let is_here = |page: &str| built.site.file(page).is_some();
    assert!(is_here("stun.html") && is_here("further-reading.html") && is_here("glossary.html"));
    // These are looked through for hosts that they connect to, by where they are.
    let own = |path: &str| path.starts_with("book/theme/labs/") && path.ends_with(".js");
    assert!(built.site.files().filter(|(path, _)| own(path)).count() > 5, "the labs' scripts have moved");
}

#[test]
fn each_entry_says_what_it_is_good_for_and_what_to_beware_of() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("book/further-reading.md")).unwrap();
    assert_eq!(wrong(&page), Vec::<String>::new());
    for link in [
        "https://medium.com/agora-io/",
        "https://www.rfc-editor.org/rfc/rfc3489)",
        "https://www.geeksforgeeks.org/",
        "https://www.agora.io/",
    ] {
        let outline = page.split("\n## ").find(|part| part.starts_with("Where this book began"));
        assert!(outline.is_some_and(|part| part.contains(link)), "the outline's link {link}");
    }
}

#[test]
fn an_entry_without_a_note_or_outside_of_a_table_is_told() {
    let table = |rows: &str| {
        format!(
            "<div class=\"reading\">\n\n| tool | good for | beware |\n| --- | --- | --- |\n{rows}\n\n</div>\n"
        )
    };
    let good = "| [a\\|b](https://a.example/) | what it is for | It is old. |";
    assert_eq!(wrong(&table(good)), Vec::<String>::new());
    for (page, told) in [
        (table(""), "no entries"),
        (table("| [a](https://a.example/) | | It is old. |"), "good for"),
        (table("| [a](https://a.example/) | all of it | |"), "beware"),
        (table("| [a](https://a.example/) | all of it | It is old |"), "beware"),
        (table("| [a](https://a.example/) | all of it |"), "2 cells"),
        (table("| [a|b](https://a.example/) | what it is for | It is old. |"), "4 cells"),
        (table(good).replace("| beware |", "| age |"), "not of what to read"),
        (table(good).replace("<div class=\"reading\">\n\n", ""), "outside of <div"),
        (format!("{}\n- [a](https://a.example/): a book\n", table(good)), "outside of the tables"),
    ] {
        let wrong = wrong(&page).join("\n");
        assert!(wrong.contains(told), "{page}\nsaid {wrong:?}, expected {told:?}");
    }
}
