//! Shows that the type check of the page can fail.
//!
//! svelte-check has passed without checking anything before, in more than one project, because of
//! a path or a generated file. So a file with a plain mistake is put in its way.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    repo,
    sh::{self, Outcome},
};

/// A component with one mistake, which only a check of types can see.
const MISTAKE: &str =
    "<script lang=\"ts\">\n  const planted: number = 'a word';\n</script>\n\n{planted}\n";

/// Plants the mistake, and fails where nobody finds it.
pub(super) fn run() -> Outcome {
    let planted = Planted::at(&repo::root().join("ui/src/PlantedError.svelte"))?;
    let output = sh::npm().args(["run", "--silent", "check"]).output()?;
    drop(planted);
    let told = String::from_utf8_lossy(&output.stdout);
    if output.status.success() || !told.contains("PlantedError.svelte") {
        return Err(format!("svelte-check did not find a planted mistake:\n{told}").into());
    }
    println!("svelte-check found the planted mistake");
    Ok(())
}

/// A file that is taken away again.
struct Planted(PathBuf);

impl Planted {
    fn at(path: &Path) -> Outcome<Self> {
        fs::write(path, MISTAKE)?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        // What is left behind would be found by the next check of types.
        let _ = fs::remove_file(&self.0);
    }
}
