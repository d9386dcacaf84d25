//! What holds in a simulated network, rule by rule.

mod carrier;
mod firewall;
mod icmp;
mod links;
mod punch;
mod rfc4787;
mod support;
mod taps;
mod tcp;
