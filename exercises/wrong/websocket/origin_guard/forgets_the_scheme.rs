//! Compares host and port.

/// Whether the handshake with these header fields, names and values, goes on.
pub fn origin_guard(headers: &[(&str, &str)], allowed: &[&str]) -> bool {
    let is_origin = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case("origin");
    let origins: Vec<&str> = headers.iter().filter(is_origin).map(|(_, value)| *value).collect();

    match origins.as_slice() {
        [] => true,
        [origin] => allowed.iter().any(|allowed| {
            let (mine, theirs) = (allowed.split_once("://"), origin.split_once("://"));
            mine.unzip().1.is_some_and(|mine| theirs.is_some_and(|(_, theirs)| theirs == mine))
        }),
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
