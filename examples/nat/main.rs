//! NAT: what stands between me and the world?
//!
//! Without arguments a client finds out what the NAT before it does, in a simulated
//! network; with `--server`, in the real one. The parts:
//!
//! - `message`: questions and answers, by the crate `stun_codec`
//! - `network`: what the tests need of a network, and a question asked until it is
//!   answered
//! - `world`: the simulated network
//! - `sockets`: the real one
//! - `discover`: the tests of RFC 5780: mapping and filtering
//! - `hairpin`, `lifetime`: two more
//! - `flow_chart`: what RFC 3489 would have called it
//! - `verdict`: what was found out; `show`: what is shown on the way there

mod discover;
mod flow_chart;
mod hairpin;
mod lifetime;
mod message;
mod network;
mod show;
mod sockets;
mod verdict;
mod world;

use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use sim::{Behavior, Edge, Hairpinning, Link, PortAssignment};
use tap::Tap;
use wire::trace::Trace;

use crate::discover::Discovery;
use crate::network::PATIENCE;
use crate::sockets::Sockets;
use crate::verdict::Verdict;
use crate::world::{SERVER, Simulated};

/// Finds out how the NAT on the way maps and filters: RFC 5780, test by test.
///
/// Without --server, client, NAT and STUN server are simulated here, in virtual time.
#[derive(Debug, Parser)]
#[command(name = "nat", after_help = EXAMPLES, mut_arg("json", |json| json.help("Print the verdict as one JSON object and nothing else")))]
struct Args {
    /// Test the way to a real server: HOST or HOST:PORT (3478 unless given)
    #[arg(long, value_name = "HOST", conflicts_with_all = ["nat", "ports", "hairpin", "lifetime", "loss"])]
    server: Option<String>,

    /// Take it for silence after so many seconds without an answer [default: 39.5 as RFC 8489 says, 7.5 with --server]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    /// The simulated NAT: full-cone, restricted-cone, port-restricted-cone, symmetric,
    /// or by mapping and filtering as eim-apdf; two with + between, the one at home
    /// first; none, firewall or blocked
    #[arg(long, value_name = "NAME", default_value = "port-restricted-cone")]
    nat: Edge,

    /// How it chooses a port outside
    #[arg(long, value_name = "HOW", default_value = "sequential")]
    ports: Ports,

    /// Let it turn packets round that go from inside to its own outside
    #[arg(long)]
    hairpin: bool,

    /// So long its mappings live
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    lifetime: Duration,

    /// The chance, from 0 to 0.9, that the link to the internet loses a packet
    #[arg(long, value_name = "CHANCE", default_value = "0", value_parser = chance)]
    loss: f64,

    #[command(flatten)]
    tap: tap::Options,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Ports {
    /// The one inside, if it is free
    Preserving,
    /// One after the other
    Sequential,
    /// Any
    Random,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example nat
  cargo run --example nat -- --nat symmetric --quiet
  cargo run --example nat -- --nat eim-adf+apdm-apdf --loss 0.2
  cargo run --example nat -- --nat full-cone --ports random --hairpin --lifetime 45
  cargo run --example nat -- --server stun.example.org --json

Exit codes: 0 mapping and filtering are known, 1 no answer or not enough of them, 2 wrong usage or an address or file that \
cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode> {
    // The tap shows what is decisive; the capture holds every packet.
    let shown = tap::Options { pcap: None, ..args.tap.clone() };
    let tap = match args.tap.json {
        true => Tap::off(),
        false => shown.start(None)?,
    };
    let file = args.tap.pcap.as_ref().map(|path| {
        let file = File::create(path);
        file.with_context(|| {
            format!(
                "cannot write the capture to {}; name another file",
                path.display()
            )
        })
    });
    let file = file.transpose()?;
    let (verdict, trace) = match &args.server {
        None => simulated(args, &tap).await?,
        Some(server) => real(server, args, &tap).await?,
    };
    if let Some(file) = file {
        trace
            .write_pcapng(&mut BufWriter::new(file))
            .context("cannot write the capture")?;
    }
    match args.tap.json {
        true => println!("{}", serde_json::to_string(&verdict)?),
        false => {
            shown.finish(&tap)?;
            conclude(&verdict, &tap);
        }
    }
    if verdict.is_complete() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: {}", why_not(&verdict));
    Ok(ExitCode::FAILURE)
}

async fn simulated(args: &Args, tap: &Tap) -> Result<(Verdict, Trace)> {
    let edge = args.edge();
    let link = Link::of(Duration::from_millis(10)).losing(args.loss);
    let mut random = args.tap.random();
    let seed = u64::from_be_bytes(random.bytes());
    let mut world = Simulated::behind(&edge, link, seed)?;
    let discovery = Discovery {
        network: &mut world,
        server: SERVER,
        patience: args.timeout.unwrap_or(PATIENCE),
        lifetime: !matches!(edge, Edge::Open),
        random,
        tap,
        verdict: Verdict::default(), // nothing is known yet
    };
    let verdict = discovery.run().await?;
    Ok((verdict, world.trace()))
}

async fn real(name: &str, args: &Args, tap: &Tap) -> Result<(Verdict, Trace)> {
    let server = sockets::resolve(name).await?;
    let mut sockets = Sockets::toward(server).await?;
    let discovery = Discovery {
        network: &mut sockets,
        server,
        patience: args.timeout.unwrap_or(Duration::from_millis(7500)),
        lifetime: false,
        random: args.tap.random(),
        tap,
        verdict: Verdict::default(), // nothing is known yet
    };
    let verdict = discovery.run().await?;
    Ok((verdict, sockets.trace()))
}

impl Args {
    /// The NAT, with what else was said of it.
    fn edge(&self) -> Edge {
        let with = |behavior: &Behavior| Behavior {
            ports: match self.ports {
                Ports::Preserving => PortAssignment::Preserving,
                Ports::Sequential => PortAssignment::Sequential,
                Ports::Random => PortAssignment::Random,
            },
            hairpinning: match self.hairpin {
                true => Hairpinning::ExternalSource,
                false => Hairpinning::None,
            },
            lifetime: self.lifetime,
            ..behavior.clone()
        };
        match &self.nat {
            Edge::Nat(behavior) => Edge::Nat(with(behavior)),
            Edge::NatBehindNat { home, carrier } => {
                Edge::NatBehindNat { home: with(home), carrier: with(carrier) }
            }
            edge => edge.clone(),
        }
    }
}

/// The verdict in RFC 4787's words, then in RFC 3489's.
fn conclude(verdict: &Verdict, tap: &Tap) {
    tap.say("What stands in between, in the words of RFC 4787:");
    match verdict.mapped {
        None => tap.tell("unknown: no UDP came back"),
        Some(_) => verdict.lines().iter().for_each(|line| tap.tell(line)),
    }
    let walk = flow_chart::follow(verdict);
    let word = walk.word.unwrap_or("nothing: its chart asks what is unknown here");
    tap.tell("\nIn the words of RFC 3489 (2003), by its flow chart:");
    tap.tell(&format!("{} => {word}", walk.steps.join(", ")));
    if let Some(misses) = flow_chart::misses(verdict) {
        tap.tell(&misses);
    }
}

fn why_not(verdict: &Verdict) -> String {
    match (verdict.mapped, verdict.server) {
        (None, Some(server)) if server == SERVER => {
            "no answer from the simulated server, as `--nat` wants it".to_owned()
        }
        (None, Some(server)) => format!(
            "no answer from {server}. Is a STUN server running there, and does a firewall let UDP through? \
             `cargo run --example stun -- --listen ADDR --alternate ADDR` starts one"
        ),
        _ => "mapping or filtering could not be found out: that takes a STUN server with two addresses and two ports \
              (RFC 5780 section 6), all of them within reach"
            .to_owned(),
    }
}

fn chance(text: &str) -> Result<f64, String> {
    let chance = text.parse().ok().filter(|chance| (0.0..=0.9).contains(chance));
    chance.ok_or_else(|| "expected 0 to 0.9, such as 0.2".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds =
        text.parse().ok().filter(|seconds: &f64| (0.1..=7200.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected 0.1 to 7200 seconds, such as 45".to_owned())
}
