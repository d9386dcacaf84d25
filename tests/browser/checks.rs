//! The check list lab in a page: the lists end as the agents' do, priorities add up, and a slider plays again, once.

use std::time::Instant;

use fantoccini::Locator;
use fantoccini::key::Key;

use super::driver::{PATIENCE, Page, Setup, visit};
use super::network::open;

#[tokio::test(flavor = "multi_thread")]
async fn both_lists_end_with_the_pair_in_use_and_its_priority_adds_up() {
    visit(Setup::default(), async |page: Page| {
        open(&page, "checks", "ice.html").await;
        page.click("#lab-checks .chk-go").await;
        page.text("#lab-checks .film-outcome[data-verdict=met]").await;
        page.click("#lab-checks .film-act[title='Last step']").await;
        assert_eq!(page.count("#lab-checks .chk-side.left .chk-pair[data-choice=selected]").await, 1);
        assert_eq!(page.count("#lab-checks .chk-side.right .chk-pair[data-choice=selected]").await, 1);

        let pairs = page.browser.find_all(Locator::Css("#lab-checks .chk-pair")).await.unwrap();
        assert!(pairs.len() >= 2, "{}", pairs.len());
        // Each formula is what it says it is: 2³² × a + 2 × b + c = d, and 2²⁴ × a + 2⁸ × b + 256 − c = d.
        let check = "
            document.querySelectorAll('#lab-checks .chk-pair')[arguments[0]].focus();
            return [...document.querySelectorAll('.chk-panel .chk-sum')].map(p => p.textContent).filter(t => t.includes('×')).map(t => {
                const [, ...n] = t.match(/2(?:³²|²⁴) × (\\d+)[^=]*? \\+ 2⁸? × (\\d+)[^=]*? \\+ (?:256 − )?(\\d+)[^=]* = (\\d+)/).map(x => /^\\d+$/.test(x) ? BigInt(x) : x);
                const sum = t.includes('2³²') ? 2n ** 32n * n[0] + 2n * n[1] + n[2] : 2n ** 24n * n[0] + 2n ** 8n * n[1] + 256n - n[2];
                return sum === n[3] ? 'right' : t;
            });";
        for pair in 0..pairs.len() {
            let sums = page.browser.execute(check, vec![pair.into()]).await.unwrap();
            assert_eq!(sums, serde_json::json!(["right", "right", "right"]), "pair {pair}");
        }
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slider_that_is_dragged_plays_again_once_it_rests() {
    visit(Setup::default(), async |page: Page| {
        open(&page, "checks", "ice.html").await;
        page.click("#lab-checks .chk-go").await;
        page.text("#lab-checks .film-outcome[data-verdict]").await;
        let runs = "return performance.getEntriesByType('resource').filter(r => r.name.endsWith('/labs/checks/run')).length";
        assert_eq!(page.run(runs).await, 1);
        page.run(
            "const loss = document.querySelector('#chk-loss');
             for (let value = 20; value <= 60; value += 1) {
                 loss.value = value;
                 loss.dispatchEvent(new Event('input', { bubbles: true }));
             }",
        )
        .await;
        assert_eq!(page.text("#lab-checks output[for=chk-loss]").await, "60 %");
        let begun = Instant::now();
        while page.run(runs).await != 2 {
            assert!(begun.elapsed() < PATIENCE, "the run comes");
        }
        page.text("#lab-checks[data-state=live] .lab-status").await;
        assert_eq!(page.run(runs).await, 2, "forty-one changes are one run");
        // The slider's own keys move it, and turn no page.
        let slider = page.browser.find(Locator::Css("#chk-loss")).await.unwrap();
        slider.send_keys(&char::from(Key::Left).to_string()).await.unwrap();
        assert_eq!(page.text("#lab-checks output[for=chk-loss]").await, "59 %");
        assert_eq!(page.run("return location.pathname").await, "/ice.html");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_control_one_is_told_by_an_error_and_gives_in() {
    visit(Setup::default(), async |page: Page| {
        open(&page, "checks", "ice.html").await;
        page.text("#lab-checks[data-state=live]").await;
        page.run("document.querySelector('#chk-loss').value = 0; document.querySelector('#chk-conflict').checked = true")
            .await;
        page.click("#lab-checks .chk-go").await;
        page.text("#lab-checks .film-outcome[data-verdict=met]").await;
        let roles = "return [...document.querySelectorAll('#lab-checks .chk-role')].map(it => it.textContent)";
        page.click("#lab-checks .film-act[title='First step']").await;
        assert_eq!(page.run(roles).await, serde_json::json!(["controlling", "controlling"]));
        let told = page
            .run(
                "const [slider, line] = ['slider', 'line'].map(it => document.querySelector(`#lab-checks .film-${it}`));
                 const told = [];
                 for (let at = 0; at <= Number(slider.max); at += 1) {
                     slider.value = at;
                     slider.dispatchEvent(new Event('input', { bubbles: true }));
                     told.push(line.textContent);
                 }
                 return told.join(' ')",
            )
            .await;
        let told = told.as_str().unwrap();
        assert!(told.contains("gets a Binding error response 487"), "{told}");
        assert_eq!(page.run(roles).await, serde_json::json!(["controlling", "controlled"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_fit_a_phone() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        open(&page, "checks", "ice.html").await;
        page.click("#lab-checks .chk-go").await;
        page.text("#lab-checks .film-outcome[data-verdict]").await;
        let wide = page.run("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(360), "{wide}");
    })
    .await;
}
