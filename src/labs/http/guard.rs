//! Who may talk to the workbook: pages that it served itself, and programs on this machine.
//! [`Names`] says why that has to be checked.

use axum::extract::{Request, State};
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::labs::Names;

/// Refuses a request whose `Host` is another's, or whose `Origin` is.
pub(super) async fn host_and_origin(State(names): State<Names>, request: Request, next: Next) -> Response {
    // HTTP/1.1 puts the name into Host (RFC 9112 section 3.2); an absolute request target would override it.
    if request.version() != Version::HTTP_11 || request.uri().host().is_some() {
        return refuse("expected HTTP/1.1 and a path");
    }
    match names.refusal(request.headers()) {
        Some(why) => refuse(&why),
        None => next.run(request).await,
    }
}

/// Refuses what a page of another origin asks for without saying so in `Origin`, such as a picture.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").map(|site| site.to_str().unwrap_or("unreadable"));
    match site {
        None | Some("same-origin" | "none") => next.run(request).await,
        Some(site) => refuse(&format!("labs are for the pages of this workbook, and this request is {site}")),
    }
}

fn refuse(why: &str) -> Response {
    (StatusCode::FORBIDDEN, format!("refused: {why}\n")).into_response()
}
