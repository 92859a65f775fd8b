//! The inside of an overview row: records one behind the other.
//!
//! `item (32) ‖ u32 length ‖ content`; the length `0xffff_ffff` stands for "removed" and has no
//! content. A row of the delta is a page with the few records of one transaction.

use conclave_core::id::ItemId;
use zeroize::Zeroizing;

/// What a page is filled to before it is sealed: with the padding's length, exactly 64 KiB.
pub(super) const PAGE: usize = (64 << 10) - 4;

/// The longest overview: room for a title of ten thousand characters and as much again.
pub(super) const MAX_OVERVIEW: usize = 128 << 10;

const HEAD: usize = 32 + 4;
const REMOVED: u32 = u32::MAX;

/// One record of a page.
pub(super) struct Record<'a> {
    pub(super) item: ItemId,
    /// `None`: removed.
    pub(super) content: Option<&'a [u8]>,
    /// Where the content begins in the page.
    pub(super) at: usize,
}

impl Record<'_> {
    /// Its length in the page.
    pub(super) fn len(&self) -> usize {
        encoded_len(self.content)
    }
}

/// The length of a record in a page.
pub(super) fn encoded_len(content: Option<&[u8]>) -> usize {
    HEAD + content.map_or(0, <[u8]>::len)
}

/// Appends a record. The page must have room, lest growing leaves a copy behind.
pub(super) fn push(page: &mut Zeroizing<Vec<u8>>, item: &ItemId, content: Option<&[u8]>) {
    let length = content.map_or(REMOVED, |content| {
        u32::try_from(content.len()).unwrap_or(REMOVED)
    });
    page.extend_from_slice(item.as_bytes());
    page.extend_from_slice(&length.to_le_bytes());
    page.extend_from_slice(content.unwrap_or_default());
}

/// The records of a page, in order; `Err` where it is not made of whole records.
pub(super) fn records(page: &[u8]) -> impl Iterator<Item = Result<Record<'_>, Malformed>> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let rest = page.get(at..).filter(|rest| !rest.is_empty())?;
        let record = parse(rest, at);
        match &record {
            Some(record) => at += record.len(),
            None => at = page.len(),
        }
        Some(record.ok_or(Malformed))
    })
}

/// A page that is not made of whole records.
#[derive(Debug)]
pub(super) struct Malformed;

fn parse(rest: &[u8], at: usize) -> Option<Record<'_>> {
    let (item, rest) = rest.split_first_chunk::<32>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let content = if length == REMOVED {
        None
    } else {
        Some(rest.get(..usize::try_from(length).ok()?)?)
    };
    Some(Record {
        item: ItemId::new(*item),
        content,
        at: at + HEAD,
    })
}
