//! Comparing words with a person, and what follows for sharing.

use conclave_core::id::UserId;

use super::items::person;
use crate::{
    api::{
        AppError, Code,
        verify::{SafetyWords, StateWords},
    },
    convert::user_id,
    engine::{Engine, Pinned},
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
        changed: engine.pinned(user) == Pinned::Changed,
        words: spelled(&digest).collect(),
    })
}

impl Engine {
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
