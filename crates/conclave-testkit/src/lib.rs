//! conclave-testkit: being built.
