//! Says when something changed that the book is made of.

use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::workbook::Workbook;

/// An editor that saves, or a checkout of many files, is one change and not twenty: this much quiet ends it.
const QUIET: Duration = Duration::from_millis(100);

/// A watch over the sources of the book. It ends when this is dropped.
pub struct Watch {
    changes: Receiver<()>,
    _watcher: RecommendedWatcher,
}

/// Watches the pages, the traces, the examples, what describes the exercises, and book.toml.
///
/// # Errors
/// If the system has no watches left.
pub fn watch(workbook: &Workbook) -> notify::Result<Watch> {
    let (send, changes) = mpsc::channel();
    let root = workbook.root().to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event
            .is_ok_and(|event| is_change(&event.kind) && event.paths.iter().any(|path| matters(&root, path)))
        {
            // The only receiver is gone when the workbook ends; then nobody needs to know.
            let _ = send.send(());
        }
    })?;
    for folder in ["book", "traces", "examples", "exercises"] {
        let folder = workbook.root().join(folder);
        if folder.is_dir() {
            watcher.watch(&folder, RecursiveMode::Recursive)?;
        }
    }
    // The folder rather than the file: an editor that saves by renaming replaces the file.
    watcher.watch(workbook.root(), RecursiveMode::NonRecursive)?;
    Ok(Watch { changes, _watcher: watcher })
}

impl Watch {
    /// Waits up to `patience` for a change, and then until it is over. Whether there was one.
    #[must_use]
    pub fn changed_within(&self, patience: Duration) -> bool {
        if self.changes.recv_timeout(patience).is_err() {
            return false;
        }
        while self.changes.recv_timeout(QUIET).is_ok() {}
        true
    }
}

fn is_change(kind: &EventKind) -> bool {
    // A build reads every file: to react to reads would be to build forever.
    !matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)))
}

/// Whether the book is made of this file; what editors leave for themselves is not part of it.
fn matters(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return false };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.starts_with('.')
        || name.ends_with('~')
        || inside.components().any(|part| part.as_os_str() == "target")
    {
        return false;
    }
    let mut parts = inside.components();
    match parts.next().and_then(|part| part.as_os_str().to_str()) {
        Some("book.toml") => true,
        Some("exercises") => [".toml", ".json", ".md"].iter().any(|ending| name.ends_with(ending)),
        Some("book" | "traces" | "examples") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_book_is_made_of_matters() {
        for (path, expected) in [
            ("book/stun.md", true),
            ("book/theme/wirebook.css", true),
            ("book.toml", true),
            ("traces/stun.pcapng", true),
            ("examples/stun/main.rs", true),
            ("exercises/stun.toml", true),
            ("exercises/src/stun.rs", false),
            ("exercises/target/x.json", false),
            ("book/.stun.md.swp", false),
            ("book/stun.md~", false),
            ("target/book/index.html", false),
            ("Cargo.lock", false),
        ] {
            let root = Path::new("/checkout");
            assert_eq!(matters(root, &root.join(path)), expected, "{path}");
        }
    }
}
