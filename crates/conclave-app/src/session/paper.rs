//! What a device on paper has said: the one pack and head of its log.
//!
//! Its words are not for the own store: they come back from the storage as anybody's do.

use conclave_core::{
    layout::{HeadName, PackName},
    pack::{Head, PackId, build},
    remote::{Remote, RemoteError},
    replica::{Replica, Written},
};

use crate::{
    api::{AppError, Code},
    random,
};

/// A log from its start to its end.
pub(crate) struct Packed {
    id: PackId,
    pack: Vec<u8>,
    head: Vec<u8>,
}

impl Packed {
    /// Packs all that a device on paper has written.
    ///
    /// # Errors
    /// [`Code::Internal`] for one that has written nothing.
    pub(crate) fn of(paper: &mut Replica) -> Result<Self, AppError> {
        let written = paper.take_written();
        let entries: Vec<_> = written
            .into_iter()
            .map(|Written { raw, sealed, .. }| (raw, sealed))
            .collect();
        let (team, me, mut rng) = (paper.team(), paper.me(), random::os());
        let (id, pack) = build(team, paper.out(), &me.log, &me.signer(), &entries, &mut rng)
            .map_err(|e| AppError::new(Code::Internal, e))?;
        let head = Head {
            identity: me.log,
            live: vec![id.span],
        };
        let head = head.build(team, paper.out(), &id, &me.signer(), &mut rng);
        Ok(Self { id, pack, head })
    }

    /// Puts it on the storage: the pack, then what names it.
    ///
    /// # Errors
    /// What the storage says. Then nobody may have seen it, and another log may say it again.
    pub(crate) async fn put(&self, remote: &dyn Remote) -> Result<(), RemoteError> {
        let (log, span) = (self.id.log, self.id.span);
        remote.put(&PackName { span }.key(&log), &self.pack).await?;
        remote.put(&HeadName { log, span }.key(), &self.head).await
    }
}
