//! The passphrase of this computer's profile: what it opens, and another one in its place.
//!
//! A passphrase opens the local master key and nothing else, so another one wraps that key anew
//! and seals nothing again. The old wrap is replaced by one transaction: whatever fails before
//! that leaves the old passphrase as it is.

use conclave_crypto::{DeviceSecret, LocalMasterKey, local};
use conclave_store::LockHeader;

use super::{App, unlock::device_account};
use crate::{
    api::{AppError, Code},
    random,
};

impl App {
    fn device_secret(&self, header: &LockHeader) -> Result<DeviceSecret, AppError> {
        let inner = self.inner();
        let in_file = inner.card.as_ref().is_some_and(|card| card.secret_in_file);
        drop(inner);
        let kept = self.secrets(in_file);
        let secret = kept.get(&device_account(header.profile()))?;
        let secret = secret.ok_or(Code::KeychainMissing)?;
        DeviceSecret::from_slice(&secret).map_err(|_| Code::KeychainMissing.into())
    }

    /// What a passphrase opens, after the second that its derivation takes.
    ///
    /// # Errors
    /// [`Code::WrongPassphrase`]; [`Code::KeychainMissing`] when the device secret is gone.
    pub(super) fn master_key(
        &self,
        header: &LockHeader,
        passphrase: &[u8],
    ) -> Result<LocalMasterKey, AppError> {
        let secret = self.device_secret(header)?;
        let key = local::local_key(&secret, passphrase, header.salt(), header.kdf())
            .map_err(|e| AppError::new(Code::Internal, e))?;
        header
            .unwrap_passphrase(&key)
            .map_err(|_| AppError::from(Code::WrongPassphrase))
    }

    /// Puts the passphrase that [`App::setup_passphrase`] was given in the place of `old`. How the
    /// keychain unlocks stays as it is.
    ///
    /// # Errors
    /// [`Code::WrongPassphrase`] where `old` opens nothing; [`Code::PassphraseMissing`] without a
    /// new one; what the keychain or the disk says. The old one stands then.
    pub fn passphrase_change(&self, old: &[u8]) -> Result<(), AppError> {
        let new = self.inner().setup.passphrase.take();
        let new = new.ok_or(Code::PassphraseMissing)?;
        // Both derivations take their second without any lock held.
        let header = self.with(|engine| Ok(engine.store.header().clone()))?;
        self.master_key(&header, old)?;
        let secret = self.device_secret(&header)?;
        let (mut rng, mut salt) = (random::os(), [0; 16]);
        rand_core::Rng::fill_bytes(&mut rng, &mut salt);
        let kdf = self.config.kdf;
        let key = local::local_key(&secret, &new, &salt, kdf)
            .map_err(|e| AppError::new(Code::Internal, e))?;
        self.with(|engine| {
            // As it is now: the keychain may have been switched meanwhile.
            let mut header = engine.store.header().clone();
            header.set_kdf(kdf, salt);
            header.wrap_passphrase(&key, engine.store.master_key(), &mut rng);
            engine.store.set_header(header)?;
            // The log of the database still has the old wrap; it goes sooner or later in any case.
            if engine.store.checkpoint().is_err() {
                tracing::warn!("the log was not written back after a change of the passphrase");
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::KdfParams;

    use super::*;
    use crate::{
        api::app::{LockReason, Phase},
        commands::two_people::ana,
    };

    const OLD: &[u8] = b"gravel unmoving kebab thirteen polar";
    const NEW: &[u8] = b"outlast ferment tulip gangway crumb";

    fn opens(app: &App, passphrase: &[u8]) -> Result<(), Code> {
        app.lock(LockReason::Manual);
        let opened = app.unlock(passphrase).map_err(|error| error.code);
        assert!(opened.is_err() || app.state().phase == Phase::Unlocked);
        opened.map(drop)
    }

    fn change(app: &App, old: &[u8], new: &[u8]) -> Result<(), Code> {
        let staged = app.setup_passphrase(new);
        let changed = staged.and_then(|()| app.passphrase_change(old));
        changed.map_err(|error| error.code)
    }

    #[test]
    fn another_passphrase_opens_what_the_old_one_did() {
        let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
        let ana = ana(homes[0].path(), homes[1].path());
        let header = |app: &App| app.with(|e| Ok(e.store.header().clone())).unwrap();
        let vaults = ana.vault_list().unwrap();
        let before = header(&ana);
        assert_eq!(change(&ana, OLD, NEW), Ok(()));
        let after = header(&ana);
        assert_eq!(after.kdf(), KdfParams::insecure_for_tests());
        assert_ne!(after.salt(), before.salt());
        assert_eq!(opens(&ana, OLD), Err(Code::WrongPassphrase));
        assert_eq!(opens(&ana, NEW), Ok(()));
        assert_eq!(ana.vault_list().unwrap(), vaults);
    }

    #[test]
    fn whatever_is_refused_leaves_the_old_passphrase() {
        let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
        let ana = ana(homes[0].path(), homes[1].path());
        assert_eq!(change(&ana, NEW, NEW), Err(Code::WrongPassphrase));
        // What was meant for one try is not there for another.
        let again = ana.passphrase_change(OLD).map_err(|error| error.code);
        assert_eq!(again, Err(Code::PassphraseMissing));
        assert_eq!(change(&ana, OLD, b"short"), Err(Code::WeakPassphrase));
        assert_eq!(opens(&ana, OLD), Ok(()));
        // Nor does a new one outlive the lock.
        ana.setup_passphrase(NEW).unwrap();
        assert_eq!(opens(&ana, OLD), Ok(()));
        let late = ana.passphrase_change(OLD).map_err(|error| error.code);
        assert_eq!(late, Err(Code::PassphraseMissing));
        // Locked, nothing is changed.
        ana.setup_passphrase(NEW).unwrap();
        ana.lock(LockReason::Manual);
        assert!(change(&ana, OLD, NEW).is_err());
        assert_eq!(opens(&ana, NEW), Err(Code::WrongPassphrase));
        assert_eq!(opens(&ana, OLD), Ok(()));
    }

    #[test]
    fn the_keychain_goes_on_opening() {
        let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
        let ana = ana(homes[0].path(), homes[1].path());
        // As switching it on leaves it, whichever keychain that is.
        let key = conclave_crypto::KeychainKey::random(&mut random::os());
        ana.with(|engine| {
            let mut header = engine.store.header().clone();
            header.wrap_keychain(&key, engine.store.master_key(), &mut random::os());
            Ok(engine.store.set_header(header)?)
        })
        .unwrap();
        assert_eq!(change(&ana, OLD, NEW), Ok(()));
        ana.with(|engine| {
            assert!(engine.store.header().unwrap_keychain(&key).is_ok());
            Ok(())
        })
        .unwrap();
    }
}
