//! Fifty calls in a row leave nothing behind: measured on a workbook of its own, where no other test is at work.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;

use super::call_client::Client;

const CALLS: usize = 50;
/// What an allocator may keep for itself; a call that leaked its peer would be ten times this over fifty calls.
const MORE_KIB: u64 = 6 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_calls_in_a_row_leave_no_task_socket_or_memory_behind() {
    let workbook = Workbook::start();
    for _ in 0..10 {
        for way in 0..4 {
            one_call(&workbook, way).await;
        }
    }
    let before = workbook.at_rest().await;
    for n in 0..CALLS {
        one_call(&workbook, n % 4).await;
    }
    let after = workbook.at_rest().await;
    println!("before {before:?}, after {after:?}");
    assert_eq!(after.total - before.total, CALLS as u64);
    assert_eq!(after.tasks, before.tasks);
    // Fewer is as good: a file that was open before, as while the book was being read, may be closed since.
    assert!(after.handles <= before.handles, "{before:?} {after:?}");
    if let (Some(before), Some(after)) = (before.resident_kib, after.resident_kib) {
        assert!(after < before + MORE_KIB, "{before} KiB before, {after} KiB after {CALLS} calls");
    }
}

/// A call to pong, ended in one of four ways; every other one through a reader's wiretap.
async fn one_call(workbook: &Workbook, way: usize) {
    let (signaling, _page) = if way.is_multiple_of(2) {
        (workbook.signaling(), None)
    } else {
        let url = format!("ws://{}/labs/call/wire", workbook.address);
        let (mut page, _) = connect_async(url).await.unwrap();
        let open = page.next().await.unwrap().unwrap();
        let open: Value = serde_json::from_str(open.to_text().unwrap()).unwrap();
        (format!("ws://{}/", open["address"].as_str().unwrap()), Some(page))
    };
    let mut client = Client::dial(&signaling, false).await;
    client.ping().await;
    match way {
        0 => client.signal(&json!({ "type": "bye" })).await,
        1 => {
            client.peer.close().unwrap();
            client.until("the end", |client| client.ended).await;
        }
        2 => client.signal(&json!({ "type": "stop" })).await,
        _ => {}
    }
}

/// What a workbook holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    tasks: u64,
    total: u64,
    /// Open files and sockets; none where the system does not tell.
    handles: Option<usize>,
    resident_kib: Option<u64>,
}

struct Workbook {
    child: Child,
    address: String,
}

impl Workbook {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wirebook"))
            .args(["serve", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("http://")?.1.trim().to_owned()));
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("the workbook says where it is") }
    }

    fn get(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(self.address.trim_end_matches('/')).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
    }

    fn host(&self) -> &str {
        self.address.trim_end_matches('/')
    }

    fn signaling(&self) -> String {
        let labs = self.get("/labs.json");
        let labs = labs["labs"].as_array().unwrap();
        let call = labs.iter().find(|lab| lab["id"] == "call").unwrap();
        call["addresses"][0]["url"].as_str().unwrap().to_owned()
    }

    /// What it holds once no call is under way, and no connection but the one that asks.
    async fn at_rest(&self) -> Held {
        let mut same = 0;
        let mut last = None;
        for _ in 0..600 {
            let info = self.get("/labs/call/info");
            let now = (info["tasks"].as_u64().unwrap(), self.handles());
            let quiet = info["calls"] == 0 && info["sockets"] == 0;
            same = if quiet && last == Some(now) { same + 1 } else { 0 };
            last = Some(now);
            if same == 5 {
                let (tasks, handles) = now;
                let total = info["total"].as_u64().unwrap();
                return Held { tasks, total, handles, resident_kib: self.resident_kib() };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it never comes to rest: {}", self.get("/labs/call/info"));
    }

    fn handles(&self) -> Option<usize> {
        Some(std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?.count())
    }

    fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
    }
}

impl Drop for Workbook {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
