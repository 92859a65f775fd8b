//! The storage as the rest of Conclave sees it: a trait of five calls, and the names that may be
//! passed to it.
//!
//! The storage is dumb and hostile (`docs/threat-model.md`, "The storage"): no call locks, compares
//! and swaps, or promises that a list is complete, so nothing may rest on any of that. What a
//! [`Remote`] does promise is held by one contract suite that every implementation runs: a put is
//! whole or not at all, a get never returns more than it was allowed to, and a vanished folder is
//! told apart from a vanished object.

use core::fmt;

use async_trait::async_trait;

/// How many segments a [`Key`] may have.
pub const MAX_DEPTH: usize = 6;
/// Bytes of one segment of our own names. The longest, a head's name, has 98.
pub const MAX_SEGMENT: usize = 128;
/// Bytes of a name that somebody else gave, such as a sync tool's conflict copy: what file systems
/// allow.
pub const MAX_OBSERVED: usize = 255;

/// One team's storage: the folder `conclave1/<tag>` wherever it lies.
///
/// Implementations hold their own timeouts and retries for what passes by itself; callers back
/// off. All calls may run at the same time, from several tasks.
#[async_trait]
pub trait Remote: Send + Sync {
    /// The files directly in a folder, in any order. A missing folder is an empty list. Folders,
    /// links, temporary and hidden files do not appear; files with foreign names do.
    ///
    /// # Errors
    /// [`RemoteError::Gone`] where the root itself is missing.
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError>;

    /// A whole object of at most `max` bytes.
    ///
    /// # Errors
    /// [`RemoteError::NotFound`], or [`RemoteError::TooLarge`] without having read more than
    /// `max` + 1 bytes.
    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError>;

    /// Up to `len` bytes from `offset` on: fewer where the object ends, none beyond its end.
    ///
    /// # Errors
    /// [`RemoteError::NotFound`].
    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError>;

    /// Stores an object, whole or not at all, over whatever had the name before. When this
    /// returns, the object survives a power cut as far as the storage can promise that.
    ///
    /// # Errors
    /// [`RemoteError::Full`], [`RemoteError::Denied`]; [`Trouble::Refused`] for a key that is not
    /// one of our own names.
    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError>;

    /// Removes an object. That there is none is no error.
    ///
    /// # Errors
    /// [`RemoteError::Denied`]; [`Trouble::Refused`] for a key that is not one of our own names.
    async fn delete(&self, key: &Key) -> Result<(), RemoteError>;
}

/// A path of an object or a folder below the team's root, safe on every file system.
///
/// One to six segments joined by `/`, each of `a-z 0-9 - . _` and beginning with a letter or a
/// digit, so that it cannot climb out, hide, differ by case alone, or hit a device name of Windows.
///
/// A name that was seen on the storage and is not ours (a conflict copy) can be made into a key by
/// [`Key::observed`]; such a key can be read and never written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    path: String,
    foreign: bool,
}

impl Key {
    /// Checks a path of our own.
    ///
    /// # Errors
    /// [`KeyError`] says which rule it breaks.
    pub fn new(path: &str) -> Result<Self, KeyError> {
        let mut depth = 0;
        for segment in path.split('/') {
            depth += 1;
            if depth > MAX_DEPTH {
                return Err(KeyError::TooDeep);
            }
            check_own(segment)?;
        }
        Ok(Self {
            path: path.to_owned(),
            foreign: false,
        })
    }

    /// The key of a name that a list of `folder` showed, ours or not.
    ///
    /// # Errors
    /// [`KeyError`] for a name that could mean something other than one file in that folder on
    /// some system.
    pub fn observed(folder: &Self, name: &str) -> Result<Self, KeyError> {
        if let Ok(own) = folder.join(name) {
            return Ok(own);
        }
        check_observed(name)?;
        if folder.segments().count() >= MAX_DEPTH {
            return Err(KeyError::TooDeep);
        }
        Ok(Self {
            path: format!("{}/{name}", folder.path),
            foreign: true,
        })
    }

    /// This key with one more segment of our own.
    ///
    /// # Errors
    /// [`KeyError`] as for [`Key::new`]; nothing can be joined to a foreign name.
    pub fn join(&self, segment: &str) -> Result<Self, KeyError> {
        if self.foreign {
            return Err(KeyError::Character);
        }
        check_own(segment)?;
        if self.segments().count() >= MAX_DEPTH {
            return Err(KeyError::TooDeep);
        }
        Ok(Self {
            path: format!("{}/{segment}", self.path),
            foreign: false,
        })
    }

    /// The path, `/` between the segments.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The segments from the root on; at least one.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/')
    }

    /// The last segment.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path
            .rsplit_once('/')
            .map_or(self.path.as_str(), |(_, name)| name)
    }

    /// The folder that this lies in; none for a key of one segment, which lies in the root.
    #[must_use]
    pub fn folder(&self) -> Option<Self> {
        let (folder, _) = self.path.rsplit_once('/')?;
        Some(Self {
            path: folder.to_owned(),
            foreign: false,
        })
    }

    /// Whether somebody else made this name: it can be read and must not be written.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.foreign
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.path)
    }
}

/// Why a text is no [`Key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// An empty path or an empty segment.
    #[error("a name on the storage is empty")]
    Empty,
    /// A segment is longer than file systems or sync tools take.
    #[error("a name on the storage is too long")]
    TooLong,
    /// More than [`MAX_DEPTH`] segments.
    #[error("a path on the storage is too deep")]
    TooDeep,
    /// A character that some system reads differently, upper case among them.
    #[error("a name on the storage has a character that is not allowed")]
    Character,
    /// A name that Windows keeps for a device, whatever its ending.
    #[error("a name on the storage is kept for a device")]
    Reserved,
}

/// One file of a listed folder. All of it is the storage's claim and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListItem {
    /// The file's name, of any characters; see [`Key::observed`].
    pub name: String,
    /// Its size in bytes when it was listed.
    pub size: u64,
}

/// Why a call to the storage failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The object is not there. The folder of the team is.
    #[error("there is no such object on the storage")]
    NotFound,
    /// The folder of the team is not there: unmounted, moved, deleted, or not synced yet.
    #[error("the storage folder is not there")]
    Gone,
    /// The storage may not be read or written with the rights that this computer has.
    #[error("the storage does not allow this")]
    Denied,
    /// The storage has no room left.
    #[error("the storage is full")]
    Full,
    /// The object is larger than the reader allowed.
    #[error("the object is larger than {max} bytes")]
    TooLarge {
        /// What the reader allowed, in bytes.
        max: u64,
    },
    /// Anything else, with its cause.
    #[error("the storage failed: {trouble}")]
    Other {
        /// What kind of trouble, as far as it is known.
        trouble: Trouble,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl RemoteError {
    /// Trouble with its cause.
    #[must_use]
    pub fn other(
        trouble: Trouble,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Other {
            trouble,
            source: source.into(),
        }
    }

    /// Whether this is [`RemoteError::Other`] of this kind.
    #[must_use]
    pub fn is(&self, wanted: Trouble) -> bool {
        matches!(self, Self::Other { trouble, .. } if *trouble == wanted)
    }
}

/// Kinds of [`RemoteError::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trouble {
    /// Another program holds the file just now.
    Busy,
    /// The storage did not answer in time, or cannot be reached.
    Unreachable,
    /// A folder, a link or a device stands where a file should be, or a file where a folder should.
    NotAFile,
    /// A folder has more files than any team makes; it is not read to its end.
    TooMany,
    /// The caller asked to write to a name that is not one of ours.
    Refused,
    /// None of these.
    Unknown,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "another program is using the file",
            Self::Unreachable => "it cannot be reached",
            Self::NotAFile => "something other than a file has the name",
            Self::TooMany => "a folder has too many files",
            Self::Refused => "this name is not written to",
            Self::Unknown => "for a reason that is not known",
        })
    }
}

/// The calls of [`Remote`], for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// [`Remote::list`]
    List,
    /// [`Remote::get`]
    Get,
    /// [`Remote::get_range`]
    GetRange,
    /// [`Remote::put`]
    Put,
    /// [`Remote::delete`]
    Delete,
}

/// Hears what a storage costs: requests and bytes, and how often a disk was made to flush.
///
/// The counts are what the performance table gates (`docs/performance.md`); they depend on the
/// work alone and not on the machine. Calls come from any thread and must be quick.
pub trait Meter: Send + Sync {
    /// A request was made: its payload up and down in bytes, 0 where it failed.
    fn request(&self, request: Request, up: u64, down: u64) {
        let _ = (request, up, down);
    }

    /// A file or a folder was flushed to the disk.
    fn fsync(&self) {}
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMeter;

impl Meter for NoMeter {}

fn check_own(segment: &str) -> Result<(), KeyError> {
    let bytes = segment.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return Err(KeyError::Empty);
    };
    if bytes.len() > MAX_SEGMENT {
        return Err(KeyError::TooLong);
    }
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    // A leading dot hides or climbs; Windows drops a trailing one, giving one file two names.
    if !plain(first) || *last == b'.' {
        return Err(KeyError::Character);
    }
    if !bytes
        .iter()
        .all(|b| plain(b) || matches!(b, b'-' | b'.' | b'_'))
    {
        return Err(KeyError::Character);
    }
    if is_device_name(segment) {
        Err(KeyError::Reserved)
    } else {
        Ok(())
    }
}

/// A foreign name must be one plain file of the folder on every system: no separators, no drive or
/// stream (`:`), no control characters, nothing that Windows trims or maps to a device.
fn check_observed(name: &str) -> Result<(), KeyError> {
    if name.is_empty() {
        return Err(KeyError::Empty);
    }
    if name.len() > MAX_OBSERVED {
        return Err(KeyError::TooLong);
    }
    let bad = |c: char| {
        c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    if name.starts_with('.') || name.ends_with(['.', ' ']) || name.contains(bad) {
        return Err(KeyError::Character);
    }
    if is_device_name(name) {
        Err(KeyError::Reserved)
    } else {
        Ok(())
    }
}

fn is_device_name(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        other => {
            let digits = other
                .strip_prefix("com")
                .or_else(|| other.strip_prefix("lpt"));
            digits.is_some_and(|d| {
                d.chars().count() == 1
                    && d.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_that_are_refused() {
        let long = "a".repeat(MAX_SEGMENT + 1);
        for (text, error) in [
            ("", KeyError::Empty),
            ("/head", KeyError::Empty),
            ("head/", KeyError::Empty),
            ("a//b", KeyError::Empty),
            ("..", KeyError::Character),
            ("a/../b", KeyError::Character),
            ("a/.hidden", KeyError::Character),
            ("-a", KeyError::Character),
            ("a.", KeyError::Character),
            ("Head", KeyError::Character),
            ("a\\b", KeyError::Character),
            ("a b", KeyError::Character),
            ("a:b", KeyError::Character),
            ("a~1", KeyError::Character),
            ("ä", KeyError::Character),
            ("a\0", KeyError::Character),
            ("nul", KeyError::Reserved),
            ("a/com1.pack", KeyError::Reserved),
            ("a/b/c/d/e/f/g", KeyError::TooDeep),
            (long.as_str(), KeyError::TooLong),
        ] {
            assert_eq!(Key::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_key_knows_its_parts() {
        let key = Key::new("log/00ff/0-1.pack").unwrap();
        assert_eq!(key.name(), "0-1.pack");
        assert_eq!(key.folder(), Key::new("log/00ff").ok());
        assert_eq!(Key::new("head").unwrap().folder(), None);
        assert_eq!(
            Key::new("log")
                .unwrap()
                .join("00ff")
                .unwrap()
                .join("0-1.pack"),
            Ok(key)
        );
    }

    #[test]
    fn a_foreign_name_can_be_observed_and_is_marked() {
        let head = Key::new("head").unwrap();
        let copy = Key::observed(&head, "ab (Ana's conflicted copy 2026-01-02)").unwrap();
        assert!(copy.is_foreign());
        assert_eq!(copy.folder(), Some(head.clone()));
        assert!(copy.join("x").is_err());
        assert_eq!(
            Key::observed(&head, "ab"),
            head.join("ab"),
            "an own name stays our own"
        );
        for bad in [
            "",
            "..",
            ".x",
            "a/b",
            "a\\b",
            "c:x",
            "x ",
            "x.",
            "NUL",
            "Com1 .txt",
            "a\u{7}",
        ] {
            assert!(Key::observed(&head, bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// No text panics, and what is accepted stays within the alphabet and reads back the same.
        #[test]
        fn any_text(text in "\\PC{0,40}|[a-zA-Z0-9./_-]{0,60}") {
            if let Ok(key) = Key::new(&text) {
                prop_assert_eq!(key.as_str(), text.as_str());
                prop_assert!(!text.contains("..") || !text.split('/').any(|s| s.starts_with('.')));
                prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"./_-".contains(&b)));
                let rebuilt = key.segments().map(str::to_owned).collect::<Vec<_>>().join("/");
                prop_assert_eq!(rebuilt, text);
            }
        }

        #[test]
        fn upper_case_is_refused(text in "[a-z0-9][a-z0-9._-]{0,20}[a-z]") {
            prop_assume!(Key::new(&text).is_ok());
            prop_assert_eq!(Key::new(&text.to_uppercase()), Err(KeyError::Character));
        }

        /// Whatever a hostile storage lists, the observed key stays one name in that folder.
        #[test]
        fn observed_names_cannot_escape(name in "\\PC{0,60}|[./\\\\: a-z]{0,12}") {
            let folder = Key::new("head").unwrap();
            if let Ok(key) = Key::observed(&folder, &name) {
                prop_assert_eq!(key.segments().count(), 2);
                prop_assert_eq!(key.name(), name.as_str());
                prop_assert!(name != "." && name != "..");
            }
        }
    }
}
