//! A network namespace: interfaces, routes, firewall and sockets that nothing else on the machine sees.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use nix::sched::{CloneFlags, setns};

use crate::rules::{Filtering, Kind, Mapping};
use crate::street::Street;

/// Where `ip netns` keeps names.
const NAMES: &str = "/run/netns";
const PREFIX: &str = "wirebook-";

/// A namespace with a name of its own, deleted when it is dropped.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// The name holds this process' id, so that two runs never meet.
    pub(crate) fn new(role: &str) -> Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{role}", std::process::id());
        finished(Command::new("ip").args(["netns", "add", &name]))?;
        let namespace = Self { name };
        namespace.run("ip link set lo up")?;
        Ok(namespace)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A command that will run in the namespace.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program.as_ref());
        command
    }

    /// Runs a line, words parted by blanks, in the namespace; gives what it printed.
    pub(crate) fn run(&self, line: &str) -> Result<String> {
        let mut words = line.split_whitespace();
        let program = words.next().context("an empty command")?;
        finished(self.command(program).args(words))
    }

    /// The same, with something to read.
    pub(crate) fn run_with_input(&self, line: &str, input: &str) -> Result<String> {
        let mut words = line.split_whitespace();
        let program = words.next().context("an empty command")?;
        let mut file = tempfile::tempfile()?;
        file.write_all(input.as_bytes())?;
        file.rewind()?;
        finished(self.command(program).args(words).stdin(file))
    }

    /// Does something on a thread that has entered the namespace. The sockets that it opens stay in there.
    pub(crate) fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let path = Path::new(NAMES).join(&self.name);
        thread::scope(|scope| {
            let entered = scope.spawn(|| {
                let file = File::open(&path).unwrap();
                setns(file, CloneFlags::CLONE_NEWNET).unwrap();
                work()
            });
            entered.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// A kernel file of the namespace, such as `/proc/sys/net/ipv4/ip_forward`.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<()> {
        self.within(|| fs::write(path, text)).with_context(|| format!("cannot write {path}"))
    }

    /// What the kernel tracks of connections here, a line each.
    pub(crate) fn connections(&self) -> String {
        self.within(|| fs::read_to_string("/proc/thread-self/net/nf_conntrack").unwrap_or_default())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(error) = finished(Command::new("ip").args(["netns", "del", &self.name])) {
            eprintln!("note: {error:#}");
        }
    }
}

/// Whether Linux lets this process build NATs. Says once why not.
pub(crate) fn possible() -> bool {
    static POSSIBLE: OnceLock<bool> = OnceLock::new();
    *POSSIBLE.get_or_init(|| {
        let tried = trial();
        if let Err(error) = &tried {
            eprintln!("skipped: no NAT can be built of network namespaces here: {error:#}");
        }
        tried.is_ok()
    })
}

/// Builds a street with the plainest NAT and takes it down again.
fn trial() -> Result<()> {
    let root = fs::read_to_string("/proc/self/status")?.lines().any(|line| line.starts_with("Uid:\t0\t"));
    ensure!(root, "that takes root");
    sweep();
    Street::build(&Kind::nat(Mapping::Preserving, Filtering::Tracked)).map(drop)
}

/// Deletes what runs left behind that were killed: names with the id of a process that is no more.
fn sweep() {
    let Ok(names) = fs::read_dir(NAMES) else { return };
    for name in names.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        let gone = process.is_some_and(|id| !PathBuf::from("/proc").join(id).exists());
        if gone {
            let _ = finished(Command::new("ip").args(["netns", "del", &name]));
        }
    }
}

/// Runs a command to its end; what it printed, or what it said where it failed.
fn finished(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}").replace('"', "");
    let output = command.output().with_context(|| format!("cannot run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
