//! Comparing words with a person, and what follows for sharing.

use conclave_core::id::UserId;

use super::items::person;
use crate::{
    api::{
        AppError, Code,
        verify::{KeyChange, SafetyWords, StateWords},
    },
    convert::user_id,
    engine::{Differs, Engine, Pinned},
    session::App,
    words,
};

/// Eight words of a digest, one for each four bytes.
fn spelled(digest: &[u8; 32]) -> impl Iterator<Item = String> {
    let (groups, _) = digest.as_chunks::<4>();
    groups.iter().map(|group| {
        let number = usize::try_from(u32::from_be_bytes(*group)).unwrap_or(0);
        words::word(number).to_owned()
    })
}

fn view(engine: &Engine, user: UserId) -> Result<SafetyWords, AppError> {
    if user == engine.replica().me().user {
        return Err(Code::NotFound.into());
    }
    let digest = engine.safety_digest(user).ok_or(Code::NotFound)?;
    Ok(SafetyWords {
        person: person(engine, Some(user)),
        key_state: engine.key_state(user),
        key_change: engine.key_change(user),
        words: spelled(&digest).collect(),
    })
}

impl From<Differs> for KeyChange {
    fn from(differs: Differs) -> Self {
        Self {
            confirmed_ms: differs.at_ms,
            was_called: differs.was_called,
        }
    }
}

impl Engine {
    /// What of a person is not as it was confirmed.
    pub(super) fn key_change(&self, user: UserId) -> Option<KeyChange> {
        self.differs(user).map(Into::into)
    }

    /// Somebody else was confirmed under this name.
    pub(super) fn name_confirmed(&self, user: UserId, name: &str) -> Option<KeyChange> {
        self.confirmed_other(user, name).map(Into::into)
    }

    /// Refuses to share with somebody whose keys or name are not the ones that were confirmed.
    pub(crate) fn check_pin(&self, user: UserId) -> Result<(), AppError> {
        if self.pinned(user) == Pinned::Changed {
            let name = person(self, Some(user)).name;
            return Err(AppError::from(Code::KeyChanged).arg("name", name));
        }
        Ok(())
    }
}

impl App {
    /// What this device knows of its team, as words: two that know the same show the same.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn state_words(&self) -> Result<StateWords, AppError> {
        self.with(|engine| {
            let digest = engine.state_digest();
            let words = spelled(&digest).take(6);
            Ok(StateWords {
                words: words.collect(),
            })
        })
    }

    /// The words that this person and another compare.
    ///
    /// # Errors
    /// [`Code::NotFound`] for oneself and for somebody whose keys are not known.
    pub fn safety_words(&self, user: &str) -> Result<SafetyWords, AppError> {
        let user = user_id(user)?;
        self.with(|engine| view(engine, user))
    }

    /// Keeps what the comparison found.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn safety_confirm(&self, user: &str, same: bool) -> Result<SafetyWords, AppError> {
        let user = user_id(user)?;
        self.with(|engine| {
            view(engine, user)?;
            engine.pin(user, same)?;
            view(engine, user)
        })
    }
}
