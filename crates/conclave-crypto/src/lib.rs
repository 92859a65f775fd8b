//! conclave-crypto: being built.
