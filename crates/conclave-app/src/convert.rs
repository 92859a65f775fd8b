//! From what went wrong inside to what the UI has words for, and back and forth between the
//! words of the model and those of the window.

use conclave_core::{
    id::{EntryHash, ItemId, ScopeId, UserId},
    item::ItemError,
    remote::RemoteError,
    replica::WriteError,
    role,
};
use conclave_remote::TryOutError;
use conclave_store::StoreError;

use crate::{
    api::{AppError, Code, Role},
    clipboard::ClipboardError,
    engine::EngineError,
};

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::InUse => Code::AlreadyRunning,
            StoreError::Newer { .. } => Code::DatabaseNewer,
            StoreError::Full => Code::DiskFull,
            StoreError::TooLarge { .. } => Code::TooLong,
            StoreError::WrongKey => Code::WrongPassphrase,
            StoreError::Foreign
            | StoreError::Damaged(_)
            | StoreError::Altered { .. }
            | StoreError::HeaderAltered
            | StoreError::Kdf(_) => Code::DatabaseDamaged,
            _ => Code::Internal,
        };
        Self::new(code, error)
    }
}

impl From<WriteError> for AppError {
    fn from(error: WriteError) -> Self {
        let code = match &error {
            WriteError::NotAllowed => Code::NotAllowed,
            WriteError::NotFound => Code::NotFound,
            WriteError::NoKey => Code::NoKey,
            WriteError::TooLarge(_) => Code::TooLong,
            _ => Code::Internal,
        };
        Self::new(code, error)
    }
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        let code = match error {
            EngineError::Store(error) => return error.into(),
            EngineError::Write(error) => return error.into(),
            EngineError::Item(ItemError::NewerReader { .. }) => Code::UpdateNeeded,
            EngineError::Item(_) => Code::TooLong,
            EngineError::Disk(error) => {
                // The kind alone: a path has names in it.
                return Self::new(Code::DiskFull, error.kind());
            }
            EngineError::NotFound => Code::NotFound,
            EngineError::Changed => Code::ChangedMeanwhile,
            EngineError::Stopped => Code::WritingStopped,
            EngineError::ReadOnly => Code::ReadOnly,
            EngineError::Damaged | EngineError::Pack(_) => Code::DatabaseDamaged,
            EngineError::Build(_) | EngineError::Unsuitable => Code::Internal,
        };
        Self::new(code, error)
    }
}

impl From<RemoteError> for AppError {
    fn from(error: RemoteError) -> Self {
        let code = match &error {
            RemoteError::NotFound => Code::NotFound,
            RemoteError::Gone => Code::FolderNotFound,
            RemoteError::Denied => Code::FolderNotWritable,
            RemoteError::Full => Code::FolderFull,
            _ => Code::StorageFailed,
        };
        Self::new(code, error)
    }
}

impl From<TryOutError> for AppError {
    fn from(error: TryOutError) -> Self {
        match error {
            TryOutError::Write(error) | TryOutError::Read(error) | TryOutError::Delete(error) => {
                error.into()
            }
            other => Self::new(Code::TestFailed, other),
        }
    }
}

impl From<ClipboardError> for AppError {
    fn from(error: ClipboardError) -> Self {
        Self::new(Code::ClipboardUnavailable, error)
    }
}

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        match role {
            role::Role::Owner => Self::Owner,
            role::Role::Admin => Self::Admin,
            role::Role::Manager => Self::Manager,
            role::Role::Editor => Self::Editor,
            role::Role::Viewer => Self::Viewer,
            role::Role::Auditor => Self::Auditor,
            role::Role::Guest => Self::Guest,
        }
    }
}

impl From<Role> for role::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Manager => Self::Manager,
            Role::Editor => Self::Editor,
            Role::Viewer => Self::Viewer,
            Role::Auditor => Self::Auditor,
            Role::Guest => Self::Guest,
        }
    }
}

pub(crate) fn item_id(text: &str) -> Result<ItemId, AppError> {
    ItemId::from_hex(text).map_err(|_| Code::NotFound.into())
}

pub(crate) fn scope_id(text: &str) -> Result<ScopeId, AppError> {
    ScopeId::from_hex(text).map_err(|_| Code::NotFound.into())
}

pub(crate) fn user_id(text: &str) -> Result<UserId, AppError> {
    UserId::from_hex(text).map_err(|_| Code::NotFound.into())
}

pub(crate) fn entry_hash(text: &str) -> Result<EntryHash, AppError> {
    EntryHash::from_hex(text).map_err(|_| Code::NotFound.into())
}

/// The heads that a view shows, as one opaque word.
pub(crate) fn base_text(heads: &[EntryHash]) -> String {
    heads
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(".")
}

pub(crate) fn base_from(text: &str) -> Result<Vec<EntryHash>, AppError> {
    text.split('.').map(entry_hash).collect()
}

pub(crate) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
