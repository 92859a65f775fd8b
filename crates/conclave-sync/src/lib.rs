//! conclave-sync: being built.
