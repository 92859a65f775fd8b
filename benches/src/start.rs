//! P21, as far as it shows without a window: what happens between the start and the answer that
//! the first frame is painted from.

use std::{hint::black_box, sync::Arc};

use conclave_app::{
    KdfParams,
    api::app::Phase,
    clock::SystemClock,
    session::{App, Config},
};
use conclave_crypto::meter;
use conclave_store::{LockHeader, Store};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::{
    row::{Outcome, Row, number},
    store::{lmk, ms},
};

/// Measures P21's counts.
///
/// # Errors
/// What the disk or the app refuse.
pub fn measure() -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("profile");
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let header = LockHeader::new([3; 16], KdfParams::DEFAULT, [4; 16]);
    drop(Store::create(&profile, &header, &lmk(), &mut random)?);

    let before = meter::snapshot();
    let mut phase = None;
    let took = ms(|| {
        let app = App::start(Config {
            folder: profile.clone(),
            keychain: None,
            clock: Arc::new(SystemClock),
            kdf: KdfParams::DEFAULT,
            invite_kdf: KdfParams::INVITE,
            listener: Arc::new(|_| {}),
        })
        .map_err(|error| format!("the app does not start: {:?}", error.code))?;
        phase = Some(black_box(app.state()).phase);
        Ok(())
    })?;
    let spent = meter::snapshot().since(before);
    if phase != Some(Phase::Locked) {
        return Err(format!("the app starts as {phase:?}").into());
    }
    Ok(vec![
        Row::gated(
            "P21 start to the first answer, locked: key derivations",
            number(spent.kdfs),
            "operations",
            0.0,
        ),
        Row::gated(
            "P21 start to the first answer, locked: reads of a vault",
            number(spent.env_opens),
            "sealed rows opened",
            0.0,
        ),
        Row::told(
            "P21 start to the first answer, without a window, time",
            took,
            "ms",
        ),
    ])
}
