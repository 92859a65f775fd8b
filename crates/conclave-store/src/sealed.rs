//! How a row is sealed and found.
//!
//! Every row is one ENV under its table's own key, derived from the local master key; the context
//! names profile, schema, table, team and row, so that bytes opened in any other place are refused
//! (crates/conclave-crypto/README.md).
//!
//! Rows are found by a **keyed pseudonym** of their id, not by the id. Ids are hashes and say
//! nothing by themselves, but the same ids lie on the shared storage: a thief with the database and
//! any former member's knowledge could match them and learn which items this person holds. The
//! pseudonym costs an HMAC a lookup and keeps lookups O(log n). Random names would scatter inserts
//! over a large table, so they stand in a narrow index of their own, and the rows themselves are
//! appended in the order in which they come.

use conclave_core::id::TeamId;
use conclave_crypto::{LocalMasterKey, Pad, RowKey, env, env::Ctx, label};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::StoreError;

/// The version of what stands inside rows; another one does not open. It moves only when rows are
/// rewritten, so it is not the number of the database's schema.
const ROW_SCHEMA: u32 = 1;

/// The longest row, in bytes before sealing: above the largest control section (an epoch of ten
/// thousand members is 12 MB), far below what would exhaust a computer.
pub(crate) const MAX_ROW: usize = 32 << 20;

/// The tables whose rows are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Header,
    Teams,
    Logs,
    Values,
    Items,
    Drafts,
    Bodies,
    Pending,
    Packs,
    OverviewDelta,
    OverviewPages,
}

impl Table {
    pub(crate) const ALL: [Self; 11] = [
        Self::Header,
        Self::Teams,
        Self::Logs,
        Self::Values,
        Self::Items,
        Self::Drafts,
        Self::Bodies,
        Self::Pending,
        Self::Packs,
        Self::OverviewDelta,
        Self::OverviewPages,
    ];

    /// The name in SQL, in the row's context, and in its key's derivation.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Teams => "teams",
            Self::Logs => "logs",
            Self::Values => "named_values",
            Self::Items => "items",
            Self::Drafts => "drafts",
            Self::Bodies => "bodies",
            Self::Pending => "pending",
            Self::Packs => "packs",
            Self::OverviewDelta => "overview_delta",
            Self::OverviewPages => "overview_pages",
        }
    }

    const fn pad(self) -> Pad {
        match self {
            // What a person types is padded more: a short password must not show by its row.
            Self::Items | Self::Drafts => Pad::PadmeMin512,
            _ => Pad::Padme,
        }
    }
}

/// The keys of an unlocked profile's rows.
pub(crate) struct Keys {
    profile: [u8; 16],
    names: RowKey,
    rows: [RowKey; Table::ALL.len()],
}

impl Keys {
    pub(crate) fn derive(lmk: &LocalMasterKey, profile: [u8; 16]) -> Self {
        Self {
            profile,
            names: lmk.row_key("names"),
            rows: Table::ALL.map(|table| lmk.row_key(table.name())),
        }
    }

    /// The pseudonym by which a row is found.
    pub(crate) fn tag(&self, table: Table, team: Option<&TeamId>, row: &[u8]) -> [u8; 16] {
        let name = table.name().as_bytes();
        self.names
            .tag(&[&self.profile, name, team_bytes(team), row])
    }

    pub(crate) fn seal<R: CryptoRng + ?Sized>(
        &self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
        plaintext: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, StoreError> {
        check_len(table.name(), plaintext.len(), MAX_ROW)?;
        let ctx = self.ctx(table, team, row);
        Ok(env::seal(
            self.key(table),
            &ctx,
            table.pad(),
            plaintext,
            rng,
        ))
    }

    pub(crate) fn open(
        &self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
        wire: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let ctx = self.ctx(table, team, row);
        env::open(self.key(table), &ctx, table.pad(), wire).map_err(|_| altered(table))
    }

    fn ctx(&self, table: Table, team: Option<&TeamId>, row: &[u8]) -> Ctx {
        let schema = ROW_SCHEMA.to_le_bytes();
        let name = table.name().as_bytes();
        Ctx::new(
            label::STORE_SEAL,
            &[&self.profile, &schema, name, team_bytes(team), row],
        )
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "there is a key for every variant, by the array's type"
    )]
    const fn key(&self, table: Table) -> &RowKey {
        &self.rows[table as usize]
    }
}

/// What every row that cannot be opened or read becomes.
pub(crate) const fn altered(table: Table) -> StoreError {
    StoreError::Altered {
        table: table.name(),
    }
}

/// Refuses what no honest caller stores.
pub(crate) const fn check_len(
    what: &'static str,
    len: usize,
    max: usize,
) -> Result<(), StoreError> {
    if len > max {
        return Err(StoreError::TooLarge { what, len, max });
    }
    Ok(())
}

/// No team is no bytes, which no team's 32 bytes equal.
fn team_bytes(team: Option<&TeamId>) -> &[u8] {
    team.map_or(&[], |team| team.as_bytes().as_slice())
}
