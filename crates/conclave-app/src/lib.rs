//! conclave-app: being built.
