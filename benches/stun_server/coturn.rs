//! coturn, as a STUN server on loopback and nothing else.

use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Coturn {
    address: SocketAddr,
    child: Child,
}

impl Coturn {
    /// `None` where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let address = UdpSocket::bind("127.0.0.1:0").and_then(|free| free.local_addr()).ok()?;
        let child = Command::new("turnserver")
            .args(["-n", "--stun-only", "--no-auth", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp"])
            .args(["--fingerprint", "--log-file=stdout", "--simple-log", "--pidfile=/dev/null"])
            .arg(format!("--listening-ip={}", address.ip()))
            .arg(format!("--listening-port={}", address.port()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let coturn = Self { address, child };
        coturn.wait().then_some(coturn)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Until it answers.
    fn wait(&self) -> bool {
        let probe = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        probe.set_read_timeout(Some(Duration::from_millis(100))).expect("a time-out");
        let request = super::request();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            let _ = probe.send_to(&request, self.address);
            if probe.recv(&mut [0; 1500]).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("coturn is skipped: it started but did not answer at {}", self.address);
        false
    }
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
