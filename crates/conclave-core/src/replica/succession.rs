//! A new log for a device that was restored or cloned (docs/format.md, "Entries").
//!
//! Such a device does not know all that it once wrote. Going on at the end that it does know could
//! make two histories, which is what equivocation looks like; so it begins another log and says
//! how far it knows the one before.

use rand_core::CryptoRng;

use super::{Replica, WriteError};
use crate::{
    body::{self, At},
    id::EntryHash,
    kind::Kind,
    pack::{Chain, LogIdentity},
};

impl Replica {
    /// The last entry of the own log that is known here, whoever brought it.
    #[must_use]
    pub fn own_end(&self) -> Option<At> {
        let log = self.chain.place().log;
        let (seq, hash) = *self.ends.get(&log)?;
        Some(At { log, seq, hash })
    }

    /// Ends writing into the own log for good and begins another, which says what it follows.
    ///
    /// # Errors
    /// [`WriteError`] as of any entry; the log is the old one then.
    pub fn succeed(&mut self, now: u64, rng: &mut dyn CryptoRng) -> Result<EntryHash, WriteError> {
        let replaces = self.own_end();
        let mut nonce = [0; 16];
        rand_core::Rng::fill_bytes(rng, &mut nonce);
        let before = (self.me.log, self.chain.clone());
        self.me.log = LogIdentity {
            nonce,
            ..self.me.log
        };
        self.chain = Chain::start(self.me.log.place(self.team));
        let said = self.say(Kind::LogStart, None, &body::LogStart { replaces }, now);
        if said.is_err() {
            (self.me.log, self.chain) = before;
        }
        said
    }
}
