//! `wirebook inspect`: takes bytes apart, wherever they come from.

mod capture;
mod certificate;
mod input;
mod keylog;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Result, bail};
use wire::agora::{AGORA, Certificate};
use wire::render::sdp::SdpView;
use wire::render::text::Style;
use wire::sdp::lint::Role;
use wire::{Context, Layer, Tree, protocols, render, sdp};

use super::FINE;
use super::sdp::{Source, check as check_sdp};
use super::terminal;
use input::Input;

const EXAMPLES: &str = "\
Examples:
  wirebook inspect 000100002112a44270696e672d706f6e672d3031
  wirebook inspect --password wirebook traces/stun.pcapng --filter 'error-code or error'
  wirebook inspect traces/stun.pcapng --ladder
  wirebook inspect call.pcapng --keylog call.keys --filter dtls --verbose
  tcpdump -i lo -w - udp port 3478 | wirebook inspect - --json
  wirebook inspect 007eJxTYBBbsMMnKq7p9Hf/...
  wirebook inspect --sdp offer.sdp
  wirebook inspect --sdp answer.sdp --offer offer.sdp

The signature of an Agora token is checked with the App Certificate in AGORA_APP_CERTIFICATE, which is never printed.
To keep it out of the shell's history: read -rs AGORA_APP_CERTIFICATE && export AGORA_APP_CERTIFICATE

Whatever the bytes, the exit code is 0: what is wrong with them is said in the tree.
With --sdp it is 1 where there is an error, and 0 where there are only warnings and notes.";

/// Take bytes apart: a packet, a message, or a whole capture
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A file, `-` for standard input, or the bytes themselves in hex or base64; an Agora token as it is
    #[arg(required = true, value_name = "INPUT")]
    input: Vec<String>,
    /// The protocol, rather than guess it
    #[arg(long = "as", value_name = "PROTO", value_parser = proto)]
    proto: Option<&'static Layer>,
    /// Print JSON: one object a packet, a line each
    #[arg(long)]
    json: bool,
    /// Check MESSAGE-INTEGRITY with this password
    #[arg(long, value_name = "P")]
    password: Option<String>,
    /// Of a capture: open what is encrypted with the keys in this file, as SSLKEYLOGFILE names one
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,
    /// Of a capture: draw who sent what to whom
    #[arg(long, conflicts_with = "json")]
    ladder: bool,
    /// Of a capture: only the packets that pass, such as 'stun and port == 3478'
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
    /// Check a session description: each finding with its place, its rule and what to do
    #[arg(long, conflicts_with_all = ["proto", "password", "ladder", "filter", "verbose"])]
    sdp: bool,
    /// With --sdp: the offer that it answers
    #[arg(long, value_name = "FILE", requires = "sdp", conflicts_with = "role")]
    offer: Option<String>,
    /// With --sdp: which of the two it is, as some rules are for one only
    #[arg(long = "type", value_name = "TYPE", requires = "sdp", value_parser = role)]
    role: Option<Role>,
    /// Of a capture: the whole tree of each packet, not a line; of an SDP: every byte of it
    #[arg(long, short)]
    verbose: bool,
}

fn proto(name: &str) -> Result<&'static Layer, String> {
    protocols::named(name).ok_or_else(|| {
        let known: Vec<_> = protocols::LAYERS.iter().map(|layer| layer.id).collect();
        format!("no such protocol; there are {}", known.join(", "))
    })
}

fn role(name: &str) -> Result<Role, String> {
    match name {
        "offer" => Ok(Role::Offer),
        "answer" => Ok(Role::Answer),
        _ => Err("there are offer and answer".to_owned()),
    }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if args.sdp {
        return check(args);
    }
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let certificate = certificate::given()?;
    let as_text = args.proto.is_some_and(|layer| layer.id == AGORA.id);
    let result = match input::read(&args.input, as_text)? {
        Input::Capture(mut trace) => {
            if let Some(path) = &args.keylog {
                trace.secrets.push(keylog::read(path)?);
            }
            capture::show(args, certificate, &trace, &mut out)
        }
        Input::Message(_) if args.ladder || args.filter.is_some() || args.keylog.is_some() => {
            bail!(
                "--ladder, --filter and --keylog are for captures, and {} is one message",
                input::name(&args.input)
            )
        }
        Input::Message(bytes) => message(args, certificate.as_ref(), &bytes, &mut out).map_err(Into::into),
    };
    result?;
    out.flush()?;
    Ok(FINE)
}

fn check(args: &Args) -> Result<u8> {
    let [file] = args.input.as_slice() else { bail!("--sdp takes one file, or `-` for standard input") };
    let offer = args.offer.as_deref().map(Source::read).transpose()?;
    check_sdp(&Source::read(file)?, offer.as_ref(), args.role, args.json, style())
}

fn message(
    args: &Args,
    app_certificate: Option<&Certificate>,
    bytes: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    let layer = args.proto.unwrap_or_else(|| protocols::guess(bytes));
    let context = Context { password: args.password.as_deref(), app_certificate, ..Context::default() };
    let dissection = layer.dissect_in(Tree::default(), bytes, &context);
    if args.json {
        let mut json = Vec::new();
        wire::render::json::packet(&dissection, &mut json);
        json.push(b'\n');
        return out.write_all(&json);
    }
    let mut text = String::new();
    let said = if layer.id == sdp::SDP.id && !args.verbose {
        render::sdp::text(&dissection, style(), &SdpView::default(), &mut text)
    } else {
        render::text::packet(&dissection, style(), &mut text)
    };
    said.map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn style() -> Style {
    Style { color: terminal::color(io::stdout().is_terminal()), width: terminal::width() }
}
