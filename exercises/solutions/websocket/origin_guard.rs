//! # websocket::origin_guard: a solution
//!
//! All Origin headers are collected, so that a second one is seen. What is compared is the whole origin, brought
//! into the form of the list: lower case, without the default port of its scheme. null, an empty value and two
//! origins in one header need no rule of their own, for none of them is on the list.
//!
//! This keeps out pages. It keeps out no program, which may send any Origin or none: for those there are passwords
//! and tokens.

/// Whether the handshake with these header fields, names and values, goes on.
pub fn origin_guard(headers: &[(&str, &str)], allowed: &[&str]) -> bool {
    let is_origin = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case("origin");
    let origins: Vec<&str> = headers.iter().filter(is_origin).map(|(_, value)| *value).collect();

    match origins.as_slice() {
        [] => true,
        [origin] => allowed.contains(&usual(origin).as_str()),
        _ => false,
    }
}

/// The origin in lower case, and without the default port of its scheme.
fn usual(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    let default_port = if origin.starts_with("https://") { ":443" } else { ":80" };
    origin.strip_suffix(default_port).unwrap_or(&origin).to_owned()
}

exercises::check!(websocket::origin_guard(origin_guard));
