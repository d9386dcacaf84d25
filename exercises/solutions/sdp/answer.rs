//! # sdp::answer: a solution
//!
//! One section of the answer comes from one section of the offer, by `map`: so number, order, kind and mid are right
//! by construction, and no rule can be forgotten there. The group is what is left of the offer's group once the
//! answer's ports are known.
//!
//! Whether a section is wanted has two forms. Without bundle-only the offer's port says it. With it the port is 0 in
//! any case, and the question is whether the section will be in a group.

use exercises::sdp::answer::{Description, Format, Media, Setup, Supported};

/// The answer to `offer`, by somebody who can do what `we` says.
pub fn answer(offer: &Description, we: &Supported) -> Description {
    let bundled = |mid: &String| we.bundle && offer.bundle.contains(mid);

    let section = |media: &Media| {
        let wanted = if media.bundle_only { bundled(&media.mid) } else { media.port != 0 };
        let formats: Vec<Format> =
            media.formats.iter().filter(|format| we.codecs.contains(&format.codec)).copied().collect();
        let setup = match media.setup {
            Setup::Active => Setup::Passive,
            Setup::Passive | Setup::Actpass => Setup::Active,
        };
        if wanted && !formats.is_empty() {
            Media { port: 9, setup, bundle_only: false, formats, ..media.clone() }
        } else {
            Media { port: 0, setup, bundle_only: false, ..media.clone() }
        }
    };

    let media: Vec<Media> = offer.media.iter().map(section).collect();
    let accepted = media.iter().filter(|media| media.port != 0 && bundled(&media.mid));
    Description { bundle: accepted.map(|media| media.mid.clone()).collect(), media }
}

exercises::check!(sdp::answer(answer));
