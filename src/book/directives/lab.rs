//! `{{#lab stun}}`: where a live lab appears, and what one reads there without it.

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::escape;
use crate::book::page::Page;
use crate::book::problem::Complaint;
use crate::labs::Lab;

pub(super) static LAB: Directive = Directive {
    name: "lab",
    shape: Shape::Block,
    example: "{{#lab stun}}",
    words: Some(1),
    options: &[],
    render,
};

fn render(call: &Call, _: &Page<'_>) -> Result<String, Complaint> {
    let name = call.word(0).unwrap_or_default();
    let lab = Lab::named(name).ok_or_else(|| {
        let known: Vec<&str> = Lab::all().map(|lab| lab.id).collect();
        Complaint::new(format!("no lab `{name}`")).choose(name, &known)
    })?;
    Ok(container(lab))
}

fn container(lab: &Lab) -> String {
    let id = lab.id;
    format!(
        "<section class=\"lab\" data-lab=\"{id}\" id=\"lab-{id}\" aria-labelledby=\"lab-{id}-title\">\n\
         <p class=\"lab-title\" id=\"lab-{id}-title\"><span class=\"lab-kind\">Lab</span> {}</p>\n\
         <p class=\"lab-off\">{} Start it with <code>cargo run</code> in a checkout of this workbook, \
         then open this page at the address that it prints.</p>\n\
         </section>",
        escape(lab.title),
        escape(lab.about),
    )
}
