//! Items as the entries tell them: which revisions count, which are the ends, and what opens them.

use std::collections::BTreeMap;

use conclave_crypto::{ContentKey, label};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Replica, Rights, WriteError, writing::ENTRY_BODY};
use crate::{
    body::{self, Body, ScopeKind, Wrap},
    entry::{BodyRef, Entry, item_id},
    id::{DeviceId, EntryHash, ItemId, ScopeId},
    kind::Kind,
    merge::{self, History, RevisionKind},
    sealing::{self, PayloadPlace},
};

/// An item: its ends and everything that led there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The vault or personal scope that it lives in.
    pub home: ScopeId,
    /// Revisions that count.
    pub revisions: Vec<EntryHash>,
    /// The ends: more than one where edits met. Of a deleted item the revisions that were ended.
    pub heads: Vec<EntryHash>,
    /// Tombstones that count and that nothing supersedes.
    pub tombstones: Vec<EntryHash>,
    /// Ended, with no edit beside the end.
    pub deleted: bool,
}

/// One revision.
#[derive(Debug, Clone)]
pub struct Revision<'a> {
    /// Its entry.
    pub hash: EntryHash,
    /// The item.
    pub item: ItemId,
    /// Its body.
    pub body: &'a body::ItemRev,
    /// The author's device.
    pub author: DeviceId,
    /// The author's clock, Unix milliseconds.
    pub wall_ms: u64,
    /// The payload.
    pub payload: BodyRef,
}

/// What a revision says, and where the files that it names lie.
#[derive(Debug)]
pub struct Payload<'a> {
    /// The schema of the payload.
    pub schema: u32,
    /// The payload, before it is sealed.
    pub bytes: &'a [u8],
    /// Its files' ciphertexts, as [`crate::item::ItemContent::blobs`] gives them.
    pub blobs: Vec<body::BlobRef>,
}

/// All items by id.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ItemIndex {
    items: BTreeMap<ItemId, Item>,
    /// All revisions and tombstones of each item, counting or not, by hash.
    nodes: BTreeMap<ItemId, Vec<EntryHash>>,
    /// Wraps that were added to a revision after it was written.
    added: BTreeMap<EntryHash, Vec<EntryHash>>,
    /// Item scopes that count, each with the scope that it lies in, by the item that they name.
    shares: BTreeMap<ItemId, Vec<(ScopeId, ScopeId)>>,
}

impl ItemIndex {
    pub(super) fn iter(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items.iter().map(|(id, item)| (*id, item))
    }

    pub(super) fn get(&self, item: &ItemId) -> Option<&Item> {
        self.items.get(item)
    }

    /// The wraps that were added to a revision.
    pub(super) fn added(&self, revision: &EntryHash) -> &[EntryHash] {
        self.added.get(revision).map_or(&[], Vec::as_slice)
    }

    /// The scopes that share a single item, in a fixed order. They lie in the item's own vault:
    /// anybody may make a scope elsewhere that names it, and would be given its keys.
    pub(super) fn scopes_of(&self, item: &ItemId) -> impl Iterator<Item = ScopeId> + '_ {
        let home = self.items.get(item).map(|item| item.home);
        let named = self.shares.get(item).into_iter().flatten();
        named.filter_map(move |(scope, parent)| (Some(*parent) == home).then_some(*scope))
    }

    /// Items that are shared by themselves.
    pub(super) fn shared(&self) -> impl Iterator<Item = ItemId> + '_ {
        self.shares.keys().copied()
    }

    /// Was this revision written without a wrap for a scope that shares its item?
    pub(super) fn lacks_a_wrap(&self, entry: &Entry) -> bool {
        let Body::ItemRev(item, rev) = &entry.body else {
            return false;
        };
        let wrapped = |scope: &ScopeId| rev.wraps.iter().any(|wrap| wrap.scope() == *scope);
        self.scopes_of(item).any(|scope| !wrapped(&scope))
    }

    pub(super) fn build(entries: &BTreeMap<EntryHash, Entry>, rights: &Rights) -> Self {
        let mut index = Self::default();
        for entry in entries.values() {
            if let Some(item) = item_of(entry) {
                index.nodes.entry(item).or_default().push(entry.hash);
            }
            match &entry.body {
                Body::WrapAdd(add) if rights.counts(&entry.hash) => {
                    index
                        .added
                        .entry(add.revision)
                        .or_default()
                        .push(entry.hash);
                }
                _ => {}
            }
        }
        let items = index.nodes.iter().filter_map(|(item, nodes)| {
            let nodes: Vec<&Entry> = nodes.iter().filter_map(|hash| entries.get(hash)).collect();
            Some((*item, gather(&nodes, rights)?))
        });
        index.items = items.collect();
        index.shares = shares(entries, rights);
        index
    }

    /// Takes in one more revision or tombstone, where nothing else has changed.
    pub(super) fn append(
        &mut self,
        item: ItemId,
        hash: EntryHash,
        entries: &BTreeMap<EntryHash, Entry>,
        rights: &Rights,
    ) {
        let nodes = self.nodes.entry(item).or_default();
        if let Err(at) = nodes.binary_search(&hash) {
            nodes.insert(at, hash);
        }
        let nodes: Vec<&Entry> = nodes.iter().filter_map(|hash| entries.get(hash)).collect();
        match gather(&nodes, rights) {
            Some(state) => self.items.insert(item, state),
            None => self.items.remove(&item),
        };
    }
}

fn shares(
    entries: &BTreeMap<EntryHash, Entry>,
    rights: &Rights,
) -> BTreeMap<ItemId, Vec<(ScopeId, ScopeId)>> {
    let scopes = rights.scopes().into_iter();
    let counting: BTreeMap<ScopeId, ScopeId> = scopes
        .filter(|scope| scope.kind == ScopeKind::Item && scope.counts)
        .filter_map(|scope| Some((scope.id, scope.parent?)))
        .collect();
    let mut shares: BTreeMap<ItemId, Vec<(ScopeId, ScopeId)>> = BTreeMap::new();
    for entry in entries.values() {
        if let Body::ScopeCreate(scope, create) = &entry.body
            && let (Some(item), Some(parent)) = (create.item, counting.get(scope))
        {
            shares.entry(item).or_default().push((*scope, *parent));
        }
    }
    for scopes in shares.values_mut() {
        scopes.sort_unstable();
        scopes.dedup();
    }
    shares
}

/// The wraps that a revision was written with.
pub(super) fn wraps_of(entry: &Entry) -> &[Wrap] {
    match &entry.body {
        Body::ItemRev(_, rev) => &rev.wraps,
        _ => &[],
    }
}

/// The item that a revision or tombstone is of.
pub(super) fn item_of(entry: &Entry) -> Option<ItemId> {
    match &entry.body {
        Body::ItemRev(item, _) => Some(*item),
        Body::Tombstone(tomb) => Some(tomb.item),
        _ => None,
    }
}

/// The ends of one item. `nodes` are all its revisions and tombstones, counting or not: an
/// ancestor is an ancestor through any entry.
fn gather(nodes: &[&Entry], rights: &Rights) -> Option<Item> {
    // The first revision proves the item and its home by its place in its author's log.
    let home = nodes.iter().find_map(|e| match &e.body {
        Body::ItemRev(_, rev) if rev.item.is_none() => Some(rev.home),
        _ => None,
    });
    let home = home.or_else(|| nodes.first().and_then(|e| home_of(e)))?;
    let history = History::new(nodes.iter().filter_map(|e| node(e, home, rights)));
    let heads = history.heads();
    let revisions = nodes
        .iter()
        .filter(|e| matches!(e.body, Body::ItemRev(..)) && counts(e, home, rights))
        .map(|e| e.hash)
        .collect();
    let (tombstones, deleted) = (history.tombstones(), history.is_deleted());
    (!heads.is_empty()).then_some(Item {
        home,
        revisions,
        heads,
        tombstones,
        deleted,
    })
}

fn counts(entry: &Entry, home: ScopeId, rights: &Rights) -> bool {
    let in_it = rights.counts(&entry.hash) || rights.adopted(&entry.hash);
    in_it && home_of(entry) == Some(home)
}

fn node(entry: &Entry, home: ScopeId, rights: &Rights) -> Option<merge::Revision> {
    let kind = match &entry.body {
        Body::ItemRev(..) => RevisionKind::Edit,
        Body::Tombstone(_) => RevisionKind::Tombstone,
        _ => return None,
    };
    Some(merge::Revision {
        hash: entry.hash,
        parents: parents_of(entry).to_vec(),
        kind,
        counts: counts(entry, home, rights),
    })
}

fn home_of(entry: &Entry) -> Option<ScopeId> {
    match &entry.body {
        Body::ItemRev(_, rev) => Some(rev.home),
        Body::Tombstone(tomb) => Some(tomb.home),
        _ => None,
    }
}

fn parents_of(entry: &Entry) -> &[EntryHash] {
    match &entry.body {
        Body::ItemRev(_, rev) => &rev.parents,
        Body::Tombstone(tomb) => &tomb.parents,
        _ => &[],
    }
}

impl Replica {
    /// A revision's own facts.
    #[must_use]
    pub fn revision(&self, hash: &EntryHash) -> Option<Revision<'_>> {
        let entry = self.entries.get(hash)?;
        let Body::ItemRev(item, body) = &entry.body else {
            return None;
        };
        Some(Revision {
            hash: *hash,
            item: *item,
            body,
            author: entry.device(),
            wall_ms: entry.header.wall_ms,
            payload: entry.header.sealed?,
        })
    }

    /// All revisions and tombstones of an item, whether they are revisions and whether they count.
    #[must_use]
    pub fn item_nodes(&self, item: &ItemId) -> Vec<(EntryHash, bool, bool)> {
        let Some(home) = self.item(item).map(|item| item.home) else {
            return Vec::new();
        };
        let nodes = self.items.nodes.get(item).into_iter().flatten();
        nodes
            .filter_map(|hash| {
                let entry = self.entries.get(hash)?;
                let edit = matches!(entry.body, Body::ItemRev(..));
                Some((*hash, edit, counts(entry, home, &self.rights)))
            })
            .collect()
    }

    /// A revision's or tombstone's parents.
    #[must_use]
    pub fn parents(&self, hash: &EntryHash) -> &[EntryHash] {
        self.entries.get(hash).map_or(&[], parents_of)
    }

    /// Opens a revision with the ciphertext that the store keeps. `None` while no wrap of it is
    /// for a key that is here: "newer version exists".
    #[must_use]
    pub fn open_revision(&self, hash: &EntryHash, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let revision = self.revision(hash)?;
        let place = self.payload_place(&revision);
        // Whoever reads the scope may have added a wrap that holds another key: it spoils no other.
        let mut keys = self.content_keys(&revision);
        keys.find_map(|key| sealing::open_payload(&place, &key, sealed).ok())
    }

    /// Can this device open the revision?
    #[must_use]
    pub fn can_open(&self, hash: &EntryHash) -> bool {
        self.revision(hash).is_some_and(|r| {
            self.wraps(&r)
                .iter()
                .any(|w| self.keyring.holds(&w.epoch()))
        })
    }

    fn payload_place<'a>(&self, revision: &Revision<'a>) -> PayloadPlace<'a> {
        PayloadPlace {
            team: self.team,
            item: revision.item,
            home: revision.body.home,
            parents: &revision.body.parents,
            author: revision.author,
            schema: revision.body.schema,
        }
    }

    /// Writes a revision without files: of a new item, or of one whose `parents` it supersedes.
    ///
    /// # Errors
    /// As [`Self::write_revision`].
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a part of the signed revision"
    )]
    pub fn write_item(
        &mut self,
        item: Option<ItemId>,
        home: ScopeId,
        parents: Vec<EntryHash>,
        schema: u32,
        payload: &[u8],
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(ItemId, EntryHash), WriteError> {
        let payload = Payload {
            schema,
            bytes: payload,
            blobs: Vec::new(),
        };
        self.write_revision(item, home, parents, payload, now, rng)
    }

    /// Writes a revision: of a new item, or of one whose `parents` it supersedes.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below editor, [`WriteError::NoKey`] without a usable key.
    pub fn write_revision(
        &mut self,
        item: Option<ItemId>,
        home: ScopeId,
        parents: Vec<EntryHash>,
        payload: Payload<'_>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(ItemId, EntryHash), WriteError> {
        let under = self.under_write(home);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        self.ensure_epoch(home, now, rng)?;
        let place = *self.chain.place();
        let id = item.unwrap_or_else(|| item_id(self.team, home, place.log, self.chain.next_seq()));
        let key = ContentKey::random(rng);
        let at = PayloadPlace {
            team: self.team,
            item: id,
            home,
            parents: &parents,
            author: place.device,
            schema: payload.schema,
        };
        let sealed = sealing::seal_payload(&at, &key, payload.bytes, rng);
        let hash = BodyRef::of(&sealed)
            .ok_or(crate::entry::EntryError::Body)?
            .hash;
        // Without a wrap for its home nobody would ever open it, its author least of all.
        let for_home = self.wrap_for(id, &hash, home, &key, rng)?;
        let mut wraps = vec![for_home.ok_or(WriteError::NoKey)?];
        for scope in self.item_scopes(id) {
            wraps.extend(self.wrap_for(id, &hash, scope, &key, rng)?);
        }
        let body = body::ItemRev {
            item,
            home,
            parents,
            wraps,
            blobs: payload.blobs,
            schema: payload.schema,
        };
        let mut draft = self.draft(Kind::ItemRev, under, now);
        draft.control = Some(crate::cbor::encode(&body));
        draft.sealed = Some(sealed);
        Ok((id, self.append(draft)?))
    }

    /// Ends an item.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below editor.
    pub fn delete_item(&mut self, item: ItemId, now: u64) -> Result<EntryHash, WriteError> {
        let state = self.item(&item).ok_or(WriteError::NotFound)?.clone();
        let under = self.under_write(state.home);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        let body = body::Tombstone {
            item,
            home: state.home,
            parents: state.heads,
            moved_to: None,
        };
        self.say(Kind::Tombstone, under, &body, now)
    }

    /// Appends a receipt of use, sealed to the auditors: who, what and why are in `receipt`.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for somebody without a live grant.
    pub fn write_receipt<T: minicbor::Encode<()>>(
        &mut self,
        receipt: &T,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let under = self.under_any();
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        let scope = self.rights.audit();
        let (epoch, pk) = self.scope_key(scope).ok_or(WriteError::NoKey)?;
        let mut draft = self.draft(Kind::Audit, under, now);
        (draft.scope, draft.epoch) = (Some(scope), Some(epoch));
        let ctx = self.chain.body_ctx(ENTRY_BODY, &draft);
        let info = conclave_crypto::lp(label::AUDIT_BOX, &[self.team.as_bytes(), epoch.as_bytes()]);
        let plain = crate::cbor::encode(receipt);
        draft.sealed = Some(sealing::seal_to_scope(&[&pk], &info, &ctx, &plain, rng)?);
        self.append(draft)?;
        Ok(())
    }

    /// Opens a receipt, if this device reads the audit scope.
    #[must_use]
    pub fn open_receipt(&self, hash: &EntryHash, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let entry = self
            .entries
            .get(hash)
            .filter(|e| e.kind() == Some(Kind::Audit))?;
        let epoch = entry.header.epoch?;
        let sk = self.keyring.get(&epoch)?.sealing();
        let info = conclave_crypto::lp(label::AUDIT_BOX, &[self.team.as_bytes(), epoch.as_bytes()]);
        sealing::open_from_scope(&sk, 0, &info, &entry.body_ctx(ENTRY_BODY), sealed).ok()
    }
}
