//! Row 8: somebody who may have a key gives it to somebody who may not, again and again.

use conclave_core::{
    body::Recipient,
    id::{EntryHash, ScopeId},
    replica::{Replica, Written},
    role::Role,
    sealing::Addressee,
};
use conclave_crypto::SealPublicKey;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};
use rand_core::CryptoRng;

const HOUR: u64 = 60 * 60 * 1000;

pub(crate) struct Team {
    pub(crate) ana: Person,
    pub(crate) mara: Person,
    /// An editor of the vault.
    pub(crate) eve: EvilMember,
    /// In the team, and not in the vault.
    pub(crate) gus: Person,
    pub(crate) vault: ScopeId,
}

pub(crate) fn team(seed: u64) -> Team {
    let mut ana = found_team(seed).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (mut eve, said) = ana.join("Eve", Role::Editor, &[vault]);
    let (gus, more) = ana.join("Gus", Role::Viewer, &[]);
    for said in [&said, &more] {
        mara.receive(said);
    }
    eve.receive(&more);
    let eve = EvilMember::of(eve);
    let mut team = Team {
        ana,
        mara,
        eve,
        gus,
        vault,
    };
    team.settle();
    team
}

impl Team {
    /// One after the other hands on what is due, and everybody hears it.
    pub(crate) fn settle(&mut self) {
        let people: [fn(&mut Self) -> &mut Person; 3] =
            [|t| &mut t.ana, |t| &mut t.mara, |t| &mut t.gus];
        for person in people {
            let person = person(self);
            let now = person.tick();
            person.replica.reconcile(now, &mut person.rng).unwrap();
            let news = person.flush();
            self.hear(&news);
        }
    }

    pub(crate) fn hear(&mut self, news: &[Written]) {
        for person in [
            &mut self.ana,
            &mut self.mara,
            &mut self.eve.person,
            &mut self.gus,
        ] {
            person.receive(news);
        }
    }

    pub(crate) fn used(&self) -> Option<EntryHash> {
        self.ana.replica.usable_epoch(self.vault)
    }

    /// How many keys Eve gave away, and that nobody else did.
    pub(crate) fn named(&self) -> usize {
        let leaks = self.ana.replica.leaks();
        assert_eq!(self.mara.replica.leaks(), leaks);
        assert!(leaks.keys().all(|device| *device == self.eve.device()));
        let keys = leaks.values().flat_map(|scopes| scopes.values());
        keys.map(|keys| keys.len()).sum()
    }

    /// Ana gives or takes something, and everybody hears it.
    pub(crate) fn ana<R>(
        &mut self,
        act: impl FnOnce(&mut Replica, u64, &mut dyn CryptoRng) -> R,
    ) -> R {
        let now = self.ana.tick();
        let done = act(&mut self.ana.replica, now, &mut self.ana.rng);
        self.settle();
        done
    }

    /// Eve gives the key in use to a party, under a key of it.
    pub(crate) fn leak_to(&mut self, to: &Addressee) {
        let under = Some(self.eve.grant_on(self.vault));
        let lie = self.eve.add_box(under, self.used().unwrap(), to, true);
        self.hear(&[lie]);
    }

    /// What is sealed to an epoch of a scope.
    pub(crate) fn address(&self, recipient: Recipient, key: EntryHash) -> Addressee {
        let body = self.eve.epoch_body(key).unwrap();
        Addressee {
            recipient,
            key: Some(key),
            pk: SealPublicKey::from_bytes(body.scope_pk.as_slice()).unwrap(),
        }
    }
}

/// Each key that she gives to somebody outside is replaced. She is named for it, nobody else is, and
/// from the third on the next one waits: for whoever writes, for an hour, or for her end.
#[test]
fn hostile_08_who_keeps_giving_keys_away_is_named_and_waited_for() {
    let mut t = team(100);
    let to = t.eve.address_of(t.gus.user()).unwrap();
    for given in 1..=3 {
        t.leak_to(&to);
        assert_eq!(t.named(), given);
        assert_eq!(t.used(), None);
        t.settle();
        assert_eq!(t.used().is_some(), given < 3);
    }
    // Whoever writes makes one all the same.
    let (item, _) = t.ana.write(t.vault, b"a fourth key");
    let news = t.ana.flush();
    t.hear(&news);
    assert_eq!(t.mara.read(item).as_deref(), Some(&b"a fourth key"[..]));
    // The next wait is twice as long.
    t.leak_to(&to);
    t.settle();
    t.ana.now += HOUR;
    t.settle();
    assert_eq!((t.used(), t.named()), (None, 4));
    t.ana.now += HOUR;
    t.settle();
    assert!(t.used().is_some());
    // Out of the vault she is nobody whom a key waits for.
    t.leak_to(&to);
    t.settle();
    assert_eq!(t.used(), None);
    let (now, eve) = (t.ana.tick(), t.eve.user());
    t.ana
        .replica
        .remove_user(eve, t.vault, now, &mut t.ana.rng)
        .unwrap();
    assert!(t.used().is_some());
    t.settle();
    assert_eq!(t.named(), 0);
}

/// There are other ways than a box for somebody who never had a right: each of them is a key given
/// away. What is read from a record that somebody else spoilt is none.
#[test]
fn hostile_08_every_way_to_give_a_key_away_is_seen() {
    // To a device, by its own key.
    let mut t = team(101);
    let gus = t.gus.replica.device();
    let key = t.ana.replica.rights().device_key(gus).unwrap();
    let to = Addressee {
        recipient: Recipient::Device(gus),
        key: None,
        pk: SealPublicKey::from_bytes(key).unwrap(),
    };
    t.leak_to(&to);
    t.settle();
    assert_eq!(t.named(), 1);
    // To an earlier key, which somebody outside knows by herself; named as what it is or not.
    let old = t.ana.replica.leaks()[&t.eve.device()][&t.vault]
        .first()
        .copied();
    for recipient in [Recipient::Group(t.vault), Recipient::User(t.mara.user())] {
        let to = t.address(recipient, old.unwrap());
        t.leak_to(&to);
        let now = t.ana.tick();
        t.ana
            .replica
            .ensure_epoch(t.vault, now, &mut t.ana.rng)
            .unwrap();
        t.settle();
    }
    assert_eq!(t.named(), 3);
    // Inside a key of another scope, which more people read.
    let directory = t.ana.replica.rights().directory();
    let held = [
        t.used().unwrap(),
        t.ana.replica.usable_epoch(directory).unwrap(),
    ];
    let to = [t.gus.user(), t.eve.user()].map(|user| t.eve.address_of(user).unwrap());
    let (inside, _) = t
        .eve
        .epoch(Some(t.eve.any_grant()), directory, &held, &to, |_| {});
    t.hear(&[inside]);
    assert_eq!((t.used(), t.named()), (None, 4));
    // In a key of her own that has it inside.
    t.ana.write(t.vault, b"one more key");
    t.settle();
    let to = t.eve.address_of(t.gus.user()).unwrap();
    let under = Some(t.eve.grant_on(t.vault));
    let (child, _) = t
        .eve
        .epoch(under, t.vault, &[t.used().unwrap()], &[to], |_| {});
    t.hear(&[child]);
    assert_eq!((t.used(), t.named()), (None, 5));
}

/// A right that she cannot give is no reason: by an editor, under somebody else's, beside its vault,
/// or when it is known to be over.
#[test]
fn hostile_08_a_right_of_her_own_making_is_no_reason_to_give_a_key_away() {
    let mut t = team(105);
    let (eve, vault) = (t.eve.user(), t.vault);
    let other = t
        .ana(|ana, now, rng| ana.create_vault("Staging", 1, now, rng))
        .unwrap();
    t.ana(|ana, now, rng| ana.grant(eve, other, Role::Manager, None, now, rng))
        .unwrap();
    let live = t.ana.replica.rights().live_grants();
    let anas = live
        .iter()
        .find(|g| g.user == Some(t.ana.user()) && g.scope == vault);
    let reasons = [
        t.eve.grant_on(vault),
        anas.unwrap().id,
        t.eve.grant_on(other),
    ];
    let to = t.eve.address_of(t.gus.user()).unwrap();
    for (at, under) in reasons.into_iter().enumerate() {
        let grant = t
            .eve
            .grant(under, t.gus.user(), (vault, Role::Viewer), None);
        t.hear(&[grant]);
        t.leak_to(&to);
        assert_eq!((t.used(), t.named()), (None, at + 1));
        t.ana.write(vault, b"one more key");
        t.settle();
    }
    // She managed it once. What she gave then is a reason; what she gives later is none.
    let mut t = team(106);
    let (eve, vault) = (t.eve.user(), t.vault);
    t.ana(|ana, now, rng| ana.grant(eve, vault, Role::Manager, None, now, rng))
        .unwrap();
    let managed = t.eve.grant_on(vault);
    t.ana(|ana, now, rng| ana.change_role(eve, vault, Role::Editor, now, rng))
        .unwrap();
    let (lena, said) = t.ana.join("Lena", Role::Viewer, &[]);
    t.hear(&said);
    for (named, who) in [t.gus.user(), lena.user()].into_iter().enumerate() {
        let grant = t.eve.grant(managed, who, (vault, Role::Viewer), None);
        t.hear(&[grant]);
        let to = t.eve.address_of(who).unwrap();
        t.leak_to(&to);
        assert_eq!((t.used(), t.named()), (None, named));
        let heard = t.ana.replica.own_end().unwrap();
        let heard = t.eve.has_seen([heard]);
        t.hear(&[heard]);
        t.ana.write(vault, b"one more key");
        t.settle();
    }
}

/// A box for somebody who was let in once is none of hers while she need not know of their end: she
/// knows it by what she says to have seen, or by the key, which was made after it.
#[test]
fn hostile_08_a_key_for_somebody_removed_is_given_away_by_who_knows() {
    let mut t = team(102);
    let (gus, vault) = (t.gus.user(), t.vault);
    t.ana(|ana, now, rng| ana.grant(gus, vault, Role::Viewer, None, now, rng))
        .unwrap();
    let old = t.used().unwrap();
    t.ana(|ana, now, rng| ana.remove_user(gus, vault, now, rng))
        .unwrap();
    assert_ne!(t.used(), Some(old));
    // The key from before: an honest device that has not heard of the end may box it as well.
    let to = t.eve.address_of(gus).unwrap();
    let under = Some(t.eve.grant_on(vault));
    let late = t.eve.add_box(under, old, &to, true);
    t.hear(&[late]);
    assert_eq!(t.named(), 0);
    // That from after.
    t.leak_to(&to);
    assert_eq!(t.named(), 1);
    // And the one from before, once she says that she has heard.
    let heard = t.ana.replica.own_end().unwrap();
    let heard = t.eve.has_seen([heard]);
    let late = t.eve.add_box(under, old, &to, true);
    t.hear(&[heard, late]);
    assert_eq!(t.named(), 2);
}

/// The wait is one by the clocks of those who keep to the rules, and of those only if they are not
/// ahead: neither a key of her own nor a broken clock makes it longer.
#[test]
fn hostile_08_a_clock_ahead_makes_nobody_wait_for_longer() {
    let mut t = team(107);
    let (vault, to) = (t.vault, t.eve.address_of(t.gus.user()).unwrap());
    t.leak_to(&to);
    t.settle();
    t.leak_to(&to);
    t.mara.now += 1000 * HOUR;
    t.mara.write(vault, b"a third key");
    t.mara.now -= 1000 * HOUR;
    let news = t.mara.flush();
    t.hear(&news);
    t.settle();
    t.leak_to(&to);
    t.ana.now += HOUR / 2;
    t.eve.set_clock(t.ana.now);
    let under = Some(t.eve.grant_on(vault));
    let (hers, _) = t
        .eve
        .epoch(under, vault, &[], std::slice::from_ref(&to), |_| {});
    t.hear(&[hers]);
    t.settle();
    assert_eq!((t.used(), t.named()), (None, 4));
    t.ana.now += 3 * HOUR / 2;
    t.settle();
    assert!(t.used().is_some());
}

/// A key that falls for another reason is replaced at once, however many she gave away before.
#[test]
fn hostile_08_a_removal_waits_for_nobody_who_gives_keys_away() {
    let mut t = team(108);
    let (vault, to) = (t.vault, t.eve.address_of(t.gus.user()).unwrap());
    let mut old = vec![t.used().unwrap()];
    for _ in 0..3 {
        let made = t.ana(|ana, now, rng| ana.mint(vault, now, rng));
        old.push(made.unwrap());
    }
    let used = old.pop();
    let under = Some(t.eve.grant_on(vault));
    let lies = old
        .into_iter()
        .map(|epoch| t.eve.add_box(under, epoch, &to, true));
    let lies: Vec<_> = lies.collect();
    t.hear(&lies);
    assert_eq!((t.used(), t.named()), (used, 3));
    let (now, mara) = (t.ana.tick(), t.mara.user());
    let removed = t.ana.replica.remove_user(mara, vault, now, &mut t.ana.rng);
    removed.unwrap();
    assert!(t.used().is_some_and(|new| Some(new) != used));
}
