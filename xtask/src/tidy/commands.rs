//! A command that a window may call is named in four places, and they agree.
//!
//! One that is missing in `build.rs` could be called by every window; one that is missing in a
//! capability file could be called by none, which nobody notices until a person clicks.

use std::collections::BTreeSet;

use super::{Complaint, Sources};

const BUILD: &str = "src-tauri/build.rs";
const COMMANDS: &str = "src-tauri/src/commands/";
const CAPABILITIES: &str = "src-tauri/capabilities/";

/// An adapter that is longer does something that belongs into the use cases.
const LONGEST: usize = 5;

type Names = BTreeSet<String>;

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    let text = |path: &str| {
        sources
            .files
            .iter()
            .find(|file| file.path == path)
            .map(|f| &f.text)
    };
    let (Some(build), Some(module)) = (text(BUILD), text(&format!("{COMMANDS}mod.rs"))) else {
        return Vec::new();
    };
    let declared = quoted(between(build, "const COMMANDS: &[&str] = &[", "]"));
    let handled: Names = between(module, "generate_handler![", "]")
        .split(',')
        .map(|path| {
            path.trim()
                .rsplit("::")
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .filter(|name| !name.is_empty())
        .collect();
    let granted: Names = sources
        .under(CAPABILITIES, &[".json"])
        .flat_map(|file| quoted(&file.text))
        .filter_map(|permission| Some(permission.strip_prefix("allow-")?.replace('-', "_")))
        .collect();
    let mut written = Names::new();
    let mut complaints = Vec::new();
    for file in sources.under(COMMANDS, &[".rs"]) {
        for (name, length) in adapters(&file.text) {
            if length > LONGEST {
                let what = format!("`{name}` has {length} lines, {LONGEST} at most");
                complaints.push(Complaint::new(&file.path, what));
            }
            written.insert(name);
        }
    }
    let lists = [
        (BUILD, "COMMANDS", &declared),
        ("src-tauri/src/commands/mod.rs", "the handler", &handled),
        (CAPABILITIES, "any capability", &granted),
        (COMMANDS, "any file as a function", &written),
    ];
    let every: Names = lists
        .iter()
        .flat_map(|(.., names)| (*names).clone())
        .collect();
    for name in every {
        for (place, list, names) in &lists {
            if !names.contains(&name) {
                complaints.push(Complaint::new(*place, format!("`{name}` is not in {list}")));
            }
        }
    }
    complaints
}

/// The commands of a file, with the number of lines in each body.
fn adapters(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mark = line.trim();
        if !mark.starts_with("#[tauri::command") && !mark.starts_with("#[command") {
            continue;
        }
        let Some(head) = lines.by_ref().find(|line| line.contains("fn ")) else {
            break;
        };
        let name = between(head, "fn ", "(")
            .split('<')
            .next()
            .unwrap_or_default()
            .to_owned();
        // rustfmt puts a body's braces at the ends of lines: `… {` opens it and `}` alone ends it.
        if !head.ends_with('{') {
            let _ = lines.by_ref().find(|line| line.ends_with('{'));
        }
        found.push((name, lines.by_ref().take_while(|line| *line != "}").count()));
    }
    found
}

fn quoted(text: &str) -> Names {
    text.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// What stands in `text` between the first `from` and the next `to`; empty where there is none.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let after = text.split_once(from).map_or("", |(_, after)| after);
    after.split_once(to).map_or("", |(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADAPTER: &str =
        "#[tauri::command]\npub(crate) fn lock(\n    app: App,\n) -> X {\n    1\n}\n";

    fn complaints(build: &str, handler: &str, capability: &str, adapter: &str) -> Vec<String> {
        let sources = Sources::planted(&[
            (BUILD, &format!("const COMMANDS: &[&str] = &[{build}];")),
            (
                "src-tauri/src/commands/mod.rs",
                &format!("tauri::generate_handler![{handler}]"),
            ),
            (
                "src-tauri/capabilities/main.json",
                &format!("{{\"permissions\": [{capability}]}}"),
            ),
            ("src-tauri/src/commands/lock.rs", adapter),
        ]);
        check(&sources)
            .into_iter()
            .map(|c| format!("{}: {}", c.place, c.what))
            .collect()
    }

    #[test]
    fn four_lists_that_agree() {
        let found = complaints(
            "\"lock\"",
            "lock::lock",
            "\"core:x\", \"allow-lock\"",
            ADAPTER,
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_command_missing_in_one_list_is_found() {
        for (build, handler, capability, adapter) in [
            ("", "lock::lock", "\"allow-lock\"", ADAPTER),
            ("\"lock\"", "", "\"allow-lock\"", ADAPTER),
            ("\"lock\"", "lock::lock", "", ADAPTER),
            ("\"lock\"", "lock::lock", "\"allow-lock\"", ""),
        ] {
            assert_eq!(complaints(build, handler, capability, adapter).len(), 1);
        }
    }

    #[test]
    fn a_long_adapter_is_found() {
        let long = format!(
            "#[tauri::command]\nfn lock() {{\n{}}}\n",
            "    x();\n".repeat(6)
        );
        let found = complaints("\"lock\"", "lock::lock", "\"allow-lock\"", &long);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
