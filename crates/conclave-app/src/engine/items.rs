//! Opening and writing items: merged on reading, written only with somebody's edit.

use std::collections::BTreeMap;

use conclave_core::{
    id::{DeviceId, EntryHash, ItemId, ScopeId},
    item::{ItemContent, Part, SCHEMA},
    merge::{self, History, Merge, Revision, RevisionKind, Source},
    replica::{Item, Payload},
};

use super::{Engine, EngineError};
use crate::random;

/// An item as it is shown.
pub struct Opened {
    /// The vault or personal scope that it lives in.
    pub home: ScopeId,
    /// The heads that are shown.
    pub heads: Vec<EntryHash>,
    /// Ended.
    pub deleted: bool,
    /// Merged; a part in conflict holds a stand-in.
    pub content: ItemContent,
    /// How many parts are in conflict.
    pub conflicts: usize,
}

/// One revision's content.
pub type Content = ItemContent;

/// What a revision changed against the one before.
pub type FieldChange = Part;

impl Engine {
    /// Opens one revision.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] while its body or key is not here, and once this person's day for it
    /// is over; [`EngineError::Item`] when a newer version is needed.
    pub fn open_revision(&self, hash: &EntryHash) -> Result<ItemContent, EngineError> {
        let of = self.replica.revision(hash).map(|revision| revision.item);
        let of = of.and_then(|id| Some((id, self.replica.item(&id)?)));
        if of.is_some_and(|(id, item)| self.is_withheld(id, item)) {
            return Err(EngineError::NotFound);
        }
        let body = self
            .store
            .body(&self.team, hash)?
            .ok_or(EngineError::NotFound)?;
        let plain = self
            .replica
            .open_revision(hash, &body)
            .ok_or(EngineError::NotFound)?;
        Ok(ItemContent::decode(&plain)?)
    }

    /// The revisions of an item as a graph.
    #[must_use]
    pub fn history(&self, item: &ItemId) -> History {
        let nodes = self.replica.item_nodes(item);
        History::new(nodes.into_iter().map(|(hash, edit, counts)| Revision {
            hash,
            parents: self.replica.parents(&hash).to_vec(),
            kind: if edit {
                RevisionKind::Edit
            } else {
                RevisionKind::Tombstone
            },
            counts,
        }))
    }

    /// Merges an item's heads and looks at the result.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when no head can be opened.
    pub fn with_merge<T>(
        &self,
        item: &ItemId,
        look: impl FnOnce(&Merge<'_, DeviceId>) -> T,
    ) -> Result<T, EngineError> {
        let state = self.replica.item(item).ok_or(EngineError::NotFound)?;
        if let Some(last) = self.last_readable(state) {
            let (content, author) = (self.open_revision(&last)?, self.author_of(&last));
            let only = History::new([Revision {
                hash: last,
                parents: Vec::new(),
                kind: RevisionKind::Edit,
                counts: true,
            }]);
            let author = author.ok_or(EngineError::NotFound)?;
            let open = |hash: EntryHash| {
                (hash == last).then_some(Source {
                    author,
                    content: &content,
                })
            };
            return merge::merge(&only, open)
                .map(|merge| look(&merge))
                .ok_or(EngineError::NotFound);
        }
        // One head needs no base; several need whatever they have in common.
        let wanted = if state.heads.len() > 1 {
            &state.revisions
        } else {
            &state.heads
        };
        let mut contents: BTreeMap<EntryHash, (DeviceId, ItemContent)> = BTreeMap::new();
        let mut newer = None;
        for hash in wanted {
            match self.open_revision(hash) {
                Ok(content) => {
                    let author = self.replica.revision(hash).map(|r| r.author);
                    contents.extend(author.map(|a| (*hash, (a, content))));
                }
                Err(EngineError::NotFound) => {}
                Err(error @ EngineError::Item(_)) => newer = Some(error),
                Err(error) => return Err(error),
            }
        }
        let open = |hash: EntryHash| {
            contents.get(&hash).map(|(author, content)| Source {
                author: *author,
                content,
            })
        };
        match merge::merge(&self.history(item), open) {
            Some(merge) => Ok(look(&merge)),
            None => Err(newer.unwrap_or(EngineError::NotFound)),
        }
    }

    /// For somebody who was removed: the last revision that they could read, where none of the
    /// present ones is theirs to read any more.
    fn last_readable(&self, item: &Item) -> Option<EntryHash> {
        let readable = |hash: &&EntryHash| self.replica.can_open(hash);
        if item.heads.iter().any(|head| readable(&head)) || !self.is_out() {
            return None;
        }
        let open = item.revisions.iter().filter(readable);
        open.copied()
            .max_by_key(|hash| self.replica.revision(hash).map(|r| (r.wall_ms, *hash)))
    }

    fn author_of(&self, hash: &EntryHash) -> Option<DeviceId> {
        self.replica.revision(hash).map(|r| r.author)
    }

    /// Opens an item as it is shown.
    ///
    /// # Errors
    /// As [`Engine::with_merge`].
    pub fn open_item(&self, item: &ItemId) -> Result<Opened, EngineError> {
        let state = self.replica.item(item).ok_or(EngineError::NotFound)?;
        let (home, heads, deleted) = (state.home, state.heads.clone(), state.deleted);
        self.with_merge(item, |merge| Opened {
            home,
            heads,
            deleted,
            content: merge.content().duplicate(),
            conflicts: merge.conflicts().len(),
        })
    }

    /// Writes a new item.
    ///
    /// # Errors
    /// [`EngineError::Write`] when it is not this person's to write.
    pub fn create_item(
        &mut self,
        home: ScopeId,
        content: &ItemContent,
    ) -> Result<ItemId, EngineError> {
        let payload = content.encode()?;
        self.commit(|replica, now| {
            let mut rng = random::os();
            replica.write_revision(
                None,
                home,
                Vec::new(),
                payload_of(&payload, content),
                now,
                &mut rng,
            )
        })
        .map(|(item, _)| item)
    }

    /// Writes an edit of what was shown as `base`. Somebody else's edit meanwhile is no obstacle:
    /// both are kept and merge on reading. While a conflict is open the edit goes onto one head,
    /// so that it decides nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when `base` is not of this item.
    pub fn edit_item(
        &mut self,
        item: ItemId,
        base: &[EntryHash],
        edit: impl FnOnce(&mut ItemContent) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let state = self.replica.item(&item).ok_or(EngineError::NotFound)?;
        let home = state.home;
        if base.is_empty() || base.iter().any(|hash| !state.revisions.contains(hash)) {
            return Err(EngineError::Changed);
        }
        let current = base == state.heads.as_slice();
        let (parents, content) = match base {
            [one] => {
                let mut content = self.open_revision(one)?;
                edit(&mut content)?;
                (vec![*one], content)
            }
            _ if current => self.with_merge(&item, |merge| {
                let shown = merge.content();
                let mut edited = shown.duplicate();
                edit(&mut edited)?;
                if merge.conflicts().is_empty() && merge.unread().is_empty() {
                    return Ok((merge.heads().to_vec(), edited));
                }
                let onto = *merge.heads().first().ok_or(EngineError::NotFound)?;
                let content = merge::rebase(&self.open_revision(&onto)?, shown, &edited);
                Ok::<_, EngineError>((vec![onto], content))
            })??,
            // Several heads that were superseded meanwhile: the view must be made anew.
            _ => return Err(EngineError::Changed),
        };
        self.write(item, home, parents, &content)
    }

    /// Decides every conflict by the head named for its part.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when the heads are others by now or a part is left open.
    pub fn resolve_item(
        &mut self,
        item: ItemId,
        base: &[EntryHash],
        choices: &[(Part, EntryHash)],
    ) -> Result<(), EngineError> {
        let state = self.replica.item(&item).ok_or(EngineError::NotFound)?;
        let home = state.home;
        if base != state.heads.as_slice() {
            return Err(EngineError::Changed);
        }
        let (parents, content) = self.with_merge(&item, |merge| {
            let content = merge.resolve(choices).map_err(|_| EngineError::Changed)?;
            Ok::<_, EngineError>((merge.heads().to_vec(), content))
        })??;
        self.write(item, home, parents, &content)
    }

    /// Ends items, each as it was shown: a tombstone ends the heads that it names, and nobody ends
    /// an edit that they have not seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when the heads of one are others by now, [`EngineError::Write`]
    /// when one is not this person's to end; none is ended then.
    pub fn delete_items(&mut self, items: &[(ItemId, Vec<EntryHash>)]) -> Result<(), EngineError> {
        for (item, base) in items {
            let state = self.replica.item(item).ok_or(EngineError::NotFound)?;
            if *base != state.heads {
                return Err(EngineError::Changed);
            }
        }
        self.commit(|replica, now| {
            items
                .iter()
                .try_for_each(|(item, _)| replica.delete_item(*item, now).map(drop))
        })
    }

    /// Takes items out of the archive: a revision that is made from the tombstone.
    ///
    /// # Errors
    /// As for an edit.
    pub fn restore_items(&mut self, items: &[ItemId]) -> Result<u32, EngineError> {
        let mut restored = 0;
        for item in items {
            let state = self
                .replica
                .item(item)
                .ok_or(EngineError::NotFound)?
                .clone();
            if !state.deleted {
                continue;
            }
            let content = self.open_item(item)?.content;
            let parents = state
                .heads
                .iter()
                .chain(&state.tombstones)
                .copied()
                .collect();
            self.write(*item, state.home, parents, &content)?;
            restored += 1;
        }
        Ok(restored)
    }

    fn write(
        &mut self,
        item: ItemId,
        home: ScopeId,
        parents: Vec<EntryHash>,
        content: &ItemContent,
    ) -> Result<(), EngineError> {
        let payload = content.encode()?;
        self.commit(|replica, now| {
            let mut rng = random::os();
            replica.write_revision(
                Some(item),
                home,
                parents,
                payload_of(&payload, content),
                now,
                &mut rng,
            )
        })
        .map(drop)
    }
}

fn payload_of<'a>(payload: &'a [u8], content: &ItemContent) -> Payload<'a> {
    Payload {
        schema: SCHEMA,
        bytes: payload,
        blobs: content.blobs(),
    }
}
