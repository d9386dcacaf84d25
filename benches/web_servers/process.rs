//! A server as a process: where it listens, what CPU time it took, what memory it has.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// `CLOCK_TICKS` of every Linux there is: proc(5) counts in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A server under test, which ends with this.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Server {
    /// A lab of the workbook: this program, as a server.
    pub(crate) fn lab(lab: &str) -> Option<Self> {
        let mut command = Command::new(std::env::current_exe().ok()?);
        command.args(["--lab", lab]);
        Self::start(format!("lab {lab}"), command)
    }

    /// `benches/web_servers/NAME.mjs`; `None` where there is no Node or no packages for it.
    pub(crate) fn node(name: &str) -> Option<Self> {
        let packages = Path::new(ROOT).join("tests/clients/node/node_modules");
        if !packages.is_dir() {
            println!("npm is skipped: no packages; `npm ci` in tests/clients/node brings them");
            return None;
        }
        let script = Path::new(ROOT).join(format!("benches/web_servers/{name}.mjs"));
        let mut command = Command::new("node");
        command.arg("--expose-gc").arg(script).env("WIREBOOK_PACKAGES", packages);
        Self::start(format!("npm {name}"), command)
    }

    /// Starts it and reads on until it says, on a line that begins so, where it listens.
    fn start(name: String, mut command: Command) -> Option<Self> {
        let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() else {
            println!("{name} is skipped: {:?} does not start", command.get_program());
            return None;
        };
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let said =
            lines.find_map(|line| Some(line.strip_prefix("listens: ")?.split_once("//")?.1.to_owned()));
        let address = said.and_then(|address| address.parse().ok());
        // What else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            println!("{name} is skipped: it ended without saying where it listens");
            let _ = child.kill();
            return None;
        };
        Some(Self { name, address, child })
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        // After the name, which is in parentheses: fields 14 and 15 of proc(5).
        let after = stat.rsplit(')').next().unwrap_or_default();
        let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
        TICK * ticks.sum::<u32>()
    }

    /// Bytes in memory now.
    pub(crate) fn memory(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let kibibytes: f64 = line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN);
        kibibytes * 1024.0
    }

    /// Has Node collect its garbage, so that only what is held counts. The workbook has none.
    pub(crate) fn collect(&self) {
        if self.name.starts_with("npm") {
            let _ = Command::new("kill").args(["-USR2", &self.child.id().to_string()]).status();
        }
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
