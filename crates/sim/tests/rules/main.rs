//! What holds in a simulated network, rule by rule.

mod punch;
mod support;
mod taps;
