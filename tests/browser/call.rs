//! The call lab: this browser calls the workbook's peer.

use std::io::Write;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use super::driver::{PATIENCE, Page, Setup, visit};

const LAB: &str = "#lab-call";

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_calls_the_workbook_to_pong_and_every_layer_is_shown() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        for kind in ["tcp", "stun", "dtls", "data"] {
            shown(&page, &format!(".call-ladder .kind-{kind}")).await;
        }
        for side in ["browser", "peer"] {
            for (part, state) in [
                ("signaling", "stable"),
                ("gathering", "complete"),
                ("ice", "connected"),
                ("dtls", "connected"),
                ("sctp", "connected"),
                ("connection", "connected"),
                ("channel", "open"),
            ] {
                enters(&page, side, part, state).await;
            }
        }
        // The words, where they are inside DTLS.
        for says in ["Binding request", "ClientHello", "DATA_CHANNEL_OPEN", "\"ping\"", "\"pong\""] {
            says_in(&page, ".call-says", says).await;
        }
        // The offer and the answer, line by line, and the name that stands for an address.
        for text in ["The offer, line by line", "The answer, line by line"] {
            says_in(&page, ".call-sdp > summary", text).await;
        }
        says_in(&page, ".call-sdp", "webrtc-datachannel").await;
        says_in(&page, ".call-candidates", ".local").await;
        says_in(&page, ".call-pairs", "Your browser uses").await;
        says_in(&page, ".call-pairs", "The workbook’s peer uses").await;
        // A step of the ladder leads to its packet, whose decrypted bytes say it.
        page.run(&format!(
            "[...document.querySelectorAll('{LAB} .call-step')].find(step => step.textContent.includes('\"ping\"')).click()"
        ))
        .await;
        says_in(&page, ".wire-packet[open][data-kept] .packet", "ping").await;
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_types_is_in_the_capture_for_wireshark_to_read() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        page.run("document.getElementById('call-text').value = 'quince'").await;
        page.click(&format!("{LAB} .call-say button")).await;
        says_in(&page, ".call-talk .received", "echo:quince").await;
        says_in(&page, ".call-says", "\"echo:quince\"").await;

        let keys = fetch(&page, ".call-keys").await;
        assert!(keys.starts_with(b"CLIENT_RANDOM "), "{}", String::from_utf8_lossy(&keys));
        let capture = fetch(&page, ".call-capture").await;
        let trace = wire::trace::Trace::read(&capture).unwrap();
        assert_eq!(trace.secrets.len(), 1);
        let mut session = wire::Session::of(&trace, None);
        let said: Vec<String> = trace.events.iter().map(|event| session.dissect(event).summary()).collect();
        for word in [
            "GET /",
            "101",
            "ClientHello",
            "DATA_CHANNEL_OPEN",
            "\"ping\"",
            "\"pong\"",
            "\"quince\"",
            "\"echo:quince\"",
        ] {
            assert!(said.iter().any(|summary| summary.contains(word)), "{word}: {said:#?}");
        }
        let mut file = tempfile::NamedTempFile::with_suffix(".pcapng").unwrap();
        file.write_all(&capture).unwrap();
        let read = ["-T", "fields", "-e", "data.data"];
        let Ok(output) = Command::new("tshark").arg("-r").arg(file.path()).args(read).output() else {
            println!("skipped: no tshark in PATH (Debian: apt-get install tshark)");
            return;
        };
        // What is inside DTLS, in hex: without the keys there would be nothing of it.
        let inside = String::from_utf8_lossy(&output.stdout).replace(':', "");
        for word in ["ping", "pong", "quince", "echo:quince"] {
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(inside.contains(&hex), "{word} as {hex}: {inside}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_vanishes_is_told_by_the_page_with_the_reason() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        press(&page, "Stop the peer").await;
        says_in(&page, ".lab-status", "Disconnected").await;
        enters(&page, "browser", "ice", "disconnected").await;
        // Chromium tells by connectionState, and its iceConnectionState may stay as it is.
        enters(&page, "browser", "connection", "failed").await;
        says_in(&page, ".lab-status", "Failed").await;
        says_in(&page, ".lab-status", "RFC 7675").await;
        says_in(&page, ".call-ladder .kind-stun", "nominates ×").await;
        // And after all that the lab takes the next call.
        call_again(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_says_goodbye_closes_dtls_and_so_does_the_browser() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        press(&page, "Have the peer close properly").await;
        enters(&page, "browser", "dtls", "closed").await;
        enters(&page, "peer", "dtls", "closed").await;
        call_again(&page).await;
        press(&page, "Hang up").await;
        says_in(&page, ".lab-status", "You hung up").await;
        enters(&page, "peer", "dtls", "closed").await;
        call_again(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn camera_and_microphone_come_back_and_are_decoded() {
    visit(Setup { devices: true, ..Setup::default() }, async |page: Page| {
        page.open("webrtc.html").await;
        page.click(&format!("{LAB}[data-state=live] .call-media input")).await;
        call_again(&page).await;
        until(&page, &format!("return parseInt(document.querySelector('{LAB} .call-videos output').textContent.replaceAll(',', '')) > 10")).await;
        for kind in ["rtp", "rtcp"] {
            shown(&page, &format!(".call-ladder .kind-{kind}")).await;
        }
        let audio = "const [done] = arguments;
            (async () => {
                const video = document.querySelectorAll('#lab-call video')[1];
                done(video.srcObject.getTracks().map(track => track.kind).sort().join(' '));
            })()";
        assert_eq!(page.browser.execute_async(audio, Vec::new()).await.unwrap(), json!("audio video"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_readers_at_once_see_only_their_own_packets() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        let one = page.browser.window().await.unwrap();
        let other = page.browser.new_window(true).await.unwrap().handle;
        page.browser.switch_to_window(other.clone()).await.unwrap();
        call(&page).await;
        for (window, word) in [(one.clone(), "apple"), (other.clone(), "banana")] {
            page.browser.switch_to_window(window).await.unwrap();
            page.run(&format!("document.getElementById('call-text').value = '{word}'")).await;
            page.click(&format!("{LAB} .call-say button")).await;
            says_in(&page, ".call-says", &format!("\"echo:{word}\"")).await;
        }
        for (window, word) in [(one, "banana"), (other, "apple")] {
            page.browser.switch_to_window(window).await.unwrap();
            let text = page.run(&format!("return document.querySelector('{LAB}').textContent")).await;
            assert!(!text.as_str().unwrap().contains(word), "{word} of the other reader");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_calls_in_a_row_leave_the_lab_as_it_was() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        for _ in 0..4 {
            press(&page, "Hang up").await;
            call_again(&page).await;
        }
        press(&page, "Hang up").await;
        let info = "const [done] = arguments; fetch('/labs/call/info').then(r => r.json()).then(done)";
        let waiting = async {
            loop {
                let info = page.browser.execute_async(info, Vec::new()).await.unwrap();
                if info["calls"] == 0 && info["sockets"] == 0 {
                    return info;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let info = tokio::time::timeout(PATIENCE, waiting).await.expect("no call is left");
        assert_eq!(info["total"], 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_lab_says_how_to_get_it() {
    visit(Setup { without_scripts: true, ..Setup::default() }, async |page: Page| {
        page.open("webrtc.html").await;
        assert!(page.text(&format!("{LAB} .lab-off")).await.contains("cargo run"));
        assert_eq!(page.count(&format!("{LAB} button")).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_a_call_is_not_wider_than_the_screen() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        call(&page).await;
        says_in(&page, ".call-says", "\"pong\"").await;
        // The bytes of a packet scroll in a box of their own.
        let wide = page
            .run(&format!(
                "return [...document.querySelectorAll('{LAB}, {LAB} > *')]
                   .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
            ))
            .await;
        assert_eq!(wide, json!([]));
    })
    .await;
}

/// Opens the page, calls, and waits for the answer to the first word.
async fn call(page: &Page) {
    page.open("webrtc.html").await;
    page.text(&format!("{LAB}[data-state=live]")).await;
    call_again(page).await;
}

async fn call_again(page: &Page) {
    until(page, &format!("return document.querySelector('{LAB} .lab-bar button').ariaDisabled !== 'true'"))
        .await;
    page.click(&format!("{LAB} .lab-bar button")).await;
    says_in(page, ".call-talk .received", "pong").await;
}

async fn press(page: &Page, text: &str) {
    page.run(&format!(
        "[...document.querySelectorAll('{LAB} button')].find(button => button.textContent === '{text}').click()"
    ))
    .await;
}

async fn enters(page: &Page, side: &str, part: &str, state: &str) {
    shown(
        page,
        &format!("td[data-of={side}][data-part={part}] [data-state={state}]:is(.passed, [aria-current])"),
    )
    .await;
}

async fn shown(page: &Page, css: &str) {
    until(page, &format!("return document.querySelector(`{LAB} {css}`) !== null")).await;
}

async fn says_in(page: &Page, css: &str, text: &str) {
    until(
        page,
        &format!(
            "return [...document.querySelectorAll(`{LAB} {css}`)].some(found => found.textContent.includes(`{text}`))"
        ),
    )
    .await;
}

/// What a link leads to.
async fn fetch(page: &Page, css: &str) -> Vec<u8> {
    let script = "const [css, done] = arguments;
        fetch(document.querySelector(css).href).then(r => r.blob()).then(blob => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(',')[1]);
            reader.readAsDataURL(blob);
        })";
    let fetched = page.browser.execute_async(script, vec![json!(format!("{LAB} {css}"))]).await.unwrap();
    BASE64_STANDARD.decode(fetched.as_str().unwrap()).unwrap()
}

/// Waits until a script says that it is so.
async fn until(page: &Page, script: &str) {
    let waiting = async {
        while page.run(script).await != json!(true) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        let shown = page.run(&format!("return document.querySelector('{LAB}').innerText")).await;
        panic!("never: {script}\n{}", shown.as_str().unwrap_or_default());
    }
}
