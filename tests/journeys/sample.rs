//! The sample team of `--demo` goes the way that clicks go, so it must go through.

use conclave_app::demo;

use crate::people::{app, titles};

#[test]
fn the_sample_team_can_be_made() {
    let place = tempfile::tempdir().unwrap();
    let ana = app(&place.path().join("Ana"));
    demo::fill(&ana, place.path()).unwrap();
    assert_eq!(titles(&ana).len(), 8);
    assert_eq!(ana.vault_list().unwrap().vaults.len(), 4);
    let people = ana.people_list().unwrap();
    assert_eq!((people.people.len(), people.invites.len()), (3, 1));
    assert!(people.requests.is_empty());
}
