//! The page that a directive stands on.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::html::slug;
use super::shelf::Shelf;

/// What a directive may know of its page and of the others.
pub(crate) struct Page<'a> {
    pub(crate) shelf: &'a Shelf,
    /// From the folder of the pages.
    path: &'a Path,
    /// Every page of the book and its title.
    titles: &'a BTreeMap<String, String>,
    /// The packets that this page shows, before the first of them is rendered.
    shown: Vec<(String, u32)>,
    /// How often each id was given out on this page.
    ids: RefCell<HashMap<String, usize>>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(
        shelf: &'a Shelf,
        path: &'a Path,
        titles: &'a BTreeMap<String, String>,
        shown: Vec<(String, u32)>,
    ) -> Self {
        Self { shelf, path, titles, shown, ids: RefCell::default() }
    }

    /// An id that no other part of this page has: `base`, then `base-2`.
    pub(crate) fn new_id(&self, base: &str) -> String {
        match self.count(base) {
            1 => base.to_owned(),
            n => format!("{base}-{n}"),
        }
    }

    /// An id that no other part of this page has: `base-1`, then `base-2`.
    pub(crate) fn new_numbered_id(&self, base: &str) -> String {
        format!("{base}-{}", self.count(base))
    }

    fn count(&self, base: &str) -> usize {
        let mut ids = self.ids.borrow_mut();
        let count = ids.entry(base.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// The id of the next figure of that packet.
    pub(crate) fn new_packet(&self, file: &str, number: u32) -> String {
        self.new_id(&packet_id(file, number))
    }

    /// The id of the first figure of that packet, if this page shows it.
    pub(crate) fn packet(&self, file: &str, number: u32) -> Option<String> {
        self.shown.iter().any(|(shown, n)| shown == file && *n == number).then(|| packet_id(file, number))
    }

    /// What leads from this page to the top of the book: "", "../", …
    pub(crate) fn to_root(&self) -> String {
        "../".repeat(self.path.components().count().saturating_sub(1))
    }

    /// The title of a page, by its path from the folder of the pages.
    pub(crate) fn title_of(&self, path: &str) -> Option<&str> {
        self.titles.get(path).map(String::as_str)
    }
}

fn packet_id(file: &str, number: u32) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("packet-{}-{number}", slug(stem))
}
