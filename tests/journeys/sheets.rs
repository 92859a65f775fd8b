//! The two sheets of paper: each saved, asked back and wiped by itself.

use conclave_app::api::{Code, recovery::SheetKind};
use conclave_testkit::paper;

use crate::people::found;

#[test]
fn each_sheet_is_confirmed_and_wiped_by_itself() {
    let (home, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ana = found(home.path(), shared.path());
    assert!(!ana.state().recovery_saved && !ana.state().team_sheet_saved);
    let place = tempfile::tempdir().unwrap();
    let words = |kind, name: &str| {
        let path = place.path().join(name);
        let saved = ana.recovery_sheet_save(kind, &path).unwrap();
        let words = paper::words(&std::fs::read(&path).unwrap());
        let asked = saved.ask.iter().map(|at| words[*at as usize - 1].clone());
        asked.collect::<Vec<_>>().join(" ")
    };
    let (kit, team) = (
        words(SheetKind::Kit, "kit.pdf"),
        words(SheetKind::Team, "team.pdf"),
    );
    assert_ne!(kit, team);
    // No unfinished file beside the two.
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 2);

    // The words of one are not the other's, and confirming one leaves the other due.
    let wrong = ana.recovery_confirm(SheetKind::Kit, &team).unwrap_err();
    assert_eq!(wrong.code, Code::RecoveryWordsWrong);
    let state = ana.recovery_confirm(SheetKind::Kit, &kit).unwrap();
    assert!(state.recovery_saved && !state.team_sheet_saved);
    let path = place.path().join("again.pdf");
    let gone = ana.recovery_sheet_save(SheetKind::Kit, &path).unwrap_err();
    assert_eq!(gone.code, Code::NotFound);
    ana.recovery_sheet_save(SheetKind::Team, &path).unwrap();
    let state = ana.recovery_confirm(SheetKind::Team, &team).unwrap();
    assert!(state.recovery_saved && state.team_sheet_saved);
}
