//! conclave-store: being built.
