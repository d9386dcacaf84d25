//! Building the book, beside mdBook building the same pages without directives and without checks.
//!
//! `cargo bench --bench book`. The aim is at most 1.5 times mdBook alone.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use wirebook::book;
use wirebook::workbook::Workbook;

fn build(c: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut group = c.benchmark_group("book");
    group.sample_size(20);
    group.bench_function("mdbook alone", |b| b.iter(|| mdbook_alone(root)));
    let workbook = Workbook::at(root);
    group.bench_function("wirebook", |b| {
        b.iter(|| black_box(book::build(&workbook)).expect("the book builds"));
    });
    group.finish();
}

/// The same configuration but for our preprocessor: directives stay as they are written.
fn mdbook_alone(root: &Path) {
    let folder = tempfile::tempdir().expect("a folder to build into");
    let mut config = Config::from_disk(root.join("book.toml")).expect("book.toml is there");
    config.set("preprocessor", toml::Table::new()).expect("an empty table is a value");
    folder.path().clone_into(&mut config.build.build_dir);
    let book = MDBook::load_with_config(root, config).expect("the pages are there");
    book.build().expect("mdBook builds them");
}

criterion_group!(benches, build);
criterion_main!(benches);
