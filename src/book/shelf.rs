//! What pages draw from: traces, words, exercises. Each is read once a build, when a page first asks.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use exercises::Catalogue;
use wire::trace::Trace;

use super::glossary::Glossary;
use super::problem::Complaint;
use super::rfcs::Rfcs;
use crate::workbook::Workbook;

/// All that directives may take from the checkout.
pub(crate) struct Shelf {
    workbook: Workbook,
    traces: RefCell<BTreeMap<String, Result<Rc<Trace>, Complaint>>>,
    glossary: OnceCell<Result<Glossary, Complaint>>,
    rfcs: OnceCell<Result<Rfcs, Complaint>>,
    exercises: OnceCell<Result<Catalogue, Complaint>>,
}

impl Shelf {
    pub(crate) fn new(workbook: Workbook) -> Self {
        Self {
            workbook,
            traces: RefCell::default(),
            glossary: OnceCell::new(),
            rfcs: OnceCell::new(),
            exercises: OnceCell::new(),
        }
    }

    pub(crate) fn workbook(&self) -> &Workbook {
        &self.workbook
    }

    /// The trace of that file name.
    pub(crate) fn trace(&self, name: &str) -> Result<Rc<Trace>, Complaint> {
        let mut traces = self.traces.borrow_mut();
        traces.entry(name.to_owned()).or_insert_with(|| self.read_trace(name)).clone()
    }

    fn read_trace(&self, name: &str) -> Result<Rc<Trace>, Complaint> {
        let folder = self.workbook.traces();
        let known = files_in(&folder, &[".pcapng", ".pcap"]);
        if !known.iter().any(|file| file == name) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Complaint::new(format!("no trace {name} in traces/")).choose(name, &known));
        }
        let unreadable = |why: String| Complaint::new(format!("traces/{name} cannot be read: {why}"));
        let bytes = fs::read(folder.join(name)).map_err(|error| unreadable(error.to_string()))?;
        let trace = Trace::read(&bytes).map_err(|error| unreadable(error.to_string()))?;
        Ok(Rc::new(trace))
    }

    /// The session description of that file name, in traces/.
    pub(crate) fn sdp(&self, name: &str) -> Result<Vec<u8>, Complaint> {
        let folder = self.workbook.traces();
        let known = files_in(&folder, &[".sdp"]);
        if !known.iter().any(|file| file == name) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Complaint::new(format!("no file {name} in traces/")).choose(name, &known));
        }
        fs::read(folder.join(name))
            .map_err(|error| Complaint::new(format!("traces/{name} cannot be read: {error}")))
    }

    /// The words of book/glossary.toml.
    pub(crate) fn glossary(&self) -> Result<&Glossary, Complaint> {
        self.glossary.get_or_init(|| Glossary::read(self.workbook.root())).as_ref().map_err(Clone::clone)
    }

    /// The RFCs of book/rfcs.toml.
    pub(crate) fn rfcs(&self) -> Result<&Rfcs, Complaint> {
        self.rfcs.get_or_init(|| Rfcs::read(self.workbook.root())).as_ref().map_err(Clone::clone)
    }

    /// The exercises of exercises/catalogue.toml.
    pub(crate) fn catalogue(&self) -> Result<&Catalogue, Complaint> {
        self.exercises.get_or_init(|| self.read_catalogue()).as_ref().map_err(Clone::clone)
    }

    fn read_catalogue(&self) -> Result<Catalogue, Complaint> {
        const FILE: &str = "exercises/catalogue.toml";
        let text = fs::read_to_string(self.workbook.root().join(FILE))
            .map_err(|error| Complaint::new(format!("{FILE} cannot be read: {error}")))?;
        Catalogue::parse(&text).map_err(|error| Complaint::toml(FILE, &text, &error))
    }
}

/// The names of the files in a folder that end so, sorted; none where there is no such folder.
fn files_in(folder: &Path, endings: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .collect();
    names.sort();
    names
}
