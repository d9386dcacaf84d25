//! The commands, as a student uses them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::small_workbook::{SmallWorkbook, solution, wrong_answers};

/// An exercise that nobody has begun.
const UNWRITTEN: &str = "use std::net::SocketAddr;

pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    todo!()
}

exercises::check!(stun::xor_address(xor_address));
";

fn with_body(body: &str) -> String {
    UNWRITTEN.replace("todo!()", body)
}

#[test]
fn a_wrong_answer_keeps_the_solution_closed_and_a_right_one_opens_it() {
    let small = SmallWorkbook::open();
    let exercise = small.find("stun::xor_address");
    let (_, wrong) =
        wrong_answers(&exercise).into_iter().find(|(name, _)| name == "port_still_masked").unwrap();

    small.edit(&exercise, &wrong);
    let (code, verdict) = small.run(&["check", "stun::xor_address"]);
    assert_eq!(code, 1, "{verdict}");
    assert!(verdict.contains("X-Port is still XORed with 0x2112"), "{verdict}");
    let (code, refusal) = small.run(&["solution", "stun::xor_address"]);
    assert_eq!(code, 1, "{refusal}");
    assert!(refusal.contains("opens when your own answer passes") && !refusal.contains("fn "), "{refusal}");

    small.edit(&exercise, &solution(&exercise));
    assert_eq!(small.run(&["check", "stun::xor_address"]).0, 0);
    assert_eq!(small.run(&["solution", "stun::xor_address"]), (0, solution(&exercise)));
}

#[test]
fn check_without_a_name_shows_each_and_the_first_that_is_open() {
    let small = SmallWorkbook::open();
    let (code, text) = small.run(&["check"]);
    assert_eq!(code, 0, "{text}");
    small.edit(&small.find("stun::xor_address"), UNWRITTEN);
    let (code, text) = small.run(&["check"]);
    assert_eq!(code, 1, "{text}");
    insta::assert_snapshot!("check_all", text);
}

#[test]
fn an_exercise_has_several_names_and_unknown_ones_get_the_nearest() {
    let small = SmallWorkbook::open();
    for name in ["stun::xor_address", "xor_address", "exercises/stun/xor_address.rs", "stun/xor_address"] {
        let (code, text) = small.run(&["check", name]);
        assert_eq!(code, 0, "{name}: {text}");
    }
    let (code, text) = small.run(&["check", "xor_adress"]);
    assert_eq!(code, 2);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("did you mean stun::xor_address"), "{text}");
    assert_eq!(small.run(&["hint", "nonsense"]).0, 2);
}

#[test]
fn commands_work_in_a_subfolder() {
    let small = SmallWorkbook::open();
    let below = small.root().join("exercises/stun");
    for name in ["xor_address.rs", "./xor_address.rs"] {
        let output = small.wirebook().current_dir(&below).args(["check", name]).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_file_that_does_not_compile_gets_its_own_lines_and_holds_up_no_other() {
    let small = SmallWorkbook::open();
    small.edit(&small.find("stun::xor_address"), &with_body("value[0]"));
    let (code, text) = small.run(&["check", "xor_address"]);
    assert_eq!(code, 1);
    // The words are the compiler's, and may change with it; the shape is ours.
    for part in [
        "DOES NOT COMPILE",
        "E0308",
        "exercises/stun/xor_address.rs:4:5",
        "  line 4        value[0]\n",
        "^^^^^^^^",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    small.edit(&small.find("stun::xor_address"), "fn (((");
    let (code, text) = small.run(&["check"]);
    assert_eq!(code, 1);
    assert!(text.contains("4 of 5 pass") && text.contains("DOES NOT COMPILE"), "{text}");
    // A file without `main`, one that was emptied, and one with another signature.
    for broken in
        ["", "pub fn xor_address() {}", &solution(&small.find("stun::xor_address")).replace("12]", "13]")]
    {
        small.edit(&small.find("stun::xor_address"), broken);
        let (code, text) = small.run(&["check", "xor_address"]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("DOES NOT COMPILE") && text.contains("  error  "), "{text}");
        assert!(!text.contains("exercises/src"), "{text}");
    }
}

#[test]
fn a_file_that_is_missing_is_named_and_can_be_brought_back() {
    let small = SmallWorkbook::open();
    std::fs::remove_file(small.path(&small.find("stun::xor_address"))).unwrap();
    for arguments in [&["check"][..], &["check", "attributes"], &["progress"], &["solution", "xor_address"]] {
        let (code, text) = small.run(arguments);
        assert_eq!(code, 2, "{text}");
        assert!(
            text.contains("git restore exercises/stun/xor_address.rs") && text.lines().count() == 1,
            "{text}"
        );
    }
}

#[test]
fn whatever_the_code_does_there_is_a_verdict() {
    let small = SmallWorkbook::open();
    for (body, says) in [
        ("loop {}", "stopped after 3 seconds"),
        ("let mut all = Vec::new(); loop { all.push(vec![7u8; 1 << 20]); }", "stopped at 300 MB of memory"),
        (
            "fn deep(n: u64) -> u64 { if n == 0 { 0 } else { deep(n + 1) + 1 } } deep(1); None",
            "stack was full",
        ),
        ("std::process::exit(7)", "ended before it could give a verdict"),
        ("std::process::exit(0)", "ended before it could give a verdict"),
        ("std::process::exit(3)", "ended before it could give a verdict"),
        ("loop { println!(\"{}\", \"ping \".repeat(99)); }", "stopped after 3 seconds"),
        ("panic!(\"by hand\")", "by hand"),
    ] {
        small.edit(&small.find("stun::xor_address"), &with_body(body));
        let (code, text) = small.run(&["check", "xor_address"]);
        assert_eq!(code, 1, "{body}: {text}");
        assert!(text.contains(says), "{body}: {text}");
        assert!(text.len() < 100_000, "{body}: {} bytes", text.len());
    }
}

#[test]
fn hints_open_one_by_one_and_the_verdict_knows_which_is_next() {
    let small = SmallWorkbook::open();
    small.edit(&small.find("stun::xor_address"), UNWRITTEN);
    let next = || small.run(&["check", "xor_address"]).1;
    assert!(next().contains("hint 1 of 3: wirebook hint stun::xor_address\n"));
    let first = small.run(&["hint", "xor_address"]);
    assert!(
        first.0 == 0 && first.1.contains("hint 1 of 3") && !first.1.contains("hint 2 of 3"),
        "{}",
        first.1
    );
    assert!(next().contains("hint 2 of 3: wirebook hint stun::xor_address --more"));
    assert!(small.run(&["hint", "xor_address", "--more"]).1.contains("hint 2 of 3"));
    assert!(small.run(&["hint", "xor_address", "-m"]).1.contains("that was the last hint"));
    assert!(next().contains("all 3 hints: wirebook hint stun::xor_address"));
    let (code, text) = small.run(&["hint", "xor_address", "4"]);
    assert!(code == 2 && text.contains("no hint 4"), "{text}");
}

#[test]
fn progress_and_list_tell_a_program_what_they_tell_a_reader() {
    let small = SmallWorkbook::open();
    small.edit(&small.find("stun::xor_address"), UNWRITTEN);
    let progress: serde_json::Value = serde_json::from_str(&small.run(&["progress", "--json"]).1).unwrap();
    assert_eq!((&progress["passed"], &progress["total"]), (&4.into(), &5.into()), "{progress}");
    assert_eq!(progress["exercises"][2]["state"], "not yet");
    insta::assert_snapshot!("progress", small.run(&["progress"]).1);
    let list: Vec<serde_json::Value> = serde_json::from_str(&small.run(&["list", "--json"]).1).unwrap();
    assert_eq!(list.len(), small.catalogue.exercises.len());
    assert_eq!(list[2]["file"], "exercises/stun/xor_address.rs");
    let (code, text) = small.run(&["list"]);
    assert!(code == 0 && list.iter().all(|line| text.contains(line["id"].as_str().unwrap())), "{text}");
}

#[test]
fn expect_unsolved_is_content_only_where_nothing_passes_and_everything_compiles() {
    let small = SmallWorkbook::open();
    assert_eq!(small.run(&["check", "--expect-unsolved"]).0, 1);
}

#[test]
fn watch_checks_what_is_saved() {
    let small = SmallWorkbook::open();
    let exercise = small.find("stun::xor_address");
    small.edit(&exercise, UNWRITTEN);
    let watch = Watching::start(&small);
    watch.until("NOT YET");
    watch.until("4 of 5 pass");
    small.edit(&exercise, &with_body("None"));
    watch.until("FAILED");
    small.edit(&exercise, &solution(&exercise));
    watch.until("PASSED");
    watch.until("solution stun::xor_address");
    watch.until("5 of 5 pass");
}

#[test]
fn watch_misses_nothing_that_is_saved_while_it_first_looks() {
    let small = SmallWorkbook::open();
    let exercise = small.find("stun::xor_address");
    let asked = small.root().join("target/asked");
    let _of_an_earlier_run = std::fs::remove_file(&asked);
    let slow = "std::fs::write(\"target/asked\", \"\").unwrap(); \
                std::thread::sleep(std::time::Duration::from_secs(1)); None";
    small.edit(&exercise, &with_body(slow));
    let mut watch = Watching::start(&small);
    watch.until_exists(&asked);
    small.edit(&exercise, &solution(&exercise));
    watch.until("5 of 5 pass");
}

/// `wirebook watch`, and what it prints; it ends with this.
struct Watching {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Watching {
    fn start(small: &SmallWorkbook) -> Self {
        let mut child = small.wirebook().arg("watch").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Self { child, lines: receive }
    }

    fn until_exists(&mut self, file: &Path) {
        while !file.exists() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "watch ended before there was {}: {ended:?}", file.display());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Patience for a slow machine, not a measure.
    fn until(&self, words: &str) {
        while !self.lines.recv_timeout(Duration::from_secs(120)).expect(words).contains(words) {}
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
