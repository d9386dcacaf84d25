//! The token lab: a token is signed, shown, and refused as soon as anything of it is changed.

use super::driver::{Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_signed_let_in_and_refused_for_what_is_changed_on_a_phone_too() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("agora.html").await;
        press(&page, "Sign a token").await;
        let said = page.text("#lab-token[data-state=live] .token-verdict[data-code=admitted]").await;
        assert!(said.contains("Let in") && said.contains("send video for"), "{said}");
        let token = page.run("return document.querySelector('#token-text').value").await;
        assert!(token.as_str().is_some_and(|token| token.starts_with("007eJx")), "{token}");
        assert!(page.count("#lab-token .packet .hex").await >= 3, "text, decoded, inflated");
        for (name, code) in [
            ("Another channel", "wrong-channel"),
            ("Another uid", "wrong-uid"),
            ("A second after its end", "expired"),
            ("Another certificate", "wrong-signature"),
            ("One bit flipped", "damaged"),
            ("Forge a day", "wrong-signature"),
            ("Forge the App ID", "wrong-app"),
            ("A 006 token", "version-006"),
            ("As it is", "admitted"),
        ] {
            press(&page, name).await;
            let verdict = format!("#lab-token[data-state=live] .token-verdict[data-code={code}]");
            let said = page.text(&verdict).await;
            assert!(said.contains(if code == "admitted" { "passed" } else { "not asked" }), "{name}: {said}");
        }
        let wide = page.run("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(360), "{wide}");
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

async fn press(page: &Page, name: &str) {
    let script = format!(
        "const b = [...document.querySelectorAll('#lab-token button')].find(b => b.textContent === {name:?});
         if (!b) return false;
         delete document.querySelector('.token-verdict').dataset.code;
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
