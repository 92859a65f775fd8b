//! conclave-remote: being built.
