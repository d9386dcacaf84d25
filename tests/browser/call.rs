//! The call lab: this browser calls the workbook's peer.

use serde_json::{Value, json};

use super::driver::{PATIENCE, Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_calls_the_workbook_to_pong_and_every_layer_is_shown() {
    visit(Setup::default(), async |page: Page| {
        call(&page).await;
        for kind in ["tcp", "stun", "dtls", "data"] {
            until(
                &page,
                &format!("return document.querySelector('#lab-call .call-ladder .kind-{kind}') !== null"),
            )
            .await;
        }
        for side in ["browser", "peer"] {
            for (part, state) in [
                ("signaling", "stable"),
                ("gathering", "complete"),
                ("ice", "connected"),
                ("dtls", "connected"),
                ("sctp", "connected"),
                ("channel", "open"),
            ] {
                let cell = format!("#lab-call td[data-of={side}][data-part={part}]");
                until(&page, &format!("return document.querySelector('{cell}').dataset.is === '{state}'"))
                    .await;
            }
        }
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

/// Calls, and waits for the answer to the first word.
async fn call(page: &Page) {
    page.open("webrtc.html").await;
    page.click("#lab-call[data-state=live] .lab-bar button").await;
    until(
        page,
        "return [...document.querySelectorAll('#lab-call .call-talk .received')].some(said => said.textContent.includes('pong'))",
    )
    .await;
}

/// Waits until a script says that it is so.
async fn until(page: &Page, script: &str) {
    let waiting = async {
        while page.run(script).await != json!(true) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        let shown = page.run("return document.querySelector('#lab-call').innerText").await;
        panic!("never: {script}\n{}", shown.as_str().unwrap_or_default());
    }
}
