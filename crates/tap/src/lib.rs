//! Recording: what goes through a socket becomes a [`wire::trace::Trace`].
