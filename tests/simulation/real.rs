//! The same with real replicas.
