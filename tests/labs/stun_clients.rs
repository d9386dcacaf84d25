//! Strangers' clients against the STUN lab: coturn's two, and pystun3, which speaks RFC 3489.
//!
//! Where one is not installed, its test says so in one line and passes.

use std::process::Command;

use wirebook::labs::stun::{Config, StunLab};

#[test]
fn turnutils_stunclient_learns_its_address_and_hears_from_the_other_one() {
    let Some((lab, said)) = ask("turnutils_stunclient", &[]) else { return };
    let (address, alternate) = (lab.info().address, lab.info().alternate);
    assert!(said.contains("UDP reflexive addr: 127.0.0.1:"), "{said}");
    assert!(said.contains(&format!("Response origin: : {address}")), "{said}");
    if let Some(alternate) = alternate {
        assert!(said.contains(&format!("Other addr: : {alternate}")), "{said}");
        assert!(said.contains(&format!("Response origin: : {alternate}")), "CHANGE-REQUEST: {said}");
    }
}

#[test]
fn turnutils_natdiscovery_finds_that_loopback_maps_and_filters_nothing() {
    for (test, finding) in [("-m", "Endpoint Independent Mapping"), ("-f", "Endpoint Independent Filtering")]
    {
        let Some((lab, said)) = ask("turnutils_natdiscovery", &[test]) else { return };
        if lab.info().alternate.is_some() {
            assert!(said.contains(finding), "{said}");
        }
    }
}

#[test]
fn turnutils_natdiscovery_is_refused_a_padded_response() {
    let Some((_, said)) = ask("turnutils_natdiscovery", &["-m", "-P"]) else { return };
    assert!(said.contains("420"), "{said}");
}

#[test]
fn pystun3_a_client_of_rfc_3489_finds_the_open_internet() {
    let lab = lab();
    let port = lab.address().port();
    let script = format!(
        "try:\n import stun\nexcept ImportError:\n print('missing')\nelse:\n \
         print(stun.get_ip_info(source_ip='127.0.0.1', source_port=0, stun_host='127.0.0.1', stun_port={port}))"
    );
    let Ok(output) = Command::new("python3").args(["-c", &script]).output() else {
        println!("skipped: no python3 in PATH");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.starts_with("missing") {
        println!("skipped: python3 has no pystun3 (pip install pystun3)");
    } else if lab.info().alternate.is_some() {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("('Open Internet', '127.0.0.1', "), "{said}{error}");
    }
}

/// What the program says of a lab of its own; `None` where there is no such program.
fn ask(program: &str, args: &[&str]) -> Option<(StunLab, String)> {
    let lab = lab();
    let port = lab.address().port().to_string();
    let output = Command::new(program).args(args).args(["-p", &port, "127.0.0.1"]).output();
    let Ok(output) = output else {
        println!("skipped: no {program} in PATH (Debian: apt-get install coturn)");
        return None;
    };
    Some((lab, String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()))
}

fn lab() -> StunLab {
    StunLab::start(&Config { port: Some(0), ..Config::default() }).expect("the lab starts")
}
