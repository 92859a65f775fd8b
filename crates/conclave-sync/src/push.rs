//! Writes what this device has to say: sealed files, the pack that names them, the head that names
//! the pack, then away with the heads before.
//!
//! A crash between any two steps leaves the storage readable, and the next round does the same
//! steps with the same bytes.

use conclave_core::{
    id::LogId,
    layout::{self, HeadName, Span},
    pack::PackId,
    remote::RemoteError,
};

use crate::{desk::Desk, heads::Named, memory::Memory, round::RoundError, wire::Wire};

/// The most packs that one round sends; the rest waits for the next.
const MAX_PACKS: usize = 64;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) packs: u64,
    /// There is more to send.
    pub(crate) more: bool,
}

/// The means of writing, and what `head/` listed for the own log.
pub(crate) struct Writer<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) desk: &'a Desk,
    pub(crate) own: LogId,
    pub(crate) heads: Named,
}

impl Writer<'_> {
    /// Sends everything that is not delivered.
    pub(crate) async fn push(&mut self, memory: &mut Memory) -> Result<Pushed, RoundError> {
        let mut pushed = Pushed::default();
        if !memory.blobs_looked {
            // What vanished while nobody looked is put back.
            self.upload(memory).await?;
            memory.blobs_looked = true;
        }
        let mut newest = None;
        for _ in 0..MAX_PACKS {
            let outgoing = self
                .desk
                .with(|local| match local.stop() {
                    None => local.outgoing(),
                    Some(_) => Ok(None),
                })
                .await??;
            let Some(out) = outgoing else {
                self.tidy(newest).await?;
                return Ok(pushed);
            };
            // A crash came between head and `delivered`; the pack was compared in this round.
            let there = self.heads.own.contains(&out.id.span)
                && memory.own_checked >= Some(out.id.span.last());
            if !there {
                // Nobody is to read of a file that is not there.
                self.upload(memory).await?;
                self.wire.put(&out.id.key(), &out.pack).await?;
                self.wire.put(&out.id.head().key(), &out.head).await?;
                self.heads.own.insert(0, out.id.span);
            }
            memory.own_checked = memory.own_checked.max(Some(out.id.span.last()));
            let id = out.id;
            self.desk.with(move |local| local.delivered(&id)).await??;
            newest = Some(id);
            pushed.packs += 1;
            memory.tally.delivered += 1;
        }
        pushed.more = true;
        self.tidy(newest).await?;
        Ok(pushed)
    }

    /// Puts the own sealed files where they are missing: whatever own entries name by now. A file
    /// whose ciphertext is not here any more keeps nothing else from going out.
    async fn upload(&self, memory: &mut Memory) -> Result<(), RoundError> {
        let there = &mut memory.blobs;
        let mut blobs = self.desk.with(|local| local.blobs()).await??;
        blobs.retain(|blob| !there.contains(&blob.digest));
        if blobs.is_empty() {
            return Ok(());
        }
        let listed = self.wire.list(&layout::blobs(&self.own)).await?;
        for blob in blobs {
            let (digest, key) = (blob.digest, blob.digest.blob_key(&self.own));
            let mut same = listed.iter().filter(|item| item.name == key.name());
            if !same.any(|item| item.size == blob.len) {
                let sealed = self.desk.with(move |local| local.blob(&digest)).await??;
                let Some(sealed) = sealed else { continue };
                self.wire.put(&key, &sealed).await?;
            }
            there.insert(digest);
        }
        Ok(())
    }

    /// Puts the own head back where it is missing.
    pub(crate) async fn restore_head(&mut self, newest: PackId) -> Result<(), RoundError> {
        if self.heads.own.contains(&newest.span) {
            return Ok(());
        }
        let head = self.desk.with(|local| local.head()).await??;
        if let Some((id, file)) = head {
            self.wire.put(&id.head().key(), &file).await?;
            self.heads.own.insert(0, id.span);
        }
        Ok(())
    }

    /// Deletes own heads that the newest replaces, and packs that retired. Whatever fails here is
    /// done by a later round. A head that claims more than the newest is not ours to delete.
    async fn tidy(&mut self, newest: Option<PackId>) -> Result<(), RoundError> {
        let newest = match newest {
            Some(newest) => Some(newest),
            None => self.desk.with(|local| local.newest()).await?,
        };
        let Some(newest) = newest.map(|id| id.span) else {
            return Ok(());
        };
        if self.heads.own.contains(&newest) {
            let old = |span: &Span| *span != newest && span.last() <= newest.last();
            for span in self
                .heads
                .own
                .iter()
                .copied()
                .filter(old)
                .collect::<Vec<_>>()
            {
                let head = HeadName {
                    log: self.own,
                    span,
                };
                settle(self.wire.delete(&head.key()).await)?;
                self.heads.own.retain(|s| *s != span);
            }
        }
        Ok(())
    }

    /// Deletes packs that a larger one replaced long ago.
    pub(crate) async fn sweep(&self, now_ms: u64) -> Result<(), RoundError> {
        for id in self.desk.with(move |local| local.retired(now_ms)).await?? {
            self.wire.delete(&id.key()).await?;
            self.desk.with(move |local| local.swept(&id)).await??;
        }
        Ok(())
    }
}

/// A head that cannot be deleted does no harm.
fn settle(deleted: Result<(), RemoteError>) -> Result<(), RemoteError> {
    match deleted {
        Err(RemoteError::Gone) => Err(RemoteError::Gone),
        _ => Ok(()),
    }
}
