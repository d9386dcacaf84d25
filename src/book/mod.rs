//! The book: mdBook, with directives that show packets, and checks that let no mistake through.
//!
//! [`build`] is the whole of it: pages go through [`preprocess`] (directives become HTML, includes are
//! checked), through mdBook, and then every link of what came out is followed. Every mistake is a
//! [`Problem`] with its file and line; there is no book while there is one.

mod address;
mod anatomy;
mod build;
mod call;
mod cards;
mod directives;
mod first_use;
mod glossary;
mod html;
mod includes;
mod install;
mod links;
mod offline;
mod packets;
mod page;
mod places;
pub(crate) mod preprocess;
mod problem;
mod rfcs;
mod scan;
mod shelf;
mod site;
mod stack;
mod warnings;
pub mod watch;

pub(crate) use anatomy::anatomy;
pub(crate) use build::build_with;
pub use build::{Built, build};
pub use install::ensure_replaceable;
pub use problem::{Broken, Complaint, Problem};
pub use site::Site;
