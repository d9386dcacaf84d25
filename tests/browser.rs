//! The pages in a real browser: Debian's chromium, driven by its chromedriver.
//!
//! Where either is missing, each test says so in one line and passes; CI installs them.

#[path = "browser/behind.rs"]
mod behind;
#[path = "browser/call.rs"]
mod call;
#[path = "browser/checks.rs"]
mod checks;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/network.rs"]
mod network;
#[path = "browser/sdp.rs"]
mod sdp;
#[path = "browser/sfu.rs"]
mod sfu;
#[path = "browser/socketio.rs"]
mod socketio;
#[path = "browser/stun.rs"]
mod stun;
#[path = "browser/token.rs"]
mod token;
#[path = "browser/websocket.rs"]
mod websocket;
