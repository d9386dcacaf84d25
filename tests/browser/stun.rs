//! The STUN chapter and its lab.

use super::driver::{Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_click_shows_the_request_and_the_response_with_every_byte_annotated() {
    visit(Setup::default(), async |page: Page| {
        page.open("stun.html").await;
        page.click("#lab-stun[data-state=live] .lab-bar button").await;
        let request = page.text("#lab-stun .stun-packet:nth-child(1) .packet").await;
        assert!(request.contains("Binding request"), "{request}");
        let response = page.text("#lab-stun .stun-packet:nth-child(2) .packet").await;
        assert!(response.contains("XOR-MAPPED-ADDRESS"), "{response}");

        // Each byte of the two packets is a link to the field that it belongs to.
        let bytes = page
            .run(
                "return [...document.querySelectorAll('#lab-stun .packet')].slice(0, 2).map(figure =>
                   [...figure.querySelectorAll('.hex a[href]')].map(a => a.textContent.trim().split(/\\s+/)).flat().length)",
            )
            .await;
        assert!(bytes[0].as_u64() >= Some(20) && bytes[1].as_u64() >= Some(68), "{bytes}");

        let status = page.text("#lab-stun[data-state=live] .lab-bar button[aria-disabled=false]").await;
        assert_eq!(status, "Ask again");
        let status = page.text("#lab-stun .lab-status").await;
        assert!(status.contains("It told your browser: you are 127.0.0.1:"), "{status}");
        assert!(page.count("#lab-stun li[data-type=host]").await > 0);
        assert_eq!(page.complaints().await, Vec::<serde_json::Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_cannot_ask_is_told_what_to_do_instead() {
    visit(Setup::default(), async |page: Page| {
        page.open("stun.html").await;
        page.text("#lab-stun[data-state=live]").await;
        // As Firefox does on loopback: gathers, and asks no server.
        page.run(
            "const Real = RTCPeerConnection; window.RTCPeerConnection = function () { return new Real(); }",
        )
        .await;
        page.click("#lab-stun .lab-bar button").await;
        let fail = page.text("#lab-stun[data-state=failed] .lab-fail pre").await;
        assert!(fail.contains("cargo run --example stun -- --server 127.0.0.1:"), "{fail}");
        assert!(page.text("#lab-stun .lab-fail").await.contains("No packet within 5 seconds"));

        page.run("window.RTCPeerConnection = undefined").await;
        page.click("#lab-stun .lab-bar button").await;
        let fail = page.text("#lab-stun[data-state=failed] .lab-fail").await;
        assert!(fail.contains("no WebRTC"), "{fail}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_chapter_reads_whole() {
    visit(Setup { without_scripts: true, ..Setup::default() }, async |page: Page| {
        page.open("stun.html").await;
        assert!(page.text("main h1").await.contains("STUN"));
        assert!(page.text("#lab-stun .lab-off").await.contains("cargo run"));
        assert_eq!(page.count("#lab-stun button").await, 0);
        assert!(page.count("main figure.packet").await > 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_nothing_is_wider_than_the_screen() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("stun.html").await;
        page.click("#lab-stun[data-state=live] .lab-bar button").await;
        page.text("#lab-stun .stun-packet:nth-child(2) .packet").await;
        let widths =
            page.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "the page scrolls sideways: {widths}");
    })
    .await;
}
