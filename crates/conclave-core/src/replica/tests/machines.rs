//! Machines: what they read, what they write, and that they end with whoever answers for them.

use super::{
    removal::{boxes, meet, three, user_of, write},
    *,
};

fn at_work(key: &MachineKey, from: &Person, seed: u64) -> Person {
    let key = MachineKey::from_text(&key.to_text()).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut machine = Person::new(key.at_work(40, &mut rng).unwrap(), 71);
    machine.bodies = from.bodies.clone();
    machine.replica.insert(all_of(from));
    machine
}

#[test]
fn a_machine_reads_and_writes_what_it_was_given_and_nothing_else() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let other = ana.replica.create_vault("Other", 1, 25, &mut ana.rng);
    let other = other.unwrap();
    let seen = write(&mut mara, None, vault, b"for the build");
    let hidden = write(&mut ana, None, other, b"not for it");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let gift: (&[ScopeId], _, _) = (&[vault], Role::Editor, None);
    let key = ana
        .replica
        .create_machine("Build server", gift, 30, &mut ana.rng)
        .unwrap();
    // One box for it in the vault, none in the directory: it reads no names.
    assert_eq!(boxes(&ana.flush()), 1);
    let mut machine = at_work(&key, &ana, 70);
    assert_eq!(machine.read(seen).unwrap(), b"for the build");
    assert!(machine.read(hidden).is_none());
    let vaults: Vec<ScopeId> = machine.replica.vaults().iter().map(|v| v.scope).collect();
    assert_eq!(vaults, [vault]);
    assert!(!machine.names().contains(&"Mara".to_owned()));

    let made = write(&mut machine, None, vault, b"by the build");
    let denied = machine
        .replica
        .write_item(None, other, vec![], 1, b"x", 41, &mut machine.rng);
    assert!(matches!(denied, Err(WriteError::NotAllowed)));
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut machine]);
    assert_eq!(mara.read(made).unwrap(), b"by the build");
    assert!(mara.names().contains(&"Build server".to_owned()));
    let listed = mara.replica.machines();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].owner, user_of(&ana));
    assert_eq!(listed[0].grants.len(), 1);

    // Two places at work with one key write two logs.
    let mut twin = at_work(&key, &ana, 72);
    assert_ne!(
        twin.replica.chain().place().log,
        machine.replica.chain().place().log
    );
    assert_eq!(twin.read(made).unwrap(), b"by the build");

    ana.replica
        .end_machine(key.device(), 50, &mut ana.rng)
        .unwrap();
    let after = write(&mut ana, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut machine, &mut twin]);
    assert!(machine.read(after).is_none());
    assert!(twin.read(after).is_none());
    assert_eq!(mara.read(made).unwrap(), b"by the build");
    assert!(ana.replica.machines().is_empty());
}

#[test]
fn a_machine_ends_with_whoever_answers_for_it() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let user = user_of(&mara);
    ana.replica
        .change_role(user, vault, Role::Manager, 29, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let gift: (&[ScopeId], _, _) = (&[vault], Role::Editor, None);
    let key = mara
        .replica
        .create_machine("Hers", gift, 30, &mut mara.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let mut machine = at_work(&key, &ana, 70);
    let made = write(&mut machine, None, vault, b"by the build");
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut machine]);
    let team = ana.replica.team_scope();
    ana.replica
        .remove_user(user, team, 35, &mut ana.rng)
        .unwrap();
    let after = write(&mut ana, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut machine]);
    // What it wrote until then stays, as what she wrote does.
    assert_eq!(jonas.read(made).unwrap(), b"by the build");
    assert!(machine.read(after).is_none());
    assert!(ana.replica.machines().is_empty());
}

#[test]
fn a_machine_holds_viewer_or_editor_somewhere() {
    let (mut ana, _, _, vault) = three();
    for (vaults, role) in [
        (&[vault][..], Role::Manager),
        (&[vault][..], Role::Owner),
        (&[][..], Role::Viewer),
    ] {
        let made = ana
            .replica
            .create_machine("No", (vaults, role, None), 30, &mut ana.rng);
        assert!(made.is_err(), "{role:?}");
    }
    for text in ["conclave-machine-1:00", "conclave-machine-1:", "x", ""] {
        assert!(MachineKey::from_text(text).is_none());
    }
}
