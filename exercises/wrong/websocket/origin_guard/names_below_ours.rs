//! Lets names below one on the list in.

/// Whether the handshake with these header fields, names and values, goes on.
pub fn origin_guard(headers: &[(&str, &str)], allowed: &[&str]) -> bool {
    let is_origin = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case("origin");
    let origins: Vec<&str> = headers.iter().filter(is_origin).map(|(_, value)| *value).collect();

    match origins.as_slice() {
        [] => true,
        [origin] => allowed.iter().any(|allowed| {
            let (_, host) = allowed.split_once("://").unwrap_or_default();
            usual(origin) == *allowed || usual(origin).ends_with(&format!(".{host}"))
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
