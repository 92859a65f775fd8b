//! Scopes: what each is, and whose authority reaches it (rule 2).

use std::collections::HashMap;

use super::{
    facts::TeamFacts,
    level::Level,
    table::{Extent, Ix, Table, walk},
};
use crate::{
    body::{Body, ScopeKind},
    entry::Entry,
    id::{ItemId, ScopeId, SubjectId, UserId},
};

/// What a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeType {
    /// The whole team.
    Team,
    /// Directory, audit or admins.
    BuiltIn,
    /// A user's own; its members are devices.
    User(UserId),
    /// Made by an entry.
    Made(ScopeKind),
}

impl ScopeType {
    /// A group of people?
    #[must_use]
    pub const fn is_group(self) -> bool {
        matches!(self, Self::Made(ScopeKind::Group))
    }

    /// Can items live in it?
    #[must_use]
    pub const fn is_home(self) -> bool {
        matches!(self, Self::Made(ScopeKind::Vault | ScopeKind::Personal))
    }
}

/// A scope that a ScopeCreate names, counting or not, or one that every team has.
#[derive(Debug, Clone)]
pub struct ScopeState {
    /// Its id.
    pub id: ScopeId,
    /// What it is.
    pub kind: ScopeType,
    /// What it lies in, by its ScopeCreate.
    pub parent: Option<ScopeId>,
    /// What its making is worth; below [`Level::Sure`] nobody reads it.
    pub level: Level,
    /// By whose grant it was made, if its making may count.
    pub creator: Option<SubjectId>,
    /// The item that an item scope shares.
    pub item: Option<ItemId>,
    extent: Extent,
}

/// All scopes. Parents come from ScopeCreate entries, valid or not: what covers what must not hang
/// on who may do what.
pub(super) struct Scopes {
    table: Table<ScopeState>,
    by_id: HashMap<ScopeId, Ix<ScopeState>>,
}

impl Scopes {
    pub(super) fn new<'a>(facts: &TeamFacts, entries: impl Iterator<Item = &'a Entry>) -> Self {
        let fixed = |id, kind| ScopeState {
            id,
            kind,
            parent: None,
            level: Level::Sure,
            creator: None,
            item: None,
            extent: Extent::default(),
        };
        let mut rows = vec![fixed(facts.team_scope(), ScopeType::Team)];
        for id in [facts.directory, facts.audit, facts.admins] {
            rows.push(fixed(id, ScopeType::BuiltIn));
        }
        rows.extend(
            facts
                .users
                .iter()
                .map(|(user, u)| fixed(u.scope, ScopeType::User(*user))),
        );
        let mut place: HashMap<ScopeId, usize> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.id, at))
            .collect();
        for entry in entries {
            // Two branches of a forked log may make the same scope: the id commits to the body.
            if let Body::ScopeCreate(id, create) = &entry.body
                && !place.contains_key(id)
            {
                place.insert(*id, rows.len());
                rows.push(ScopeState {
                    parent: create.parent,
                    level: Level::Out,
                    item: create.item,
                    ..fixed(*id, ScopeType::Made(create.kind))
                });
            }
        }
        let parents: Vec<Option<usize>> = rows
            .iter()
            .map(|row| place.get(&row.parent?).copied())
            .collect();
        for (row, extent) in rows.iter_mut().zip(walk(&parents).extents) {
            row.extent = extent;
        }
        let mut table = Table::new();
        let by_id = rows
            .into_iter()
            .map(|row| (row.id, table.push(row)))
            .collect();
        Self { table, by_id }
    }

    pub(super) fn get(&self, scope: ScopeId) -> Option<&ScopeState> {
        self.by_id.get(&scope).map(|&ix| &self.table[ix])
    }

    pub(super) fn get_mut(&mut self, scope: ScopeId) -> Option<&mut ScopeState> {
        self.by_id.get(&scope).map(|&ix| &mut self.table[ix])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ScopeState> {
        self.table.iter()
    }

    /// Does authority in `a` reach `b`? The team reaches vaults and groups, a vault its items;
    /// personal, user and built-in scopes are reached by nobody else.
    pub(super) fn covers(&self, a: ScopeId, b: ScopeId) -> bool {
        match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => a.extent.holds(b.extent),
            _ => false,
        }
    }

    pub(super) fn is_group(&self, scope: ScopeId) -> bool {
        self.get(scope).is_some_and(|s| s.kind.is_group())
    }
}
