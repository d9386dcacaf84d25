//! The lab "what am I behind?", on the page about NATs.

use super::driver::{Page, Setup, visit};

#[tokio::test(flavor = "multi_thread")]
async fn one_socket_asks_all_four_and_the_page_says_that_there_is_no_nat_on_loopback() {
    visit(Setup::default(), async |page: Page| {
        page.open("nat.html").await;
        page.click("#lab-behind[data-state=live] .lab-bar button").await;
        let socket = page.text("#lab-behind [data-finding=socket]").await;
        assert!(
            socket.starts_with("Yes.") && socket.contains("to 4 addresses, come from 127.0.0.1:"),
            "{socket}"
        );
        let nat = page.text("#lab-behind [data-finding=nat]").await;
        assert!(nat.starts_with("Not between you and these servers"), "{nat}");
        let port = socket.split("127.0.0.1:").nth(1).unwrap().split('.').next().unwrap();
        assert!(nat.contains(&format!("The server saw 127.0.0.1:{port}")), "{nat}");
        assert!(page.text("#lab-behind [data-finding=filtering]").await.starts_with("No page can find out."));

        // The server's view of the same: four requests and four responses, each byte annotated.
        let heads = page
            .run(
                "return [...document.querySelectorAll('#lab-behind .behind-packet')].map(it => it.ariaLabel)",
            )
            .await;
        let heads: Vec<&str> = heads.as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
        assert_eq!(heads.iter().filter(|it| it.contains("Binding request")).count(), 4, "{heads:?}");
        assert_eq!(heads.iter().filter(|it| it.contains("Binding success response")).count(), 4, "{heads:?}");
        let status = page.text("#lab-behind[data-state=live] .lab-status").await;
        assert!(status.contains("NAT: Not between you"), "{status}");
        assert_eq!(page.complaints().await, Vec::<serde_json::Value>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_from_behind_a_symmetric_nat_is_told_from_one_that_keeps_its_mapping() {
    visit(Setup { phone: true, ..Setup::default() }, async |page: Page| {
        page.open("nat.html").await;
        page.click("#lab-behind[data-state=live] .behind-elsewhere summary").await;
        for (sample, mapping) in [
            (0, "No: endpoint-independent mapping."),
            (1, "Yes, on address and port: what RFC 3489 called symmetric."),
        ] {
            page.click(&format!("#lab-behind [data-sample='{sample}']")).await;
            let status = page.text("#lab-behind[data-state=live] .lab-status").await;
            // The reading comes a moment after the click.
            for _ in 0..600 {
                if page.text("#lab-behind .lab-status").await.contains(mapping) {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            let found = page.text("#lab-behind [data-finding=mapping] strong").await;
            assert_eq!(found, mapping, "{status}");
        }
        let widths =
            page.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "the page scrolls sideways: {widths}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_from_elsewhere_that_is_opened_meanwhile_stands_alone() {
    visit(Setup::default(), async |page: Page| {
        page.open("nat.html").await;
        page.text("#lab-behind[data-state=live]").await;
        page.run("for (const it of ['.lab-bar button', '[data-sample=\"1\"]']) document.querySelector(`#lab-behind ${it}`).click()")
            .await;
        // The button can be pressed again once what it began is over.
        page.text("#lab-behind .lab-bar button[aria-disabled=false]").await;
        page.text("#lab-behind .behind-result").await;
        let results =
            page.run("return [...document.querySelectorAll('#lab-behind .behind-result')].map(it => it.ariaLabel)").await;
        assert_eq!(results, serde_json::json!(["A router with random ports"]));
        assert_eq!(page.count("#lab-behind .behind-packet").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_what_is_no_server_and_it_is_said_what_was_expected() {
    visit(Setup::default(), async |page: Page| {
        page.open("nat.html").await;
        page.text("#lab-behind[data-state=live]").await;
        for (typed, why) in
            [("http://evil.example/", "Expected a host"), ("a,b,c,d,e,f,g", "6 servers at most")]
        {
            page.run(&format!("document.querySelector('#behind-servers').value = {typed:?}")).await;
            page.click("#lab-behind .lab-bar button").await;
            let fail = page.text("#lab-behind[data-state=failed] .lab-fail").await;
            assert!(fail.contains(why), "{typed}: {fail}");
            assert_eq!(page.count("#lab-behind .behind-result").await, 0);
        }
    })
    .await;
}
