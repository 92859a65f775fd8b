//! The list of items: searched, filtered and ordered here; the window sees rows without secrets.

use conclave_core::id::ItemId;

use super::{fields, items::MAX_ROWS};
use crate::{
    api::{
        AppError, Text,
        items::{ItemFilter, ItemGroup, ItemListRequest, ItemPage, ItemRow, ItemSort, ItemState},
    },
    convert::{count, scope_id},
    engine::ListRow,
    search::{Filter, Found, Marks, Query, Sort},
    session::App,
};

const DAY_MS: u64 = 24 * 3600 * 1000;
/// The heads of a list by time, and how many days before today each begins.
const HEADS: [(&str, u64); 4] = [
    ("group_today", 0),
    ("group_yesterday", 1),
    ("group_week", 6),
    ("group_month", 30),
];
/// The head of what is older.
const OLDER: &str = "group_older";

impl App {
    /// A window of the list. Searching happens here; the window sees rows without secrets.
    ///
    /// # Errors
    /// [`Code::Locked`](crate::api::Code::Locked), [`Code::NotFound`](crate::api::Code::NotFound)
    /// for an unknown vault.
    pub fn item_list(&self, request: &ItemListRequest) -> Result<ItemPage, AppError> {
        let vault = request.vault.as_deref().map(scope_id).transpose()?;
        let (with, without) = match request.filter {
            ItemFilter::All => (Marks::NONE, Marks::ARCHIVED),
            ItemFilter::Favourites => (Marks::FAVOURITE, Marks::ARCHIVED),
            ItemFilter::Archived => (Marks::ARCHIVED, Marks::NONE),
            ItemFilter::Shared => (Marks::SHARED, Marks::ARCHIVED),
        };
        let since = HEADS.map(|(_, days)| request.today_ms.saturating_sub(days * DAY_MS));
        let query = Query {
            text: &request.query,
            filter: Filter {
                vault,
                with,
                without,
            },
            sort: match request.sort {
                ItemSort::Recent => Sort::Recent,
                ItemSort::Changed => Sort::Changed,
                ItemSort::Title => Sort::Title,
            },
            offset: usize::try_from(request.offset).unwrap_or(usize::MAX),
            limit: usize::try_from(request.limit.min(MAX_ROWS)).unwrap_or(0),
            since: &since,
        };
        self.with_list(|shelf, generation| {
            let found = shelf.index.search.query(&query);
            let favourites = &shelf.index.favourites;
            let view = |id: &ItemId, row: &ListRow| row_view(id, row, favourites.contains(id));
            ItemPage {
                total: count(found.total),
                offset: request.offset,
                generation,
                rows: shelf.list.each(&found.items, view),
                groups: match request.sort {
                    ItemSort::Title => Vec::new(),
                    _ => groups(&found),
                },
            }
        })
    }
}

/// Where each head of a list by time stands; one without rows does not.
fn groups(found: &Found) -> Vec<ItemGroup> {
    let mut groups = Vec::new();
    let ends = found.since.iter().copied().chain([found.total]);
    let keys = HEADS.iter().map(|(key, _)| *key).chain([OLDER]);
    let mut start = 0;
    for (key, end) in keys.zip(ends) {
        if end > start && !found.since.is_empty() {
            groups.push(ItemGroup {
                start: count(start),
                label: Text::plain(key),
            });
        }
        start = start.max(end);
    }
    groups
}

fn row_view(id: &ItemId, row: &ListRow, favourite: bool) -> ItemRow {
    let overview = &row.overview;
    let state = if row.conflict {
        Some(ItemState::Versions {
            count: count(row.heads.len()),
        })
    } else {
        row.closed.then_some(ItemState::NewerExists)
    };
    ItemRow {
        id: id.to_string(),
        title: overview.title.expose().chars().take(200).collect(),
        subtitle: overview.subtitle.expose().chars().take(200).collect(),
        kind: fields::kind_of(overview.template),
        vault: overview.home.to_string(),
        favourite,
        state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_stand_where_their_rows_begin() {
        let found = |total, since: &[usize]| Found {
            total,
            items: Vec::new(),
            since: since.to_vec(),
        };
        let heads = |found: &Found| {
            let groups = groups(found).into_iter();
            groups.map(|g| (g.start, g.label.key)).collect::<Vec<_>>()
        };
        let named = |list: &[(u32, &str)]| {
            list.iter()
                .map(|(at, key)| (*at, (*key).to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            heads(&found(9, &[2, 2, 5, 5])),
            named(&[(0, "group_today"), (2, "group_week"), (5, "group_older")])
        );
        assert_eq!(heads(&found(0, &[0, 0, 0, 0])), named(&[]));
        // A search is ordered by how well rows fit, and has no heads.
        assert_eq!(heads(&found(3, &[])), named(&[]));
    }
}
