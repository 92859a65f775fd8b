//! The device tree of one user, read through the pins of one grant.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use conclave_core::{
    body::Body,
    id::{DeviceId, EntryHash, SubjectId, UserId},
};

use super::{Pin, Shown, State, Worth, pins_of};

/// A device's place among its user's devices, most senior first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seniority {
    depth: u32,
    root: u8,
    adder: Option<Rc<Self>>,
    seq: u64,
    hash: EntryHash,
}

/// A device in one reading of the tree.
#[derive(Debug, Clone)]
pub struct Dev {
    /// What its place is worth.
    pub worth: Worth,
    pub(super) pos: Rc<Seniority>,
    pub(super) cuts: Vec<Pin>,
}

impl Dev {
    /// Is it entitled? `lenient`: or is its being out not settled.
    #[must_use]
    pub fn live(&self, lenient: bool) -> bool {
        if lenient {
            self.worth >= Worth::Prov && !self.cuts.iter().any(|p| p.strong)
        } else {
            self.worth == Worth::Sure && self.cuts.is_empty()
        }
    }
}

/// All devices of a user in one reading.
pub type Tree = BTreeMap<DeviceId, Dev>;

impl State<'_> {
    /// The devices of a subject, judged only from device entries inside `pins`. With `label`, the
    /// entries are labelled on the way: the plain reading decides how they are shown.
    pub(super) fn read_tree(
        &self,
        who: SubjectId,
        pins: &[Pin],
        mut label: Option<&mut BTreeMap<EntryHash, Shown>>,
    ) -> Tree {
        let roots = match who {
            SubjectId::User(user) => match self.facts.users.get(&user) {
                Some(devices) => [devices.kit, Some(devices.first)],
                None => [None, None],
            },
            SubjectId::Machine(device) => [None, Some(device)],
            SubjectId::Group(_) => [None, None],
        };
        let user = who.user();
        let mut heap: BTreeSet<(Rc<Seniority>, DeviceId, Worth)> = BTreeSet::new();
        for (root, device) in (0u8..).zip(roots) {
            let hash = EntryHash::new([0; 32]);
            let pos = Seniority {
                depth: 0,
                root,
                adder: None,
                seq: 0,
                hash,
            };
            heap.extend(device.map(|d| (Rc::new(pos), d, Worth::Sure)));
        }
        let mut out = Tree::new();
        let mut cuts: BTreeMap<DeviceId, Vec<Pin>> = BTreeMap::new();
        while let Some((pos, device, worth)) = heap.pop_first() {
            if out.contains_key(&device) {
                continue;
            }
            let own = cuts.get(&device).cloned().unwrap_or_default();
            let all: Vec<Pin> = pins.iter().chain(&own).cloned().collect();
            out.insert(
                device,
                Dev {
                    worth,
                    pos: Rc::clone(&pos),
                    cuts: own,
                },
            );
            // Entries of the device tree carry no grant.
            let all_entries = self.e.values();
            let mut mine: Vec<_> = all_entries
                .filter(|x| x.device() == device && x.grant.is_none())
                .collect();
            mine.sort_by_key(|x| (x.seq(), x.hash));
            for x in mine {
                let (about, target) = match &x.body {
                    Body::DeviceAdd(id, add) => (add.user, *id),
                    Body::DeviceRevoke(revoke) => (revoke.user, revoke.device),
                    _ => continue,
                };
                if Some(about) != user {
                    continue;
                }
                let (here, beyond) = self.inside(x, &all);
                let here = here.min(worth);
                let mut show = |shown| {
                    if let Some(label) = label.as_deref_mut() {
                        label.insert(x.hash, shown);
                    }
                };
                show(match here {
                    Worth::Sure => Shown::Valid,
                    Worth::Prov => Shown::Provisional,
                    _ if beyond => Shown::Quarantined,
                    _ => Shown::Void,
                });
                let adds = matches!(x.body, Body::DeviceAdd(..));
                if here == Worth::Out {
                    continue;
                }
                if adds {
                    let next = Seniority {
                        depth: pos.depth + 1,
                        root: 0,
                        adder: Some(Rc::clone(&pos)),
                        seq: x.seq(),
                        hash: x.hash,
                    };
                    heap.insert((Rc::new(next), target, here));
                } else if out.contains_key(&target) {
                    show(Shown::Void);
                } else {
                    let pin = Pin {
                        at: pins_of(x),
                        strong: here == Worth::Sure,
                    };
                    cuts.entry(target).or_default().push(pin);
                }
            }
        }
        out
    }

    /// A person's devices, most senior first.
    #[must_use]
    pub fn seniority(&self, user: UserId) -> Vec<DeviceId> {
        let mut devices: Vec<_> = self.tree(SubjectId::User(user)).into_iter().collect();
        devices.sort_by_key(|(_, device)| Rc::clone(&device.pos));
        devices.into_iter().map(|(id, _)| id).collect()
    }

    /// The plain reading.
    #[must_use]
    pub fn tree(&self, who: SubjectId) -> Tree {
        self.read_tree(who, &[], None)
    }
}
