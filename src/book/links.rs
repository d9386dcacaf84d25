//! Follows every link of the rendered book.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;

use super::address;
use super::anatomy::{Anatomy, anatomy};
use super::directives::DIRECTIVES;
use super::offline;
use super::problem::{Complaint, Problem, line_at};
use super::rfcs::Rfcs;
use super::site::Site;

/// Where the pages came from, so that a dead link is reported where its author wrote it.
pub(crate) struct Sources {
    /// The folder of the pages, from the root of the checkout.
    pub(crate) folder: PathBuf,
    /// For each rendered page: the file it was written in, from that folder, and what it says.
    pub(crate) pages: BTreeMap<String, (PathBuf, String)>,
    /// Rendered pages that lack a part because of a mistake already known: a fragment that it could have made is not judged.
    pub(crate) incomplete: BTreeSet<String>,
}

/// What mdBook makes of all pages together. A dead link in them is reported only where no page has it.
const GATHERED: [&str; 3] = ["print.html", "index.html", "toc.html"];

/// Checks every link and fragment within the book, and the form of those that lead out of it.
pub(crate) fn check(site: &Site, sources: &Sources, rfcs: &Rfcs) -> Vec<Problem> {
    let pages: BTreeMap<&str, Anatomy> = site.pages().map(|(path, html)| (path, anatomy(html))).collect();
    let checker = Checker { site, pages: &pages, rfcs, sources };
    let (gathered, own): (Vec<_>, Vec<_>) =
        pages.iter().partition(|(path, _)| GATHERED.contains(path) && !sources.pages.contains_key(**path));
    let problems: Vec<Problem> = own.into_iter().flat_map(|page| checker.page(page)).collect();
    if !problems.is_empty() {
        return problems;
    }
    let problems: Vec<Problem> =
        site.own_scripts().flat_map(|(path, text)| checker.script(path, text)).collect();
    if !problems.is_empty() {
        return problems;
    }
    gathered.into_iter().flat_map(|page| checker.page(page)).collect()
}

struct Checker<'a> {
    site: &'a Site,
    pages: &'a BTreeMap<&'a str, Anatomy>,
    rfcs: &'a Rfcs,
    sources: &'a Sources,
}

impl Checker<'_> {
    fn page(&self, (path, anatomy): (&&str, &Anatomy)) -> Vec<Problem> {
        let source = Source::of(path, self.sources);
        let mut met = HashMap::new();
        let mut problems = Vec::new();
        for link in &anatomy.links {
            let before = met.entry(link.as_str()).or_insert(0usize);
            if let Err(complaint) = self.link(path, anatomy, link) {
                problems.push(source.problem(complaint, link, *before));
            }
            *before += 1;
        }
        for (link, words) in &anatomy.anchors {
            if says_nothing(words) {
                problems.push(source.problem(nothing_said(words), &format!("[{words}]({link})"), 0));
            }
        }
        problems.extend(anatomy.unlinked.iter().map(|text| source.problem(no_link(text), text, 0)));
        let needed = offline::of_page(anatomy).into_iter();
        problems.extend(needed.map(|(link, complaint)| source.problem(complaint, &link, 0)));
        problems
    }

    /// The links that a script makes once it runs: those that stand in it as they are.
    fn script(&self, path: &str, text: &str) -> Vec<Problem> {
        static LINK: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"\bhref["']?\s*[:=]\s*["'`](https?:[^"'`$]*)["'`]"#)
                .expect("the pattern is a constant")
        });
        let links = LINK.captures_iter(text).filter_map(|found| found.get(1));
        let checked = links.filter_map(|link| {
            let complaint = self.outside("https", link.as_str()).err()?;
            Some(complaint.at(offline::without_hash(path), line_at(text, link.start())))
        });
        checked.collect()
    }

    fn link(&self, page: &str, anatomy: &Anatomy, link: &str) -> Result<(), Complaint> {
        if let Some((scheme, _)) = scheme(link) {
            return self.outside(scheme, link);
        }
        let (path, fragment) = link.split_once('#').map_or((link, None), |(path, id)| (path, Some(id)));
        let path = path.split('?').next().unwrap_or_default();
        let base = anatomy.base.as_deref().unwrap_or(page);
        let target = resolve(base, path).ok_or_else(|| {
            Complaint::new(format!("the link `{link}` leads out of the book"))
                .help("link to a page of the book, or write the address whole")
        })?;
        // Of the page itself, whatever its base says: mdBook's own 404 page means it so.
        let target = if path.is_empty() { page.to_owned() } else { target };
        self.inside(link, &target, fragment.filter(|id| !id.is_empty()))
    }

    fn inside(&self, link: &str, target: &str, fragment: Option<&str>) -> Result<(), Complaint> {
        let target = if target.is_empty() || target.ends_with('/') {
            format!("{target}index.html")
        } else {
            target.to_owned()
        };
        if self.site.file(&target).is_none() {
            return Err(Complaint::new(format!("the link `{link}` leads nowhere: the book has no {target}"))
                .nearest(&target, self.pages.keys().copied().filter(|page| !GATHERED.contains(page))));
        }
        let (Some(id), Some(page)) = (fragment, self.pages.get(target.as_str())) else { return Ok(()) };
        let id = percent_decode_str(id).decode_utf8_lossy();
        if page.ids.contains(&*id) || self.sources.incomplete.contains(&target) && is_of_a_directive(&id) {
            return Ok(());
        }
        Err(Complaint::new(format!("the link `{link}` leads nowhere: {target} has no `#{id}`"))
            .help("a heading's id is its text in lower case with hyphens, or what stands in {#…}")
            .nearest(&id, page.ids.iter().map(String::as_str)))
    }

    fn outside(&self, scheme: &str, link: &str) -> Result<(), Complaint> {
        match scheme {
            "http" | "https" => {
                self.rfcs.check(link)?;
                address::check(link)
            }
            "mailto" | "data" => Ok(()),
            _ => Err(Complaint::new(format!(
                "`{link}` has the scheme `{scheme}`, which no browser opens here"
            ))
            .help("links are to https, http, mailto or a page of the book")),
        }
    }
}

/// Whether a link's words tell where it leads to one who hears only the list of links.
fn says_nothing(words: &str) -> bool {
    let words: String = words.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    ["here", "this", "link", "this link", "click here", "this page", "page", "more", "read more", "see here"]
        .contains(&words.as_str())
}

fn nothing_said(words: &str) -> Complaint {
    Complaint::new(format!("a link says only “{words}”")).help("let its words say what is there")
}

fn no_link(text: &str) -> Complaint {
    Complaint::new(format!("`{text}` was meant as a link and became none"))
        .help("between ] and ( is nothing, and between ( and ) no space and no lone bracket; what [a][b] calls b must be there")
}

/// Whether a directive made, or would have made, the part of that id.
fn is_of_a_directive(id: &str) -> bool {
    DIRECTIVES
        .iter()
        .any(|directive| id.strip_prefix(directive.name).is_some_and(|rest| rest.starts_with('-')))
}

/// The scheme of an address that has one (RFC 3986 section 3.1), and what follows it.
pub(super) fn scheme(link: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = link.split_once(':')?;
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    named.then_some((scheme, rest))
}

/// Where `path` leads from `page`; `None`: out of the book.
fn resolve(page: &str, path: &str) -> Option<String> {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    if path.starts_with('/') || page.starts_with('/') {
        parts.retain(|_| !path.starts_with('/'));
        parts.retain(|part| !part.is_empty());
    }
    for part in path.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file that a page was written in.
struct Source<'a> {
    file: PathBuf,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn of(page: &str, sources: &'a Sources) -> Self {
        match sources.pages.get(page) {
            Some((file, text)) => Self { file: sources.folder.join(file), text },
            None => Self { file: Path::new(page).to_owned(), text: "" },
        }
    }

    /// The complaint, at the line that holds `link` after `before` others like it, and in its author's words:
    /// mdBook makes `a.html` of `a.md`.
    fn problem(&self, mut complaint: Complaint, link: &str, before: usize) -> Problem {
        let in_words = link.replacen(".html", ".md", 1);
        let found =
            [format!("({in_words})"), in_words.clone(), link.to_owned()].into_iter().find_map(|form| {
                let places: Vec<usize> = self.text.match_indices(&form).map(|(at, _)| at).collect();
                Some((*places.get(before).or(places.first())?, form.contains(&in_words)))
            });
        if let Some((_, true)) = found {
            complaint.what = complaint.what.replace(&format!("`{link}`"), &format!("`{in_words}`"));
        }
        complaint.at(&self.file, found.map(|(at, _)| line_at(self.text, at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_folder_of_their_page() {
        for (page, path, expected) in [
            ("stun.html", "ice.html", Some("ice.html")),
            ("a/b.html", "../c.html", Some("c.html")),
            ("a/b.html", "./c.html", Some("a/c.html")),
            ("a/b.html", "/c.html", Some("c.html")),
            ("a.html", "../c.html", None),
            ("/", "css/x.css", Some("css/x.css")),
            ("a.html", "my%20page.html", Some("my page.html")),
        ] {
            assert_eq!(resolve(page, path).as_deref(), expected, "{path} from {page}");
        }
    }

    #[test]
    fn a_link_says_where_it_leads() {
        for words in ["here", "Here", "this page", "click  here.", "→ more"] {
            assert_eq!(says_nothing(words), !words.starts_with('→'), "{words}");
        }
        for words in ["RFC 8489", "above", "the page on ICE", "here it is", ""] {
            assert!(!says_nothing(words), "{words}");
        }
    }

    #[test]
    fn only_what_begins_like_a_scheme_is_one() {
        assert_eq!(scheme("https://a.example/b"), Some(("https", "//a.example/b")));
        assert_eq!(scheme("page.html#a:b"), None);
        assert_eq!(scheme("a.html"), None);
    }
}
