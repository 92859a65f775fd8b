//! Only `ui/src/ipc` speaks to the shell.

use super::{Complaint, Sources};

/// The one folder that may.
const IPC: &str = "ui/src/ipc/";

/// How the page could reach the shell.
const WAYS: &[&str] = &["@tauri-apps", "__TAURI"];

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in sources.under("ui/src/", &[".svelte", ".ts", ".js", ".mjs"]) {
        if file.path.starts_with(IPC) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            if WAYS.iter().any(|way| line.contains(way)) {
                let place = format!("{}:{}", file.path, number + 1);
                complaints.push(Complaint::new(
                    place,
                    "speak to the shell through `ui/src/ipc`",
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_around_ipc_is_found() {
        let import = "\nimport { invoke } from '@tauri-apps/api/core';\n";
        let complaints = check(&Sources::planted(&[
            ("ui/src/ipc/transport.ts", import),
            ("ui/src/views/Main.svelte", import),
            ("ui/src/lib/a.ts", "window.__TAURI_INTERNALS__.invoke('x')"),
        ]));
        let places: Vec<_> = complaints.iter().map(|c| c.place.as_str()).collect();
        assert_eq!(places, ["ui/src/views/Main.svelte:2", "ui/src/lib/a.ts:1"]);
    }
}
