//! Which hints were opened, so that the next one can be offered.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use exercises::Exercise;

use crate::workbook::Workbook;

/// How many hints of each exercise were opened. Kept below `target/`, where nothing is precious.
#[derive(Debug)]
pub struct Hints {
    file: PathBuf,
    opened: BTreeMap<String, usize>,
}

impl Hints {
    /// What a workbook remembers; nothing, where that cannot be read.
    #[must_use]
    pub fn of(workbook: &Workbook) -> Self {
        let file = workbook.root().join("target/wirebook/hints.json");
        let opened =
            fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { file, opened }
    }

    /// How many hints of an exercise were opened.
    #[must_use]
    pub fn seen(&self, exercise: &Exercise) -> usize {
        self.opened.get(&exercise.id).copied().unwrap_or(0).min(exercise.hints.len())
    }

    /// Remembers that the hints up to the `n`th were opened.
    ///
    /// # Errors
    /// Where that cannot be written down.
    pub fn open(&mut self, exercise: &Exercise, n: usize) -> Result<()> {
        let opened = self.opened.entry(exercise.id.clone()).or_default();
        if n <= *opened {
            return Ok(());
        }
        *opened = n;
        let text = serde_json::to_vec_pretty(&self.opened)?;
        let folder = self.file.parent().unwrap_or(&self.file);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, text))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}
