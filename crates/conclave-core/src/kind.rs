//! The kinds of entry and their numbers (docs/format.md, "Kinds").

/// What an entry does. The numbers are part of the format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Kind {
    /// The team itself; its body's hash is the team's id.
    Genesis = 1,
    /// First entry of every log.
    LogStart = 2,
    /// A senior device of a user adds another.
    DeviceAdd = 3,
    /// A senior device of a user, or the kit, ends another.
    DeviceRevoke = 4,
    /// Gives a subject a role in one scope.
    Grant = 5,
    /// Ends one grant.
    Revoke = 6,
    /// Ends every junior grant of a user in a scope.
    RemoveUser = 7,
    /// A member asks to leave; acts only through a senior's Revoke.
    Leave = 8,
    /// Makes a vault, a shared item, a group or a personal scope.
    ScopeCreate = 9,
    /// A new key of a scope.
    KeyEpoch = 10,
    /// Boxes for an existing epoch.
    KeyBoxAdd = 11,
    /// An open invitation.
    Invite = 12,
    /// A directory record: a person's or a scope's name.
    Profile = 13,
    /// A revision of an item.
    ItemRev = 14,
    /// Wraps of a revision's content key for further scopes.
    WrapAdd = 15,
    /// Deletes or moves an item.
    Tombstone = 16,
    /// Takes an entry out of quarantine.
    Adopt = 17,
    /// A rule of the team.
    Policy = 18,
    /// A receipt of use.
    Audit = 19,
    /// A daily sign of life that carries `seen`.
    Heartbeat = 20,
    /// A box that did not open to what the epoch commits to.
    Complaint = 21,
    /// Reserved, not built in version 1.
    Approve = 22,
    /// Reserved, not built in version 1.
    Void = 23,
    /// Reserved, not built in version 1.
    Succeed = 24,
    /// Reserved, not built in version 1.
    Checkpoint = 25,
    /// Reserved, not built in version 1.
    Locator = 26,
    /// Reserved, not built in version 1.
    OutKey = 27,
}

impl Kind {
    /// All kinds that version 1 builds and reads.
    pub const BUILT: [Self; 21] = [
        Self::Genesis,
        Self::LogStart,
        Self::DeviceAdd,
        Self::DeviceRevoke,
        Self::Grant,
        Self::Revoke,
        Self::RemoveUser,
        Self::Leave,
        Self::ScopeCreate,
        Self::KeyEpoch,
        Self::KeyBoxAdd,
        Self::Invite,
        Self::Profile,
        Self::ItemRev,
        Self::WrapAdd,
        Self::Tombstone,
        Self::Adopt,
        Self::Policy,
        Self::Audit,
        Self::Heartbeat,
        Self::Complaint,
    ];

    /// The kind with this number, if version 1 builds it.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::BUILT.into_iter().find(|kind| kind.number() == number)
    }

    /// The number in the header.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The kinds that end something: they act despite gaps and forks (Authority, rules 4 and 6).
    #[must_use]
    pub const fn is_revocation(self) -> bool {
        matches!(self, Self::Revoke | Self::RemoveUser | Self::DeviceRevoke)
    }

    /// The kinds judged in the pass over grants.
    #[must_use]
    pub const fn is_authority(self) -> bool {
        matches!(
            self,
            Self::Grant | Self::Revoke | Self::RemoveUser | Self::ScopeCreate
        )
    }

    /// The kinds of the device tree.
    #[must_use]
    pub const fn is_device(self) -> bool {
        matches!(self, Self::LogStart | Self::DeviceAdd | Self::DeviceRevoke)
    }

    /// The kinds that a reader which does not know them may not skip: they decide who may do what.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        matches!(
            self,
            Self::Genesis
                | Self::LogStart
                | Self::DeviceAdd
                | Self::DeviceRevoke
                | Self::Grant
                | Self::Revoke
                | Self::RemoveUser
                | Self::ScopeCreate
                | Self::KeyEpoch
                | Self::KeyBoxAdd
                | Self::Policy
        )
    }
}
