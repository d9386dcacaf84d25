//! A workbook that is served, and a browser that looks at it.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Long enough for a busy machine; only a failure waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A page of the workbook in a browser.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) browser: Client,
    /// `http://127.0.0.1:PORT`
    pub(crate) workbook: String,
    /// What the browser writes to.
    profile: Arc<TempDir>,
}

/// How the browser is set up.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setup {
    pub(crate) without_scripts: bool,
    /// 360 by 740 CSS pixels.
    pub(crate) phone: bool,
    /// A camera and a microphone that are Chromium's own inventions, and that nobody is asked for.
    pub(crate) devices: bool,
}

/// Runs `visit` in a fresh browser on a fresh workbook, and ends both whatever becomes of it.
pub(crate) async fn visit<F>(setup: Setup, visit: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(house) = House::open() else { return };
    let page = house.page(setup).await;
    house.end(visit(page)).await;
}

/// As [`visit`], with as many browsers as `visit` opens: each is a process of its own.
pub(crate) async fn visit_together<F>(visit: impl FnOnce(Arc<House>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(house) = House::open().map(Arc::new) else { return };
    house.end(visit(Arc::clone(&house))).await;
}

/// A workbook, and what drives the browsers that look at it.
pub(crate) struct House {
    driver: Process,
    workbook: Process,
    pages: Mutex<Vec<Page>>,
}

impl House {
    fn open() -> Option<Self> {
        let Some(driver) =
            Process::start("chromedriver", &["--port=0"], "ChromeDriver was started successfully on port ")
        else {
            println!("skipped: no chromedriver in PATH (Debian: apt-get install chromium chromium-driver)");
            return None;
        };
        let workbook = Process::start(env!("CARGO_BIN_EXE_wirebook"), &["serve", "--port", "0"], "http://")
            .expect("the workbook serves");
        Some(Self { driver, workbook, pages: Mutex::default() })
    }

    /// Starts a browser.
    pub(crate) async fn page(&self, setup: Setup) -> Page {
        let profile = Arc::new(tempfile::tempdir().expect("a folder for the browser"));
        let browser = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(setup, profile.path()))
            .connect(&format!("http://127.0.0.1:{}", self.driver.word.trim_end_matches('.')))
            .await
            .expect("chromium starts: is it installed?");
        let page = Page { browser, workbook: format!("http://{}", self.workbook.word), profile };
        self.pages.lock().expect("no test panics here").push(page.clone());
        page
    }

    /// Waits for a test, and ends its browsers.
    async fn end(&self, test: impl Future<Output = ()> + Send + 'static) {
        // A task of its own, so that a failed assertion does not leave a browser behind.
        let outcome = tokio::spawn(test).await;
        let pages = std::mem::take(&mut *self.pages.lock().expect("no test panics here"));
        for page in pages {
            // One that was killed is waited for in vain.
            let _ = tokio::time::timeout(Duration::from_secs(10), page.browser.close()).await;
        }
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic.into_panic());
        }
    }
}

/// `--no-sandbox`, as CI runs as root; the rest keeps the browser from going to the network on its own.
fn capabilities(setup: Setup, profile: &Path) -> Capabilities {
    let prefs = if setup.without_scripts {
        json!({ "profile.managed_default_content_settings.javascript": 2 })
    } else {
        json!({})
    };
    let mut options = json!({
        "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1200,900",
            format!("--user-data-dir={}", profile.display()),
        ],
        "prefs": prefs,
    });
    if setup.devices
        && let Some(args) = options["args"].as_array_mut()
    {
        args.extend([
            json!("--use-fake-device-for-media-stream=fps=10"),
            json!("--use-fake-ui-for-media-stream"),
        ]);
    }
    if setup.phone {
        // A window cannot be made so narrow.
        let metrics = json!({ "width": 360, "height": 740, "pixelRatio": 2.0 });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let logging = json!({ "browser": "ALL" });
    [("goog:chromeOptions".to_owned(), options), ("goog:loggingPrefs".to_owned(), logging)]
        .into_iter()
        .collect()
}

impl Page {
    pub(crate) async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}/{path}", self.workbook)).await.expect("the page opens");
    }

    /// The text of the first element that matches, once there is one.
    pub(crate) async fn text(&self, css: &str) -> String {
        let found = self.browser.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}")).text().await.expect("text")
    }

    pub(crate) async fn click(&self, css: &str) {
        let found = self.browser.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}")).click().await.expect("a click");
    }

    pub(crate) async fn count(&self, css: &str) -> usize {
        self.browser.find_all(Locator::Css(css)).await.expect("a selector").len()
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.execute(script, Vec::new()).await.expect("a script that runs")
    }

    /// Ends the browser as a crash would: its process, without a word to anybody.
    pub(crate) fn kill(&self) {
        let own = format!("--user-data-dir={}", self.profile.path().display());
        let is_own = |pid: &u32| {
            let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let mut words = line.split('\0');
            // The others of its processes are of a type, and end with it.
            words.any(|word| word == own) && !line.contains("\0--type=")
        };
        let processes = std::fs::read_dir("/proc").expect("Linux' list of processes");
        let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let pids: Vec<u32> = pids.filter(is_own).collect();
        assert_eq!(pids.len(), 1, "the processes of {own}");
        let status = Command::new("kill").args(["-KILL", &pids[0].to_string()]).status().expect("kill runs");
        assert!(status.success());
    }

    /// What the browser's console says is wrong. Reading it empties it.
    pub(crate) async fn complaints(&self) -> Vec<Value> {
        let log = self.browser.issue_cmd(Log).await.expect("the console");
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.into_iter().filter(|entry| entry["level"] == "SEVERE").collect()
    }
}

/// Chromium's own command: what was written to the console.
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// A child that ends with the test.
struct Process {
    child: Child,
    /// What stood behind the mark on its standard output.
    word: String,
}

impl Process {
    /// Waits until the program has written `mark`; `None` where there is no such program.
    ///
    /// A chromedriver that is to choose its port takes a free one for IPv4 and wants the same for IPv6, which now
    /// and then is another's: then it ends, and is begun again.
    fn start(program: &str, args: &[&str], mark: &str) -> Option<Self> {
        for _ in 0..5 {
            let process = Self::attempt(program, args, mark)?;
            if !process.word.is_empty() {
                return Some(process);
            }
        }
        panic!("{program} ended without \"{mark}\", five times")
    }

    fn attempt(program: &str, args: &[&str], mark: &str) -> Option<Self> {
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines().map_while(Result::ok);
        let word = lines.find_map(|line| Some(line.split_once(mark)?.1.trim().to_owned()));
        // Read on, so that the program never waits for somebody to take its output.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, word: word.unwrap_or_default() })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
