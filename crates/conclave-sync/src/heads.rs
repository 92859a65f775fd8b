//! What the names in `head/` say. No head is opened here.

use std::collections::BTreeMap;

use conclave_core::{
    id::LogId,
    layout::{HeadName, Listed, Span, Tool},
    remote::ListItem,
};

/// The heads of every log that the storage lists.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    logs: BTreeMap<LogId, Named>,
}

/// The heads of one log. They are claims, the copies among them made by sync programs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Named {
    /// Those with our own names, the longest first.
    pub(crate) own: Vec<Span>,
    /// Conflict copies, by file name.
    pub(crate) copies: Vec<(String, Span, Tool)>,
}

impl Heads {
    /// Reads a list of the folder; names that are not ours are ignored.
    pub(crate) fn read(items: &[ListItem]) -> Self {
        let mut logs: BTreeMap<LogId, Named> = BTreeMap::new();
        for item in items {
            match Listed::<HeadName>::read(&item.name) {
                Some(Listed::Own(head)) => {
                    logs.entry(head.log).or_default().own.push(head.span);
                }
                Some(Listed::Copy { of, by }) => {
                    let copies = &mut logs.entry(of.log).or_default().copies;
                    copies.push((item.name.clone(), of.span, by));
                }
                None => {}
            }
        }
        for named in logs.values_mut() {
            // The greatest last seq counts; of those that end alike, the pack that holds more.
            named
                .own
                .sort_unstable_by_key(|s| (std::cmp::Reverse(s.last()), s.first()));
            named.own.dedup();
        }
        Self { logs }
    }

    /// The heads of one log.
    pub(crate) fn of(&self, log: &LogId) -> Option<&Named> {
        self.logs.get(log)
    }

    /// Every log that has a head or the copy of one.
    pub(crate) fn logs(&self) -> impl Iterator<Item = (&LogId, &Named)> {
        self.logs.iter()
    }
}

impl Named {
    /// The highest seq that any of our own names claims.
    pub(crate) fn last(&self) -> Option<u64> {
        self.own.first().map(|span| span.last())
    }

    /// Every span that is claimed, by a copy too, the longest first.
    pub(crate) fn claims(&self) -> Vec<Span> {
        let copies = self.copies.iter().map(|(_, span, _)| *span);
        let mut all: Vec<Span> = self.own.iter().copied().chain(copies).collect();
        all.sort_unstable_by_key(|s| (std::cmp::Reverse(s.last()), s.first()));
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_first_and_foreign_files_ignored() {
        let log = LogId::new([3; 32]);
        let name = |first, last| {
            let span = Span::new(first, last).unwrap();
            HeadName { log, span }.key().name().to_owned()
        };
        let items: Vec<ListItem> = [
            name(0, 4),
            name(5, 9),
            name(0, 9),
            format!("{} (1)", name(10, 12)),
            "desktop.ini".to_owned(),
            format!("{}.tmp", name(20, 30)),
        ]
        .map(|name| ListItem { name, size: 1 })
        .into();
        let heads = Heads::read(&items);
        let named = heads.of(&log).unwrap();
        let span = |first, last| Span::new(first, last).unwrap();
        assert_eq!(named.own, [span(0, 9), span(5, 9), span(0, 4)]);
        assert_eq!(named.copies.len(), 1);
        assert_eq!(named.last(), Some(9));
        assert_eq!(named.claims()[0], span(10, 12));
        assert_eq!(heads.logs().count(), 1);
    }
}
