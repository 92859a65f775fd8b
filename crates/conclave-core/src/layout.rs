//! The names of everything on the storage: one place that builds them and one that reads them.
//!
//! `docs/format.md`, "The folder", draws the tree. Names are lower-case hex of fixed length, so the
//! parsers are exact: one object has one name, and upper case is refused. Names that a sync tool
//! made out of ours are recognised apart from that ([`Listed`]), since a conflict copy may hold the
//! only copy of a pack, or the proof of a fork.

mod conflict;

use core::fmt;

pub use conflict::{Listed, Tool};

use crate::{
    id::{InviteId, LogId, TeamId},
    remote::Key,
};

/// The folder below the one that a person chose. The digit is the version of the layout.
pub const ROOT: &str = "conclave1";

/// The ending of a pack's name.
pub const PACK_SUFFIX: &str = ".pack";

/// The name of a team's folder below [`ROOT`]: the first 16 hex digits of its id. It tells teams
/// apart in one folder and proves nothing.
#[must_use]
pub fn tag(team: &TeamId) -> String {
    let [a, b, c, d, e, f, g, h, ..] = *team.as_bytes();
    format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// The folder of all heads, the one that a poll lists.
#[must_use]
pub fn heads() -> Key {
    own("head".to_owned())
}

/// The folder of one log's packs.
#[must_use]
pub fn packs(log: &LogId) -> Key {
    own(format!("log/{log}"))
}

/// The folder of the attachments that one log's device uploaded.
#[must_use]
pub fn blobs(uploader: &LogId) -> Key {
    own(format!("blob/{uploader}"))
}

/// The folder of all open invitations.
#[must_use]
pub fn invitations() -> Key {
    own("inv".to_owned())
}

/// The folder of the join requests that answer one invitation.
#[must_use]
pub fn requests(invite: &InviteId) -> Key {
    own(format!("inbox/{invite}"))
}

/// A run of one log's entries, first and last sequence number included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    first: u64,
    last: u64,
}

impl Span {
    /// The entries `first..=last`; none where they are the wrong way round.
    #[must_use]
    pub const fn new(first: u64, last: u64) -> Option<Self> {
        if first <= last {
            Some(Self { first, last })
        } else {
            None
        }
    }

    /// The lowest sequence number.
    #[must_use]
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The highest sequence number.
    #[must_use]
    pub const fn last(self) -> u64 {
        self.last
    }

    /// Whether every entry of `other` lies in this one.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:016x}", self.first, self.last)
    }
}

/// A file name of one kind of object, read exactly.
pub trait ObjectName: Sized {
    /// Bytes of the name before its suffix.
    const STEM: usize;
    /// What every name of the kind ends with; may be empty.
    const SUFFIX: &'static str;

    /// Reads a name, refusing every other spelling of it.
    fn parse(name: &str) -> Option<Self>;

    /// The one name of the object.
    fn name(&self) -> String;
}

/// `head/<log>-<first>-<last>`: names a log's newest pack. A hint and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeadName {
    /// Whose head this is.
    pub log: LogId,
    /// What the newest pack holds.
    pub span: Span,
}

impl HeadName {
    /// Where the head lies.
    #[must_use]
    pub fn key(&self) -> Key {
        own(format!("head/{}", self.name()))
    }
}

impl ObjectName for HeadName {
    const STEM: usize = 64 + 1 + PackName::STEM;
    const SUFFIX: &'static str = "";

    fn parse(name: &str) -> Option<Self> {
        let (log, span) = name.split_once('-')?;
        Some(Self {
            log: LogId::from_hex(log).ok()?,
            span: parse_span(span)?,
        })
    }

    fn name(&self) -> String {
        format!("{}-{}", self.log, self.span)
    }
}

/// `log/<log>/<first>-<last>.pack`: the pack of these entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackName {
    /// The entries that the pack claims to hold.
    pub span: Span,
}

impl PackName {
    /// Where this pack of `log` lies.
    #[must_use]
    pub fn key(&self, log: &LogId) -> Key {
        own(format!("log/{log}/{}", self.name()))
    }
}

impl ObjectName for PackName {
    const STEM: usize = 16 + 1 + 16;
    const SUFFIX: &'static str = PACK_SUFFIX;

    fn parse(name: &str) -> Option<Self> {
        Some(Self {
            span: parse_span(name.strip_suffix(PACK_SUFFIX)?)?,
        })
    }

    fn name(&self) -> String {
        format!("{}{PACK_SUFFIX}", self.span)
    }
}

/// The SHA-256 of an object's stored bytes, where that is its name: attachments and join requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of an object's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(conclave_crypto::sha256(bytes))
    }

    /// Takes a digest that was computed or stored before.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Where this attachment of `uploader` lies.
    #[must_use]
    pub fn blob_key(&self, uploader: &LogId) -> Key {
        own(format!("blob/{uploader}/{}", self.name()))
    }

    /// Where this answer to an invitation lies.
    #[must_use]
    pub fn request_key(&self, invite: &InviteId) -> Key {
        own(format!("inbox/{invite}/{}", self.name()))
    }
}

impl ObjectName for Digest {
    const STEM: usize = 64;
    const SUFFIX: &'static str = "";

    fn parse(name: &str) -> Option<Self> {
        parse_hex(name).map(Self)
    }

    fn name(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// `inv/<id>`.
impl ObjectName for InviteId {
    const STEM: usize = 64;
    const SUFFIX: &'static str = "";

    fn parse(name: &str) -> Option<Self> {
        Self::from_hex(name).ok()
    }

    fn name(&self) -> String {
        self.to_string()
    }
}

/// Where an invitation lies.
#[must_use]
pub fn invitation(invite: &InviteId) -> Key {
    own(format!("inv/{invite}"))
}

/// What a key of our own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Object {
    /// A log's head.
    Head(HeadName),
    /// A pack of a log.
    Pack(LogId, PackName),
    /// An attachment, by the log of its uploader.
    Blob(LogId, Digest),
    /// An invitation.
    Invitation(InviteId),
    /// A join request.
    Request(InviteId, Digest),
}

impl Object {
    /// Reads a whole key; none for what the format does not know, which is ignored.
    #[must_use]
    pub fn parse(key: &Key) -> Option<Self> {
        let mut parts = key.segments();
        let object = match (parts.next()?, parts.next()?, parts.next()) {
            ("head", name, None) => Self::Head(HeadName::parse(name)?),
            ("log", log, Some(name)) => {
                Self::Pack(LogId::from_hex(log).ok()?, PackName::parse(name)?)
            }
            ("blob", log, Some(name)) => {
                Self::Blob(LogId::from_hex(log).ok()?, Digest::parse(name)?)
            }
            ("inv", name, None) => Self::Invitation(InviteId::parse(name)?),
            ("inbox", invite, Some(name)) => {
                Self::Request(InviteId::parse(invite)?, Digest::parse(name)?)
            }
            _ => return None,
        };
        parts.next().is_none().then_some(object)
    }

    /// Where the object lies.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Head(head) => head.key(),
            Self::Pack(log, pack) => pack.key(log),
            Self::Blob(log, digest) => digest.blob_key(log),
            Self::Invitation(invite) => invitation(invite),
            Self::Request(invite, digest) => digest.request_key(invite),
        }
    }
}

/// Every path of this file is within the rules of [`Key`]; the property tests build them all.
#[expect(
    clippy::expect_used,
    reason = "the paths are built here from hex and constants alone"
)]
fn own(path: String) -> Key {
    Key::new(&path).expect("a path of the layout is a key")
}

fn parse_span(text: &str) -> Option<Span> {
    let (first, last) = text.split_once('-')?;
    Span::new(
        u64::from_be_bytes(parse_hex(first)?),
        u64::from_be_bytes(parse_hex(last)?),
    )
}

/// Exactly 2·N lower-case hex digits.
fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(pairs) {
        let [high, low] = pair.map(|digit| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        });
        *byte = high? << 4 | low?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_span() -> impl Strategy<Value = Span> {
        (any::<u64>(), any::<u64>()).prop_map(|(a, b)| Span {
            first: a.min(b),
            last: a.max(b),
        })
    }

    fn any_object() -> impl Strategy<Value = Object> {
        let id = any::<[u8; 32]>;
        prop_oneof![
            (id(), any_span()).prop_map(|(l, span)| Object::Head(HeadName {
                log: LogId::new(l),
                span
            })),
            (id(), any_span()).prop_map(|(l, span)| Object::Pack(LogId::new(l), PackName { span })),
            (id(), id()).prop_map(|(l, d)| Object::Blob(LogId::new(l), Digest::new(d))),
            id().prop_map(|i| Object::Invitation(InviteId::new(i))),
            (id(), id()).prop_map(|(i, d)| Object::Request(InviteId::new(i), Digest::new(d))),
        ]
    }

    #[test]
    fn names_as_the_format_writes_them() {
        let log = LogId::new([0xab; 32]);
        let span = Span::new(0, 0x1f).unwrap();
        let hex = "ab".repeat(32);
        let run = "0000000000000000-000000000000001f";
        assert_eq!(
            HeadName { log, span }.key().as_str(),
            format!("head/{hex}-{run}")
        );
        assert_eq!(
            PackName { span }.key(&log).as_str(),
            format!("log/{hex}/{run}.pack")
        );
        assert_eq!(
            Digest::of(b"").blob_key(&log).as_str(),
            format!("blob/{hex}/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        assert_eq!(tag(&TeamId::new([0x0c; 32])), "0c0c0c0c0c0c0c0c");
        assert_eq!(Span::new(2, 1), None);
        assert_eq!(
            PackName::parse("0000000000000002-0000000000000001.pack"),
            None
        );
        assert_eq!(
            PackName::parse("+000000000000001-0000000000000002.pack"),
            None
        );
    }

    proptest! {
        #[test]
        fn built_names_read_back(object in any_object()) {
            let key = object.key();
            prop_assert!(!key.is_foreign());
            prop_assert_eq!(Object::parse(&key), Some(object));
        }

        /// Of all spellings near a name only the name itself is read.
        #[test]
        fn other_spellings_are_refused(object in any_object(), at in any::<prop::sample::Index>(), with in "[A-F gzß-]") {
            let name = object.key().name().to_owned();
            let at = at.index(name.len());
            let other: String = name.char_indices().map(|(i, c)| if i == at { with.clone() } else { c.to_string() }).collect();
            prop_assume!(other != name);
            prop_assert_eq!(HeadName::parse(&other), None);
            prop_assert_eq!(PackName::parse(&other), None);
            prop_assert_eq!(Digest::parse(&other), None);
            prop_assert_eq!(InviteId::parse(&other), None);
            if name.to_uppercase() != name {
                prop_assert!(Key::new(&object.key().as_str().to_uppercase()).is_err());
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,120}|[0-9a-fA-F.-]{0,110}|[0-9a-f]{64}[0-9a-f -]{0,40}") {
            let _ = (HeadName::parse(&text), PackName::parse(&text), Digest::parse(&text), InviteId::parse(&text));
            if let Ok(key) = Key::new(&text) && let Some(object) = Object::parse(&key) {
                prop_assert_eq!(object.key(), key);
            }
        }
    }
}
