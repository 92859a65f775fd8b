//! Using the last-resort sheet: at the computer of somebody who is or was in the team, which knows
//! what the paper does not.
//!
//! The seed is in memory while the dialog is open, and nowhere else.

use conclave_core::{
    cbor,
    id::{EntryHash, UserId},
    role::Role,
};
use conclave_crypto::Own0Seed;

use super::{items::person, removal::stale};
use crate::{
    api::{
        AppError, Code,
        people::PeopleView,
        recovery::{LastResortPerson, LastResortUse, LastResortUsed, LastResortView},
    },
    convert::user_id,
    engine::Engine,
    random, recovery,
    session::{App, Packed},
};

/// How long everybody is told of a use.
const RECENT_MS: u64 = 30 * 24 * 3600 * 1000;
/// The store's value with the uses that this person has seen.
const SEEN: &str = "last_resort/seen";

impl Engine {
    fn last_resort_view(&self) -> LastResortView {
        let replica = self.replica();
        let rights = replica.rights();
        let row = |user: UserId| {
            let theirs = replica.entries();
            let theirs = theirs.filter(|e| rights.user_of(e.device()) == Some(user));
            LastResortPerson {
                person: person(self, Some(user)),
                role: replica.team_role(user).map(Into::into),
                last_seen_ms: theirs.map(|e| e.header.wall_ms).max(),
            }
        };
        let mut people: Vec<LastResortPerson> = replica.could_own().into_iter().map(row).collect();
        people
            .sort_by_cached_key(|p| (!p.person.me, p.role.is_none(), p.person.name.to_lowercase()));
        LastResortView { people }
    }

    fn seen_uses(&self) -> Result<Vec<EntryHash>, AppError> {
        let row = self.store.value(Some(&self.team), SEEN)?;
        let seen = row.and_then(|row| cbor::decode::<Vec<EntryHash>>(&row).ok());
        Ok(seen.unwrap_or_default())
    }

    /// The latest use of the last month that this person has not put away.
    pub(super) fn last_resort_used(&self) -> Result<Option<LastResortUsed>, AppError> {
        let since = self.now().saturating_sub(RECENT_MS);
        let seen = self.seen_uses()?;
        let used = self.replica().last_resorts();
        let used = used
            .into_iter()
            .find(|used| used.at_ms >= since && !seen.contains(&used.entry));
        Ok(used.map(|used| LastResortUsed {
            owner: person(self, Some(used.owner)),
            at_ms: used.at_ms,
        }))
    }

    fn put_uses_away(&mut self) -> Result<(), AppError> {
        let used = self.replica().last_resorts();
        let seen: Vec<EntryHash> = used.into_iter().map(|used| used.entry).collect();
        let (team, row) = (self.team, cbor::encode(&seen));
        self.store.transaction(|tx| {
            tx.put_value(Some(&team), SEEN, &row)
                .map_err(crate::engine::EngineError::from)
        })?;
        Ok(())
    }
}

impl App {
    /// Takes the words of the last-resort sheet and says what it can be used for.
    ///
    /// # Errors
    /// [`Code::RecoveryWordsWrong`] for words that are not this team's last-resort sheet.
    pub fn last_resort_words(&self, words: &str) -> Result<LastResortView, AppError> {
        let mut seed = recovery::from_words(words).map_err(|_| Code::RecoveryWordsWrong)?;
        let seed = Own0Seed::from_bytes(&mut seed);
        // Who is there now, not a day ago.
        self.sync_now()?;
        let view = self.with(|engine| {
            if engine.replica().is_last_resort(&seed) {
                Ok(engine.last_resort_view())
            } else {
                Err(Code::RecoveryWordsWrong.into())
            }
        })?;
        self.hold_last_resort(seed);
        Ok(view)
    }

    /// Lets the sheet make an owner and take people out. Its words are forgotten then.
    ///
    /// # Errors
    /// [`Code::RecoveryWordsWrong`] when the words must be typed again, [`Code::StorageStale`]
    /// where this device has not synced lately, [`Code::StorageFailed`]; it can be tried again.
    pub fn last_resort_use(&self, request: &LastResortUse) -> Result<PeopleView, AppError> {
        let owner = user_id(&request.owner)?;
        let out = request.remove.iter().map(|user| user_id(user));
        let out = out.collect::<Result<Vec<_>, _>>()?;
        let remote = self.remote().ok_or(Code::NoFolder)?;
        // What those who go did until now is to stay.
        let sync = self.sync_now()?;
        if stale(&sync, self.now()).is_some() {
            return Err(Code::StorageStale.into());
        }
        let seed = self.last_resort().ok_or(Code::RecoveryWordsWrong)?;
        let packed = self.with(|engine| {
            let (replica, now) = (engine.replica(), engine.now());
            let paper = replica.last_resort(&seed, owner, &out, now, &mut random::os());
            Packed::of(&mut paper.map_err(crate::engine::EngineError::from)?)
        })?;
        self.wait(packed.put(remote.as_ref()))?;
        self.sync_now()?;
        let made =
            self.with(|engine| Ok(engine.replica().team_role(owner) == Some(Role::Owner)))?;
        if !made {
            return Err(Code::StorageFailed.into());
        }
        self.forget_last_resort();
        // The new keys that this computer has just made.
        self.sync_now()?;
        self.people_list()
    }

    /// Forgets the words: the dialog was closed.
    pub fn last_resort_close(&self) {
        self.forget_last_resort();
    }

    /// This person has seen that the sheet was used.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn last_resort_seen(&self) -> Result<PeopleView, AppError> {
        self.with(Engine::put_uses_away)?;
        self.people_list()
    }
}
