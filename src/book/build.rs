//! Pages in, site out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tempfile::TempDir;

use super::links::{self, Sources};
use super::offline;
use super::preprocess::{Directives, Mistakes};
use super::problem::{Broken, Complaint, Problem, line_at};
use super::rfcs::Rfcs;
use super::site::Site;
use super::warnings::heard;
use crate::workbook::Workbook;

/// A book that was built into a folder of its own, and found without a mistake.
#[derive(Debug)]
pub struct Built {
    /// Goes away with this, unless it is moved to where the book belongs.
    pub(crate) folder: TempDir,
    /// What is in it.
    pub site: Site,
}

/// Builds the book and checks all of it.
///
/// # Errors
/// Every mistake that was found, in pages and links.
pub fn build(workbook: &Workbook) -> Result<Built, Broken> {
    let book = MDBook::load(workbook.root()).map_err(|error| unloadable(workbook, &error))?;
    build_loaded(workbook, book)
}

/// As [`build`], with a configuration that someone else read.
pub(crate) fn build_with(workbook: &Workbook, config: Config) -> Result<Built, Broken> {
    let book =
        MDBook::load_with_config(workbook.root(), config).map_err(|error| unloadable(workbook, &error))?;
    build_loaded(workbook, book)
}

/// mdBook names the page that it could not read, and SUMMARY.md is where that page is named.
fn unloadable(workbook: &Workbook, error: &anyhow::Error) -> Broken {
    let what = format!("{error:#}");
    let named = what.split('`').nth(1).and_then(|path| Path::new(path).file_name()?.to_str());
    let summary = fs::read_to_string(workbook.book().join("SUMMARY.md")).unwrap_or_default();
    match named.and_then(|name| summary.find(name)) {
        Some(at) => Broken::pages(vec![Complaint::new(what).at("book/SUMMARY.md", line_at(&summary, at))]),
        None => Broken::Mdbook(anyhow::anyhow!(what)),
    }
}

fn build_loaded(workbook: &Workbook, mut book: MDBook) -> Result<Built, Broken> {
    let folder = beside_the_target(workbook).map_err(|error| Broken::Mdbook(error.into()))?;
    folder.path().clone_into(&mut book.config.build.build_dir);
    let mistakes = Rc::new(RefCell::new(Mistakes::default()));
    book.with_preprocessor(Directives { mistakes: Rc::clone(&mistakes) });
    let (rendered, warnings) = heard(&book.config.book.src, || book.build());
    let Mistakes { mut problems, incomplete } = mistakes.take();
    problems.extend(warnings);
    if let Err(error) = rendered {
        return Err(if problems.is_empty() { Broken::Mdbook(error) } else { Broken::pages(problems) });
    }
    let site = Site::read(&book.build_dir_for("html")).map_err(|error| Broken::Mdbook(error.into()))?;
    problems.extend(check_links(workbook, &book, &site, &incomplete));
    problems.extend(offline::check(&site));
    if problems.is_empty() { Ok(Built { folder, site }) } else { Err(Broken::pages(problems)) }
}

const PREFIX: &str = ".book-";
/// No build takes as long as this.
const STALE: Duration = Duration::from_secs(600);

/// A new folder on the disk that the finished book will be moved on.
fn beside_the_target(workbook: &Workbook) -> io::Result<TempDir> {
    let target = workbook.root().join("target");
    fs::create_dir_all(&target)?;
    sweep(&target)?;
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(target)
}

/// Removes what builds left that were killed.
fn sweep(target: &Path) -> io::Result<()> {
    for entry in fs::read_dir(target)? {
        let entry = entry?;
        let old = || {
            entry
                .metadata()
                .and_then(|data| data.modified())
                .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > STALE))
        };
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && old() {
            // Another build may be sweeping too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

fn check_links(
    workbook: &Workbook,
    book: &MDBook,
    site: &Site,
    incomplete: &BTreeSet<PathBuf>,
) -> Vec<Problem> {
    let folder = book.config.book.src.clone();
    let rfcs = match Rfcs::read(workbook.root()) {
        Ok(rfcs) => rfcs,
        Err(complaint) => return vec![complaint.at(Rfcs::FILE, None)],
    };
    if !rfcs.problems().is_empty() {
        return rfcs.problems().to_vec();
    }
    let incomplete = incomplete.iter().filter_map(|path| rendered_name(path)).collect();
    links::check(site, &Sources { incomplete, ..sources(book, folder) }, &rfcs)
}

fn sources(book: &MDBook, folder: PathBuf) -> Sources {
    let pages = book.book.chapters().filter_map(|chapter| {
        let file = chapter.source_path.as_deref()?;
        Some((rendered_name(file)?, (file.to_owned(), chapter.content.clone())))
    });
    Sources { folder, pages: pages.collect(), incomplete: BTreeSet::new() }
}

/// What mdBook names the page of a source file: README.md is the index of its folder.
fn rendered_name(file: &Path) -> Option<String> {
    let is_readme = file.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"));
    let page = if is_readme { file.with_file_name("index.html") } else { file.with_extension("html") };
    Some(page.to_str()?.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_old_folders_of_killed_builds_are_swept_away() {
        let target = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - 2 * STALE;
        for (name, aged) in [(".book-old", true), (".book-new", false), ("book", true)] {
            let folder = target.path().join(name);
            fs::create_dir(&folder).unwrap();
            if aged {
                fs::File::open(&folder).unwrap().set_modified(old).unwrap();
            }
        }
        sweep(target.path()).unwrap();
        let left = [".book-old", ".book-new", "book"].map(|name| target.path().join(name).exists());
        assert_eq!(left, [false, true, true]);
    }
}
