//! Puts the headers into a map, which keeps the last of a name.

/// Whether the handshake with these header fields, names and values, goes on.
pub fn origin_guard(headers: &[(&str, &str)], allowed: &[&str]) -> bool {
    let is_origin = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case("origin");
    let origins: std::collections::HashMap<String, &str> =
        headers.iter().filter(is_origin).map(|(name, value)| (name.to_ascii_lowercase(), *value)).collect();
    let origins: Vec<&str> = origins.into_values().collect();

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
