//! The Socket.IO chapter and its lab.

use serde_json::Value;

use super::driver::{Page, Setup, visit};

const KILL: &str = "#lab-socketio .sio-room + div button:nth-child(1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_begins_by_polling_goes_on_by_websocket_and_survives_its_connection() {
    visit(Setup::default(), async |page: Page| {
        enter(&page).await;
        page.text("#lab-socketio[data-transport=websocket]").await;
        let packets = sight(&page, "Engine.IO upgrade").await;
        let steps = [
            "GET",
            "Engine.IO open",
            "upgrade to websocket",
            "101",
            "Engine.IO pong \"probe\"",
            "Engine.IO upgrade",
        ];
        let mut rest = &packets[..];
        for step in steps {
            rest = rest.split_once(step).unwrap_or_else(|| panic!("no {step} in its place:\n{packets}")).1;
        }
        assert!(packets.contains("CONNECT"), "{packets}");
        // The bytes of the probe, and of its answer.
        page.run("for (const packet of document.querySelectorAll('.wire-packet')) packet.open = true").await;
        page.text("#lab-socketio .wire-packet[open]:nth-child(8) .packet").await;
        let log = page.run("return document.querySelector('#lab-socketio .wire-log').textContent").await;
        assert!(log.as_str().unwrap_or_default().matches("probe").count() >= 2, "2probe and 3probe:\n{log}");

        // A second client of the same page, by long-polling alone and without a wiretap: what one says, the other hears.
        page.run(&other_client()).await;
        page.text(".sio-talk .sio-note:nth-child(2)").await;
        page.run("document.querySelector('.sio-say input').value = 'pong?'").await;
        page.click(".sio-say button").await;
        let heard = page.text(".sio-talk .sio-other").await;
        assert_eq!(heard, "other you said pong?");
        let own = page.text(".sio-talk .sio-own").await;
        assert!(own.ends_with("pong? ✓ acknowledged"), "{own}");
        sight(&page, "EVENT \"said\"").await;
        assert_eq!(page.complaints().await, Vec::<Value>::new());

        page.click(KILL).await;
        page.text(".sio-story li:nth-child(4)").await;
        let story = page.text(".sio-story").await;
        assert!(story.contains("The server: the connection broke"), "{story}");
        assert!(story.contains("Your browser: transport"), "{story}");
        assert!(story.contains("Your browser: connected again"), "{story}");
        page.text("#lab-socketio[data-transport=websocket]").await;
        let talk = page.text(".sio-talk").await;
        assert!(talk.contains("You are in lobby again"), "{talk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_polling_alone_carries_text_and_bytes() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("socketio.html").await;
        page.click("#lab-socketio .sio-check input").await;
        page.click("#lab-socketio form button").await;
        page.text("#lab-socketio[data-transport=polling] .sio-note").await;
        page.click("#lab-socketio .sio-room + div button:nth-child(3)").await;
        page.text(".sio-talk .sio-note:nth-child(3)").await;
        let notes = page.text(".sio-talk").await;
        let sent = notes.split_once("Sent to be echoed: ").map(|(_, bytes)| &bytes[..11]);
        let echoed = notes.split_once("Echoed: ").map(|(_, bytes)| &bytes[..11]);
        assert!(sent.is_some() && sent == echoed, "{notes}");
        sight(&page, "BINARY_EVENT \"echo\", Engine.IO binary").await;
        assert!(!packets(&page).await.contains("Upgrade"), "by polling alone");

        let widths =
            page.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "the page scrolls sideways: {widths}");
        page.click("#lab-socketio form button").await;
        assert_eq!(page.text("#lab-socketio .lab-status").await, "You left.");
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_chat_with_each_other() {
    visit(Setup::default(), async |page: Page| {
        enter(&page).await;
        page.text("#lab-socketio[data-transport=websocket] .sio-note").await;
        let first = page.browser.window().await.expect("a window");
        let second = page.browser.new_window(true).await.expect("a tab").handle;
        page.browser.switch_to_window(second).await.expect("the tab");
        enter(&page).await;
        page.text("#lab-socketio[data-transport=websocket] .sio-note").await;
        page.run("document.querySelector('.sio-say input').value = 'ping?'").await;
        page.click(".sio-say button").await;
        let own = page.text(".sio-talk .sio-own").await;
        page.browser.switch_to_window(first).await.expect("the first window");
        let other = page.text(".sio-talk .sio-other").await;
        assert!(other.ends_with(" ping?"), "{other}");
        assert_eq!(own.split(' ').next(), other.split(' ').next(), "one who said it");
        let name = page.run("return document.querySelector('#lab-socketio input').value").await;
        assert_ne!(other.split(' ').next(), name.as_str(), "two tabs have two names");
    })
    .await;
}

async fn enter(page: &Page) {
    page.open("socketio.html").await;
    page.click("#lab-socketio[data-state=live] form button").await;
}

/// What the log says of each packet, once one of them says this.
async fn sight(page: &Page, what: &str) -> String {
    for _ in 0..600 {
        let seen = packets(page).await;
        if seen.contains(what) {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no packet says {what:?}:\n{}", packets(page).await);
}

async fn packets(page: &Page) -> String {
    let script = "return [...document.querySelectorAll('#lab-socketio .wire-what')].map(what => what.textContent).join('\\n')";
    page.run(script).await.as_str().unwrap_or_default().to_owned()
}

fn other_client() -> String {
    "return (async () => {
     const { url } = await (await fetch('/labs/socketio/info')).json();
     const other = globalThis.other = new SocketIoClient(url.replace('http://', ''), {
         auth: { name: 'other' }, pollingOnly: true,
         onState: state => state === 'polling' && other.emit('join', 'lobby', () => {}),
         onEvent: (name, [what]) => name === 'said' && other.emit('say', 'lobby', `you said ${what.text}`),
     });
     })()"
        .to_owned()
}
