//! The access rule and key epochs, held to the rules: frozen worlds, a naive evaluator, and the
//! properties that the rules are there for (docs/format.md, "Authority" and "Key epochs").

mod worlds;
