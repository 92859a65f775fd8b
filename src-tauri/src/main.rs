//! The shell: being built.
fn main() {}
