//! Moves a built book to where it belongs, in one step.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::build::Built;
use crate::workbook::Workbook;

/// mdBook puts this file into each book that it builds.
const MARK: &str = ".nojekyll";

impl Built {
    /// Makes `dest` this book. What was there before is gone, all of it or nothing.
    ///
    /// # Errors
    /// If `dest` holds something else than a book: that is never deleted.
    pub fn install(self, workbook: &Workbook, dest: &Path) -> Result<()> {
        ensure_replaceable(workbook, dest)?;
        if let Some(parent) = dest.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        // Next to `dest`, so that the last step is a rename even if that is another disk.
        let name = dest.file_name().context("the folder to build into has no name")?.to_string_lossy();
        let (new, old) =
            (dest.with_file_name(format!(".{name}.new")), dest.with_file_name(format!(".{name}.old")));
        remove(&new)?;
        remove(&old)?;
        let built = self.folder.keep();
        if fs::rename(&built, &new).is_err() {
            copy(&built, &new)?;
            remove(&built)?;
        }
        open_to_all(&new)?;
        if dest.exists() {
            fs::rename(dest, &old).with_context(|| format!("cannot replace {}", dest.display()))?;
        }
        fs::rename(&new, dest).with_context(|| format!("cannot put the book at {}", dest.display()))?;
        remove(&old)
    }
}

/// A build replaces the whole folder: it must be a book, or empty, or not there.
pub fn ensure_replaceable(workbook: &Workbook, dest: &Path) -> Result<()> {
    let empty = !dest.exists() || fs::read_dir(dest).is_ok_and(|mut entries| entries.next().is_none());
    ensure!(
        empty || dest.join(MARK).is_file() && !workbook.root().starts_with(dest),
        "{} is not empty and holds no built book; name an empty folder, or remove it yourself",
        dest.display()
    );
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("cannot write {}", to.display()))?;
        }
    }
    Ok(())
}

/// A temporary folder is its owner's alone; a book is for whoever serves it.
#[cfg(unix)]
fn open_to_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot open {} to its readers", folder.display()))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<()> {
    Ok(())
}
