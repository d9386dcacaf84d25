//! Members that are whole peers of the `rtc` crate, without sockets, in virtual time, around an SFU.

mod client;
mod ears;
mod forwarding;
mod grants;
mod hostile;
mod layers;
mod leaving;
mod moving;
mod source;
mod world;
