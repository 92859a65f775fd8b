//! Files stay small enough to hold one idea.

use super::{Complaint, Sources};

/// Endings and the most lines a file of them may have.
const LIMITS: &[(&str, usize)] = &[
    (".rs", 600),
    (".svelte", 300),
    (".ts", 600),
    (".js", 600),
    (".mjs", 600),
    (".css", 600),
];

/// Written by a program, so of any length.
const GENERATED: &[&str] = &["ui/src/ipc/bindings/"];

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &sources.files {
        let limit = LIMITS.iter().find(|(end, _)| file.path.ends_with(end));
        let generated = GENERATED.iter().any(|folder| file.path.starts_with(folder));
        let (Some((_, most)), false) = (limit, generated) else {
            continue;
        };
        let lines = file.text.lines().count();
        if lines > *most {
            let what = format!("{lines} lines, {most} at most: split it by idea");
            complaints.push(Complaint::new(&file.path, what));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_long_is_found() {
        let (at, over) = ("x\n".repeat(300), "x\n".repeat(301));
        let long = "x\n".repeat(601);
        let complaints = check(&Sources::planted(&[
            ("ui/src/At.svelte", &at),
            ("ui/src/Over.svelte", &over),
            ("crates/a/src/at.rs", &over),
            ("crates/a/src/over.rs", &long),
            ("ui/src/ipc/bindings/All.ts", &long),
        ]));
        let places: Vec<_> = complaints.iter().map(|c| c.place.as_str()).collect();
        assert_eq!(places, ["ui/src/Over.svelte", "crates/a/src/over.rs"]);
    }
}
