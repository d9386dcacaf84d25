//! The page that a directive stands on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::html::slug;
use super::places::Place;
use super::shelf::Shelf;

/// What a directive may know of its page and of the others.
pub(crate) struct Page<'a> {
    pub(crate) shelf: &'a Shelf,
    /// From the folder of the pages.
    path: &'a Path,
    /// Every page of the book and its title.
    titles: &'a BTreeMap<String, String>,
    /// Where the bytes of each word of the glossary can be seen.
    places: &'a [Option<Place>],
    /// The packets that this page shows, before the first of them is rendered.
    shown: Vec<(String, u32)>,
    /// How often each id was given out on this page.
    ids: RefCell<HashMap<String, usize>>,
    /// The words of the glossary that have a card on this page.
    cards: RefCell<BTreeSet<usize>>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(
        shelf: &'a Shelf,
        path: &'a Path,
        titles: &'a BTreeMap<String, String>,
        places: &'a [Option<Place>],
        shown: Vec<(String, u32)>,
    ) -> Self {
        Self { shelf, path, titles, places, shown, ids: RefCell::default(), cards: RefCell::default() }
    }

    /// An id that no other part of this page has: `base`, then `base-2`.
    pub(crate) fn new_id(&self, base: &str) -> String {
        match self.count(base) {
            1 => base.to_owned(),
            n => format!("{base}-{n}"),
        }
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

    /// Says that this page needs a card for that word of the glossary.
    pub(crate) fn needs_card(&self, term: usize) {
        self.cards.borrow_mut().insert(term);
    }

    /// The words of the glossary that have a card on this page, sorted.
    pub(crate) fn cards(&self) -> Vec<usize> {
        self.cards.borrow().iter().copied().collect()
    }

    /// Where the bytes of that word of the glossary can be seen.
    pub(crate) fn place_of(&self, term: usize) -> Option<&Place> {
        self.places.get(term)?.as_ref()
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
