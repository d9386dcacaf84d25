//! The same client at anybody's server.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use hyper::Uri;
use serde_json::Value;
use tap::{Random, Tap};
use tokio::net::lookup_host;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{Instant, sleep_until};
use wire::render::plain;

use crate::client::{Client, Event, Reconnect, Socket, Status};
use crate::failure::Failure;
use crate::http::Endpoint;
use crate::packet::{Data, data};
use crate::record::Record;
use crate::transport::Ways;
use crate::{Visit, event};

/// As a browser's client does it, but not for ever.
const USUAL: Reconnect = Reconnect {
    first: Duration::from_secs(1),
    most: Duration::from_secs(5),
    attempts: 5,
    settle: Duration::ZERO,
};

pub(crate) async fn visit(
    url: &str,
    visit: &Visit,
    ways: Option<Ways>,
    tap: &Tap,
    random: Random,
) -> Result<()> {
    let (endpoint, namespace) = parse(url, &visit.path, tap, random).await?;
    let with_file = match &visit.ask_with_file[..] {
        [json, path] => Some(with_file(json, path)?),
        _ => None,
    };
    tap.name(endpoint.address, "server");
    tap.say(&format!(
        "{namespace} of {}, at {}{}",
        endpoint.host, endpoint.address, endpoint.path
    ));
    let reconnect = Reconnect { attempts: visit.reconnect, ..USUAL };
    let client = Client::connect(endpoint, ways, reconnect).await?;
    if let Status::Connected { sid, transport, .. } = &*client.status().borrow() {
        tap.learned(&format!("Session {}, by {transport}.", plain(sid)));
    }
    let socket = client.socket(&namespace);
    let mut events = socket.on_any().await?;
    socket.connect(visit.auth.clone()).await?;
    tap.learned(&format!("Connected to {namespace}."));

    let result = tokio::select! {
        ended = hear(&client, &socket, &mut events, tap) => ended,
        said = speak(&socket, visit, with_file, tap) => said,
    };
    client.close().await;
    result
}

/// Says what is to be said, then what is typed, until it is time to go.
async fn speak(
    socket: &Socket,
    visit: &Visit,
    with_file: Option<(String, Vec<Data>)>,
    tap: &Tap,
) -> Result<()> {
    for event in &visit.emit {
        let (name, args) = parts(event);
        socket.emit(&name, args).await?;
    }
    let asked = visit.ask.iter().map(|event| parts(event)).chain(with_file);
    for (name, args) in asked {
        let answer = socket.emit_with_ack(&name, args).await?;
        tap.learned(&format!("The answer to {name}: {}", list(&answer)));
    }
    let end = visit.stay.map(|stay| Instant::now() + stay);
    let mut typed = typed();
    loop {
        tokio::select! {
            line = typed.recv() => match (line, end) {
                (Some(line), _) => say(socket, &line, tap).await?,
                (None, Some(end)) => {
                    sleep_until(end).await;
                    return Ok(());
                }
                (None, None) => return Ok(()),
            },
            () = until(end) => return Ok(()),
        }
    }
}

/// Tells what comes, and answers each event, until there is nobody to hear.
async fn hear(
    client: &Client,
    socket: &Socket,
    events: &mut Receiver<Event>,
    tap: &Tap,
) -> Result<()> {
    let mut status = client.status();
    loop {
        tokio::select! {
            biased;
            // Why there is nothing to hear comes before that there is nothing.
            changed = status.changed() => {
                changed?;
                let now = status.borrow_and_update().clone();
                tell(now, tap)?;
            }
            event = events.recv() => match event {
                Some(event) => {
                    tap.learned(&format!("{} {}", plain(&event.name), list(&event.args)));
                    socket.acknowledge(&event, data![]).await?;
                }
                None => bail!(Failure::ended("the server ended the namespace")),
            },
        }
    }
}

/// The lines of standard input, by a thread of its own: nothing can break off its
/// wait, and the end of the program must not wait with it.
fn typed() -> Receiver<String> {
    let (line, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for typed in std::io::stdin().lines().map_while(Result::ok) {
            if line.blocking_send(typed).is_err() {
                return;
            }
        }
    });
    lines
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
    }
}

async fn say(socket: &Socket, line: &str, tap: &Tap) -> Result<()> {
    if line.trim().is_empty() {
        return Ok(());
    }
    match event(line) {
        Ok(values) => {
            let (name, args) = parts(&values);
            socket.emit(&name, args).await?;
        }
        Err(why) => tap.tell(&why),
    }
    Ok(())
}

fn tell(status: Status, tap: &Tap) -> Result<()> {
    match status {
        Status::Connected { sid, transport, recovered } => {
            let kept = match recovered {
                true => {
                    "The server kept the session before, and sends what was missed."
                }
                false => "The server kept nothing of the session before.",
            };
            let sid = plain(&sid);
            tap.learned(&format!(
                "Connected again, as {sid}, by {transport}. {kept}"
            ));
        }
        Status::Away { why, wait } => {
            let wait = wait.as_millis();
            tap.tell(&format!("Lost: {why}. Connecting again in {wait} ms."));
        }
        Status::Closed { why: Some(why) } => {
            bail!(Failure::ended(why.to_string()))
        }
        Status::Closed { why: None } => bail!(Failure::ended("it was closed")),
    }
    Ok(())
}

fn parts(event: &[Value]) -> (String, Vec<Data>) {
    let name = event.first().and_then(Value::as_str).unwrap_or_default();
    (name.to_owned(), event.iter().skip(1).cloned().map(Data::Json).collect())
}

fn with_file(json: &str, path: &str) -> Result<(String, Vec<Data>)> {
    let values = event(json).map_err(anyhow::Error::msg)?;
    let (name, mut args) = parts(&values);
    let bytes = std::fs::read(path).with_context(|| {
        format!("cannot read {path}, the file of --ask-with-file")
    })?;
    args.push(Data::Binary(bytes));
    Ok((name, args))
}

fn list(data: &[Data]) -> String {
    let shown: Vec<_> = data.iter().map(ToString::to_string).collect();
    plain(&shown.join(" "))
}

/// `http://host:port/namespace`
async fn parse(
    url: &str,
    path: &str,
    tap: &Tap,
    random: Random,
) -> Result<(Endpoint, String)> {
    let expected = "expected http://HOST[:PORT][/NAMESPACE]";
    let uri: Uri =
        url.parse().with_context(|| format!("{expected}, found {url}"))?;
    match uri.scheme_str() {
        Some("http" | "ws") => {}
        Some("https" | "wss") => bail!(
            "{expected}, found {url}: this example shows bytes, and TLS would hide them"
        ),
        _ => bail!("{expected}, found {url}"),
    }
    let host = uri.authority().context(expected)?.as_str();
    let dialed = match uri.port() {
        Some(_) => host.to_owned(),
        None => format!("{host}:80"),
    };
    let mut found = lookup_host(&dialed)
        .await
        .with_context(|| format!("cannot find {host}: {expected}"))?;
    let address = found.next().with_context(|| format!("{host} has no address"))?;
    ensure!(
        path.starts_with('/'),
        "expected a --path that begins with /, found {path}"
    );
    let endpoint = Endpoint {
        address,
        host: host.to_owned(),
        path: path.to_owned(),
        name: "ping".to_owned(),
        record: Record { tap: tap.clone(), both_ends: false },
        random: Mutex::new(random),
    };
    Ok((endpoint, uri.path().to_owned()))
}
