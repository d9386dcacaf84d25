//! `/labs.json`: every lab, its routes and its addresses.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Started;
use crate::labs::Address;

#[derive(Serialize)]
struct Listing<'a> {
    labs: &'a [Listed<'a>],
}

/// A lab in the list.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    /// Where its routes are.
    path: String,
    addresses: &'a [Address],
    /// Why it does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> Listed<'a> {
    /// As it is.
    pub(super) fn whole(started: &'a Started) -> Self {
        Self {
            id: started.lab.id,
            title: started.lab.title,
            path: format!("/labs/{}/", started.lab.id),
            addresses: started.addresses(),
            error: started.outcome.as_ref().err().map(String::as_str),
        }
    }

    /// For who cannot reach its addresses.
    #[must_use]
    pub fn without_addresses(started: &'a Started) -> Self {
        Self { addresses: &[], ..Self::whole(started) }
    }

    /// For whom it is not.
    #[must_use]
    pub fn closed(started: &'a Started, why: &'a str) -> Self {
        Self { addresses: &[], error: Some(why), ..Self::whole(started) }
    }
}

pub(super) fn json(labs: &[Listed<'_>]) -> String {
    serde_json::to_string_pretty(&Listing { labs }).expect("strings and lists are always JSON")
}

pub(super) fn reply(listing: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], listing).into_response()
}
