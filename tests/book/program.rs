//! The commands `build` and `preprocess`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use mdbook_driver::MDBook;
use wirebook::book::{self, Site};
use wirebook::workbook::Workbook;

use crate::checkout::Checkout;

const GOOD: &[(&str, &str)] = &[
    (
        "a.md",
        "# A\n\n{{#packet rfc5769.pcapng 1}}\n\n{{#ladder rfc5769.pcapng}}\n\nA {{#term NAT}}.\n\n{{#lab stun}}\n",
    ),
    ("glossary.md", "# Words\n\n{{#glossary}}\n\n[A](a.md#packet-rfc5769-1)\n"),
];

fn wirebook(checkout: &Checkout, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wirebook")).args(args).current_dir(checkout.path()).output().unwrap()
}

fn files(site: &Site) -> BTreeMap<&str, &[u8]> {
    site.files().map(|(path, bytes)| (path, &**bytes)).collect()
}

#[test]
fn a_stock_mdbook_gives_the_same_book() {
    let checkout = Checkout::of(GOOD);
    let ours = book::build(&Workbook::at(checkout.path())).unwrap();
    MDBook::load(checkout.path()).unwrap().build().unwrap();
    let stock = Site::read(&checkout.path().join("target/book")).unwrap();
    assert_eq!(files(&ours.site), files(&stock));
}

#[test]
fn a_stock_mdbook_fails_where_we_do() {
    for page in ["{{#packet rfc5769.pcapng 99}}\n", "[b](b.md)\n", "```\n{{#include b.rs:x}}\n```\n"] {
        let checkout = Checkout::of(&[("a.md", page)]);
        assert!(MDBook::load(checkout.path()).unwrap().build().is_err(), "{page}");
    }
}

#[test]
fn the_preprocessor_supports_html_only() {
    let checkout = Checkout::of(GOOD);
    for (renderer, code) in [("html", 0), ("epub", 1)] {
        let output = wirebook(&checkout, &["preprocess", "supports", renderer]);
        assert_eq!(output.status.code(), Some(code), "{renderer}");
    }
}

#[test]
fn a_build_leaves_a_book_and_nothing_else() {
    let checkout = Checkout::of(GOOD);
    for _ in 0..2 {
        let output = wirebook(&checkout, &["build"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(names(&checkout.path().join("target")), ["book"]);
        assert!(checkout.path().join("target/book/a.html").is_file());
    }
}

#[test]
fn a_build_that_fails_exits_with_1_and_leaves_the_book_before_it() {
    let checkout = Checkout::of(GOOD);
    assert_eq!(wirebook(&checkout, &["build"]).status.code(), Some(0));
    let checkout = checkout.file("book/a.md", "{{#lab turn}}\n");
    let output = wirebook(&checkout, &["build"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--> book/a.md:1"), "{output:?}");
    assert_eq!(names(&checkout.path().join("target")), ["book"]);
    assert!(checkout.path().join("target/book/a.html").is_file());
}

#[test]
fn a_folder_that_holds_something_else_is_never_replaced() {
    let checkout = Checkout::of(GOOD).file("mine/letter.txt", "dear");
    for dest in ["mine", ".", "book"] {
        let output = wirebook(&checkout, &["build", "--dest-dir", dest]);
        assert_eq!(output.status.code(), Some(2), "{dest}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("is not empty and holds no built book"),
            "{dest}"
        );
    }
    assert!(checkout.path().join("mine/letter.txt").is_file());
    assert_eq!(wirebook(&checkout, &["build", "--dest-dir", "out/site"]).status.code(), Some(0));
    assert!(checkout.path().join("out/site/index.html").is_file());
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
