//! Several instances of the Socket.IO lab as one: two workbooks that share a real Redis, behind a real haproxy.
//!
//! In a build with `--features redis`. Debian has `redis-server` and `haproxy`; where one is not installed, the test
//! says so in one line and passes.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::socketio_clients::node_runs;

/// Only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn two_instances_are_one_chat_and_the_end_of_one_is_the_end_of_its_clients_connections_only() {
    let client = match node_runs("cluster.mjs") {
        Ok(client) => client,
        Err(why) => return println!("skipped: {why}"),
    };
    for program in ["redis-server", "haproxy"] {
        if Command::new(program).arg("-v").output().is_err() {
            return println!("skipped: no {program} in PATH (Debian: apt-get install {program})");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (redis_port, front_port) = (free_port(), free_port());
    let mut redis = Command::new("redis-server");
    redis
        .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .arg("--dir")
        .arg(folder.path());
    let mut server = Running(redis.stdout(Stdio::null()).spawn().unwrap());
    reachable(redis_port);

    let redis = format!("redis://127.0.0.1:{redis_port}");
    let (mut first, first_port) = workbook(&redis);
    let (_second, second_port) = workbook(&redis);
    let config = folder.path().join("haproxy.cfg");
    std::fs::write(&config, haproxy(front_port, first_port, second_port)).unwrap();
    let mut balancer = Command::new("haproxy");
    let _balancer =
        Running(balancer.arg("-db").arg("-f").arg(&config).stderr(Stdio::null()).spawn().unwrap());
    reachable(front_port);

    run(client, front_port, |which| match which {
        "a" => first.end(),
        _ => server.end(),
    });
}

/// What the client says has to be this; at "kill a", `kill` is called with "a".
fn run(mut client: Command, port: u16, mut kill: impl FnMut(&str)) {
    client.arg(format!("http://127.0.0.1:{port}")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = Running(client.spawn().unwrap());
    let mut said = Vec::new();
    for line in BufReader::new(client.0.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if let Some(which) = line.strip_prefix("kill ") {
            kill(which);
            client.0.stdin.as_mut().unwrap().write_all(b"killed\n").unwrap();
        } else {
            said.push(line);
        }
    }
    let mut expected = Vec::new();
    for mode in ["polling", "websocket", "polling+websocket"] {
        for holds in ["a broadcast crosses", "rooms are those of all", "an acknowledgment crosses"] {
            expected.push(format!("{mode}: {holds}"));
        }
    }
    expected.push("without sticky sessions polling fails".to_owned());
    expected.push("who was at a came back at b, and b lost nobody".to_owned());
    expected.push("without Redis an instance says that it is alone".to_owned());
    assert_eq!(said, expected);
}

#[test]
fn redis_that_is_not_there_is_told_and_the_workbook_is_served() {
    let port = free_port();
    for (url, why) in [
        (
            format!("redis://127.0.0.1:{port}"),
            format!("cannot use Redis at redis://127.0.0.1:{port}: is it running?"),
        ),
        (
            "127.0.0.1:6379".to_owned(),
            "expected a URL such as redis://127.0.0.1:6379, found \"127.0.0.1:6379\"".to_owned(),
        ),
        (
            "redis://[".to_owned(),
            "expected a URL such as redis://127.0.0.1:6379, found \"redis://[\"".to_owned(),
        ),
    ] {
        let mut workbook = serve(&url);
        let mut said = String::new();
        for line in BufReader::new(workbook.0.stderr.take().unwrap()).lines().map_while(Result::ok) {
            let last = line.starts_with("The workbook is open");
            said.push_str(&line);
            if last {
                break;
            }
        }
        assert!(said.contains(&format!("note: the lab socketio does not run: {why}")), "{said}");
    }
}

/// haproxy in front of the two: which one is meant stands in a cookie, as Socket.IO's own pages advise.
fn haproxy(front: u16, first: u16, second: u16) -> String {
    format!(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  timeout tunnel 1h\n\
         \x20 option redispatch\n  retries 3\n\
         frontend front\n  bind 127.0.0.1:{front}\n  default_backend labs\n\
         backend labs\n  balance roundrobin\n  cookie SERVERID indirect nocache\n\
         \x20 server a 127.0.0.1:{first} cookie a check inter 200ms fall 1\n\
         \x20 server b 127.0.0.1:{second} cookie b check inter 200ms fall 1\n"
    )
}

/// A workbook on that Redis, and its Socket.IO lab's port.
fn workbook(redis: &str) -> (Running, u16) {
    let mut workbook = serve(redis);
    let mut lines = BufReader::new(workbook.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines
        .find_map(|line| line.strip_prefix("lab socketio: Socket.IO at http://127.0.0.1:")?.parse().ok());
    std::thread::spawn(move || lines.for_each(drop));
    (workbook, port.expect("the lab says where it listens"))
}

fn serve(redis: &str) -> Running {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_wirebook"));
    serve.args(["serve", "--port", "0", "--redis", redis]).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    Running(serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn reachable(port: u16) {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < PATIENCE, "nobody listens on {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A program that ends with the test.
struct Running(Child);

impl Running {
    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
