//! A replica and its entries as text: to compare, and to tell a story.

use conclave_core::{
    body,
    entry::Entry,
    id::{ScopeId, UserId},
    replica::Replica,
};

/// What an entry does to keys.
pub(crate) fn tell(entry: &Entry) -> String {
    let device = entry.device();
    match &entry.body {
        body::Body::KeyEpoch(e) => {
            let boxes: Vec<_> = e.boxes.iter().map(|b| b.recipient).collect();
            let hash = entry.hash;
            format!("{device} makes {hash} of {} for {boxes:?}", e.scope)
        }
        body::Body::KeyBoxAdd(add) => {
            let boxes: Vec<_> = add.boxes.iter().map(|b| (b.recipient, b.key)).collect();
            format!("{device} boxes {} to {boxes:?}", add.epoch)
        }
        _ => format!("{device} says {:?}", entry.kind()),
    }
}

/// Rights, epochs and heads as one text.
pub(crate) fn digest(replica: &Replica) -> Vec<u8> {
    let rights = replica.rights();
    let built_in = [rights.directory(), rights.audit(), rights.admins()];
    let mut scopes: Vec<ScopeId> = rights
        .scopes()
        .iter()
        .map(|s| s.id)
        .chain(built_in)
        .collect();
    scopes.sort_unstable();
    let mut users: Vec<UserId> = rights.users().collect();
    users.sort_unstable();
    let scopes = scopes
        .into_iter()
        .map(|s| (s, rights.readers(s), rights.ranked(s)));
    let scopes: Vec<_> = scopes.collect();
    let devices: Vec<_> = users
        .iter()
        .map(|u| rights.devices_of(*u).to_vec())
        .collect();
    let shown: Vec<_> = replica
        .entries()
        .map(|e| (e.hash, rights.shown(&e.hash)))
        .collect();
    let items: Vec<_> = replica.items().collect();
    let grants = rights.live_grants();
    let forks = rights.forks();
    format!("{grants:?}{scopes:?}{devices:?}{shown:?}{items:?}{forks:?}").into_bytes()
}
