//! Objects of this device that no log brings back: what the own recovery sheet will look for, and a
//! request that waits for an answer. Anybody may have deleted them, or the storage was away.

use std::{sync::Arc, time::Duration};

use conclave_core::{
    id::InviteId,
    layout::{self, Digest},
    remote::{Key, Remote, RemoteError},
    replica::MAX_JOIN_OBJECT,
};

use zeroize::Zeroizing;

use super::EngineCell;
use crate::engine::Arrival;

/// The value's name in the store: the place of what the own kit finds, and its bytes.
pub(super) const POINTER: &str = "recovery/pointer";
/// The value's name in the store: the invitation's or code's id, and the sealed request.
pub(crate) const REQUEST: &str = "request";
/// How long until a storage that was away is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// The row of an object: the id that its place is made from, and its bytes.
pub(super) fn row(id: &InviteId, sealed: &[u8]) -> Vec<u8> {
    [id.as_bytes().as_slice(), sealed].concat()
}

/// Sees to it that both are on the storage, as far as this device has them.
pub(super) async fn keep(cell: Arc<EngineCell>, remote: Arc<dyn Remote>) {
    let pointer = there(&cell, remote.as_ref(), POINTER, |id, _| {
        layout::invitation(id)
    });
    let place = |id: &InviteId, sealed: &[u8]| Digest::of(sealed).request_key(id);
    let request = there(&cell, remote.as_ref(), REQUEST, place);
    tokio::join!(pointer, request);
}

async fn there(
    cell: &Arc<EngineCell>,
    remote: &dyn Remote,
    name: &'static str,
    place: impl Fn(&InviteId, &[u8]) -> Key,
) {
    // Read again each time: a request that was answered meanwhile is wanted no more.
    while let Some(row) = wanted(cell, name).await {
        let Some((id, sealed)) = row.split_first_chunk::<32>() else {
            return;
        };
        let key = place(&InviteId::new(*id), sealed);
        let done = match remote.get(&key, MAX_JOIN_OBJECT as u64).await {
            Ok(there) if there == sealed => true,
            Ok(_) | Err(RemoteError::NotFound) => remote.put(&key, sealed).await.is_ok(),
            Err(_) => false,
        };
        if done {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// The row, as long as the object is of use: a request is none once it ran out.
async fn wanted(cell: &Arc<EngineCell>, name: &'static str) -> Option<Zeroizing<Vec<u8>>> {
    let cell = Arc::clone(cell);
    let read = tokio::task::spawn_blocking(move || {
        let cell = cell.lock();
        let engine = cell.engine()?;
        let over = |arrival: &Arrival| arrival.expires_ms < engine.now();
        if name == REQUEST && engine.arrival.as_ref().is_none_or(over) {
            return None;
        }
        let team = engine.team;
        engine.store.value(Some(&team), name).ok().flatten()
    });
    read.await.ok().flatten()
}
