//! `{{#exercise stun::message_type}}`: the card of an exercise.

use std::fmt::Write;

use exercises::Exercise;

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::{escape, prose};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static EXERCISE: Directive = Directive {
    name: "exercise",
    shape: Shape::Block,
    example: "{{#exercise stun::message_type}}",
    words: Some(1),
    options: &[],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let name = call.word(0).unwrap_or_default();
    let catalogue = page.shelf.catalogue()?;
    let exercise = catalogue.find(name).ok_or_else(|| {
        let known: Vec<&str> = catalogue.exercises.iter().map(|exercise| exercise.id.as_str()).collect();
        Complaint::new(format!("no exercise `{name}` in exercises/catalogue.toml")).choose(name, &known)
    })?;
    Ok(card(exercise, &page.new_id(&format!("exercise-{}", name.replace("::", "-")))))
}

fn card(exercise: &Exercise, id: &str) -> String {
    let Exercise { id: name, title, task, minutes, hints, .. } = exercise;
    let mut html = format!(
        "<section class=\"exercise\" id=\"{id}\" data-exercise=\"{name}\" aria-labelledby=\"{id}-title\">\n\
         <p class=\"exercise-title\" id=\"{id}-title\"><span class=\"exercise-kind\">Exercise</span> {}</p>\n\
         <p>{}</p>\n\
         <pre><code class=\"language-sh\">cargo run -- check {name}</code></pre>\n\
         <p class=\"exercise-meta\"><code>exercises/{}</code> · about {minutes} minutes</p>\n",
        escape(title),
        prose(task),
        escape(&exercise.file()),
    );
    for (place, hint) in (1..).zip(hints) {
        let _ = writeln!(
            html,
            "<details class=\"hint\"><summary>Hint {place} of {}</summary><p>{}</p></details>",
            hints.len(),
            prose(hint)
        );
    }
    html.push_str("</section>");
    html
}
