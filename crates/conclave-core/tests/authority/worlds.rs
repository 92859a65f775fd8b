//! The frozen worlds: both evaluators against results that neither of them made.

use std::path::PathBuf;

use conclave_testkit::worlds::{Outcome, World, held, read_worlds};

fn file(number: usize) -> Vec<World> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let worlds = read_worlds(&root.join(format!(
        "../../tests/vectors/worlds/worlds-{number:02}.json"
    )));
    assert_eq!(worlds.len(), 50);
    worlds
}

fn check(number: usize) {
    for world in file(number) {
        for (n, view) in world.views.iter().enumerate() {
            let what = format!("{} view {n}", world.name);
            let mut here = world.view(&view.here);
            let held = held(&here, &world.lies);
            let reference = Outcome::of_reference(&world.facts, &here, &held);
            reference.assert_same(&view.outcome, &format!("reference, {what}"));
            let production = Outcome::of(&world.facts, &here, &held);
            production.assert_same(&view.outcome, &what);
            // Order and repetition do not matter.
            here.reverse();
            here.extend_from_within(..here.len() / 2);
            let again = Outcome::of(&world.facts, &here, &held);
            again.assert_same(&production, &format!("{what}, backwards"));
        }
    }
}

macro_rules! files {
    ($($name:ident = $number:literal;)*) => {$(
        #[test]
        fn $name() {
            check($number);
        }
    )*};
}

files! {
    worlds_00 = 0;
    worlds_01 = 1;
    worlds_02 = 2;
    worlds_03 = 3;
    worlds_04 = 4;
    worlds_05 = 5;
    worlds_06 = 6;
    worlds_07 = 7;
    worlds_08 = 8;
    worlds_09 = 9;
}
