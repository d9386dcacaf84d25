//! What the example `nat` finds out through a Linux NAT, asking Debian's coturn and asking the workbook's own server,
//! and what it finds out in the simulator.

use std::collections::VecDeque;
use std::fmt::Write;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use crate::namespace::{Namespace, possible};
use crate::process::{command_to_end, installed, program};
use crate::rules::{Filtering, Hairpin, Kind, Mapping, Rules};
use crate::servers::{Make, Server};
use crate::street::{SERVER, Street};

/// So many streets at once: they wait more than they work.
const AT_ONCE: usize = 6;
/// What the example takes for silence, in seconds: enough for a second and a third request.
const SILENCE: &str = "2.5";

/// A way that Linux and the simulator can both be made to behave.
struct Case {
    linux: Kind,
    /// What the example is told, to simulate the same.
    simulated: &'static [&'static str],
    needs_nft: bool,
}

fn cases() -> Vec<Case> {
    use Filtering::{Forwarded, Learned, LearnedPerAddress, Recent, Tracked};
    use Mapping::{Masquerade, MasqueradeRandom, PerAddress, Preserving, Random};
    let nat = Kind::nat;
    let with_iptables: [(Kind, &[&str]); 16] = [
        (Kind::nothing(), &["none"]),
        (Kind::refusing(Rules::Firewall), &["firewall"]),
        (Kind::refusing(Rules::Dropping), &["blocked"]),
        (Kind::refusing(Rules::Rejecting), &["blocked"]),
        (nat(Preserving, Forwarded), &["full-cone"]),
        (nat(Preserving, Recent), &["restricted-cone"]),
        (nat(Preserving, Tracked), &["port-restricted-cone"]),
        (nat(Random, Tracked), &["symmetric"]),
        (nat(Masquerade, Tracked), &["port-restricted-cone"]),
        (nat(MasqueradeRandom, Tracked), &["symmetric"]),
        (nat(PerAddress, Tracked), &["adm-apdf"]),
        (Kind::hairpinning(Preserving, Forwarded, Hairpin::Both), &["full-cone", "--hairpin"]),
        (nat(Preserving, Tracked).behind(nat(Preserving, Tracked)), &["eim-apdf+eim-apdf"]),
        (nat(Preserving, Forwarded).behind(nat(Random, Tracked)), &["eim-eif+apdm-apdf"]),
        (nat(Random, Tracked).behind(nat(Preserving, Forwarded)), &["apdm-apdf+eim-eif"]),
        (nat(Preserving, Recent).behind(nat(Preserving, Forwarded)), &["eim-adf+eim-eif"]),
    ];
    let with_nft: [(Kind, &[&str]); 7] = [
        (nat(Preserving, Learned), &["eim-eif"]),
        (nat(Preserving, LearnedPerAddress), &["eim-adf"]),
        (nat(PerAddress, Learned), &["adm-eif"]),
        (nat(PerAddress, LearnedPerAddress), &["adm-adf"]),
        (nat(Random, Learned), &["apdm-eif"]),
        (nat(Random, LearnedPerAddress), &["apdm-adf"]),
        (Kind::hairpinning(Random, Learned, Hairpin::Both), &["apdm-eif", "--hairpin"]),
    ];
    let case = |needs_nft| {
        move |(linux, simulated): (Kind, &'static [&'static str])| Case { linux, simulated, needs_nft }
    };
    with_iptables.into_iter().map(case(false)).chain(with_nft.into_iter().map(case(true))).collect()
}

#[test]
fn the_example_finds_of_linux_what_it_finds_of_the_simulator_with_coturn() {
    if possible() && installed("turnserver") {
        same_verdicts(Make::Coturn);
    }
}

#[test]
fn the_example_finds_of_linux_what_it_finds_of_the_simulator_with_the_workbooks_server() {
    if possible() {
        same_verdicts(Make::Workbook);
    }
}

fn same_verdicts(make: Make) {
    let nft = installed("nft");
    let waiting =
        Mutex::new(cases().into_iter().filter(|case| nft || !case.needs_nft).collect::<VecDeque<_>>());
    let wrong = Mutex::new(String::new());
    let next = || waiting.lock().unwrap().pop_front();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    if let Err(difference) = compare(&case, make) {
                        writeln!(wrong.lock().unwrap(), "{difference}").unwrap();
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{make:?}:\n{wrong}");
}

/// Builds the street, asks on both ways, and says where they differ.
fn compare(case: &Case, make: Make) -> Result<(), String> {
    let street = Street::build(&case.linux).unwrap();
    let _server = Server::start(make, &street);
    let mut through_linux = street.client.command(program("nat"));
    through_linux.args(["--json", "--timeout", SILENCE, "--server", &SERVER[0].to_string()]);
    let linux = verdict(&mut through_linux);
    let mut in_the_simulator = Command::new(program("nat"));
    let simulated = verdict(in_the_simulator.args(["--json", "--nat"]).args(case.simulated));

    let words =
        |of: &Value| ["mapping", "filtering", "hairpinning", "rfc3489"].map(|word| of[word].to_string());
    if words(&linux) != words(&simulated) {
        return Err(format!(
            "{:?}\n  Linux     {:?}\n  simulator {:?}\n{linux:#}\n{}",
            case.linux,
            words(&linux),
            words(&simulated),
            street.routers.iter().map(Namespace::connections).collect::<String>()
        ));
    }
    is_in_the_path(case, &street, &linux)
}

/// A verdict can be right by chance where no packet ever passed the rules.
fn is_in_the_path(case: &Case, street: &Street, linux: &Value) -> Result<(), String> {
    let translated = case.linux.routers.iter().any(|rules| rules.translates());
    let address = |name: &str| linux[name].as_str().and_then(|text| text.split(':').next());
    if translated && address("mapped") == address("local") {
        return Err(format!("{:?}: nothing was translated: {linux:#}", case.linux));
    }
    for (router, rules) in street.routers.iter().zip(&case.linux.routers) {
        let used: &[&str] = match rules {
            Rules::Nat { filtering: Filtering::Forwarded | Filtering::Recent, .. } => {
                &["-t nat -vnxL POSTROUTING", "-t nat -vnxL PREROUTING"]
            }
            Rules::Nat { .. } => &["-t nat -vnxL POSTROUTING"],
            _ => &["-vnxL FORWARD"],
        };
        for chain in used {
            let listing = router.run(&format!("iptables -w 20 {chain}")).unwrap();
            // Two lines of heading, then a rule a line, and how many packets it took first.
            let taken = listing.lines().skip(2).filter_map(|rule| rule.split_whitespace().next());
            // An inner NAT's port forwarding may have nothing to do behind a strict outer one.
            let idle = taken.flat_map(str::parse::<u64>).sum::<u64>() == 0;
            if idle && street.routers.len() == 1 {
                return Err(format!("{:?}: no packet met a rule of\n{listing}", case.linux));
            }
        }
    }
    Ok(())
}

fn verdict(command: &mut Command) -> Value {
    let done = command_to_end(command);
    serde_json::from_str(&done.out)
        .unwrap_or_else(|error| panic!("{command:?}: {error} in\n{}{}", done.out, done.err))
}
