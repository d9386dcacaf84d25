//! `/labs.json`: every lab, its routes and its addresses.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Started;
use crate::labs::Address;

#[derive(Serialize)]
struct Listing<'a> {
    labs: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    /// Where its routes are.
    path: String,
    addresses: &'a [Address],
    /// Why it does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

pub(super) fn json(labs: &[Started]) -> String {
    let labs = labs.iter().map(|started| Entry {
        id: started.lab.id,
        title: started.lab.title,
        path: format!("/labs/{}/", started.lab.id),
        addresses: started.addresses(),
        error: started.outcome.as_ref().err().map(String::as_str),
    });
    let listing = Listing { labs: labs.collect() };
    serde_json::to_string_pretty(&listing).expect("strings and lists are always JSON")
}

pub(super) fn reply(listing: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], listing).into_response()
}
