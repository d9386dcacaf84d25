//! `{{#matrix table}}` and `{{#matrix ladders}}`: which NATs let two peers meet, each pair with its own drawing.
//!
//! The table stands on one page and leads to the drawings on another: they are many. Both come from one trace.

mod cells;

use std::fmt::Write;

use wire::render::journeys::Journeys;

use super::journeys::{lanes, marks};
use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::escape;
use crate::book::page::Page;
use crate::book::problem::Complaint;
use cells::{Cell, Matrix};

pub(super) static MATRIX: Directive = Directive {
    name: "matrix",
    shape: Shape::Block,
    example: "{{#matrix table}}",
    words: Some(1),
    options: &["trace", "caption"],
    render,
};

/// The page that the drawings stand on.
const LADDERS: &str = "matrix.html";

/// What a table says of itself where the page has nothing better.
const CAPTION: &str = "Rows: what stands before the left peer. Columns: what stands before the right one.";

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let what = call.word(0).unwrap_or_default();
    let draw = match what {
        "table" => table,
        "ladders" => ladders,
        _ => {
            let complaint = Complaint::new(format!("`{{{{#matrix}}}}` draws no `{what}`"));
            return Err(complaint.choose(what, &["table", "ladders"]));
        }
    };
    let file = call.option_named("trace").unwrap_or("matrix.pcapng");
    let matrix = Matrix::read(&*page.shelf.trace(file)?, file)?;
    let mut html = String::new();
    draw(&matrix, call, page, &mut html).map_err(|error| Complaint::new(error.to_string()))?;
    Ok(html)
}

fn table(matrix: &Matrix, call: &Call, page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    let id = page.new_id("matrix");
    let caption = escape(call.option_named("caption").unwrap_or(CAPTION));
    write!(
        out,
        "<div class=\"matrix\" id=\"{id}\" role=\"region\" aria-labelledby=\"{id}-caption\" tabindex=\"0\">\n\
         <table>\n<caption id=\"{id}-caption\">{caption}</caption>\n<thead><tr><td></td>"
    )?;
    for edge in &matrix.edges {
        write!(out, "<th scope=\"col\">{}</th>", escape(edge))?;
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in matrix.cells.chunk_by(|one, next| one.left == next.left) {
        let left = row.first().map_or("", |cell| &cell.left);
        write!(out, "<tr><th scope=\"row\">{}</th>", escape(left))?;
        for cell in row {
            entry(cell, page, out)?;
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    Ok(())
}

fn entry(cell: &Cell, page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    let (class, shown) = match cell.connects {
        Some(ms) => ("yes", format!("✓ {:.2}\u{a0}s", ms / 1e3)),
        None => ("no", "✗ no".to_owned()),
    };
    write!(
        out,
        "<td class=\"{class}\"><a href=\"{}{LADDERS}#{}\" title=\"{} with {}: {}\">{shown}</a></td>",
        page.to_root(),
        escape(&cell.id()),
        escape(&cell.left),
        escape(&cell.right),
        cell.outcome()
    )
}

/// Folded by row: a browser opens the fold that a link leads into.
fn ladders(matrix: &Matrix, _: &Call, page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    marks(page, out)?;
    for row in matrix.cells.chunk_by(|one, next| one.left == next.left) {
        let left = escape(row.first().map_or("", |cell| &cell.left));
        let connected = row.iter().filter(|cell| cell.connects.is_some()).count();
        writeln!(
            out,
            "<details class=\"matrix-row\" id=\"{}\"><summary><strong>{left}</strong> on the left: connects to \
             {connected} of {}</summary>",
            page.new_id(&format!("left-{left}")),
            row.len()
        )?;
        for cell in row {
            ladder(cell, page, out)?;
        }
        out.push_str("</details>\n");
    }
    Ok(())
}

fn ladder(cell: &Cell, page: &Page<'_>, out: &mut String) -> std::fmt::Result {
    let title = format!("{} and {}", cell.left, cell.right);
    writeln!(
        out,
        "<figure class=\"ladder\" id=\"{}\"><figcaption><strong>{}</strong>: {}; {}.</figcaption>\n\
         <div class=\"ladder-scroll\" tabindex=\"0\">",
        page.new_id(&escape(&cell.id())),
        escape(&title),
        cell.outcome(),
        escape(&cell.why)
    )?;
    let drawing = Journeys { lanes: lanes(&cell.packets), packets: cell.packets.clone() };
    drawing.svg(&title, out)?;
    out.push_str("</div></figure>\n");
    Ok(())
}
