//! The SDP lab: what this browser writes is clean, and what is broken the linter and the browser both tell.

use super::driver::{Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn the_browsers_own_offer_is_clean_and_a_mutation_is_told_by_both() {
    visit(Setup::default(), async |page: Page| {
        page.open("sdp.html").await;
        press(&page, "Take this browser's offer").await;
        let linter = page.text("#lab-sdp[data-state=live] .sdp-linter").await;
        assert_eq!(linter, "The linter says: ✓ no errors, no warnings");
        let browser = page.text("#lab-sdp .sdp-browser[data-verdict=fine]").await;
        assert!(browser.contains("accepted"), "{browser}");
        let lines = page
            .run("return document.querySelector('#sdp-text').value.split('\\n').filter(l => l).length")
            .await;
        assert_eq!(
            lines.as_u64(),
            Some(page.count("#lab-sdp .sdp-line").await as u64),
            "each line is explained"
        );

        press(&page, "Drop the fingerprint").await;
        let linter = page.text("#lab-sdp[data-state=live] .sdp-linter[data-verdict=wrong]").await;
        assert!(linter.contains("fingerprint-missing"), "{linter}");
        let browser = page.text("#lab-sdp .sdp-browser[data-verdict=wrong]").await;
        assert!(browser.contains("setRemoteDescription") && browser.contains("Error: "), "{browser}");

        press(&page, "Take its answer").await;
        page.text("#lab-sdp[data-state=live] .sdp-linter[data-verdict=fine]").await;
        page.text("#lab-sdp .sdp-browser[data-verdict=fine]").await;
        press(&page, "Swap two m= sections of the answer").await;
        let linter = page.text("#lab-sdp[data-state=live] .sdp-linter[data-verdict=wrong]").await;
        assert!(linter.contains("answer-order"), "{linter}");
        let browser = page.text("#lab-sdp .sdp-browser[data-verdict=wrong]").await;
        assert!(browser.contains("setRemoteDescription"), "{browser}");
        // A finding leads to its line, by keyboard too.
        page.run("document.querySelector('#lab-sdp .place').focus(); document.activeElement.click()").await;
        let focused = page
            .run("const t = document.activeElement; return t.id + (t.selectionEnd > t.selectionStart)")
            .await;
        assert_eq!(focused, "sdp-texttrue");
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_found_by_the_linter_and_fits_a_phone() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("sdp.html").await;
        press(&page, "Take this browser's offer").await;
        page.text("#lab-sdp[data-state=live] .sdp-linter").await;
        let names = page
            .run("return [...document.querySelectorAll('.sdp-breaks button')].map(b => b.textContent)")
            .await;
        let names: Vec<_> =
            names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert!(names.len() > 12, "{names:?}");
        for name in names {
            // From a fresh offer each time, so that one mistake does not hide another.
            press(&page, "Take this browser's offer").await;
            page.text("#lab-sdp[data-state=live] .sdp-linter[data-verdict=fine]").await;
            press(&page, &name).await;
            let linter = page.text("#lab-sdp[data-state=live] .sdp-linter:has(li)").await;
            assert!(linter.contains(" error ") || linter.contains(" warning "), "{name}: {linter}");
            page.text("#lab-sdp .sdp-browser").await;
        }
        let wide = page.run("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(360), "{wide}");
    })
    .await;
}

async fn press(page: &Page, name: &str) {
    let script = format!(
        "const b = [...document.querySelectorAll('#lab-sdp button')].find(b => b.textContent === {name:?});
         if (!b) return false;
         document.querySelector('.sdp-verdicts').replaceChildren();
         b.click();
         return true"
    );
    // The lab appears once the workbook has said that it runs.
    let patience = std::time::Instant::now() + super::driver::PATIENCE;
    while page.run(&script).await != true {
        assert!(std::time::Instant::now() < patience, "no button {name}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
