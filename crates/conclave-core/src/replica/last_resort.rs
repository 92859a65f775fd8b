//! The last-resort sheet at work: the recovery owner stands above everybody and reads nothing. It
//! makes an owner and takes others out (docs/format.md, "The last-resort sheet").
//!
//! It works beside the replica of somebody who is or was in the team, which knows the team and its
//! outer key; the paper knows neither. It replaces no key: whoever holds them does, as after any
//! removal.

use conclave_crypto::{DeviceSeed, Own0Seed};
use rand_core::CryptoRng;

use super::{Replica, Who, WriteError, founding::public_keys, sharing::Giving};
use crate::{
    body::Body,
    entry::Entry,
    id::{EntryHash, SubjectId, UserId},
    role::Role,
};

/// What the last-resort sheet did once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastResort {
    /// The grant.
    pub entry: EntryHash,
    /// Whom it made an owner.
    pub owner: UserId,
    /// When, by the clock of the computer that it was used on.
    pub at_ms: u64,
}

impl Replica {
    /// Is this the seed of the team's last-resort sheet?
    #[must_use]
    pub fn is_last_resort(&self, seed: &Own0Seed) -> bool {
        public_keys(&seed.signing(), &seed.sealing()) == self.genesis.own0
    }

    /// Everybody whom the last-resort sheet may make an owner: who is in the team, or was, and no
    /// guest. Somebody whom a rogue owner took out is among them.
    #[must_use]
    pub fn could_own(&self) -> Vec<UserId> {
        let mut users: Vec<UserId> = self.rights.users().collect();
        users.retain(|user| {
            let known = *user != self.rights.own0();
            known && (self.team_role(*user).is_some() || self.is_out(*user))
        });
        users
    }

    /// Lets the last-resort sheet make somebody an owner, senior to all but the founder, and take
    /// people out. What it has to say is in the answer's outbox, a log of its own: paper remembers
    /// no end of the last one.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for the seed of another team and for an owner who is to go,
    /// [`WriteError::NotFound`] for whom the team does not know; nothing was said then.
    pub fn last_resort(
        &self,
        seed: &Own0Seed,
        owner: UserId,
        out: &[UserId],
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, WriteError> {
        if !self.is_last_resort(seed) || out.contains(&owner) {
            return Err(WriteError::NotAllowed);
        }
        if !self.could_own().contains(&owner) {
            return Err(WriteError::NotFound);
        }
        // EXPOSE: at work the recovery owner's one device is a device like any other.
        let mut bytes = *seed.expose_secret();
        let device = DeviceSeed::from_bytes(&mut bytes);
        let mut paper = self.on_paper(&self.genesis.own0, device, rng);
        paper.me.user = self.rights.own0();
        paper.acts_as = Who::User(paper.me.user);
        paper.insert(self.entries.values().cloned());
        paper.start_log(now)?;
        let team = paper.team_scope();
        for user in out {
            paper.say_removal(*user, team, now)?;
        }
        let subject = paper.subject(Who::User(owner))?;
        paper.write_grant(Giving::new(subject, team, Role::Owner), now)?;
        Ok(paper)
    }

    /// What the last-resort sheet did, the latest first: everybody is to know that it was used.
    #[must_use]
    pub fn last_resorts(&self) -> Vec<LastResort> {
        let own0 = self.rights.own0();
        let used = self.entries.values().filter_map(|entry: &Entry| {
            let Body::Grant(SubjectId::User(owner), _) = &entry.body else {
                return None;
            };
            let counts = self.rights.counts(&entry.hash);
            (counts && self.rights.author(entry) == Some(own0)).then_some(LastResort {
                entry: entry.hash,
                owner: *owner,
                at_ms: entry.header.wall_ms,
            })
        });
        let mut used: Vec<LastResort> = used.collect();
        used.sort_by_key(|used| core::cmp::Reverse(used.at_ms));
        used
    }
}
