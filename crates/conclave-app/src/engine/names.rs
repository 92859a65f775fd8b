//! The names that the directory and the vaults give: opened once, kept until something changes.

use std::collections::BTreeMap;

use conclave_core::{
    id::{DeviceId, ScopeId, UserId},
    replica::{About, Replica},
};
use conclave_store::Reader;

use super::EngineError;

/// A name and its colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// 0 for none.
    pub colour: u8,
}

/// All names that this device can open.
#[derive(Debug, Default)]
pub struct Names {
    team: Option<String>,
    people: BTreeMap<UserId, Named>,
    devices: BTreeMap<DeviceId, String>,
    scopes: BTreeMap<ScopeId, Named>,
}

impl Names {
    /// Opens the records, later ones over earlier ones.
    pub(crate) fn read(store: &Reader, replica: &Replica) -> Result<Self, EngineError> {
        let mut names = Self::default();
        let team = replica.team();
        for entry in replica.record_entries() {
            let Some(body) = store.body(&team, &entry.hash)? else {
                continue;
            };
            let Some(record) = replica.open_record(&entry.hash, &body) else {
                continue;
            };
            let named = Named {
                name: record.name,
                colour: record.colour,
            };
            match record.about {
                About::Team => names.team = Some(named.name),
                About::User(user) => {
                    names.people.insert(user, named);
                }
                About::Device(device) => {
                    names.devices.insert(device, named.name);
                }
                About::Scope(scope) => {
                    names.scopes.insert(scope, named);
                }
            }
        }
        Ok(names)
    }

    /// The team's.
    #[must_use]
    pub fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }

    /// A person's.
    #[must_use]
    pub fn person(&self, user: UserId) -> Option<&Named> {
        self.people.get(&user)
    }

    /// A device's.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> Option<&str> {
        self.devices.get(&device).map(String::as_str)
    }

    /// A vault's.
    #[must_use]
    pub fn scope(&self, scope: ScopeId) -> Option<&Named> {
        self.scopes.get(&scope)
    }
}
