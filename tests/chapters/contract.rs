//! What a chapter has when it is done. Each check gives a line for each thing that is missing.

use std::env::consts::EXE_EXTENSION;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use exercises::Catalogue;
use regex::Regex;
use wirebook::labs::Lab;

/// How the scaffold marks what is left to write.
const MARK: &str = "TO WRITE";

/// A chapter: whatever has an example.
pub(crate) struct Chapter {
    pub(crate) root: PathBuf,
    pub(crate) name: String,
}

/// What a chapter must have, in the order in which a reader meets it.
const CHECKS: &[fn(&Chapter) -> Vec<String>] = &[
    Chapter::place,
    Chapter::opening,
    Chapter::sections,
    Chapter::corrections,
    Chapter::facts,
    Chapter::example,
    Chapter::trace,
    Chapter::snapshots,
    Chapter::lab,
    Chapter::exercises,
    Chapter::words,
    Chapter::unwritten,
];

impl Chapter {
    pub(crate) fn all(root: &Path) -> Vec<Self> {
        let folders = fs::read_dir(root.join("examples")).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> = folders
            .filter(|folder| folder.join("Cargo.toml").is_file())
            .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names.into_iter().map(|name| Self { root: root.to_owned(), name }).collect()
    }

    pub(crate) fn missing(&self) -> Vec<String> {
        CHECKS.iter().flat_map(|check| check(self)).collect()
    }

    fn place(&self) -> Vec<String> {
        let names = |list: &str, link: String| self.read(list).contains(&format!("]({link})"));
        let summary = names("book/SUMMARY.md", format!("{}.md", self.name));
        let readme = names("README.md", format!("book/{}.md", self.name));
        [
            unless(summary, "book/SUMMARY.md: does not list the page of this example"),
            unless(readme, "README.md: its table of chapters does not link to this page"),
        ]
        .concat()
    }

    /// The question, what one can do afterward, how long it takes, and a picture, before the first section.
    fn opening(&self) -> Vec<String> {
        let page = self.page();
        let opening = page.split("\n## ").next().unwrap_or_default();
        let first = opening.lines().filter(|line| !line.trim().is_empty()).nth(1).unwrap_or_default();
        let minutes = Regex::new(r"about \d+ minutes").unwrap();
        self.in_page(&[
            (first.starts_with("**The question:"), "must open with **The question: …?** under its heading"),
            (
                opening.contains("\nAfter this page you can"),
                "must say \"After this page you can\", as a list",
            ),
            (minutes.is_match(opening), "must say how long it takes: \"about 20 minutes\""),
            (opening.contains("<svg") || opening.contains("!["), "needs a picture before the first section"),
        ])
    }

    fn sections(&self) -> Vec<String> {
        let page = self.page();
        let has = |heading: &str| page.lines().any(|line| line.starts_with(&format!("## {heading}")));
        self.in_page(&[
            (has("What people get wrong"), "needs the section \"What people get wrong\""),
            (has("Further reading"), "needs the section \"Further reading\""),
        ])
    }

    /// The box that opens "What people get wrong": what is commonly said, and what is so.
    fn corrections(&self) -> Vec<String> {
        let page = self.page();
        let Some((_, wrong)) = page.split_once("\n## What people get wrong") else { return Vec::new() };
        let wrong = wrong.split("\n## ").next().unwrap_or_default();
        let missing = super::corrections::missing(wrong.split_once('\n').map_or("", |(_, rest)| rest));
        missing.into_iter().map(|what| format!("book/{}.md: {what}", self.name)).collect()
    }

    /// The build checks links to RFCs; this finds the RFCs that are named without one, and pages without any.
    fn facts(&self) -> Vec<String> {
        let page = self.page();
        let rfcs = table(&self.read("book/rfcs.toml"), "rfc");
        let known = |number: &str| {
            rfcs.iter().any(|rfc| rfc.get("number").is_some_and(|known| known.to_string() == number))
        };
        let rfc = Regex::new(r"\bRFC (\d+)").unwrap();
        let mut unknown: Vec<_> = rfc.captures_iter(&page).map(|named| named[1].to_owned()).collect();
        unknown.sort();
        unknown.dedup();
        unknown.retain(|number| !known(number));
        let unknown =
            unknown.iter().map(|number| format!("book/rfcs.toml: lacks RFC {number}, which the page names"));
        let cited = page.contains("](https://");
        let none =
            self.in_page(&[(cited, "cites nothing: a claim of fact links to the section that makes it")]);
        none.into_iter().chain(unknown).collect()
    }

    fn example(&self) -> Vec<String> {
        let name = &self.name;
        let tests = self.root.join(format!("tests/examples/{name}.rs"));
        let tested = unless(tests.is_file(), &format!("tests/examples/{name}.rs: not there"));
        let Ok(output) = Command::new(program(name)).arg("--help").output() else {
            let told = format!(
                "examples/{name}: no program; `cargo build --example {name}`, or `cargo test`, makes it"
            );
            return [vec![told], tested].concat();
        };
        let help = String::from_utf8_lossy(&output.stdout);
        let flags = ["--json", "--pcap", "--seed", "Examples:", "Exit codes"].into_iter();
        let missing = flags.filter(|flag| !help.contains(flag));
        missing.map(|flag| format!("examples/{name}: --help does not show {flag}")).chain(tested).collect()
    }

    fn trace(&self) -> Vec<String> {
        let file = format!("{}.pcapng", self.name);
        let there = self.root.join("traces").join(&file).is_file();
        let page = self.page();
        let shown = |directive: &str| page.contains(&format!("{{{{#{directive}{file}"));
        let here = ["packet ", "ladder ", "sdp trace="].into_iter().any(shown);
        let not_there =
            unless(there, &format!("traces/{file}: not there; `cargo xtask traces {}` makes it", self.name));
        let not_shown = self.in_page(&[(here, "shows no packet of the example's trace: {{#packet …}}")]);
        [not_there, not_shown].concat()
    }

    fn snapshots(&self) -> Vec<String> {
        let beginning = format!("traces__{}_", self.name);
        let names = files(&self.root.join("tests/traces/snapshots")).into_iter();
        let any =
            names.filter_map(|path| Some(path.file_name()?.to_str()?.starts_with(&beginning))).any(|is| is);
        unless(
            any,
            &format!("tests/traces/snapshots: no packet of {}.pcapng is held by a snapshot", self.name),
        )
    }

    fn lab(&self) -> Vec<String> {
        let page = self.page();
        let lab = Regex::new(r"(?m)^\{\{#lab (\w+)").unwrap();
        let Some(named) = lab.captures(&page) else {
            return self.in_page(&[(false, "has no lab: a module in src/labs/, and {{#lab …}} in the page")]);
        };
        let told = format!("src/labs/mod.rs: no lab {}, which the page names", &named[1]);
        unless(Lab::named(&named[1]).is_some(), &told)
    }

    fn exercises(&self) -> Vec<String> {
        let catalogue = Catalogue::parse(&self.read("exercises/catalogue.toml")).unwrap();
        let count = catalogue.exercises.iter().filter(|exercise| exercise.chapter() == self.name).count();
        let told = format!("exercises/catalogue.toml: {count} of this chapter, and three are the least");
        unless(count >= 3, &told)
    }

    fn words(&self) -> Vec<String> {
        let page = format!("{}.md", self.name);
        let terms = table(&self.read("book/glossary.toml"), "term");
        let met_here = |term: &toml::Value| term.get("chapter").and_then(toml::Value::as_str) == Some(&page);
        let told = format!("book/glossary.toml: no word has chapter = \"{page}\"");
        let used = self.in_page(&[(self.page().contains("{{#term "), "marks no word as a {{#term …}}")]);
        [unless(terms.iter().any(met_here), &told), used].concat()
    }

    /// The scaffold's marks, but for those in what students edit: that is theirs.
    fn unwritten(&self) -> Vec<String> {
        let name = &self.name;
        let places = [
            format!("book/{name}.md"),
            format!("examples/{name}"),
            format!("tests/examples/{name}.rs"),
            format!("tests/traces/{name}.rs"),
            format!("exercises/src/{name}"),
            format!("exercises/solutions/{name}"),
            format!("exercises/wrong/{name}"),
        ];
        places.iter().flat_map(|place| unwritten(&self.root, place)).collect()
    }

    fn in_page(&self, held: &[(bool, &str)]) -> Vec<String> {
        let broken = held.iter().filter(|(holds, _)| !holds);
        broken.map(|(_, what)| format!("book/{}.md: {what}", self.name)).collect()
    }

    fn page(&self) -> String {
        self.read(&format!("book/{}.md", self.name))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }
}

/// The scaffold's marks in the files that list all chapters.
pub(crate) fn unwritten_in_lists(root: &Path) -> Vec<String> {
    let lists = [
        "book/SUMMARY.md",
        "book/glossary.toml",
        "book/rfcs.toml",
        "traces/README.md",
        "exercises/catalogue.toml",
    ];
    lists.iter().flat_map(|list| unwritten(root, list)).collect()
}

fn unwritten(root: &Path, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in files(&root.join(place)) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let shown = path.strip_prefix(root).unwrap_or(&path).display();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.contains(MARK)) {
            found.push(format!("{shown}:{number}: {}", line[line.find(MARK).unwrap_or(0)..].trim()));
        }
    }
    found
}

/// The files at or below a path, sorted; none where it is not there.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut inside: Vec<_> =
        fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    inside.sort();
    inside.iter().flat_map(|path| files(path)).collect()
}

fn table(text: &str, key: &str) -> Vec<toml::Value> {
    let table: toml::Table = text.parse().unwrap();
    table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default()
}

fn unless(holds: bool, told: &str) -> Vec<String> {
    if holds { Vec::new() } else { vec![told.to_owned()] }
}

/// The example's program, which `cargo test` builds beside this one.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    profile.join("examples").join(name).with_extension(EXE_EXTENSION)
}
