//! The texts that are looked through, one after the other in one piece of memory.
//!
//! A text is folded title, subtitle, hosts and tags, a line feed after each: no word that is
//! typed has one, so nothing is found across two of them. Texts that are not ASCII lie in a second
//! piece as characters, as nucleo wants them.

use std::collections::HashMap;

use conclave_core::id::{ItemId, ScopeId};
use nucleo_matcher::Utf32Str;
use zeroize::Zeroizing;

use super::{
    Filter, Marks,
    arena::Arena,
    fold::{self, fold},
    needle::{bit_of, mask_of},
};

/// The longest text of an item, in characters.
pub(super) const MAX_TEXT: usize = 4096;
/// Dead text beyond this, and beyond what is alive, is cleared out.
const MAX_DEAD: usize = 64 * 1024;
/// A common length, for making room.
const COMMON: usize = 80;

/// What each ASCII character becomes, and its bit in a mask.
#[expect(
    clippy::indexing_slicing,
    reason = "worked out by the compiler, which refuses an index out of range"
)]
const ASCII: [(u8, u64); 128] = {
    let mut table = [(0, 0); 128];
    let mut byte = 0_u8;
    while byte < 128 {
        let folded = fold::ascii(byte);
        table[byte as usize] = (folded, bit_of(folded as char));
        byte += 1;
    }
    table
};

/// Everything about all items that searching needs.
#[derive(Default)]
pub(super) struct Store {
    text: Arena<u8>,
    wide: Arena<char>,
    slots: Vec<Slot>,
    /// Where each item is, of the first `placed` slots: the rest is added when it is asked for,
    /// so that loading does not wait for it.
    places: HashMap<ItemId, u32>,
    placed: usize,
    alive: usize,
    vaults: Vec<ScopeId>,
    /// Bytes of texts that are no more.
    dead: usize,
}

/// One item. Slots stand in the order of their texts.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// The characters in the text; 0 when the item is gone.
    pub(super) mask: u64,
    start: usize,
    len: u32,
    /// The length of the title, which the text begins with.
    pub(super) title: u32,
    /// Where the characters lie, and how many there are, when the text is not ASCII.
    wide: usize,
    wide_len: u32,
    vault: u32,
    marks: Marks,
    item: ItemId,
    pub(super) changed_ms: u64,
    pub(super) used_ms: u64,
}

/// What an item is filtered and ordered by.
pub(super) struct Entry {
    pub(super) item: ItemId,
    pub(super) home: ScopeId,
    pub(super) changed_ms: u64,
    pub(super) marks: Marks,
    pub(super) used_ms: u64,
}

/// A filter in terms of slots.
pub(super) struct Allowed {
    vault: Option<u32>,
    with: Marks,
    without: Marks,
}

impl Allowed {
    pub(super) fn fits(&self, slot: &Slot) -> bool {
        self.vault.is_none_or(|vault| vault == slot.vault)
            && slot.marks.has_all(self.with)
            && !slot.marks.has_any(self.without)
    }
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.alive
    }

    pub(super) fn reserve(&mut self, items: usize) {
        self.slots.reserve(items);
        self.text.reserve(items.saturating_mul(COMMON));
    }

    /// Adds an item and gives its slot. The item is not here yet.
    pub(super) fn push<'t>(
        &mut self,
        entry: Entry,
        parts: impl Iterator<Item = &'t str> + Clone,
    ) -> u32 {
        let vault = match self.vaults.iter().position(|v| *v == entry.home) {
            Some(at) => at,
            None => {
                self.vaults.push(entry.home);
                self.vaults.len() - 1
            }
        };
        let mut slot = Slot {
            mask: 0,
            start: self.text.len(),
            len: 0,
            title: 0,
            wide: self.wide.len(),
            wide_len: 0,
            vault: to_u32(vault),
            marks: entry.marks,
            item: entry.item,
            changed_ms: entry.changed_ms,
            used_ms: entry.used_ms,
        };
        let (room, ascii) = parts.clone().fold((0, true), |(room, ascii), part| {
            (room + part.len() + 1, ascii && part.is_ascii())
        });
        if room <= MAX_TEXT && ascii {
            self.push_ascii(&mut slot, parts, room);
            return self.add(slot, core::iter::empty(), true);
        }
        let folded = Folded::of(parts);
        // The line feed after each text is in every mask, so no mask of an item is 0.
        slot.mask = mask_of(&folded.text);
        slot.len = to_u32(folded.text.len().saturating_sub(1));
        slot.title = to_u32(folded.title);
        self.text.append(folded.text.as_bytes());
        self.add(
            slot,
            folded.text.trim_end_matches('\n').chars(),
            folded.text.is_ascii(),
        )
    }

    /// Nearly every item: folded where it comes to lie, in one pass.
    fn push_ascii<'t>(
        &mut self,
        slot: &mut Slot,
        parts: impl Iterator<Item = &'t str>,
        room: usize,
    ) {
        self.text.reserve(room);
        for (n, part) in parts.enumerate() {
            if n > 0 && part.is_empty() {
                continue;
            }
            for byte in self.text.append(part.as_bytes()) {
                let (folded, bit) = ASCII.get(usize::from(*byte)).copied().unwrap_or_default();
                *byte = folded;
                slot.mask |= bit;
            }
            self.text.append(b"\n");
            slot.mask |= bit_of('\n');
            if n == 0 {
                slot.title = to_u32(part.len());
            }
        }
        slot.len = to_u32(self.text.len() - slot.start).saturating_sub(1);
    }

    fn add(
        &mut self,
        mut slot: Slot,
        chars: impl Iterator<Item = char> + Clone,
        ascii: bool,
    ) -> u32 {
        if !ascii {
            slot.wide = self.wide.len();
            self.wide.extend(chars);
            slot.wide_len = to_u32(self.wide.len() - slot.wide);
        }
        let at = to_u32(self.slots.len());
        self.slots.push(slot);
        self.alive += 1;
        at
    }

    /// Wipes an item's text; `true` when all slots got new numbers because of it.
    pub(super) fn remove(&mut self, at: u32) -> bool {
        let Some(slot) = self.slots.get_mut(at as usize) else {
            return false;
        };
        self.text.blank(slot.start, slot.len as usize);
        self.wide.blank(slot.wide, slot.wide_len as usize);
        slot.mask = 0;
        self.places.remove(&slot.item);
        self.alive -= 1;
        self.dead += slot.len as usize + 1;
        let compact = self.dead > MAX_DEAD && self.dead > self.text.len() / 2;
        if compact {
            self.compact();
        }
        compact
    }

    fn compact(&mut self) {
        let old = core::mem::take(self);
        self.vaults.clone_from(&old.vaults);
        self.text.reserve(old.text.len() - old.dead);
        for slot in old.slots.iter().filter(|s| s.mask != 0) {
            let start = self.text.len();
            let text = old.text.get(slot.start, slot.len as usize + 1);
            self.text.append(text);
            let wide = old.wide.get(slot.wide, slot.wide_len as usize);
            let chars = wide.iter().copied();
            self.add(Slot { start, ..*slot }, chars, wide.is_empty());
        }
    }

    pub(super) fn set_marks(&mut self, item: ItemId, marks: Marks) -> bool {
        let slot = self
            .slot_of(item)
            .and_then(|at| self.slots.get_mut(at as usize));
        slot.map(|slot| slot.marks = marks).is_some()
    }

    pub(super) fn set_used(&mut self, at: u32, used_ms: u64) {
        if let Some(slot) = self.slots.get_mut(at as usize) {
            slot.used_ms = used_ms;
        }
    }

    /// A filter in terms of slots; `None` when nothing can fit it.
    pub(super) fn resolve(&self, filter: Filter) -> Option<Allowed> {
        let vault = match filter.vault {
            None => None,
            Some(vault) => Some(to_u32(self.vaults.iter().position(|v| *v == vault)?)),
        };
        Some(Allowed {
            vault,
            with: filter.with,
            without: filter.without,
        })
    }

    pub(super) fn slot_of(&mut self, item: ItemId) -> Option<u32> {
        self.place_all();
        self.places.get(&item).copied()
    }

    /// Notes where the items are that were added since.
    pub(super) fn place_all(&mut self) {
        let unplaced = self.slots.get(self.placed..).unwrap_or_default();
        let slots = (to_u32(self.placed)..).zip(unplaced);
        let alive = slots.filter(|(_, slot)| !slot.is_gone());
        self.places.extend(alive.map(|(at, slot)| (slot.item, at)));
        self.placed = self.slots.len();
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(super) fn slot(&self, at: u32) -> Option<&Slot> {
        self.slots.get(at as usize)
    }

    pub(super) fn item(&self, at: u32) -> ItemId {
        self.slot(at).map_or(ItemId::new([0; 32]), |slot| slot.item)
    }

    /// The whole memory of texts, in the order of the slots.
    pub(super) fn all(&self) -> &[u8] {
        self.text.all()
    }

    /// An item's text as bytes.
    pub(super) fn bytes(&self, slot: &Slot) -> &[u8] {
        self.text.get(slot.start, slot.len as usize)
    }

    /// An item's folded title.
    pub(super) fn title(&self, at: u32) -> &[u8] {
        self.slot(at)
            .map_or(&[], |slot| self.text.get(slot.start, slot.title as usize))
    }

    /// An item's text as nucleo takes it.
    pub(super) fn utf32(&self, slot: &Slot) -> Utf32Str<'_> {
        match slot.wide_len {
            0 => Utf32Str::Ascii(self.bytes(slot)),
            len => Utf32Str::Unicode(self.wide.get(slot.wide, len as usize)),
        }
    }

    /// The slot whose text has this place in the memory of texts, at `from` or later.
    pub(super) fn slot_at(&self, place: usize, from: usize) -> Option<usize> {
        // Hits mostly lie near each other: steps that double, then a search between.
        let rest = self.slots.get(from..)?;
        let mut step = 1;
        while rest.get(step).is_some_and(|slot| slot.start <= place) {
            step *= 2;
        }
        let near = rest.get(step / 2..rest.len().min(step + 1))?;
        let after = near.partition_point(|slot| slot.start <= place);
        (from + step / 2 + after).checked_sub(1)
    }
}

impl Slot {
    /// Where the next text begins.
    pub(super) const fn end(&self) -> usize {
        self.start + self.len as usize + 1
    }

    pub(super) const fn item(&self) -> ItemId {
        self.item
    }

    pub(super) const fn is_gone(&self) -> bool {
        self.mask == 0
    }
}

/// The text of an item that is looked through.
struct Folded {
    text: Zeroizing<String>,
    /// The length of the title in it.
    title: usize,
}

impl Folded {
    fn of<'t>(parts: impl Iterator<Item = &'t str> + Clone) -> Self {
        // Taken apart, a character may become many; what is common fits without growing.
        let room = parts.clone().map(|part| part.len() * 3 + 1).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        let mut title = None;
        for part in parts {
            if !part.is_empty() || title.is_none() {
                fold(part, &mut text);
                title.get_or_insert(text.len());
                text.push('\n');
            }
        }
        let mut title = title.unwrap_or(0);
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT - 1) {
            text.truncate(end);
            title = title.min(end);
            text.push('\n');
        }
        Self { text, title }
    }
}

fn to_u32(n: usize) -> u32 {
    // Slots, lengths of one text and vaults; texts are capped and memory ends long before.
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        /// The short way lays down what the long way does.
        #[test]
        fn ascii_is_folded_as_any_text(parts in vec("[\\x00-\\x7f]{0,12}", 2..5)) {
            let parts = || parts.iter().map(String::as_str);
            let mut store = Store::default();
            let entry = Entry {
                item: ItemId::new([1; 32]),
                home: ScopeId::new([2; 32]),
                changed_ms: 0,
                marks: Marks::NONE,
                used_ms: 0,
            };
            let at = store.push(entry, parts());
            let folded = Folded::of(parts());
            prop_assert_eq!(store.all(), folded.text.as_bytes());
            prop_assert_eq!(store.title(at).len(), folded.title);
            let slot = store.slot(at).copied().unwrap();
            prop_assert_eq!(slot.mask, mask_of(&folded.text));
            prop_assert_eq!(slot.end(), folded.text.len());
        }
    }
}
