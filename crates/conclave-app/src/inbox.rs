//! The requests in an inbox, found among whatever else somebody puts there.
//!
//! Everybody who writes to the storage can fill an inbox (docs/format.md, "Joining"), and nothing in a
//! name or a size tells a request from junk. So the work of one look is bounded, and what was found
//! stays: each look opens the next files by name, goes on where the last one stopped, and begins anew
//! after the last name. Only requests that the code proved count against what is kept; of the others
//! a few are, so that a person sees that something is there.

use conclave_core::{
    id::InviteId,
    layout::{self, Digest, ObjectName},
    remote::Remote,
    replica::MAX_JOIN_OBJECT,
};

/// The most proven requests of one inbox. More than one means that the code leaked.
pub(crate) const MAX_PROVEN: usize = 16;
/// The most files that prove nothing and are shown all the same.
const MAX_OTHERS: usize = 4;
/// The most files that one look opens.
pub(crate) const MAX_LOOKED_AT: usize = 128;
/// One look stops after so many bytes; the file that passes it is still read.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A file of an inbox: its name, which is its digest, and its bytes.
pub(crate) type Letter = (Digest, Vec<u8>);

/// What is known of one inbox.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    proven: Vec<Letter>,
    others: Vec<Letter>,
    /// The last name that was looked at.
    after: Option<Digest>,
}

impl Inbox {
    /// Reads the next files that are not known. What is gone from the storage is forgotten.
    pub(crate) async fn look(&mut self, remote: &dyn Remote, id: &InviteId) -> Vec<Letter> {
        let Ok(listed) = remote.list(&layout::requests(id)).await else {
            return Vec::new();
        };
        let small = listed
            .iter()
            .filter(|item| item.size <= MAX_JOIN_OBJECT as u64);
        let mut names: Vec<Digest> = small.filter_map(|item| Digest::parse(&item.name)).collect();
        names.sort_unstable();
        names.dedup();
        for kept in [&mut self.proven, &mut self.others] {
            kept.retain(|(name, _)| names.binary_search(name).is_ok());
        }
        names.retain(|name| !self.knows(name));
        let next = names.partition_point(|name| Some(*name) <= self.after);
        names.rotate_left(next);
        let (mut out, mut bytes) = (Vec::new(), 0);
        for name in names.into_iter().take(MAX_LOOKED_AT) {
            self.after = Some(name);
            let letter = remote
                .get(&name.request_key(id), MAX_JOIN_OBJECT as u64)
                .await;
            let Ok(letter) = letter else { continue };
            bytes += letter.len();
            if Digest::of(&letter) == name {
                out.push((name, letter));
            }
            if bytes > MAX_BYTES {
                break;
            }
        }
        out
    }

    /// Keeps what was read: all that is proven, up to a limit, and a few of the rest.
    pub(crate) fn keep(&mut self, read: Vec<Letter>, is_proven: impl Fn(&[u8]) -> bool) {
        for letter in read {
            let (kept, most) = if is_proven(&letter.1) {
                (&mut self.proven, MAX_PROVEN)
            } else {
                (&mut self.others, MAX_OTHERS)
            };
            if kept.len() < most {
                kept.push(letter);
            }
        }
    }

    /// The requests that were proven.
    pub(crate) fn proven(&self) -> &[Letter] {
        &self.proven
    }

    /// What is kept: the proven requests first.
    pub(crate) fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.proven.iter().chain(&self.others)
    }

    /// Forgets what a person turned down, so that it takes nobody's place.
    pub(crate) fn forget(&mut self, rejected: impl Fn(&Digest) -> bool) {
        for kept in [&mut self.proven, &mut self.others] {
            kept.retain(|(name, _)| !rejected(name));
        }
    }

    fn knows(&self, name: &Digest) -> bool {
        self.letters().any(|(known, _)| known == name)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use conclave_testkit::{
        counting_remote::{CountingRemote, Counts},
        memory_remote::MemoryRemote,
    };

    use super::*;

    const INVITE: InviteId = InviteId::new([5; 32]);

    /// Looks once; gives how many requests the storage had.
    fn look(inbox: &mut Inbox, remote: &Arc<MemoryRemote>) -> u64 {
        let counts = Arc::new(Counts::default());
        let remote = CountingRemote::new(Arc::clone(remote) as _, Arc::clone(&counts) as _);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let read = runtime.unwrap().block_on(inbox.look(&remote, &INVITE));
        inbox.keep(read, |bytes| bytes.starts_with(b"true"));
        counts.take().requests()
    }

    fn holding(letters: impl Iterator<Item = Vec<u8>>) -> Arc<MemoryRemote> {
        let named = letters.map(|bytes| {
            let name = Digest::of(&bytes).request_key(&INVITE);
            (name.as_str().to_owned(), bytes)
        });
        Arc::new(MemoryRemote::with(named.collect()))
    }

    fn junk(n: u32) -> Vec<u8> {
        [b"junk", &n.to_le_bytes()[..]].concat()
    }

    /// A hundred thousand files in an inbox, and some that are huge: one list, some gets.
    #[test]
    fn hostile_21_a_flooded_inbox_costs_a_bounded_number_of_requests() {
        let flood = (0..100_000).map(|n| {
            let mut bytes = junk(n);
            if n % 1_000 == 0 {
                bytes.resize(MAX_JOIN_OBJECT + 1, 0);
            }
            bytes
        });
        let (remote, mut inbox) = (holding(flood), Inbox::default());
        for _ in 0..2 {
            assert_eq!(look(&mut inbox, &remote), 1 + MAX_LOOKED_AT as u64);
        }
        assert_eq!(inbox.letters().count(), MAX_OTHERS);
        assert!(inbox.letters().all(|(_, bytes)| bytes.len() == 8));
    }

    /// Wherever its name stands among a thousand others, a request is found, and found for good.
    #[test]
    fn hostile_21_junk_in_an_inbox_hides_no_request() {
        let request = b"true, and the last of all names".to_vec();
        let all = (0..1_000).map(junk).chain([request.clone()]);
        let (remote, mut inbox) = (holding(all), Inbox::default());
        let looks = 1_001_usize.div_ceil(MAX_LOOKED_AT);
        for _ in 0..looks {
            assert!(look(&mut inbox, &remote) <= 1 + MAX_LOOKED_AT as u64);
        }
        assert_eq!(inbox.proven().len(), 1);
        assert_eq!(inbox.letters().next().unwrap().1, request);
        for _ in 0..looks {
            look(&mut inbox, &remote);
            assert_eq!(inbox.proven().len(), 1);
        }
        // Those that come later are found as well, though the first keep their places.
        let later = (1_000..3_000).map(junk);
        let second = b"true, and later".to_vec();
        let all = (0..1_000).map(junk).chain(later).chain([request, second]);
        let remote = holding(all);
        for _ in 0..3_002_usize.div_ceil(MAX_LOOKED_AT) {
            look(&mut inbox, &remote);
        }
        assert_eq!(inbox.proven().len(), 2);
        assert_eq!(inbox.letters().count(), 2 + MAX_OTHERS);
    }

    #[test]
    fn hostile_21_huge_letters_and_many_proven_ones_are_bounded() {
        let huge = (0..64).map(|n| {
            let mut bytes = junk(n);
            bytes.resize(MAX_JOIN_OBJECT, 0);
            bytes
        });
        let (remote, mut inbox) = (holding(huge), Inbox::default());
        let most = 1 + MAX_BYTES.div_ceil(MAX_JOIN_OBJECT) as u64;
        assert!(look(&mut inbox, &remote) <= 1 + most);

        let many = (0..100_u32).map(|n| [b"true", &n.to_le_bytes()[..]].concat());
        let (remote, mut inbox) = (holding(many), Inbox::default());
        look(&mut inbox, &remote);
        assert_eq!(inbox.proven().len(), MAX_PROVEN);
    }

    #[test]
    fn what_is_gone_or_turned_down_is_forgotten() {
        let letters = || [b"true".to_vec(), junk(1)].into_iter();
        let (remote, mut inbox) = (holding(letters()), Inbox::default());
        look(&mut inbox, &remote);
        assert_eq!(inbox.letters().count(), 2);
        let turned_down = Digest::of(&junk(1));
        inbox.forget(|name| *name == turned_down);
        assert_eq!(inbox.letters().count(), 1);
        look(&mut inbox, &holding(std::iter::empty()));
        assert_eq!(inbox.letters().count(), 0);
    }
}
