//! What holds in a simulated network, rule by rule.

mod carrier;
mod firewall;
mod icmp;
mod links;
mod properties;
mod punch;
mod random;
mod rfc4787;
mod support;
mod taps;
mod tcp;
