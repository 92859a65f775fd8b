//! What the names in one log's folder say. No pack is opened here.

use std::collections::BTreeMap;

use conclave_core::{
    id::LogId,
    layout::{self, Listed, PackName, Span, Tool},
    pack::PackId,
    remote::{Key, ListItem},
};

/// A log's folder, as the storage listed it. All of it is a claim.
#[derive(Debug)]
pub(crate) struct Folder {
    log: LogId,
    /// Packs with our own names, and their sizes.
    pub(crate) packs: BTreeMap<Span, u64>,
    /// Conflict copies of packs.
    pub(crate) copies: Vec<Copy>,
}

/// A conflict copy of a pack.
#[derive(Debug, Clone)]
pub(crate) struct Copy {
    pub(crate) key: Key,
    pub(crate) of: Span,
    pub(crate) by: Tool,
    pub(crate) size: u64,
}

impl Folder {
    pub(crate) fn read(log: LogId, items: &[ListItem]) -> Self {
        let folder = layout::packs(&log);
        let (mut packs, mut copies) = (BTreeMap::new(), Vec::new());
        for item in items {
            match Listed::<PackName>::read(&item.name) {
                Some(Listed::Own(pack)) => {
                    packs.insert(pack.span, item.size);
                }
                Some(Listed::Copy { of, by }) => {
                    // A name that could mean something else on some system is not touched.
                    if let Ok(key) = Key::observed(&folder, &item.name) {
                        copies.push(Copy {
                            key,
                            of: of.span,
                            by,
                            size: item.size,
                        });
                    }
                }
                None => {}
            }
        }
        Self { log, packs, copies }
    }

    /// The key of a pack with our own name.
    pub(crate) fn key(&self, span: Span) -> Key {
        PackId {
            log: self.log,
            span,
        }
        .key()
    }

    /// The highest seq that is claimed, by a copy too.
    pub(crate) fn last(&self) -> Option<u64> {
        let packs = self.packs.keys().map(|s| s.last());
        packs.chain(self.copies.iter().map(|c| c.of.last())).max()
    }
}
