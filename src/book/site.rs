//! A built book in memory: what is checked, and what is served.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Every file of a built book, by its path with `/` between folders.
#[derive(Clone, Debug, Default)]
pub struct Site {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Site {
    /// Reads a folder whole.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut site = Self::default();
        site.add(folder, "")?;
        Ok(site)
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &format!("{name}/"))?;
            } else {
                self.files.insert(name, fs::read(entry.path())?.into());
            }
        }
        Ok(())
    }

    /// One file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Arc<[u8]>> {
        self.files.get(path)
    }

    /// Every file and its path, sorted.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Arc<[u8]>)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes))
    }

    /// Every page, as text.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts(".html")
    }

    /// Every script that is this book's own, and not mdBook's.
    pub(super) fn own_scripts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts(".js").filter(|(path, _)| path.starts_with("book/theme/"))
    }

    /// Every file whose name ends so, as text.
    pub(super) fn texts(&self, ending: &'static str) -> impl Iterator<Item = (&str, &str)> {
        self.files()
            .filter(move |(path, _)| path.ends_with(ending))
            .filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)))
    }
}
