//! The chapter "Agora: how do many people call at once?".

pub mod forward;
pub mod topology;
