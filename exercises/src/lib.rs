//! What checks the exercises.
//!
//! A student edits `exercises/<chapter>/<name>.rs`. The last line of that file, [`check!`], makes it a program
//! of its own that prints a [`Verdict`]. The same verdict comes from `cargo test -p exercises` and from
//! `wirebook check`, `watch` and `progress`, which run that program and read its exit code ([`Outcome::code`]).
//!
//! Each exercise has a module here, `exercises::<chapter>::<name>`, with a function `check` that puts cases to
//! the student's functions. Where an answer is wrong, it looks for the mistake behind it, so that the verdict can
//! say *why*.

// The package allows this for the files of students.
#![warn(unused)]

pub mod agora;
mod bits;
mod bytes;
pub mod catalogue;
mod exam;
pub mod ice;
mod judge;
pub mod nat;
pub mod sdp;
mod show;
pub mod socketio;
pub mod stun;
mod text;
mod verdict;
pub mod webrtc;
pub mod websocket;

pub use bits::{Bits, binary};
pub use bytes::{Mark, hex};
pub use catalogue::{Catalogue, Exercise};
pub use exam::{Case, Exam};
pub use judge::{examine, main};
pub use show::{Style, wrap};
pub use verdict::{Failure, Outcome, Reason, Returned, Verdict};

/// Makes an exercise file a program that checks itself.
///
/// `check!(stun::xor_address(xor_address));` puts the function `xor_address` to
/// [`stun::xor_address::check`]. Some exercises ask for more than one function.
#[macro_export]
macro_rules! check {
    ($chapter:ident :: $name:ident ( $($answer:expr),+ $(,)? )) => {
        /// Puts the answers to the check. Public, since a program of several answers calls several of these.
        pub fn main() -> ::std::process::ExitCode {
            $crate::main(concat!(stringify!($chapter), "::", stringify!($name)), |exam| {
                $crate::$chapter::$name::check(exam, $($answer),+)
            })
        }
    };
}
