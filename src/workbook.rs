//! Where the parts of the workbook lie on disk.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A checkout of the workbook.
#[derive(Clone, Debug)]
pub struct Workbook {
    root: PathBuf,
}

impl Workbook {
    /// The workbook that the current folder lies in, or else the one that this program was built from.
    ///
    /// # Errors
    /// Where neither is there.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("cannot tell the current folder")?;
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().chain([built_from]).find(|dir| is_workbook(dir)).with_context(|| {
            format!("no workbook at or above {}: run this inside a checkout of Wirebook", here.display())
        })?;
        Ok(Self { root: root.to_owned() })
    }

    /// The workbook whose book.toml lies in `root`.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder with book.toml.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The pages.
    #[must_use]
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// The captures that pages draw from.
    #[must_use]
    pub fn traces(&self) -> PathBuf {
        self.root.join("traces")
    }

    /// What students edit, and what checks it.
    #[must_use]
    pub fn exercises(&self) -> PathBuf {
        self.root.join("exercises")
    }
}

fn is_workbook(dir: &Path) -> bool {
    dir.join("book.toml").is_file() && dir.join("traces").is_dir()
}
