//! A session description as text that is the same each time it is made.

use wire::Dissection;
use wire::sdp::SDP;

/// What was drawn by chance, by the field that it stands in, in the order in which it was met: two descriptions that
/// name the same ufrag show it under the same number.
#[derive(Default)]
pub(crate) struct Chance(Vec<(&'static str, Vec<u8>)>);

impl Chance {
    /// The lines of a description, with `[sess-id 1]` for what was chance. Nothing else is left out. Header extensions
    /// are sorted where they stand side by side: `rtc` lists them in no order.
    pub(crate) fn redact(&mut self, sdp: &str) -> String {
        let tree = SDP.dissect(sdp.as_bytes());
        let mut out = Vec::new();
        let mut written = 0;
        let mut line = "";
        for (at, node) in (0..).zip(tree.nodes()) {
            let name = node.field.name;
            if name.len() > 1 && name.contains('=') {
                line = name;
            }
            if is_leaf(&tree, at) && is_chance(name, line) {
                let (start, end) = (node.span.start as usize, node.span.end as usize);
                out.extend_from_slice(&sdp.as_bytes()[written..start]);
                out.extend_from_slice(self.called(name, &sdp.as_bytes()[start..end]).as_bytes());
                written = end;
            }
        }
        out.extend_from_slice(&sdp.as_bytes()[written..]);
        sorted(&String::from_utf8(out).unwrap().replace("\r\n", "\n"))
    }

    fn called(&mut self, name: &'static str, value: &[u8]) -> String {
        let met = |(field, bytes): &(&str, Vec<u8>)| *field == name && bytes == value;
        if !self.0.iter().any(met) {
            self.0.push((name, value.to_owned()));
        }
        let mut alike = self.0.iter().filter(|(field, _)| *field == name);
        let number = 1 + alike.position(|(_, bytes)| bytes == value).unwrap();
        format!("[{name} {number}]")
    }
}

fn is_leaf(tree: &Dissection<'_>, at: u32) -> bool {
    tree.children(at).next().is_none()
}

/// Ids, keys and ports that the system gives. The port of an m-line is no chance: 9 or 0 says something.
fn is_chance(name: &str, line: &str) -> bool {
    match name {
        "sess-id" | "sess-version" | "ufrag" | "password" | "fingerprint" | "ssrc-id" | "foundation" => true,
        "port" => line == "a=candidate",
        _ => false,
    }
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for run in lines.chunk_by_mut(|a, b| a.starts_with("a=extmap:") && b.starts_with("a=extmap:")) {
        run.sort_unstable();
    }
    lines.join("\n")
}
