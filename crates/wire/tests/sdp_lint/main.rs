//! The linter for session descriptions, rule by rule, and on what real peers write.

mod corpus;
mod hostile;
mod rules;
