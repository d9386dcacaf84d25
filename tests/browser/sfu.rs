//! The SFU lab with two and with four Chromiums, each a process of its own with a camera and a microphone that it
//! invents: everybody decodes everybody, whoever comes, goes or crashes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::driver::{House, Page, Setup, visit, visit_together};

const LAB: &str = "#lab-sfu";

/// A camera's picture that has two layers or three, and one that costs little.
const LARGE: (u32, u32) = (960, 540);
const SMALL: (u32, u32) = (320, 180);
/// Four browsers at once take longer than one; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_are_sent_each_other_in_the_layer_they_ask_for() {
    visit_together(async |house: Arc<House>| {
        let alice = Tab::enter(&house, "alice", LARGE).await;
        let bob = Tab::enter(&house, "bob", LARGE).await;
        for tab in [&alice, &bob] {
            tab.until("dataset.members === '2' && lab.dataset.up === 'connected' && lab.dataset.down === 'connected'")
                .await;
        }
        all_decode(&[&alice, &bob]).await;

        // Words, by the data channels of both connections.
        alice.run("find('text').value = 'quince'; find('send').click()").await;
        bob.until("querySelector('[data-sfu=talk] [data-from=alice]')?.textContent.includes('quince')").await;

        // What bob's decoder puts out is the layer that bob asks for, and no other.
        for (layer, other) in [("q", "h"), ("h", "q"), ("q", "h")] {
            bob.choose_layer("alice", layer).await;
            bob.until(&format!("querySelector('[data-tile=alice]').dataset.layer === '{layer}'")).await;
            bob.decodes_layer(&alice, layer, other).await;
        }
        bob.choose_layer("alice", "off").await;
        bob.until("querySelector('[data-tile=alice]').dataset.layer === ''").await;
        bob.choose_layer("alice", "auto").await;
        all_decode(&[&alice, &bob]).await;

        // Who is sent what is drawn, and can be read.
        for tab in [&alice, &bob] {
            tab.until("querySelector('[data-sfu=drawing]').dataset.lines > 0").await;
            for uid in ["alice", "bob"] {
                tab.until(&format!("querySelector('[data-sfu=drawing-table]').textContent.includes('{uid}')")).await;
            }
            tab.until("querySelector('[data-sfu=plot]').dataset.points > 2").await;
        }

        // The token: a new one is taken, a wrong one is refused with its reason.
        alice.run("find('paper').open = true").await;
        alice.press("renew").await;
        alice.until("querySelector('[data-sfu=status]').textContent.includes('new token')").await;
        alice.run("lab.querySelector('[data-sfu-try=wrong-channel]').click()").await;
        alice.until("querySelector('[data-sfu=refusal]').dataset.code === 'wrong-channel'").await;

        bob.press("leave").await;
        bob.until("dataset.phase === 'out'").await;
        alice.until("querySelector('[data-tile=bob]') === null && lab.dataset.members === '1'").await;
        // Nothing that either of them did was against a rule of the browser.
        assert_eq!(alice.page.complaints().await, Vec::<Value>::new());
        assert_eq!(bob.page.complaints().await, Vec::<Value>::new());
        alice.press("leave").await;
        alice.nobody_is_left().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_browsers_go_on_while_one_crashes_and_comes_back_and_then_form_a_mesh() {
    visit_together(async |house: Arc<House>| {
        let mut tabs = Vec::new();
        for uid in ["alice", "bob", "carol", "dave"] {
            tabs.push(Tab::enter(&house, uid, SMALL).await);
        }
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;

        // Dave's browser is gone without a word.
        let dave = tabs.pop().expect("dave came");
        dave.page.kill();
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;
        for tab in &tabs {
            tab.until("dataset.members === '3' && !lab.querySelector('[data-tile=dave]')").await;
        }
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;

        // He is back under the same name: he needs a key frame of each of them to see anything.
        tabs.push(Tab::enter(&house, "dave", SMALL).await);
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;
        for tab in &tabs {
            tab.until("dataset.members === '4'").await;
            tab.until("querySelector('[data-sfu=drawing]').dataset.lines >= 16").await;
        }

        tabs[1].press("mode").await;
        for tab in &tabs {
            tab.until("dataset.mode === 'mesh'").await;
        }
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;
        tabs[2].run("find('text').value = 'medlar'; find('send').click()").await;
        for tab in [&tabs[0], &tabs[3]] {
            tab.until("querySelector('[data-sfu=talk] [data-from=carol]')?.textContent.includes('medlar')")
                .await;
        }
        tabs[1].press("mode").await;
        all_decode(&tabs.iter().collect::<Vec<_>>()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_of_one_browser_and_a_subscriber_that_only_watches() {
    visit(Setup { devices: true, ..Setup::default() }, async |page: Page| {
        let alice = Tab { page: page.clone(), uid: "alice" };
        alice.open().await;
        // With the packets of this tab, taken apart and decrypted.
        alice.run("find('with-packets').checked = true").await;
        alice.join().await;
        let first = page.browser.window().await.unwrap();
        let second = page.browser.new_window(true).await.unwrap().handle;
        page.browser.switch_to_window(second).await.unwrap();
        let bob = Tab { page: page.clone(), uid: "bob" };
        bob.open().await;
        bob.run("find('role').value = 'subscriber'").await;
        bob.join().await;
        bob.until("dataset.publish === ''").await;
        bob.until("querySelector('[data-tile=alice]').dataset.frames > 5").await;
        bob.press("send").await;
        bob.until("querySelector('[data-sfu=talk]').textContent.includes('Nobody can be told')").await;
        page.browser.switch_to_window(first).await.unwrap();
        alice.until("dataset.members === '2'").await;
        for kind in ["tcp", "stun", "dtls", "rtp"] {
            alice.until(&format!("querySelector('[data-sfu=packets] .kind-{kind}') !== null")).await;
        }
        alice.until("querySelector('[data-tile=bob]').dataset.frames === '0'").await;
        assert_eq!(page.complaints().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_channel_is_not_wider_than_the_screen() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        let alice = Tab { page: page.clone(), uid: "alice" };
        alice.open().await;
        alice.join().await;
        alice.until("querySelector('[data-sfu=plot]').dataset.points > 0").await;
        let wide = page
            .run(&format!(
                "return [...document.querySelectorAll('{LAB}, {LAB} > *, {LAB} .sfu-stage > *')]
                   .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
            ))
            .await;
        assert_eq!(wide, json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_page_says_how_to_get_the_lab() {
    visit(Setup { without_scripts: true, ..Setup::default() }, async |page: Page| {
        page.open("sfu.html").await;
        assert!(page.text(&format!("{LAB} .lab-off")).await.contains("cargo run"));
        assert_eq!(page.count(&format!("{LAB} button")).await, 0);
    })
    .await;
}

/// The lab in a browser.
struct Tab {
    page: Page,
    uid: &'static str,
}

impl Tab {
    /// A browser of its own that is in channel demo, with camera and microphone.
    async fn enter(house: &House, uid: &'static str, (width, height): (u32, u32)) -> Self {
        let tab = Self { page: house.page(Setup { devices: true, ..Setup::default() }).await, uid };
        tab.open().await;
        // The page asks for a picture that is large enough for three layers, which may be more than four browsers on
        // two cores can encode.
        tab.run(&format!(
            "const devices = navigator.mediaDevices, film = devices.getUserMedia.bind(devices);
             devices.getUserMedia = () => film({{ audio: true, video: {{ width: {width}, height: {height}, frameRate: 10 }} }})"
        ))
        .await;
        tab.join().await;
        tab.press("camera").await;
        tab
    }

    /// The page, and a list of the peer connections that it will make.
    async fn open(&self) {
        self.page.open(&format!("sfu.html#lab-sfu:channel=demo&name={}", self.uid)).await;
        self.page.text(&format!("{LAB}[data-phase=out] [data-sfu=join]")).await;
        let listed = "window.peers = [];
            window.RTCPeerConnection = class extends RTCPeerConnection {
                constructor(...how) { super(...how); window.peers.push(this); }
            };";
        self.page.run(listed).await;
    }

    async fn join(&self) {
        self.press("join").await;
        self.until("dataset.phase === 'in'").await;
    }

    /// As a person does: a page may make no sound before that.
    async fn press(&self, what: &str) {
        self.page.click(&format!("{LAB} [data-sfu={what}]")).await;
    }

    async fn choose_layer(&self, of: &str, layer: &str) {
        self.run(&format!(
            "const choice = lab.querySelector('[data-sfu-layer={of}]');
             choice.value = '{layer}';
             choice.dispatchEvent(new Event('change'))"
        ))
        .await;
    }

    /// Waits until the picture that is decoded here is as wide as that layer is encoded there, while another layer is not.
    async fn decodes_layer(&self, from: &Self, layer: &str, other: &str) {
        let mut seen = Value::Null;
        let waiting = async {
            loop {
                let incoming = self.statistics("inbound-rtp").await;
                let width =
                    incoming.iter().find(|one| one["kind"] == "video").map(|one| one["frameWidth"].clone());
                let sent = from.statistics("outbound-rtp").await;
                let of = |rid: &str| {
                    sent.iter().find(|one| one["rid"] == rid).map(|one| one["frameWidth"].clone())
                };
                seen = json!([width, of(layer), of(other)]);
                if width.is_some_and(|width| {
                    width.is_u64() && Some(&width) == of(layer).as_ref() && Some(&width) != of(other).as_ref()
                }) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("{} does not decode {layer}: {seen}\n{}", self.uid, self.told().await);
        }
    }

    /// With `lab`, the section, and `find`, which finds what a test may hold on to.
    async fn run(&self, script: &str) -> Value {
        self.page
            .run(&format!(
                "const lab = document.querySelector('{LAB}'), find = name => lab.querySelector(`[data-sfu=${{name}}]`);
                 {script}"
            ))
            .await
    }

    /// Waits until that holds of the lab.
    async fn until(&self, what: &str) {
        let waiting = async {
            // What is not there yet does not hold yet.
            let script = format!("try {{ return Boolean(lab.{what}) }} catch {{ return false }}");
            while self.run(&script).await != json!(true) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("{}: never: {what}\n{}", self.uid, self.told().await);
        }
    }

    /// What the browser counts of its open connections, of one type (W3C webrtc-stats section 6).
    async fn statistics(&self, kind: &str) -> Vec<Value> {
        let script = "const [type, done] = arguments;
            const open = window.peers.filter(peer => peer.connectionState !== 'closed');
            Promise.all(open.map(peer => peer.getStats())).then(all =>
                done(all.flatMap(stats => [...stats.values()].filter(one => one.type === type))))";
        // A browser that is too busy to say will say later.
        let found = self.page.browser.execute_async(script, vec![json!(kind)]).await.unwrap_or_default();
        found.as_array().cloned().unwrap_or_default()
    }

    /// All that the page says of itself, for a test that failed.
    async fn told(&self) -> String {
        let told = self
            .run("return JSON.stringify({ ...lab.dataset }) + [...lab.querySelectorAll('[data-tile]')].map(tile => '\\n' + JSON.stringify({ ...tile.dataset })).join('') + '\\n' + lab.innerText.slice(0, 1500)")
            .await;
        format!("{}\n{:?}", told.as_str().unwrap_or_default(), self.statistics("inbound-rtp").await)
    }

    /// Waits until the lab has no member, and no WebSocket.
    async fn nobody_is_left(&self) {
        let info = "const [done] = arguments; fetch('/labs/sfu/info').then(r => r.json()).then(done)";
        let waiting = async {
            loop {
                let info = self.page.browser.execute_async(info, Vec::new()).await.unwrap();
                if ["sockets", "members", "channels"].iter().all(|gauge| info[gauge] == 0) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("nobody is left");
    }
}

/// Waits until each of them has decoded more pictures of each other, and got more sound, than when this began.
async fn all_decode(tabs: &[&Tab]) {
    for tab in tabs {
        let before = tab.statistics("inbound-rtp").await;
        let more = |now: &[Value], kind: &str, what: &str, by: u64| {
            let was = |track: &Value| {
                let same = before.iter().find(|old| old["trackIdentifier"] == *track && old["kind"] == kind);
                same.map_or(0, |old| old[what].as_u64().unwrap_or(0))
            };
            now.iter()
                .filter(|one| {
                    one["kind"] == kind
                        && one[what].as_u64().unwrap_or(0) >= was(&one["trackIdentifier"]) + by
                })
                .count()
        };
        let others = tabs.len() - 1;
        let waiting = async {
            loop {
                let now = tab.statistics("inbound-rtp").await;
                if more(&now, "video", "framesDecoded", 5) >= others
                    && more(&now, "audio", "packetsReceived", 20) >= others
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("{} does not decode {others} others\n{}", tab.uid, tab.told().await);
        }
        for other in tabs.iter().filter(|other| other.uid != tab.uid) {
            tab.until(&format!("querySelector('[data-tile={}]')?.dataset.frames > 0", other.uid)).await;
        }
    }
}
