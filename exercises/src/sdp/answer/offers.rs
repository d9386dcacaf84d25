//! The offers, and a right answer to each.

use super::{Description, Format, Kind, Media, Setup, Supported};

/// An offer, who answers it, and one right answer.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) offer: Description,
    pub(super) we: Supported,
    pub(super) right: Description,
}

const OPUS: Format = Format { number: "111", codec: "opus/48000/2" };
const G722: Format = Format { number: "9", codec: "G722/8000" };
const PCMU: Format = Format { number: "0", codec: "PCMU/8000" };
const VP8: Format = Format { number: "96", codec: "VP8/90000" };
const VP9: Format = Format { number: "98", codec: "VP9/90000" };
const AV1: Format = Format { number: "45", codec: "AV1/90000" };
/// Another offerer, another numbering.
const OPUS_109: Format = Format { number: "109", codec: "opus/48000/2" };
const VP8_120: Format = Format { number: "120", codec: "VP8/90000" };
const DATA: Format = Format { number: "webrtc-datachannel", codec: "webrtc-datachannel" };

const SOUND_AND_DATA: [&str; 3] = ["opus/48000/2", "PCMU/8000", "webrtc-datachannel"];
const EVERYTHING: [&str; 4] = ["opus/48000/2", "VP8/90000", "H264/90000", "webrtc-datachannel"];

pub(super) fn questions() -> Vec<Question> {
    [everyday(), roles(), bundles()].into_iter().flatten().collect()
}

fn everyday() -> Vec<Question> {
    vec![
        Question {
            name: "sound, from somebody who knows more codecs",
            offer: offer(&["0"], vec![section(Kind::Audio, "0", &[OPUS, G722, PCMU])]),
            we: we(&SOUND_AND_DATA),
            right: offer(&["0"], vec![accepted(Kind::Audio, "0", &[OPUS, PCMU])]),
        },
        Question {
            name: "sound, pictures and data, and we have no codec for pictures",
            offer: offer(
                &["0", "1", "2"],
                vec![
                    section(Kind::Audio, "0", &[OPUS]),
                    section(Kind::Video, "1", &[VP9, AV1]),
                    section(Kind::Application, "2", &[DATA]),
                ],
            ),
            we: we(&SOUND_AND_DATA),
            right: offer(
                &["0", "2"],
                vec![
                    accepted(Kind::Audio, "0", &[OPUS]),
                    rejected(Kind::Video, "1", &[VP9, AV1]),
                    accepted(Kind::Application, "2", &[DATA]),
                ],
            ),
        },
        Question {
            name: "another numbering, another order, and mids that are words",
            offer: offer(
                &["data", "cam", "mic"],
                vec![
                    section(Kind::Application, "data", &[DATA]),
                    section(Kind::Video, "cam", &[VP9, VP8_120]),
                    section(Kind::Audio, "mic", &[OPUS_109]),
                ],
            ),
            we: we(&EVERYTHING),
            right: offer(
                &["data", "cam", "mic"],
                vec![
                    accepted(Kind::Application, "data", &[DATA]),
                    accepted(Kind::Video, "cam", &[VP8_120]),
                    accepted(Kind::Audio, "mic", &[OPUS_109]),
                ],
            ),
        },
    ]
}

fn roles() -> Vec<Question> {
    let with = |setup, media: Media| Media { setup, ..media };
    vec![
        Question {
            name: "the offerer wants to begin the handshake itself",
            offer: offer(&["0"], vec![with(Setup::Active, section(Kind::Application, "0", &[DATA]))]),
            we: we(&EVERYTHING),
            right: offer(&["0"], vec![with(Setup::Passive, accepted(Kind::Application, "0", &[DATA]))]),
        },
        Question {
            name: "the offerer waits for us to begin",
            offer: offer(&["0"], vec![with(Setup::Passive, section(Kind::Application, "0", &[DATA]))]),
            we: we(&EVERYTHING),
            right: offer(&["0"], vec![accepted(Kind::Application, "0", &[DATA])]),
        },
        Question {
            name: "the camera was taken out of the call: port 0, in an offer",
            offer: offer(
                &["0"],
                vec![
                    section(Kind::Audio, "0", &[OPUS]),
                    Media { port: 0, ..section(Kind::Video, "1", &[VP8]) },
                ],
            ),
            we: we(&EVERYTHING),
            right: offer(
                &["0"],
                vec![accepted(Kind::Audio, "0", &[OPUS]), rejected(Kind::Video, "1", &[VP8])],
            ),
        },
    ]
}

fn bundles() -> Vec<Question> {
    let only = |media: Media| Media { port: 0, bundle_only: true, ..media };
    let both = || {
        let media = vec![section(Kind::Audio, "0", &[OPUS]), only(section(Kind::Video, "1", &[VP8]))];
        offer(&["0", "1"], media)
    };
    vec![
        Question {
            name: "pictures are bundle-only: port 0, and wanted all the same",
            offer: both(),
            we: we(&EVERYTHING),
            right: offer(
                &["0", "1"],
                vec![accepted(Kind::Audio, "0", &[OPUS]), accepted(Kind::Video, "1", &[VP8])],
            ),
        },
        Question {
            name: "the same, and we do not bundle",
            offer: both(),
            we: Supported { bundle: false, ..we(&EVERYTHING) },
            right: offer(&[], vec![accepted(Kind::Audio, "0", &[OPUS]), rejected(Kind::Video, "1", &[VP8])]),
        },
        Question {
            name: "somebody who does not bundle",
            offer: offer(&[], vec![section(Kind::Audio, "a", &[OPUS]), section(Kind::Video, "v", &[VP8])]),
            we: we(&EVERYTHING),
            right: offer(&[], vec![accepted(Kind::Audio, "a", &[OPUS]), accepted(Kind::Video, "v", &[VP8])]),
        },
        Question {
            name: "two sections share a transport, and the third one stands alone",
            offer: offer(
                &["0", "1"],
                vec![
                    section(Kind::Audio, "0", &[OPUS]),
                    section(Kind::Video, "1", &[VP8]),
                    section(Kind::Application, "2", &[DATA]),
                ],
            ),
            we: we(&EVERYTHING),
            right: offer(
                &["0", "1"],
                vec![
                    accepted(Kind::Audio, "0", &[OPUS]),
                    accepted(Kind::Video, "1", &[VP8]),
                    accepted(Kind::Application, "2", &[DATA]),
                ],
            ),
        },
        Question {
            name: "nothing that we know",
            offer: offer(
                &["0", "1"],
                vec![section(Kind::Video, "0", &[AV1]), section(Kind::Audio, "1", &[G722])],
            ),
            we: we(&SOUND_AND_DATA),
            right: offer(&[], vec![rejected(Kind::Video, "0", &[AV1]), rejected(Kind::Audio, "1", &[G722])]),
        },
    ]
}

fn we(codecs: &[&'static str]) -> Supported {
    Supported { codecs: codecs.to_vec(), bundle: true }
}

fn offer(bundle: &[&str], media: Vec<Media>) -> Description {
    Description { bundle: bundle.iter().map(|mid| (*mid).to_owned()).collect(), media }
}

fn section(kind: Kind, mid: &str, formats: &[Format]) -> Media {
    Media {
        kind,
        port: 9,
        mid: mid.to_owned(),
        setup: Setup::Actpass,
        bundle_only: false,
        formats: formats.to_vec(),
    }
}

fn accepted(kind: Kind, mid: &str, formats: &[Format]) -> Media {
    Media { setup: Setup::Active, ..section(kind, mid, formats) }
}

fn rejected(kind: Kind, mid: &str, formats: &[Format]) -> Media {
    Media { port: 0, ..accepted(kind, mid, formats) }
}
