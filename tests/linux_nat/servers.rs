//! The two STUN servers that are asked: Debian's, and the workbook's own.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use wire::stun::{Class, Message, kind};
use wirebook::labs::stun::{Config, StunLab};

use crate::process::{Drained, Running};
use crate::street::{SERVER, Street};

/// STUN's port (RFC 8489 section 8.1).
pub(crate) const PORT: u16 = 3478;
/// The other one.
pub(crate) const OTHER_PORT: u16 = 3479;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    Coturn,
    Workbook,
}

/// A server in the server's namespace, until it is dropped.
pub(crate) enum Server {
    Coturn { _process: Drained, pid_file: PathBuf },
    Workbook { _lab: StunLab },
}

impl Server {
    /// Starts it, and waits until it answers at its own address.
    pub(crate) fn start(make: Make, street: &Street) -> Self {
        let server = match make {
            Make::Coturn => coturn(street),
            Make::Workbook => {
                let config = Config { port: Some(PORT), ..Config::default() };
                let lab = street.server.within(|| StunLab::start_on(SERVER.map(Into::into), &config));
                let lab = lab.unwrap();
                assert_eq!(lab.info().alternate, Some((SERVER[1], OTHER_PORT).into()));
                Self::Workbook { _lab: lab }
            }
        };
        for port in [PORT, OTHER_PORT] {
            for address in SERVER {
                street.server.within(|| wait_for((address, port).into()));
            }
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Coturn { pid_file, .. } = self {
            let _ = std::fs::remove_file(pid_file);
        }
    }
}

fn coturn(street: &Street) -> Server {
    let pid_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.pid", street.server.name()));
    let mut command = street.server.command("turnserver");
    command.args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--log-file", "stdout"]);
    for address in SERVER {
        command.args(["-L", &address.to_string()]);
    }
    command.args(["--listening-port", &PORT.to_string(), "--alt-listening-port", &OTHER_PORT.to_string()]);
    if help_of("turnserver").lines().any(|line| line.trim_start().starts_with("--rfc5780")) {
        // From 4.7 on it answers CHANGE-REQUEST only where it is told to.
        command.arg("--rfc5780");
    }
    command.arg("--pidfile").arg(&pid_file);
    Server::Coturn { _process: Running::command(&mut command).drained(), pid_file }
}

fn help_of(program: &str) -> String {
    let output = Command::new(program).arg("--help").output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Asks until there is an answer: a server that starts is not to be taken for a network that blocks.
fn wait_for(address: SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut request = Vec::new();
    Message::begin(&mut request, Class::Request, kind::BINDING, *b"are you up? ").finish().unwrap();
    let answered = (0..400).any(|_| {
        let sent = socket.send_to(&request, address);
        let got = sent.and_then(|_| socket.recv_from(&mut [0; 1500]));
        // Before the server listens, ICMP says so at once.
        got.inspect_err(|_| std::thread::sleep(Duration::from_millis(20))).is_ok()
    });
    assert!(answered, "no STUN server answers at {address}");
}
