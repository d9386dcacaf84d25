//! Which way of counting gives the number that was returned.

use super::{Call, Kind};

/// A label for the number, and why it is wrong.
type Told = (&'static str, &'static str);
/// A field, the value that a mistake gives it, and what to say.
type Guess = (&'static str, u64, Told);

pub(super) fn explain(kind: Kind, call: &Call, field: &str, returned: u64, right: u64) -> Told {
    if call.members < 2 {
        return alone(kind, field);
    }
    let guesses = match kind {
        Kind::Mesh => mesh(call),
        Kind::Sfu => sfu(call),
        Kind::Mcu => mcu(call),
    };
    let guess = guesses.into_iter().find(|(of, value, _)| *of == field && *value == returned);
    match guess {
        Some((.., told)) => told,
        None if right == u64::MAX => (
            "wrapped around",
            "the true number does not fit into a u64, and what was returned is what is left of it: `saturating_mul` and \
             `saturating_add` stop at u64::MAX. Half a number is worse than none, since it looks like one",
        ),
        None => formula(kind, field),
    }
}

fn alone(kind: Kind, field: &str) -> Told {
    match kind {
        Kind::Mcu if field.starts_with("server") => (
            "for nobody",
            "a mix is for one member, of all the others. Where there are no others there is nothing to mix, and nobody to \
             send it to",
        ),
        _ => (
            "for nobody",
            "nobody is there to see it, so nothing is sent: in a call of one, and of none, all eight are 0",
        ),
    }
}

const NOT_TO_ONESELF: Told = (
    "one too many",
    "nobody sends to themselves: of n members, n - 1 are others. Each of the other members is one copy",
);
const NO_SERVER: Told =
    ("there is none", "a mesh has no server for media: the copies go from member to member");

fn mesh(call: &Call) -> Vec<Guess> {
    let n = call.members;
    let all = call.video.saturating_mul(n);
    let copies = call.video.saturating_mul(n - 1);
    let mut guesses = vec![
        ("up", all, NOT_TO_ONESELF),
        ("down", all, NOT_TO_ONESELF),
        ("encodes", n, NOT_TO_ONESELF),
        ("decodes", n, NOT_TO_ONESELF),
        (
            "up",
            call.video,
            (
                "one copy",
                "without a server nobody copies what a member sent: it sends to each of the others itself. That is what ends \
                 a mesh, as the upload is the narrow side of most lines",
            ),
        ),
        (
            "up",
            copies.saturating_mul(n),
            ("of all together", "this is what all members send. `up` is the line of one"),
        ),
        (
            "down",
            copies.saturating_mul(n),
            ("of all together", "this is what all members get. `down` is the line of one"),
        ),
        (
            "down",
            call.video,
            ("one video", "a member sees all of the others, and each of them is a stream of its own"),
        ),
        (
            "encodes",
            1,
            (
                "once for all",
                "it could be: one encoder, and its packets sent n - 1 times. A browser does otherwise. Each connection has \
                 an encoder of its own, since each path carries another bitrate, and what suits one would choke the other. \
                 So the video is encoded n - 1 times, which heats a laptop before the line is full",
            ),
        ),
        (
            "encodes",
            call.layers.len() as u64,
            (
                "simulcast",
                "layers are for somebody who chooses among them. A mesh has nobody who would; it has n - 1 connections",
            ),
        ),
        (
            "decodes",
            1,
            (
                "one picture",
                "nobody mixes in a mesh: each of the n - 1 streams that arrive is decoded by itself",
            ),
        ),
    ];
    let streams = [n.saturating_mul(n - 1), n, n - 1, 1];
    for field in ["server_in", "server_out", "server_decodes", "server_encodes"] {
        for value in [copies, all, copies.saturating_mul(n), call.video].into_iter().chain(streams) {
            guesses.push((field, value, NO_SERVER));
        }
    }
    guesses
}

const PASSES_ON: Told = (
    "nothing is decoded",
    "an SFU passes packets on and looks at no picture: it rewrites a few header fields. That is why it needs so little of a machine, and adds so little delay",
);

fn sfu(call: &Call) -> Vec<Guess> {
    let n = call.members;
    let layers = call.layers.iter().copied().fold(0, u64::saturating_add);
    let watched = call.layers[call.watched];
    let largest = call.layers.last().copied().unwrap_or_default();
    let times = |value: u64, times: u64| value.saturating_mul(times);
    let only_one: Told = (
        "one layer",
        "with simulcast all layers go up at once, whichever is watched: the SFU cannot make one from another, and \
         somebody may want each of them",
    );
    let like_a_mesh: Told = (
        "a copy for each",
        "the member sends to the server, once. To make a copy for each of the others is what the server is for",
    );
    let own: Told = (
        "one's own, too",
        "an SFU does not send a member its own video back: it has that already, from the camera. So n - 1 streams come down",
    );
    let not_asked: Told = (
        "all layers",
        "the SFU chooses: of each other member one layer comes down, the watched one. To send all of them would undo what \
         simulcast is for",
    );
    vec![
        ("up", largest, only_one),
        ("up", watched, only_one),
        ("up", call.video, only_one),
        ("up", times(layers, n - 1), like_a_mesh),
        ("up", times(watched, n - 1), like_a_mesh),
        ("up", times(call.video, n - 1), like_a_mesh),
        ("down", times(watched, n), own),
        ("down", times(layers, n - 1), not_asked),
        ("down", times(layers, n), not_asked),
        (
            "down",
            watched,
            ("one stream", "nobody mixes in an SFU: n - 1 streams come down, one of each other member"),
        ),
        (
            "down",
            times(call.video, n - 1),
            (
                "in full size",
                "each member is sent `layers[watched]` of each other one. `video` is what a mesh would carry",
            ),
        ),
        (
            "down",
            times(largest, n - 1),
            (
                "the largest layer",
                "the SFU sends on the layer that is watched, `layers[watched]`, and not the best it has",
            ),
        ),
        (
            "encodes",
            1,
            (
                "one encoder",
                "a layer is a video of its own, in another size: each of them is encoded, so as many as there are layers",
            ),
        ),
        (
            "encodes",
            n - 1,
            ("one for each member", "the member encodes for the server, and not for each of the others"),
        ),
        (
            "encodes",
            n,
            ("one for each member", "the member encodes for the server, and not for each of the others"),
        ),
        ("decodes", n, own),
        (
            "decodes",
            1,
            (
                "one picture",
                "nobody mixes in an SFU: each of the n - 1 streams that come down is decoded by itself",
            ),
        ),
        (
            "decodes",
            times(call.layers.len() as u64, n - 1),
            ("all layers", "of each other member one layer comes down, so one decoder for each of them"),
        ),
        ("server_in", layers, ("of one member", "each of the n members sends all its layers to the server")),
        (
            "server_in",
            times(layers, n - 1),
            ("of all but one", "the server is no member: all n of them send to it"),
        ),
        ("server_in", times(watched, n), only_one),
        ("server_in", times(largest, n), only_one),
        (
            "server_out",
            times(watched, n - 1),
            ("to one member", "so much goes to one member. There are n of them"),
        ),
        (
            "server_out",
            times(times(watched, n), n),
            (
                "back to the sender, too",
                "n members are sent n - 1 streams each: nobody gets their own back. So n * (n - 1), and not n * n",
            ),
        ),
        (
            "server_out",
            times(watched, n),
            (
                "one copy of each",
                "each of the n streams goes to n - 1 members: the server sends n * (n - 1) of them. This is the number that \
             an SFU's bill is made of",
            ),
        ),
        ("server_out", times(times(layers, n), n - 1), not_asked),
        (
            "server_out",
            times(layers, n),
            (
                "what came in",
                "out is not in: each of the n streams that came in goes out n - 1 times, and of its layers only the watched one",
            ),
        ),
        ("server_decodes", n, PASSES_ON),
        ("server_encodes", n, PASSES_ON),
        ("server_decodes", times(n, n - 1), PASSES_ON),
        ("server_encodes", times(n, n - 1), PASSES_ON),
        ("server_decodes", times(n, call.layers.len() as u64), PASSES_ON),
        ("server_encodes", times(n, call.layers.len() as u64), PASSES_ON),
    ]
}

fn mcu(call: &Call) -> Vec<Guess> {
    let n = call.members;
    let layers = call.layers.iter().copied().fold(0, u64::saturating_add);
    let times = |value: u64, times: u64| value.saturating_mul(times);
    let one_picture: Told = (
        "a stream for each",
        "the MCU has put the others into one picture: one stream comes down, however many are in it. This is what it is \
         for, and why it serves devices that can decode one video only",
    );
    let as_often: Told = (
        "decoded again and again",
        "a video that is decoded once can be put into all mixes: n decoders are enough. The encoders are what differs for \
         each member",
    );
    vec![
        (
            "up",
            layers,
            (
                "simulcast",
                "an MCU decodes what it gets, and scales it itself: one video in full size is enough",
            ),
        ),
        (
            "up",
            times(call.video, n - 1),
            ("a copy for each", "the member sends to the server, once: the copies are made there"),
        ),
        ("down", times(call.video, n - 1), one_picture),
        ("down", times(call.video, n), one_picture),
        ("encodes", n - 1, ("one for each member", "the member encodes for the server, once")),
        (
            "encodes",
            call.layers.len() as u64,
            ("simulcast", "an MCU wants one video, and scales it itself: one encoder"),
        ),
        ("decodes", n - 1, one_picture),
        ("decodes", n, one_picture),
        ("server_in", call.video, ("of one member", "each of the n members sends its video to the server")),
        (
            "server_in",
            times(call.video, n - 1),
            ("of all but one", "the server is no member: all n of them send to it"),
        ),
        (
            "server_out",
            times(times(call.video, n), n - 1),
            (
                "n - 1 to each",
                "that is an SFU. An MCU sends each of the n members one picture: n streams go out",
            ),
        ),
        (
            "server_out",
            call.video,
            (
                "one for all",
                "RTP to a member goes to its own address, under its own keys: n members are sent n streams, even if all saw the same",
            ),
        ),
        ("server_out", times(call.video, n - 1), ("to all but one", "all n members are sent a picture")),
        ("server_decodes", times(n, n - 1), as_often),
        (
            "server_decodes",
            1,
            (
                "one decoder",
                "each of the n members sends a stream of its own, which needs a decoder of its own",
            ),
        ),
        (
            "server_decodes",
            n - 1,
            ("all but one", "each of the n videos is in somebody's mix, so each is decoded"),
        ),
        (
            "server_decodes",
            0,
            (
                "none",
                "to mix, the server must see the pictures: it decodes each of the n videos. That is what makes it costly, and what an SFU leaves out",
            ),
        ),
        (
            "server_encodes",
            1,
            (
                "one mix for all",
                "then everybody hears themselves in it, as an echo. Each member gets a mix of all others, and no two of these are \
                 alike: n mixes, so n encoders",
            ),
        ),
        (
            "server_encodes",
            times(n, n - 1),
            ("n - 1 for each", "a member is sent one picture in which all others are: n members, n encoders"),
        ),
        ("server_encodes", n - 1, ("all but one", "each of the n members is sent a mix of its own")),
        (
            "server_encodes",
            0,
            (
                "none",
                "a picture that was put together has to be encoded before it can be sent: one for each member",
            ),
        ),
    ]
}

/// Where no known mistake gives that number: how to count.
fn formula(kind: Kind, field: &str) -> Told {
    match (kind, field) {
        (Kind::Mesh, "up" | "down") => {
            ("not (n - 1) * video", "a member sends to each of the n - 1 others, and is sent by each")
        }
        (Kind::Mesh, "encodes" | "decodes") => (
            "not n - 1",
            "a mesh has a connection to each of the n - 1 others, with an encoder and a decoder each",
        ),
        (Kind::Mesh, _) => NO_SERVER,
        (Kind::Sfu, "up") => ("not the sum of the layers", "a member sends each layer to the server, once"),
        (Kind::Sfu, "down") => {
            ("not (n - 1) * the layer watched", "of each of the n - 1 others comes the layer that is watched")
        }
        (Kind::Sfu, "encodes") => ("not one a layer", "each layer comes from an encoder of its own"),
        (Kind::Sfu, "decodes") => ("not n - 1", "of each of the n - 1 others comes one stream"),
        (Kind::Sfu, "server_in") => ("not n * up", "what n members send is what the server gets"),
        (Kind::Sfu, "server_out") => ("not n * down", "what n members are sent is what the server sends"),
        (Kind::Sfu, _) => PASSES_ON,
        (Kind::Mcu, "up" | "down") => ("not video", "one video goes up, and one picture comes down"),
        (Kind::Mcu, "encodes" | "decodes") => ("not 1", "one video goes up, and one picture comes down"),
        (Kind::Mcu, "server_in" | "server_out") => {
            ("not n * video", "n members send one video each, and are sent one picture each")
        }
        (Kind::Mcu, _) => (
            "not n",
            "the server decodes the video of each of the n members, and encodes a mix for each of them",
        ),
    }
}
