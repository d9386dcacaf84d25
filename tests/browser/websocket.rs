//! The WebSocket chapter and its labs.

use std::time::Instant;

use fantoccini::Locator;
use serde_json::{Value, json};

use super::driver::{PATIENCE, Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_types_is_shown_as_the_masked_frame_that_their_browser_sent() {
    visit(Setup::default(), async |page: Page| {
        page.open("websocket.html").await;
        page.click("#lab-websocket[data-state=live] .lab-bar button").await;
        let asked = page.text("#lab-websocket .wire-packet.sent .packet").await;
        assert!(asked.contains("Sec-WebSocket-Key") && asked.contains("Origin"), "{asked}");
        let answered = page.text("#lab-websocket .wire-packet.received .packet").await;
        assert!(answered.contains("101") && answered.contains("Sec-WebSocket-Accept"), "{answered}");

        page.click("#lab-websocket .ws-text button").await;
        let frame = page.text("#lab-websocket .wire-packet.sent[data-no='3'] .packet").await;
        for part in ["10 bytes", "Masking-key", "Payload"] {
            assert!(frame.contains(part), "{part}: {frame}");
        }
        let echo = page.text("#lab-websocket .wire-packet.received[data-no='4'] .packet").await;
        assert!(echo.contains("6 bytes") && !echo.contains("Masking-key"), "{echo}");
        // Each byte of the frame is a link to the field that it belongs to.
        let bytes = page
            .run(
                "const figure = document.querySelector(\"[data-no='3'] .packet\");
                 return [...figure.querySelector('.hex').querySelectorAll('a[href]')]
                   .flatMap(a => a.textContent.trim().split(/\\s+/)).length",
            )
            .await;
        assert_eq!(bytes, 10);
        assert!(page.text("#lab-websocket .ws-state").await.contains("OPEN (1)"));
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_keystroke_is_a_message_once_the_reader_wants_that() {
    visit(Setup::default(), async |page: Page| {
        page.open("websocket.html").await;
        page.text("#lab-websocket[data-state=live]").await;
        page.click("#lab-websocket .ws-live input").await;
        page.run("document.getElementById('ws-text').value = ''").await;
        // Two packets for the handshake, then "p" and "po" and their echoes.
        page.click("#lab-websocket .lab-bar button").await;
        for (key, echoed) in [("", 2), ("p", 4), ("o", 6)] {
            type_into(&page, "#ws-text", key).await;
            page.text(&format!("#lab-websocket [data-no='{echoed}']")).await;
        }
        let sent = page.run("return [...document.querySelectorAll('#lab-websocket .sent .wire-what')].map(e => e.textContent)").await;
        assert!(sent[1].as_str().unwrap().contains("\"p\"") && sent[2].as_str().unwrap().contains("\"po\""), "{sent}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_lengths_a_close_and_a_cut_are_each_shown_as_what_they_are() {
    visit(Setup::default(), async |page: Page| {
        page.open("websocket.html").await;
        page.text("#lab-websocket[data-state=live]").await;
        for text in ["5 bytes", "200 bytes", "70,000 bytes"] {
            page.run(&format!(
                "[...document.querySelectorAll('#lab-websocket button')].find(b => b.textContent.startsWith('{text}')).click()"
            ))
            .await;
        }
        until(&page, "return [...document.querySelectorAll('#lab-websocket .received .wire-size')]
               .reduce((sum, size) => sum + parseInt(size.textContent), 0) > 70205")
            .await;
        page.click("#lab-websocket .ws-close button").await;
        until(&page, "return document.querySelector('#lab-websocket .ws-report').textContent.includes('code 1000, reason \"bye\", wasClean true')").await;
        // A page may not close with the codes of the protocol.
        page.run("document.getElementById('ws-code').value = '1002'").await;
        page.click("#lab-websocket .ws-close button").await;
        until(&page, "return document.querySelector('#lab-websocket .lab-fail').textContent.includes('1002')").await;
        page.run("[...document.querySelectorAll('#lab-websocket button')].find(b => b.textContent === 'Cut the wire').click()").await;
        until(&page, "return document.querySelector('#lab-websocket .ws-report').textContent.includes('code 1006')").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_capture_is_what_the_page_showed() {
    visit(Setup::default(), async |page: Page| {
        page.open("websocket.html").await;
        page.click("#lab-websocket[data-state=live] .ws-text button").await;
        page.text("#lab-websocket [data-no='4']").await;
        let magic = run_async(
            &page,
            "const [link, done] = [document.querySelector('#lab-websocket a[download]'), arguments[1]];
                 fetch(link.href).then(r => r.arrayBuffer()).then(b => done([...new Uint8Array(b, 0, 4)]))",
            "",
        )
        .await;
        assert_eq!(magic, json!([0x0a, 0x0d, 0x0d, 0x0a]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_handshake_is_answered_and_the_line_that_decided_is_named() {
    visit(Setup::default(), async |page: Page| {
        page.open("websocket.html").await;
        page.text("#lab-handshake[data-state=live]").await;
        for (preset, status, decided) in [
            ("As it should be", "101: the WebSocket is open", ""),
            ("With names in lower case", "101: the WebSocket is open", ""),
            ("No Sec-WebSocket-Key", "400: refused", "no Sec-WebSocket-Key"),
            ("A page of another site", "403: refused", "Origin: http://evil.example"),
            ("Version 8", "426: refused", "Sec-WebSocket-Version: 8"),
            ("No Upgrade", "426: refused", "no Upgrade"),
            ("POST", "405: refused", "POST / HTTP/1.1"),
        ] {
            page.run(&format!(
                "const select = document.getElementById('handshake-preset');
                 select.value = [...select.options].find(o => o.text === '{preset}').value;
                 select.dispatchEvent(new Event('change'));
                 document.querySelector('#lab-handshake .handshake-verdict').replaceChildren();"
            ))
            .await;
            page.click("#lab-handshake .lab-bar > button").await;
            let verdict = page.text("#lab-handshake .handshake-verdict p").await;
            assert!(verdict.contains(status), "{preset}: {verdict}");
            let whole = page.text("#lab-handshake .handshake-verdict").await;
            assert!(whole.contains(decided), "{preset}: {whole}");
            assert_eq!(page.count("#lab-handshake .wire-packet .packet").await, 2, "{preset}");
        }
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_foreign_origin_gets_no_connection() {
    visit(Setup::default(), async |page: Page| {
        page.open("labs.json").await;
        let labs: Value = serde_json::from_str(&page.text("pre").await).unwrap();
        let lab = labs["labs"].as_array().unwrap().iter().find(|lab| lab["id"] == "websocket").unwrap();
        let echo = lab["addresses"][0]["url"].as_str().unwrap();
        let wire = format!("{}/labs/websocket/wire", page.workbook.replace("http:", "ws:"));
        let attempt = "const [url, done] = arguments;
                       const socket = new WebSocket(url);
                       socket.onopen = () => done('open');
                       socket.onclose = ({ code }) => done(`closed ${code}`);";
        // A page without an origin of its own sends `Origin: null`.
        page.browser.goto("data:text/html,<title>elsewhere</title>").await.unwrap();
        for url in [echo, &wire] {
            assert_eq!(run_async(&page, attempt, url).await, "closed 1006", "{url}");
        }
        page.open("websocket.html").await;
        assert_eq!(run_async(&page, attempt, &wire).await, "open", "its own page");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_labs_say_how_to_get_them() {
    visit(Setup { without_scripts: true, ..Setup::default() }, async |page: Page| {
        page.open("websocket.html").await;
        for lab in ["websocket", "handshake"] {
            assert!(page.text(&format!("#lab-{lab} .lab-off")).await.contains("cargo run"));
            assert_eq!(page.count(&format!("#lab-{lab} button")).await, 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_nothing_is_wider_than_the_screen() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("websocket.html").await;
        page.click("#lab-websocket[data-state=live] .ws-text button").await;
        page.text("#lab-websocket [data-no='4'] .packet").await;
        page.text("#lab-handshake[data-state=live]").await;
        // By a script, as the menu bar may lie over what was scrolled to.
        page.run("document.querySelector('#lab-handshake .lab-bar > button').click()").await;
        page.text("#lab-handshake .handshake-verdict p").await;
        let widths =
            page.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "the page scrolls sideways: {widths}");
    })
    .await;
}

async fn type_into(page: &Page, css: &str, text: &str) {
    page.browser.find(Locator::Css(css)).await.unwrap().send_keys(text).await.unwrap();
}

/// Waits until the script says so.
async fn until(page: &Page, script: &str) {
    let start = Instant::now();
    while page.run(script).await != true {
        assert!(start.elapsed() < PATIENCE, "never: {script}");
        tokio::task::yield_now().await;
    }
}

/// Runs a script with an argument, until it calls its last.
async fn run_async(page: &Page, script: &str, argument: &str) -> Value {
    page.browser.execute_async(script, vec![json!(argument)]).await.expect("a script that runs")
}
