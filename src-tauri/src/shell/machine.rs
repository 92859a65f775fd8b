//! `conclave read`: one value for a program, by a machine's key.

use std::{
    fs::File,
    io::{self, Read as _},
    sync::Arc,
};

use conclave_app::{
    clock::SystemClock,
    session::machine::{self, MachineError, Place},
};
use zeroize::Zeroizing;

use super::{
    args::Read,
    profile::{ProfileError, machine_dir},
};

/// More than any machine's key is long.
const MAX_KEY: u64 = 256 * 1024;

/// Why nothing is printed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ReadError {
    #[error("the key cannot be read")]
    Key(#[from] io::Error),
    #[error(transparent)]
    State(#[from] ProfileError),
    #[error(transparent)]
    Machine(#[from] MachineError),
}

/// Reads what was asked for. The value is followed by nothing, not even a new line.
pub(crate) fn read(read: &Read) -> Result<Zeroizing<String>, ReadError> {
    // At its full length from the start, so that no copy is left behind.
    let mut key = Zeroizing::new(String::with_capacity(MAX_KEY as usize));
    match &read.key {
        Some(path) => File::open(path)?.take(MAX_KEY).read_to_string(&mut key)?,
        None => io::stdin().lock().take(MAX_KEY).read_to_string(&mut key)?,
    };
    let id = machine::id(&key)?;
    let state = machine_dir(read.state.as_deref(), &id)?;
    let place = Place {
        folder: &read.folder,
        state: &state,
        clock: Arc::new(SystemClock),
    };
    Ok(machine::read(&key, &place, &read.wanted)?)
}
