//! A file that was added to an item: its name, and what finds and opens its ciphertext.
//!
//! The ciphertext lies on the storage by itself, under its own random key, so that an edit of the
//! item seals no file again (docs/format/items.md, "Attachments").

use core::fmt;

use conclave_crypto::{
    FileKey,
    attachment::{self, MAX_LEN, Place},
    sha256,
};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{id::FileId, text::PrivateText, unknown::Unknown};
use crate::{
    body::BlobRef,
    id::{LogId, TeamId},
    layout::Digest,
    remote::Key,
};

/// The longest name of a file, in bytes.
pub const MAX_FILE_NAME: usize = 255;

/// A file of an item. It never changes: another content is another file. Equal when nothing about
/// it differs, unknown keys among it.
pub struct File {
    /// Which file of the item.
    pub id: FileId,
    pub(super) name: PrivateText,
    pub(super) size: u64,
    pub(super) key: FileKey,
    pub(super) log: LogId,
    pub(super) hash: [u8; 32],
    pub(super) unknown: Unknown,
}

/// A file's ciphertext is not the one that was added, or does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed file is not the one that was added to the item")]
pub struct NotTheFile;

impl File {
    /// Seals a file for a team, to be uploaded from a log: what goes into the item, and the
    /// ciphertext. What is not good in a name is put right.
    ///
    /// # Panics
    /// If the file is longer than [`MAX_LEN`]. Callers look before they read one.
    #[must_use]
    pub fn seal(
        team: TeamId,
        log: LogId,
        name: &str,
        bytes: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> (Self, Vec<u8>) {
        let (id, key) = (FileId::random(rng), FileKey::random(rng));
        let sealed = attachment::seal(&key, place(&team, &id), bytes, rng);
        let file = Self {
            id,
            name: PrivateText::new(good_name(name)),
            size: bytes.len() as u64,
            key,
            log,
            hash: sha256(&sealed),
            unknown: Unknown::default(),
        };
        (file, sealed)
    }

    /// Opens the ciphertext, once it has proved to be the one that was added.
    ///
    /// # Errors
    /// [`NotTheFile`], whatever the reason.
    pub fn open(&self, team: TeamId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotTheFile> {
        if !self.is(sealed) {
            return Err(NotTheFile);
        }
        let opened = attachment::open(&self.key, place(&team, &self.id), sealed);
        let opened = opened.map_err(|_| NotTheFile)?;
        if opened.len() as u64 == self.size {
            Ok(opened)
        } else {
            Err(NotTheFile)
        }
    }

    /// Are these bytes the ciphertext that was added?
    #[must_use]
    pub fn is(&self, sealed: &[u8]) -> bool {
        sha256(sealed) == self.hash
    }

    /// What it is called: a name without a path, of 1 to 255 bytes.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.expose()
    }

    /// Its length in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The length of its ciphertext in bytes: no more is ever read for it.
    #[must_use]
    pub fn sealed_len(&self) -> u64 {
        let size = usize::try_from(self.size).unwrap_or(MAX_LEN).min(MAX_LEN);
        attachment::sealed_len(size) as u64
    }

    /// The SHA-256 of its ciphertext.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        Digest::new(self.hash)
    }

    /// Where its ciphertext lies on the storage.
    #[must_use]
    pub fn place(&self) -> Key {
        self.digest().blob_key(&self.log)
    }

    /// As an entry names it.
    #[must_use]
    pub const fn reference(&self) -> BlobRef {
        BlobRef {
            log: self.log,
            hash: self.hash,
        }
    }

    /// A second copy, which wipes itself as well.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        // EXPOSE: copied into another key, which wipes itself and this copy.
        let mut key = *self.key.expose_secret();
        Self {
            id: self.id,
            name: self.name.duplicate(),
            size: self.size,
            key: FileKey::from_bytes(&mut key),
            log: self.log,
            hash: self.hash,
            unknown: self.unknown.duplicate(),
        }
    }
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        bool::from(self.key.ct_eq(&other.key))
            && (self.id, &self.name, self.size) == (other.id, &other.name, other.size)
            && (self.log, self.hash) == (other.log, other.hash)
            && self.unknown == other.unknown
    }
}

impl Eq for File {}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("id", &self.id)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

const fn place<'a>(team: &'a TeamId, id: &'a FileId) -> Place<'a> {
    Place {
        team: team.as_bytes(),
        file: id.as_bytes(),
    }
}

/// May a file be called this? A name is offered as the name of a file on somebody else's computer:
/// it has no path in it, and nothing that turns what is read into something else.
#[must_use]
pub fn is_good_name(name: &str) -> bool {
    (1..=MAX_FILE_NAME).contains(&name.len())
        && !matches!(name, "." | "..")
        && !name.chars().any(is_bad)
}

/// A name made good: what is not allowed becomes `_`, what is too long is cut before its ending.
#[must_use]
pub fn good_name(name: &str) -> String {
    let good: String = name
        .chars()
        .map(|c| if is_bad(c) { '_' } else { c })
        .collect();
    match good.as_str() {
        "" | "." | ".." => "_".to_owned(),
        _ => shorten(&good, MAX_FILE_NAME),
    }
}

/// A name of at most `max` bytes that still ends as it did, as far as there is room.
#[must_use]
pub fn shorten(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let ending = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or("");
    let ending = if ending.len() <= 16.min(max) {
        ending
    } else {
        ""
    };
    let mut end = max - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.get(..end).unwrap_or(""))
}

/// Separators of paths, control characters, and those that turn the direction of writing, with
/// which a program can be made to look like a picture.
const fn is_bad(c: char) -> bool {
    matches!(c, '/' | '\\' | '\0'..='\x1f' | '\x7f'..='\u{9f}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::layout::ObjectName;

    const TEAM: TeamId = TeamId::new([1; 32]);
    const LOG: LogId = LogId::new([2; 32]);

    fn sealed(name: &str, bytes: &[u8]) -> (File, Vec<u8>) {
        File::seal(TEAM, LOG, name, bytes, &mut ChaCha20Rng::seed_from_u64(1))
    }

    #[test]
    fn what_was_added_opens_and_lies_where_it_says() {
        let (file, sealed) = sealed("key.pem", b"-----BEGIN");
        assert_eq!((file.name(), file.size()), ("key.pem", 10));
        assert_eq!(file.sealed_len(), sealed.len() as u64);
        assert_eq!(*file.open(TEAM, &sealed).unwrap(), b"-----BEGIN");
        let place = format!("blob/{LOG}/{}", file.digest().name());
        assert_eq!(file.place().as_str(), place);
        assert_eq!(file.duplicate(), file);
    }

    #[test]
    fn hostile_19_other_bytes_another_team_or_size_are_refused() {
        let (file, bytes) = sealed("key.pem", b"-----BEGIN");
        let (_, other) = File::seal(
            TEAM,
            LOG,
            "key.pem",
            b"-----BEGIN",
            &mut ChaCha20Rng::seed_from_u64(2),
        );
        assert_eq!(file.open(TEAM, &other), Err(NotTheFile));
        assert_eq!(file.open(TEAM, &bytes[1..]), Err(NotTheFile));
        assert_eq!(file.open(TeamId::new([9; 32]), &bytes), Err(NotTheFile));
        let mut lying = file.duplicate();
        lying.size += 1;
        assert_eq!(lying.open(TEAM, &bytes), Err(NotTheFile));
        // Whoever writes the item may name another hash; the key still decides.
        let mut swapped = file.duplicate();
        swapped.hash = sha256(&other);
        assert_eq!(swapped.open(TEAM, &other), Err(NotTheFile));
    }

    #[test]
    fn names_are_names_and_nothing_else() {
        for good in ["a", "key.pem", "Lizenz (2).pdf", "ключ", ".env", "a:b"] {
            assert!(is_good_name(good), "{good}");
            assert_eq!(good_name(good), good);
        }
        let long = "n".repeat(300) + ".tar";
        for (bad, put_right) in [
            ("", "_"),
            (".", "_"),
            ("..", "_"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("c:\\a.exe", "c:_a.exe"),
            ("a\nb", "a_b"),
            ("gpj.\u{202e}exe", "gpj._exe"),
            (&long, &("n".repeat(251) + ".tar")),
        ] {
            assert!(!is_good_name(bad), "{bad}");
            assert_eq!(good_name(bad), put_right);
            assert!(is_good_name(put_right));
        }
        let umlauts = "ä".repeat(200);
        assert!(is_good_name(&good_name(&umlauts)));
    }

    #[test]
    fn nothing_private_is_printed() {
        let (file, _) = sealed("divorce.pdf", b"x");
        assert!(!format!("{file:?}").contains("divorce"));
    }
}
