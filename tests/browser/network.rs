//! The packet simulator in a page: a link names a pair, the run is stepped through by keys, and a packet opens.

use std::time::Instant;

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::Value;

use super::driver::{PATIENCE, Page, Setup, visit};

const STEP: &str = "return Number(document.querySelector('#lab-network .film-slider').value)";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_names_a_pair_and_keys_go_through_its_run() {
    visit(Setup::default(), async |page: Page| {
        open(&page, "network", "nat.html#lab-network:left=port-restricted-cone&right=symmetric").await;
        let told = page.text("#lab-network .film-outcome[data-verdict=apart]").await;
        assert!(told.contains("They did not meet") && told.contains("dropped by the right NAT"), "{told}");
        let chosen = "return document.querySelector('#net-left-edge').value + ' ' + document.querySelector('#net-right-edge').value";
        assert_eq!(page.run(chosen).await, "eim-apdf apdm-apdf");

        let ladder = page.browser.find(Locator::Css("#lab-network .net-ladder")).await.unwrap();
        press(&ladder, Key::End).await;
        let last = page.run(STEP).await.as_u64().unwrap();
        assert!(last > 50, "{last}");
        assert_eq!(page.count("#lab-network .net-packet.future").await, 0, "at the end all packets were sent");
        for (key, step) in [(Key::Left, last - 1), (Key::Left, last - 2), (Key::Right, last - 1), (Key::Home, 0), (Key::Right, 1)] {
            press(&ladder, key).await;
            assert_eq!(page.run(STEP).await, step);
        }
        let path = page.run("return location.pathname").await;
        assert_eq!(path, "/nat.html", "the keys step through the run, and do not turn the page");
        let line = page.text("#lab-network .film-line[aria-live=polite]").await;
        assert!(line.starts_with("The left peer"), "{line}");
        let value = page.run("return document.querySelector('.film-slider').getAttribute('aria-valuetext')").await;
        assert!(value.as_str().unwrap().starts_with("step 2 of "), "{value}");

        press(&ladder, Key::End).await;
        let lines = page.run("return [...document.querySelectorAll('.net-table')].map(t => t.querySelectorAll('.net-line').length)").await;
        assert!(lines[0] == 1 && lines[1].as_u64() > Some(1), "one mapping for all, and one for each: {lines}");
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_opens_a_packet_and_space_plays() {
    visit(Setup::default(), async |page: Page| {
        open(&page, "network", "nat.html#lab-network:left=eim-apdf&right=eim-adf").await;
        page.text("#lab-network .film-outcome[data-verdict=met]").await;
        let ladder = page.browser.find(Locator::Css("#lab-network .net-ladder")).await.unwrap();
        press(&ladder, Key::Home).await;
        assert_eq!(playing(&page).await, false);
        press(&ladder, ' ').await;
        let begun = Instant::now();
        while page.run(STEP).await.as_u64() < Some(3) {
            assert!(begun.elapsed() < PATIENCE, "it plays on");
        }
        assert_eq!(playing(&page).await, true);
        press(&ladder, ' ').await;
        assert_eq!(playing(&page).await, false);

        // Who moves the slider while it plays gets where they want at once.
        press(&ladder, ' ').await;
        page.run(
            "const slider = document.querySelector('#lab-network .film-slider');
             slider.value = 50;
             slider.dispatchEvent(new Event('input', { bubbles: true }))",
        )
        .await;
        assert_eq!((page.run(STEP).await, playing(&page).await), (50.into(), false.into()));

        // The first check, reached by the arrow keys from the ladder.
        press(&ladder, Key::Down).await;
        for _ in 0..60 {
            let active = page.browser.active_element().await.unwrap();
            let name = active.attr("aria-label").await.unwrap().unwrap_or_default();
            if name.contains("a check,") {
                break;
            }
            press(&active, Key::Down).await;
        }
        let active = page.browser.active_element().await.unwrap();
        press(&active, Key::Enter).await;
        let figure = page.text("#lab-network .net-detail figure.packet").await;
        assert!(figure.contains("USERNAME") && figure.contains("ICE-CONTROLL"), "{figure}");
        let legs = page.count("#lab-network .net-legs li").await;
        assert!(legs >= 2, "{legs}");

        // Of two that are opened at once, the last is shown, and no other.
        page.run(
            "for (const no of [0, 1]) document.querySelector(`#lab-network [data-packet='${no}']`)
                 .dispatchEvent(new MouseEvent('click', { bubbles: true }))",
        )
        .await;
        page.text("#lab-network .net-detail #net-2").await;
        assert_eq!(page.count("#lab-network .net-detail figure.packet").await, 1);
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seven_lanes_fit_a_phone_and_a_wrong_number_is_told() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        open(
            &page,
            "network",
            "nat.html#lab-network:left=eim-apdf%2Beim-eif&right=eim-apdf%2Bapdm-apdf&loss=20",
        )
        .await;
        page.text("#lab-network .film-outcome[data-verdict]").await;
        assert_eq!(page.count("#lab-network .net-lane").await, 7);
        let wide = page.run("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(360), "{wide}");
        let over = page
            .run("const l = document.querySelector('.net-ladder'); return l.scrollWidth - l.clientWidth")
            .await;
        assert_eq!(over, 0, "the ladder is as wide as its box");

        page.run("document.querySelector('#net-loss').value = 95; document.querySelector('.net-go').click()")
            .await;
        let told = page.text("#lab-network .lab-fail:not([hidden])").await;
        assert!(told.contains("loss: expected 0 to 90 %, found 95"), "{told}");
    })
    .await;
}

async fn press(on: &fantoccini::elements::Element, key: impl Into<char>) {
    on.send_keys(&key.into().to_string()).await.expect("a key");
}

async fn playing(page: &Page) -> Value {
    page.run("return document.querySelector('#lab-network .film-play').textContent === 'Pause'").await
}

/// Opens a page with a lab on it. That the page has it is the chapter's contract; a page that is not written yet gets it
/// here, so that the lab is looked at all the same.
pub(super) async fn open(page: &Page, lab: &str, path: &str) {
    page.open(path).await;
    let put = "
        const lab = arguments[0];
        if (document.getElementById(`lab-${lab}`)) return;
        const section = document.createElement('section');
        section.className = 'lab';
        section.id = `lab-${lab}`;
        section.dataset.lab = lab;
        document.querySelector('main').prepend(section);
        const script = document.createElement('script');
        script.src = `${document.querySelector(`script[src*='labs/${lab}']`).src}?again`;
        document.body.append(script);";
    page.browser.execute(put, vec![lab.into()]).await.expect("the page takes a lab");
}
