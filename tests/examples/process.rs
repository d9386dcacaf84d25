//! An example as a child process that never outlives its test.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// More than anything here takes, so that a hang fails rather than lasts.
const LIMIT: Duration = Duration::from_secs(60);

/// The example's program. `cargo test` has built it; a narrower command may not have.
pub(crate) fn program(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let path = profile.join("examples").join(example).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.is_file(),
        "{} is not there: `cargo test` builds it, and so does `cargo build --example {example}`",
        path.display()
    );
    path
}

/// What a finished program left behind.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the example to its end.
pub(crate) fn run(example: &str, arguments: &[&str]) -> Done {
    command_to_end(Command::new(program(example)).args(arguments))
}

/// Runs any command to its end, which comes at the latest after [`LIMIT`].
pub(crate) fn command_to_end(command: &mut Command) -> Done {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let waiting = thread::spawn(move || child.wait_with_output().unwrap());
    let begun = Instant::now();
    while !waiting.is_finished() {
        assert!(begun.elapsed() < LIMIT, "process {pid} still runs after {LIMIT:?}");
        thread::sleep(Duration::from_millis(5));
    }
    let Output { status, stdout, stderr } = waiting.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// A program that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<Box<dyn Read + Send>>,
}

impl Running {
    pub(crate) fn example(example: &str, arguments: &[&str]) -> Self {
        Self::command(Command::new(program(example)).args(arguments))
    }

    pub(crate) fn command(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        Self { child, lines: BufReader::new(Box::new(out)) }
    }

    /// The first line of its output that holds `text`.
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            if line.contains(text) {
                return line;
            }
            line.clear();
        }
        panic!("the program ended without a line that holds {text:?}");
    }

    /// Goes on reading, so that the program never waits for its reader.
    pub(crate) fn drained(mut self) -> Drained {
        let mut lines = std::mem::replace(&mut self.lines, BufReader::new(Box::new(std::io::empty())));
        thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Drained(self)
    }
}

/// A program whose output nobody needs any more.
pub(crate) struct Drained(Running);

impl Drained {
    pub(crate) fn runs(&mut self) -> bool {
        self.0.child.try_wait().unwrap().is_none()
    }
}

impl Drained {
    /// How many files and sockets it has open.
    #[cfg(target_os = "linux")]
    pub(crate) fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.0.child.id())).unwrap().count()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a program of that name is installed; says so where it is not.
pub(crate) fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    if !found {
        eprintln!("skipped: {name} is not installed");
    }
    found
}
