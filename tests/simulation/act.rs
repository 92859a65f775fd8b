//! What happens in a run, drawn from its seed. Each act carries its own chances, so that leaving
//! one out changes no other.

use conclave_testkit::rng::{below, seeded};
use rand_core::Rng;

/// People with devices: the founder and nine others.
pub(crate) const PEOPLE: usize = 10;
/// Devices that each of them uses.
pub(crate) const EACH: usize = 3;
/// All of them.
pub(crate) const DEVICES: usize = PEOPLE * EACH;
/// Into how many parts the storage can fall.
pub(crate) const PARTS: usize = 3;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The device goes to another part of the storage.
    Move(usize),
    /// It tells what it has and takes in what it finds, some of it.
    Sync,
    /// A new item.
    Write,
    /// An edit, offline or not.
    Edit,
    /// A role for somebody.
    Grant,
    /// The end of a role, or of a person somewhere.
    Remove,
    /// A new vault.
    Vault,
    /// A group, with a role and a member; later more members.
    Group,
    /// A new key where none is due.
    Rotate,
    /// A lost device is ended by its person's kit.
    LoseDevice,
    /// The part of the storage where the device is loses something.
    Lose,
    /// Everything there is told once more, in another order.
    Replay,
    /// Somebody who forges writes whatever their keys allow, forks included.
    Evil,
    /// They box nonsense, or claim a key's child.
    Forge,
}

/// Who does it, and the chances of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) what: What,
    pub(crate) device: usize,
    pub(crate) chance: u64,
}

const WEIGHTS: &[(What, usize)] = &[
    (What::Move(0), 8),
    (What::Sync, 26),
    (What::Write, 6),
    (What::Edit, 10),
    (What::Grant, 8),
    (What::Remove, 7),
    (What::Vault, 2),
    (What::Group, 4),
    (What::Rotate, 4),
    (What::LoseDevice, 2),
    (What::Lose, 4),
    (What::Replay, 3),
    (What::Evil, 6),
    (What::Forge, 4),
];

/// The acts of a run.
pub(crate) fn acts(seed: u64, how_many: usize) -> Vec<Act> {
    let mut rng = seeded(seed);
    let mut bag = Vec::new();
    for (what, weight) in WEIGHTS {
        bag.extend(vec![*what; *weight]);
    }
    let act = |_| {
        let what = match bag[below(&mut rng, bag.len())] {
            What::Move(_) => What::Move(below(&mut rng, PARTS)),
            what => what,
        };
        Act {
            what,
            // The founder's, an admin's and a manager's devices act twice as often.
            device: match below(&mut rng, 2) {
                0 => below(&mut rng, 3 * EACH),
                _ => below(&mut rng, DEVICES),
            },
            chance: rng.next_u64(),
        }
    };
    (0..how_many).map(act).collect()
}

/// The two who forge, by number among the people; not the founder.
pub(crate) fn evil(seed: u64) -> [usize; 2] {
    let first = 1 + usize::try_from(seed % 9).unwrap_or(0);
    [first, 1 + first % 9]
}
