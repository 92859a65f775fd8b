//! The targets, by what their bytes are.

pub(crate) mod item;
pub(crate) mod joining;
pub(crate) mod member;
pub(crate) mod names;
pub(crate) mod sealed;
pub(crate) mod wire;
