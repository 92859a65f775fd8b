//! The performance table.
