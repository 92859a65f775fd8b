//! conclave-core: being built.
