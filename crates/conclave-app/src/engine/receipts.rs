//! Receipts of use. The receipt comes first: a value that is shown was accounted for. Where this
//! device may not write, because writing has stopped or the person was removed, reading goes on,
//! and the receipt is owed: it is kept here and written when writing goes on.

use conclave_core::{cbor, receipt::Receipt, replica::WriteError};
use minicbor::{Decode, Encode};

use super::{Engine, EngineError};
use crate::random;

/// The value's name in the store.
const OWED: &str = "receipts/owed";
/// How many are kept; of more, the first ones.
const MAX_OWED: usize = 10_000;

/// A receipt that could not be written yet.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Owed {
    #[n(0)]
    receipt: Receipt,
    #[n(1)]
    at_ms: u64,
}

impl Engine {
    /// Accounts for a use, now or once this device may write again.
    ///
    /// # Errors
    /// What the store refuses: then the value must not be shown.
    pub(crate) fn account_for(&mut self, receipt: Receipt) -> Result<(), EngineError> {
        let written =
            self.commit(|replica, now| replica.write_receipt(&receipt, now, &mut random::os()));
        match written {
            Err(
                EngineError::Stopped
                | EngineError::ReadOnly
                | EngineError::Write(WriteError::NotAllowed | WriteError::NoKey),
            ) => self.owe(receipt),
            written => written,
        }
    }

    fn owe(&mut self, receipt: Receipt) -> Result<(), EngineError> {
        let mut owed = self.owed()?;
        if owed.len() < MAX_OWED {
            let at_ms = self.now();
            owed.push(Owed { receipt, at_ms });
            self.keep(OWED, &cbor::encode(&owed))?;
        }
        Ok(())
    }

    fn owed(&self) -> Result<Vec<Owed>, EngineError> {
        let row = self.store.value(Some(&self.team), OWED)?;
        let owed = row.map(|row| cbor::decode(&row)).transpose();
        Ok(owed.map_err(|_| EngineError::Damaged)?.unwrap_or_default())
    }

    /// Writes the receipts that are owed, each with the time of its use.
    ///
    /// # Errors
    /// What keeps this device from writing; they stay owed then.
    pub(crate) fn pay(&mut self) -> Result<bool, EngineError> {
        let owed = self.owed()?;
        if owed.is_empty() || self.stopped().is_some() {
            return Ok(false);
        }
        let paid = self.commit(|replica, _| {
            owed.iter().try_for_each(|owed| {
                replica.write_receipt(&owed.receipt, owed.at_ms, &mut random::os())
            })
        });
        match paid {
            // Still not, or never again.
            Err(EngineError::ReadOnly | EngineError::Write(_)) => return Ok(false),
            paid => paid?,
        }
        let team = self.team;
        self.store.transaction(|tx| {
            tx.delete_value(Some(&team), OWED)?;
            Ok::<(), EngineError>(())
        })?;
        Ok(true)
    }
}
