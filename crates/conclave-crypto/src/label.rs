//! Every domain-separation label of the format, in one list.
//!
//! A label is the first field of whatever is hashed, signed, derived or bound as context, so that
//! bytes made for one purpose never pass for another (docs/format.md, Labels). [`Label`] has no
//! public constructor: a purpose exists when it stands here, and only then.

/// A domain-separation label, `conclave/1/<purpose>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(&'static str);

impl Label {
    /// The label's text, as it stands in the bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The label's bytes.
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        self.0.as_bytes()
    }
}

/// What every label begins with: the product and the version of the format.
pub const PREFIX: &str = "conclave/1/";

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Label = Label($text);)*

        /// Every label there is; a test holds them unique and of one prefix.
        pub const ALL: &[Label] = &[$($name),*];
    };
}

labels! {
    // --- the envelopes
    /// HKDF info of ENV, over the hash of the context.
    ENV = "conclave/1/env";
    /// HPKE `info` of a box.
    BOX_INFO = "conclave/1/box";
    /// HPKE `aad` of a box, where the caller binds more than the `info`.
    BOX_AAD = "conclave/1/box-aad";

    // --- logs and packs
    /// Signature over a pack: team, log, device, last sequence number, last entry hash.
    PACK = "conclave/1/pack";
    /// ENV context of a pack's control section, under the outer key.
    PACK_CONTROL = "conclave/1/pack-control";
    /// Hash of an entry.
    ENTRY = "conclave/1/entry";
    /// Hash of a body, as it stands in the entry's header.
    BODY = "conclave/1/body";
    /// ENV context of an entry's body under a scope's key.
    ENTRY_BODY = "conclave/1/entry-body";
    /// Identity of a log.
    LOG = "conclave/1/log";
    /// Signature over the list of a log's live packs.
    HEAD = "conclave/1/head";
    /// ENV context of a head's list, under the outer key.
    HEAD_BODY = "conclave/1/head-body";

    // --- identities
    /// The team's id: hash of the genesis body.
    GENESIS = "conclave/1/genesis";
    /// Signature over the genesis body.
    GENESIS_SIGNATURE = "conclave/1/genesis-signature";
    /// The id of a grant that genesis makes.
    GENESIS_GRANT = "conclave/1/genesis-grant";
    /// A device's id: hash of its public keys.
    DEVICE = "conclave/1/device";
    /// A user's id: hash of team, kit's keys and first device's keys.
    USER = "conclave/1/user";
    /// The id of a user's own scope.
    USER_SCOPE = "conclave/1/user-scope";
    /// The id of a vault's, item's, group's or personal scope.
    SCOPE = "conclave/1/scope";
    /// The id of the built-in `directory` scope.
    DIRECTORY = "conclave/1/directory";
    /// The id of the built-in `audit` scope.
    AUDIT = "conclave/1/audit";
    /// HPKE `info` of a receipt, sealed to the audit scope.
    AUDIT_BOX = "conclave/1/audit-box";
    /// The id of the built-in `admins` scope.
    ADMINS = "conclave/1/admins";
    /// The id of the team as a scope.
    TEAM = "conclave/1/team";
    /// An item's id.
    ITEM = "conclave/1/item";
    /// Salted hash of a name, as a grant admits it.
    NAME = "conclave/1/name";
    /// Commitment to the successor of the recovery owner or of a kit.
    SUCCESSOR = "conclave/1/successor";
    /// Proof by a device's keys that their holder agrees to be added.
    DEVICE_PROOF = "conclave/1/device-proof";

    // --- items
    /// ENV context of an item's payload, under its content key.
    ITEM_PAYLOAD = "conclave/1/item-payload";
    /// ENV context of a content key, under a scope's key.
    CONTENT_WRAP = "conclave/1/content-wrap";
    /// HPKE `info` of a content key boxed to a scope that its author does not hold.
    CONTENT_BOX = "conclave/1/content-box";
    /// ENV context of an attachment's chunk, under its file key.
    BLOB_CHUNK = "conclave/1/blob-chunk";
    /// Id of an attachment.
    BLOB = "conclave/1/blob";

    // --- epochs
    /// ENV context of an earlier epoch's key, under the key of a later one.
    PARENT_WRAP = "conclave/1/parent-wrap";
    /// Commitment to a scope key, published in its epoch.
    EPOCH_COMMIT = "conclave/1/epoch-commit";
    /// HPKE `info` of a scope key boxed to a reader.
    EPOCH_BOX = "conclave/1/epoch-box";

    // --- joining
    /// Derivation of an invitation's signing key from its code.
    INVITE_KEY = "conclave/1/invite-key";
    /// ENV context of the sealed invitation, under its code.
    INVITE_BLOB = "conclave/1/invite-blob";
    /// An invitation's id.
    INVITE = "conclave/1/invite";
    /// Signature by the invitation's key over the joiner's public keys.
    JOIN_REQUEST = "conclave/1/join-request";
    /// Signature by the joiner's own keys over the same.
    JOIN_PROOF = "conclave/1/join-proof";
    /// HPKE `info` of a join request.
    JOIN_BOX = "conclave/1/join-box";
    /// HPKE `info` of the answer that lets a joiner or a new device in.
    WELCOME_BOX = "conclave/1/welcome-box";
    /// HPKE `info` of a second device's request, under a pre-shared code.
    DEVICE_REQUEST = "conclave/1/device-request";
    /// What an old device offers a new one: its place, and its ENV context.
    DEVICE_OFFER = "conclave/1/device-offer";
    /// Derivation of the pre-shared key from a second device's code.
    DEVICE_CODE = "conclave/1/device-code";
    /// Commitment to a nonce before the words are compared.
    WORDS_COMMIT = "conclave/1/words-commit";
    /// The words that two people compare while one joins.
    JOIN_WORDS = "conclave/1/join-words";
    /// The heads that a newcomer is handed, so that nobody can roll him back.
    TICKET = "conclave/1/ticket";

    // --- keys from keys
    /// Derivation of the local key from device secret and passphrase.
    LOCAL_KEY = "conclave/1/local-key";
    /// Derivation of a table's key from the local master key.
    STORE_ROW = "conclave/1/store-row";
    /// ENV context of the local master key, under the local key or the keychain's.
    STORE_WRAP = "conclave/1/store-wrap";
    /// ENV context of a local row: profile, schema, table, team, row.
    STORE_SEAL = "conclave/1/store-seal";
    /// Keyed name of a local row, by which it is found.
    STORE_TAG = "conclave/1/store-tag";
    /// Hash of what lies in the clear beside the wraps of the local master key.
    STORE_HEADER = "conclave/1/store-header";
    /// ENV context of a device seed, under the local master key.
    DEVICE_SEED_WRAP = "conclave/1/device-seed-wrap";
    /// ENV context of a recovery kit's seed until it is printed.
    KIT_SEED_WRAP = "conclave/1/kit-seed-wrap";
    /// ENV context of the recovery owner's seed until it is printed.
    OWN0_SEED_WRAP = "conclave/1/own0-seed-wrap";
    /// Derivation of the key that opens a machine's local store, from its seed.
    MACHINE_STORE = "conclave/1/machine-store";
    /// Derivation of a device's Ed25519 seed.
    DEVICE_SIGNING = "conclave/1/device-signing";
    /// Derivation of a device's X-Wing seed.
    DEVICE_SEALING = "conclave/1/device-sealing";
    /// Derivation of a scope's X-Wing seed, whose public half is `scope_pk`.
    SCOPE_SEALING = "conclave/1/scope-sealing";

    // --- on this computer and on screen
    /// ENV context of an unsaved draft.
    DRAFT = "conclave/1/draft";
    /// Digest of the local high-water marks, kept in the keychain.
    HIGH_WATER = "conclave/1/high-water";
    /// The words by which two people compare their view of the team.
    STATE_WORDS = "conclave/1/state-words";
    /// The two bytes by which mistyped recovery words are found.
    RECOVERY_CHECK = "conclave/1/recovery-check";
    /// What a recovery kit finds on the storage: its place there, and its ENV context.
    KIT_POINTER = "conclave/1/kit-pointer";
    /// Derivation of the key that opens it, from the kit's seed.
    KIT_FINDING = "conclave/1/kit-finding";
    /// The words or digits by which a person's keys are compared.
    FINGERPRINT = "conclave/1/fingerprint";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_are_unique_and_of_one_prefix() {
        let texts: BTreeSet<_> = ALL.iter().map(|label| label.as_str()).collect();
        assert_eq!(texts.len(), ALL.len());
        for text in texts {
            let purpose = text.strip_prefix(PREFIX).unwrap();
            assert!(!purpose.is_empty(), "{text}");
            assert!(
                purpose
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{text}"
            );
        }
    }
}
