//! Every Rust file opens with `//!` and a sentence that says what it is.

use super::{Complaint, Sources};

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    sources
        .under("", &[".rs"])
        .filter(|file| !opens_with_a_sentence(&file.text))
        .map(|file| {
            Complaint::new(
                format!("{}:1", file.path),
                "open with `//!` and what this file is",
            )
        })
        .collect()
}

/// A header of at least three words; a script may have its `#!` line before.
fn opens_with_a_sentence(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.starts_with("#!/"));
    let Some(header) = lines.next().and_then(|line| line.strip_prefix("//! ")) else {
        return false;
    };
    header.split_whitespace().count() >= 3 && !header.contains("being built")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        let complaints = check(&Sources::planted(&[
            (
                "crates/a/src/good.rs",
                "//! What this is, in a sentence.\nfn main() {}\n",
            ),
            ("crates/a/src/none.rs", "fn main() {}\n"),
            (
                "crates/a/src/late.rs",
                "use std::fs;\n//! Too late for a header.\n",
            ),
            ("crates/a/src/short.rs", "//! Stuff.\n"),
            ("crates/a/src/empty.rs", ""),
            ("ui/src/a.ts", "export {};\n"),
        ]));
        let places: Vec<_> = complaints.iter().map(|c| c.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "crates/a/src/none.rs:1",
                "crates/a/src/late.rs:1",
                "crates/a/src/short.rs:1",
                "crates/a/src/empty.rs:1"
            ]
        );
    }
}
