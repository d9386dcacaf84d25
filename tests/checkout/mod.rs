//! A checkout of a tiny book in a folder of its own.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// The folder; it goes away with this.
pub(crate) struct Checkout {
    folder: TempDir,
}

impl Checkout {
    /// A book without pages that has the workbook's configuration, theme and RFC 5769's packets.
    pub(crate) fn new() -> Self {
        let checkout = Self { folder: tempfile::tempdir().unwrap() };
        let from = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&from.join("book/theme"), &checkout.path().join("book/theme"));
        let config = fs::read_to_string(from.join("book.toml")).unwrap();
        let command = format!("{:?} preprocess", env!("CARGO_BIN_EXE_wirebook"));
        let config = config.replace("\"cargo run --quiet -- preprocess\"", &format!("{command:?}"));
        assert!(config.contains(env!("CARGO_BIN_EXE_wirebook")), "{config}");
        // mdBook refuses what is said of a page that is not there.
        let config = ["matrix.md", "glossary-layers.md"].into_iter().fold(config, |config, page| {
            let of_a_page = format!("[output.html.search.chapter.\"{page}\"]\nenable = false\n");
            assert!(config.contains(&of_a_page), "{config}");
            config.replace(&of_a_page, "")
        });
        checkout
            .file("book.toml", &config)
            .file("book/glossary.toml", WORDS)
            .file("book/rfcs.toml", &fs::read_to_string(from.join("book/rfcs.toml")).unwrap())
            .file("exercises/catalogue.toml", EXERCISES)
            .bytes("traces/rfc5769.pcapng", &fs::read(from.join("traces/rfc5769.pcapng")).unwrap())
    }

    /// A book of these pages, by name and text, in this order.
    pub(crate) fn of(pages: &[(&str, &str)]) -> Self {
        let summary: String = pages.iter().map(|(name, _)| format!("- [{name}]({name})\n")).collect();
        let checkout = Self::new().file("book/SUMMARY.md", &summary);
        pages.iter().fold(checkout, |checkout, (name, text)| checkout.file(&format!("book/{name}"), text))
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.bytes(name, text.as_bytes())
    }

    pub(crate) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

const WORDS: &str = r#"
[[term]]
name = "NAT"
aka = ["NATs"]
meaning = "A box."
rfc = 4787
chapter = "a.md"
layer = "nat"
bytes = { none = "It stands between." }
"#;

const EXERCISES: &str = r#"
[[exercise]]
id = "stun::xor_address"
title = "Unmask the answer"
task = "Decode `XOR-MAPPED-ADDRESS`."
spec = "RFC 8489 section 14.2"
page = "stun.html"
minutes = 10
hints = ["XOR undoes itself."]
"#;

/// A folder with all in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
