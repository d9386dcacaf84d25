//! `{{#topology}}`: what a call of many costs as mesh, SFU and MCU, computed: a plot and a table. What is computed is
//! what the exercise agora::topology asks for, so the page and its exercise count alike.

use std::fmt::{Result as Written, Write};

use exercises::agora::topology::{Call as Group, Cost, Kind, cost};

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::escape;
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static TOPOLOGY: Directive = Directive {
    name: "topology",
    shape: Shape::Block,
    example: "{{#topology members=\"2 4 10\" kbps=1500}}",
    words: Some(0),
    options: &["members", "kbps", "caption"],
    render,
};

const KINDS: [Kind; 3] = [Kind::Mesh, Kind::Sfu, Kind::Mcu];
/// Members in the rows of the table, where the page names none.
const MEMBERS: &str = "2 3 4 6 10 25 50";
/// A camera of 720p, roughly, with its voice.
const KBPS: &str = "1500";
/// No call has more.
const MOST_MEMBERS: u32 = 1000;
/// No stream has more, in kbit/s.
const MOST_KBPS: u32 = 1_000_000;

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let kbps = number("kbps", call.option_named("kbps").unwrap_or(KBPS), 1, MOST_KBPS)?;
    let words = call.option_named("members").unwrap_or(MEMBERS).split_whitespace();
    let members =
        words.map(|word| number("members", word, 2, MOST_MEMBERS)).collect::<Result<Vec<_>, _>>()?;
    if members.is_empty() {
        return Err(Complaint::new("`members` names no call").help("for example members=\"2 4 10\""));
    }
    let mut html = String::new();
    figure(call, page, &members, u64::from(kbps), &mut html)
        .map_err(|error| Complaint::new(error.to_string()))?;
    Ok(html)
}

fn number(option: &str, word: &str, least: u32, most: u32) -> Result<u32, Complaint> {
    word.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        Complaint::new(format!("`{option}` takes numbers from {least} to {most}, found {word}"))
    })
}

fn figure(call: &Call, page: &Page<'_>, members: &[u32], kbps: u64, out: &mut String) -> Written {
    let id = page.new_id("topology");
    let usual = format!(
        "Computed for streams of {}, without simulcast: what each member sends and receives, and what the server does.",
        rate(kbps)
    );
    let caption = call.option_named("caption").unwrap_or(&usual);
    writeln!(out, "<figure class=\"topology\" id=\"{id}\">")?;
    plot(&id, kbps, out)?;
    table(&id, members, kbps, out)?;
    writeln!(out, "<figcaption>{}</figcaption>\n</figure>", escape(caption))
}

/// One stream a member, without simulcast: the only layer is the stream.
fn cost_of(kind: Kind, members: u32, kbps: u64) -> Cost {
    cost(kind, &Group { members: members.into(), video: kbps, layers: vec![kbps], watched: 0 })
}

/// The plot goes to so many members: to where nobody would still choose a mesh.
const PLOTTED: u32 = 12;
/// The plot's area, in its own units.
const LEFT: f64 = 44.0;
const TOP: f64 = 24.0;
const WIDTH: f64 = 250.0;
const HEIGHT: f64 = 120.0;

/// Upload of each member over the number of members, a line a topology. SFU and MCU are one line: each sends once.
fn plot(id: &str, kbps: u64, out: &mut String) -> Written {
    let most = cost_of(Kind::Mesh, PLOTTED, kbps).up;
    let x = |members: u32| LEFT + WIDTH * f64::from(members - 2) / f64::from(PLOTTED - 2);
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    let y = |sent: u64| TOP + HEIGHT * (1.0 - sent as f64 / most as f64);
    let line = |kind| {
        let points = (2..=PLOTTED)
            .map(|members| format!("{:.1},{:.1}", x(members), y(cost_of(kind, members, kbps).up)));
        points.collect::<Vec<_>>().join(" ")
    };
    let (bottom, right) = (TOP + HEIGHT, LEFT + WIDTH);
    writeln!(
        out,
        "<svg viewBox=\"0 0 360 186\" width=\"480\" role=\"img\" aria-labelledby=\"{id}-title\" font-family=\"sans-serif\" \
         font-size=\"10\" fill=\"currentColor\">\n\
         <title id=\"{id}-title\">What each member sends, by the number of members. In a mesh it grows by {step} with each \
         member, to {top} at {PLOTTED}. With an SFU or an MCU it stays at {step}.</title>\n\
         <g fill=\"none\" stroke=\"currentColor\">\n\
         <path d=\"M{LEFT} {TOP} V{bottom} H{right}\" opacity=\"0.5\"></path>\n\
         <polyline points=\"{mesh}\" stroke-width=\"2.5\"></polyline>\n\
         <polyline points=\"{sfu}\" stroke-width=\"2.5\" stroke-dasharray=\"6 4\"></polyline>\n</g>",
        step = rate(kbps),
        top = rate(most),
        mesh = line(Kind::Mesh),
        sfu = line(Kind::Sfu),
    )?;
    for members in (2..=PLOTTED).step_by(2) {
        let at = x(members);
        writeln!(
            out,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{members}</text>",
            bottom + 14.0
        )?;
    }
    for sent in [0, most / 2, most] {
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 5.0,
            y(sent) + 3.5,
            megabits(sent)
        )?;
    }
    writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\">mesh</text>\n<text x=\"{:.1}\" y=\"{:.1}\">SFU, MCU</text>\n\
         <text x=\"{:.1}\" y=\"182\" text-anchor=\"middle\">members</text>\n\
         <text x=\"4\" y=\"10\">each sends, Mbit/s</text>\n</svg>",
        right + 6.0,
        y(most) + 4.0,
        right + 6.0,
        y(kbps) + 4.0,
        LEFT + WIDTH / 2.0,
    )
}

fn table(id: &str, members: &[u32], kbps: u64, out: &mut String) -> Written {
    writeln!(
        out,
        "<div class=\"table-wrapper\" role=\"region\" aria-labelledby=\"{id}-table\" tabindex=\"0\"><table>\n\
         <caption id=\"{id}-table\" class=\"topology-units\">Mbit/s; in the last column streams</caption>\n\
         <thead><tr><th scope=\"col\" rowspan=\"2\">members</th><th scope=\"colgroup\" colspan=\"2\">each sends</th>\
         <th scope=\"colgroup\" colspan=\"2\">each receives</th><th scope=\"colgroup\" colspan=\"2\">the server sends</th>\
         <th scope=\"col\">it encodes</th></tr>\n<tr>\
         <th scope=\"col\">mesh</th><th scope=\"col\">SFU, MCU</th>\
         <th scope=\"col\">mesh, SFU</th><th scope=\"col\">MCU</th>\
         <th scope=\"col\">SFU</th><th scope=\"col\">MCU</th><th scope=\"col\">MCU</th></tr></thead>\n<tbody>"
    )?;
    for &members in members {
        let [mesh, sfu, mcu] = KINDS.map(|kind| cost_of(kind, members, kbps));
        write!(out, "<tr><th scope=\"row\">{members}</th>")?;
        for rate in [mesh.up, sfu.up, sfu.down, mcu.down, sfu.server_out, mcu.server_out] {
            write!(out, "<td>{}</td>", megabits(rate))?;
        }
        writeln!(out, "<td>{}</td></tr>", mcu.server_encodes)?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn rate(kbps: u64) -> String {
    format!("{} Mbit/s", megabits(kbps))
}

fn megabits(kbps: u64) -> String {
    let text = format!("{}.{:03}", kbps / 1000, kbps % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_sent_is_received() {
        for members in [2, 3, 10, MOST_MEMBERS] {
            for kind in KINDS {
                let cost = cost_of(kind, members, 7);
                let all = u64::from(members);
                let sent = if kind == Kind::Mesh { all * cost.up } else { cost.server_out };
                assert_eq!(sent, all * cost.down, "{kind:?} of {members}");
            }
        }
    }

    /// The table has one column for both.
    #[test]
    fn what_the_table_joins_is_the_same() {
        for members in [2, 3, 10, MOST_MEMBERS] {
            let [mesh, sfu, mcu] = KINDS.map(|kind| cost_of(kind, members, 7));
            assert_eq!((sfu.up, mesh.down), (mcu.up, sfu.down));
        }
    }

    #[test]
    fn ten_members_cost_what_the_page_says() {
        let [mesh, sfu, mcu] = KINDS.map(|kind| cost_of(kind, 10, 1500));
        assert_eq!((mesh.up, sfu.up, mcu.up), (13_500, 1500, 1500));
        assert_eq!((sfu.server_out, mcu.server_out, mcu.server_encodes), (135_000, 15_000, 10));
    }
}
