//! `wirebook serve`: the book and its labs, until Ctrl-C.

use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use tokio::net::TcpListener;

use super::{FAILED, FINE};
use crate::book;
use crate::book::watch::{Watch, watch};
use crate::class::{self, Class};
use crate::labs::http::{self, Edition, House, Started};
use crate::labs::{LABS, Surroundings};
use crate::workbook::Workbook;

/// Prints, and serves on where nobody listens: the terminal that began this may be closed long since.
macro_rules! say {
    ($($part:tt)*) => { drop(writeln!(std::io::stdout(), $($part)*)) };
}
macro_rules! note {
    ($($part:tt)*) => { drop(writeln!(std::io::stderr(), $($part)*)) };
}

/// The port that is tried first: that of `mdbook serve`.
const USUAL_PORT: u16 = 3000;

/// Serve the book and its labs on 127.0.0.1, and rebuild when a page changes
#[derive(Debug, Default, clap::Args)]
#[command(
    after_help = "Examples:\n  wirebook serve --port 8080 --open\n  wirebook serve --class    for the other machines of a classroom"
)]
pub(super) struct Args {
    /// The port to listen on; 0: any that is free [default: 3000, or the next that is free]
    #[arg(long, short)]
    port: Option<u16>,
    /// Open the book in the browser
    #[arg(long)]
    open: bool,
    /// Run the Socket.IO lab as one of several instances that share this Redis server
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
    /// Let other machines in, too: over HTTPS, after a join code. ADDRESS: this machine's in their network
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1)]
    class: Option<Option<IpAddr>>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let workbook = Workbook::find()?;
    tokio::runtime::Runtime::new().context("cannot start the runtime")?.block_on(serve(args, &workbook))
}

async fn serve(args: &Args, workbook: &Workbook) -> Result<u8> {
    let stop = stop_signal()?;
    let listener = listener(args.port).await?;
    let address = listener.local_addr()?;
    // Before the build: what is saved while it runs is then not missed.
    let watch = watch(workbook);
    let site = match super::build::built(workbook) {
        Ok(built) => built.site,
        Err(broken) => {
            note!("{}", super::lines(&broken.to_string()));
            return Ok(FAILED);
        }
    };
    let class = match args.class {
        Some(named) => Some(Class::open(named.map_or_else(class::own_address, Ok)?).await?),
        None => None,
    };
    let surroundings = Surroundings {
        workbook: address,
        redis: args.redis.clone(),
        class: class.as_ref().map(|class| class.address().ip()),
    };
    let labs = Started::all(LABS, &surroundings).await;
    let edition = Edition::first(&site, stamp());
    drop(site);
    announce(&format!("http://{address}"), &labs, class.as_ref(), args.open);
    let class = class.map(|class| class.serve(&labs, edition.subscribe()));
    let House { router, alive: _alive } = http::house(address, labs, edition.subscribe());

    let stopped = Arc::new(AtomicBool::new(false));
    let rebuilding = {
        let (workbook, stopped) = (workbook.clone(), Arc::clone(&stopped));
        tokio::task::spawn_blocking(move || match watch {
            Ok(watch) => rebuild(&workbook, &watch, &edition, &stopped),
            Err(error) => {
                note!("note: pages are not rebuilt when they change: {error}");
                // Kept: with the edition gone, open pages would be told that the workbook ended.
                park(&edition, &stopped);
            }
        })
    };
    tokio::select! {
        () = http::serve(listener, router) => {}
        () = async { class.expect("asked before").await }, if class.is_some() => {}
        () = stop => {}
    }
    stopped.store(true, Ordering::Relaxed);
    // A build that is under way removes its own folder.
    rebuilding.await.context("the rebuilder failed")?;
    Ok(FINE)
}

/// How long the rebuilder takes at most to notice that it is over.
const GLANCE: Duration = Duration::from_millis(200);

fn rebuild(workbook: &Workbook, watch: &Watch, edition: &Edition, stopped: &AtomicBool) {
    while !stopped.load(Ordering::Relaxed) {
        if !watch.changed_within(GLANCE) {
            continue;
        }
        let start = Instant::now();
        match book::build(workbook) {
            Ok(built) => {
                edition.next(&built.site);
                note!("Built again in {:.1} s", start.elapsed().as_secs_f64());
            }
            Err(broken) => {
                let broken = super::lines(&broken.to_string());
                note!("{broken}\n\nThe last book that built is still being served.");
                edition.broken(broken);
            }
        }
    }
}

fn park(_: &Edition, stopped: &AtomicBool) {
    while !stopped.load(Ordering::Relaxed) {
        std::thread::sleep(GLANCE);
    }
}

async fn listener(port: Option<u16>) -> Result<TcpListener> {
    let listener = http::bind(port, USUAL_PORT).await.map_err(|error| {
        let port = port.unwrap_or(USUAL_PORT);
        match error.kind() {
            ErrorKind::AddrInUse => anyhow!(
                "port {port} of 127.0.0.1 is in use: end what listens there, name another port, or leave --port out"
            ),
            ErrorKind::PermissionDenied => {
                anyhow!("port {port} of 127.0.0.1 is not for this user: name one above 1023, or leave --port out")
            }
            _ => anyhow!("cannot listen on port {port} of 127.0.0.1: {error}"),
        }
    })?;
    let found = listener.local_addr()?.port();
    if port.is_none() && found != USUAL_PORT {
        note!("Port {USUAL_PORT} is in use: taking {found}");
    }
    Ok(listener)
}

/// The address alone on its line, so that a program can read it.
fn announce(url: &str, labs: &[Started], class: Option<&Class>, open: bool) {
    say!("{url}");
    for Started { lab, outcome } in labs {
        match outcome {
            Ok(running) => {
                for address in &running.addresses {
                    say!("lab {}: {} at {}", lab.id, address.name, address.url);
                }
            }
            Err(why) => note!("note: the lab {} does not run: {why}", lab.id),
        }
    }
    if let Some(class) = class {
        say!("class: {}, join code {}", class.url(), class.code());
        note!(
            "Browsers warn of the certificate, since nobody else signed it. Its SHA-256 fingerprint:\n  {}",
            class.fingerprint()
        );
    }
    note!("The workbook is open at the first address. Ctrl-C ends it.");
    if open && let Err(error) = opener::open_browser(url) {
        note!("note: no browser could be opened: {error}");
    }
}

/// A number that differs from that of the run before.
fn stamp() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or_default()
}

/// Done when the user or the system wants the workbook to end.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
