//! Row 7: a new key that everybody uses and that leads nobody back to the older ones.

use conclave_core::{
    body::Recipient, id::ScopeId, replica::Written, role::Role, sealing::Addressee,
};
use conclave_crypto::SealPublicKey;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

struct Team {
    ana: Person,
    kim: Person,
    /// An editor of the vault.
    eve: EvilMember,
    /// In the team, and not in the vault.
    gus: EvilMember,
    vault: ScopeId,
}

fn team(seed: u64) -> Team {
    let mut ana = found_team(seed).person;
    let vault = ana.vault("Production");
    let (mut kim, _) = ana.join("Kim", Role::Editor, &[vault]);
    let (mut eve, _) = ana.join("Eve", Role::Editor, &[vault]);
    let (mut gus, _) = ana.join("Gus", Role::Viewer, &[]);
    ana.write(vault, b"from before");
    ana.flush();
    for person in [&mut kim, &mut eve, &mut gus] {
        person.catch_up(&ana);
    }
    let [eve, gus] = [eve, gus].map(EvilMember::of);
    Team {
        ana,
        kim,
        eve,
        gus,
        vault,
    }
}

impl Team {
    /// How many boxes Ana and Kim add once they hear this, one after the other.
    fn hear(&mut self, news: &[Written]) -> [usize; 2] {
        for person in [&mut self.ana, &mut self.kim, &mut self.eve.person] {
            person.receive(news);
        }
        let now = self.ana.tick();
        let hers = self.ana.replica.reconcile(now, &mut self.ana.rng).unwrap();
        let news = self.ana.flush();
        self.kim.receive(&news);
        self.eve.person.receive(&news);
        let kims = self.kim.replica.reconcile(now, &mut self.kim.rng).unwrap();
        self.ana.receive(&self.kim.flush());
        [hers, kims]
    }

    fn readers(&self) -> Vec<Addressee> {
        let readers = [self.ana.user(), self.kim.user(), self.eve.user()];
        readers
            .map(|user| self.eve.address_of(user).unwrap())
            .into()
    }

    /// Somebody is let in, and reads what there was before.
    fn newcomer_reads_all(&mut self) -> bool {
        let (item, _) = self.ana.replica.items().next().unwrap();
        let (mut jonas, _) = self.ana.join("Jonas", Role::Viewer, &[self.vault]);
        let now = self.ana.tick();
        self.ana.replica.reconcile(now, &mut self.ana.rng).unwrap();
        jonas.receive(&self.ana.flush());
        jonas.read(item).as_deref() == Some(&b"from before"[..])
    }
}

/// The older key is named as a parent, and what stands there is nonsense.
#[test]
fn hostile_07_a_parent_that_does_not_open_cuts_no_newcomer_off() {
    for spoilt in [false, true] {
        let mut t = team(61);
        let old = t.ana.replica.usable_epoch(t.vault).unwrap();
        let under = Some(t.eve.grant_on(t.vault));
        let to = t.readers();
        let (key, _) = t.eve.epoch(under, t.vault, &[old], &to, |epoch| {
            epoch.parents[0].wrapped[100] ^= u8::from(spoilt);
        });
        let hash = key.entry.hash;
        // One box of the older key, and no more of it.
        assert_eq!(t.hear(&[key]), [usize::from(spoilt), 0]);
        assert_eq!(t.hear(&[]), [0, 0]);
        assert_eq!(t.ana.replica.usable_epoch(t.vault), Some(hash));
        assert!(t.newcomer_reads_all(), "{spoilt}");
    }
}

/// The older key is boxed to the new one, and what is in the box is nonsense; or it is by somebody
/// who cannot have it, which is as if it was not there.
#[test]
fn hostile_07_a_box_that_does_not_open_cuts_no_newcomer_off() {
    for (honest, outside) in [(true, false), (false, false), (false, true)] {
        let mut t = team(62);
        let old = t.ana.replica.usable_epoch(t.vault).unwrap();
        let under = Some(t.eve.grant_on(t.vault));
        // On top of one for herself alone, and so ahead of the old one.
        let own = [t.eve.own_address()];
        let (own, _) = t.eve.epoch(under, t.vault, &[], &own, |_| {});
        t.eve.person.receive(std::slice::from_ref(&own));
        let (parent, to) = (own.entry.hash, t.readers());
        let (key, _) = t.eve.epoch(under, t.vault, &[parent], &to, |_| {});
        for evil in [&mut t.eve, &mut t.gus] {
            evil.person.receive(&[own.clone(), key.clone()]);
        }
        let body = t.eve.epoch_body(key.entry.hash).unwrap();
        let to = Addressee {
            recipient: Recipient::Group(t.vault),
            key: Some(key.entry.hash),
            pk: SealPublicKey::from_bytes(body.scope_pk.as_slice()).unwrap(),
        };
        let back = if outside {
            let under = Some(t.gus.any_grant());
            t.gus.add_box(under, old, &to, honest)
        } else {
            t.eve.add_box(under, old, &to, honest)
        };
        let added = t.hear(&[own, key, back]);
        assert_eq!(added, [usize::from(!honest && !outside), 0]);
        assert_eq!(t.hear(&[]), [0, 0]);
        assert!(t.newcomer_reads_all(), "{honest} {outside}");
    }
}
