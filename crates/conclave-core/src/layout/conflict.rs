//! Recognises the names that sync tools give to the loser of a conflict.
//!
//! Logs have a single writer, so an honest folder makes none; a cloned machine, a restored backup
//! or a hostile storage does. Such a file is read like the object that it is a copy of, since it
//! may be the proof of a fork or the only copy left (`docs/format.md`, "The folder"). A name
//! proves nothing: what counts is the signed inside.

use super::ObjectName;

/// A listed file name that means something to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listed<T> {
    /// Exactly our name.
    Own(T),
    /// Our name, changed by a tool. It is read through [`crate::remote::Key::observed`].
    Copy {
        /// What it is a copy of.
        of: T,
        /// Whose way of naming copies this is.
        by: Tool,
    },
}

/// Who makes such names, for the words on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// `name (Ana's conflicted copy 2026-01-02).pack`; Nextcloud and others write it alike.
    Dropbox,
    /// `name-DESKTOP-1A2B3C.pack`
    OneDrive,
    /// `name.sync-conflict-20260102-030405-ABCDEFG.pack`
    Syncthing,
    /// `name (1).pack`, `name 2.pack`: Google Drive, iCloud, browsers.
    Numbered,
    /// `NAME.pack`: a file system or tool that changed case.
    Case,
    /// Another ending in brackets or behind a space or underscore; tools translate their words.
    Unknown,
}

impl<T: ObjectName> Listed<T> {
    /// Reads one name of a list; none for foreign and unfinished files, which are ignored.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        if let Some(own) = T::parse(name) {
            return Some(Self::Own(own));
        }
        let stem = name.get(..T::STEM)?.to_ascii_lowercase();
        let rest = name.get(T::STEM..)?;
        let of = T::parse(&format!("{stem}{}", T::SUFFIX))?;
        let by = tool(marker(rest, T::SUFFIX)?)?;
        Some(Self::Copy { of, by })
    }

    /// The object, whoever named the file.
    #[must_use]
    pub const fn object(&self) -> &T {
        match self {
            Self::Own(of) | Self::Copy { of, .. } => of,
        }
    }
}

/// What a tool put between stem and suffix, or behind the suffix.
fn marker<'a>(rest: &'a str, suffix: &str) -> Option<&'a str> {
    let cut = rest.len().checked_sub(suffix.len())?;
    if rest
        .get(cut..)
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    {
        return rest.get(..cut);
    }
    let begin = rest.get(..suffix.len())?;
    if begin.eq_ignore_ascii_case(suffix) {
        rest.get(suffix.len()..)
    } else {
        None
    }
}

fn tool(marker: &str) -> Option<Tool> {
    // Files that are still on their way have the name of their target with one of these behind.
    const UNFINISHED: [&str; 6] = [".tmp", ".part", ".partial", ".crdownload", ".download", "~"];
    let lower = marker.to_lowercase();
    if UNFINISHED.iter().any(|end| lower.ends_with(end)) {
        return None;
    }
    if lower.is_empty() {
        return Some(Tool::Case);
    }
    if lower.starts_with(".sync-conflict-") {
        return Some(Tool::Syncthing);
    }
    if let Some(host) = lower.strip_prefix('-') {
        return (!host.is_empty()).then_some(Tool::OneDrive);
    }
    if !lower.starts_with([' ', '(', '[', '_']) {
        return None;
    }
    let words = lower.trim_matches([' ', '(', ')', '[', ']', '_']);
    Some(if lower.contains("conflict") {
        Tool::Dropbox
    } else if !words.is_empty() && words.bytes().all(|b| b.is_ascii_digit()) {
        Tool::Numbered
    } else {
        Tool::Unknown
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        id::LogId,
        layout::{Digest, HeadName, PackName, Span},
    };

    #[test]
    fn copies_of_a_pack() {
        let of = PackName {
            span: Span::new(10, 0xab).unwrap(),
        };
        let stem = "000000000000000a-00000000000000ab";
        for (name, by) in [
            ("§ (conflicted copy 2026-01-02).pack", Tool::Dropbox),
            (
                "§ (Ana's conflicted copy 2026-01-02 (1)).pack",
                Tool::Dropbox,
            ),
            ("§ (conflicted copy 2026-01-02 150405).pack", Tool::Dropbox),
            ("§_conflict-20260102-150405.pack", Tool::Dropbox),
            ("§ [Conflict].pack", Tool::Dropbox),
            ("§ (Case Conflict 1).pack", Tool::Dropbox),
            ("§ (Copie en conflit de Ana 2026-01-02).pack", Tool::Unknown),
            ("§ (In Konflikt stehende Kopie von Ana).pack", Tool::Unknown),
            ("§-DESKTOP-1A2B3C.pack", Tool::OneDrive),
            ("§-Anas MacBook Pro.pack", Tool::OneDrive),
            (
                "§.sync-conflict-20260102-030405-ABCDEFG.pack",
                Tool::Syncthing,
            ),
            ("§ (1).pack", Tool::Numbered),
            ("§ 2.pack", Tool::Numbered),
            ("§.pack (1)", Tool::Numbered),
            ("§ - Copy.pack", Tool::Unknown),
        ] {
            let name = name.replace('§', stem);
            let expected = Listed::Copy { of, by };
            assert_eq!(Listed::read(&name), Some(expected), "{name}");
            assert_eq!(
                PackName::parse(&name),
                None,
                "the exact parser refuses {name}"
            );
        }
        let upper = stem.to_uppercase() + ".PACK";
        assert_eq!(
            Listed::read(&upper),
            Some(Listed::Copy { of, by: Tool::Case })
        );
        assert_eq!(Listed::read(&format!("{stem}.pack")), Some(Listed::Own(of)));
    }

    #[test]
    fn what_is_no_copy() {
        let stem = "000000000000000a-00000000000000ab";
        for name in [
            stem.to_owned(),
            format!("{stem}.pack.tmp"),
            format!("{stem}.pack.partial"),
            format!("{stem} (1).pack.crdownload"),
            format!("{stem} (1).txt"),
            format!(".{stem}.pack"),
            format!("{stem}-.pack"),
            format!("{stem}0.pack"),
            "desktop.ini".to_owned(),
            "ä".repeat(40),
            String::new(),
        ] {
            assert_eq!(Listed::<PackName>::read(&name), None, "{name}");
        }
    }

    proptest! {
        /// Names without a suffix: heads and digests. Any marker of a known shape finds its object.
        #[test]
        fn copies_of_heads(log in any::<[u8; 32]>(), last in any::<u64>(), marker in " \\([a-zA-Z0-9 é'-]{1,40}\\)|-[A-Z0-9-]{1,15}|\\.sync-conflict-[0-9]{8}-[0-9]{6}-[A-Z2-7]{7}| \\([1-9]\\)") {
            let head = HeadName { log: LogId::new(log), span: Span::new(0, last).unwrap() };
            let listed = Listed::read(&format!("{}{marker}", head.name()));
            prop_assert_eq!(listed.as_ref().map(Listed::object), Some(&head));
            let is_copy = matches!(listed, Some(Listed::Copy { .. }));
            prop_assert!(is_copy);
            let digest = Digest::new(log);
            let listed = Listed::read(&format!("{}{marker}", digest.name()));
            prop_assert_eq!(listed.as_ref().map(Listed::object), Some(&digest));
        }

        #[test]
        fn no_name_panics(name in "\\PC{0,140}|[0-9a-fA-F-]{30,36}\\PC{0,20}|[0-9a-f]{64}\\PC{0,40}") {
            let _ = (Listed::<HeadName>::read(&name), Listed::<PackName>::read(&name), Listed::<Digest>::read(&name));
        }
    }
}
