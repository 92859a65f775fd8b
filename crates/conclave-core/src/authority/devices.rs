//! The device tree of one subject, read through the pins of one grant (docs/format.md, "Authority",
//! devices).

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use super::{
    chain::{Chains, Node},
    facts::TeamFacts,
    level::{Label, Level},
    pin::Pin,
    table::Ix,
};
use crate::{
    body::Body,
    id::{DeviceId, EntryHash, SubjectId, UserId},
};

/// A device in one reading of its user's tree.
pub(super) struct Device<'a> {
    pub(super) id: DeviceId,
    pub(super) level: Level,
    /// What ends it.
    pub(super) cuts: Vec<Pin<'a>>,
}

/// One reading of a tree: devices in descending seniority.
#[derive(Default)]
pub(super) struct Tree<'a> {
    pub(super) devices: Vec<Device<'a>>,
    by_id: BTreeMap<DeviceId, usize>,
    /// What became of the tree's own entries in this reading.
    pub(super) labels: Vec<(Ix<Node<'a>>, Label)>,
}

impl<'a> Tree<'a> {
    /// A device and its place in the order of seniority.
    pub(super) fn get(&self, device: DeviceId) -> Option<(usize, &Device<'a>)> {
        let &place = self.by_id.get(&device)?;
        Some((place, self.devices.get(place)?))
    }
}

/// Seniority: depth, adder's place, seq, hash. The roots are the kit, then the first device.
type Seniority = (usize, usize, u64, EntryHash);

/// All trees, in all the readings that were asked for.
pub(super) struct Trees<'a> {
    /// DeviceAdd and DeviceRevoke entries by their author's device. Those that claim a grant are
    /// none: the device tree needs none, and would otherwise be open to whoever holds one.
    entries: HashMap<DeviceId, Vec<Ix<Node<'a>>>>,
    plain: HashMap<SubjectId, Rc<Tree<'a>>>,
    /// By subject and the removals whose pins it is read through.
    pinned: HashMap<(SubjectId, Vec<EntryHash>), Rc<Tree<'a>>>,
    empty: Rc<Tree<'a>>,
}

impl<'a> Trees<'a> {
    /// Reads the plain tree of everybody whose keys are known.
    pub(super) fn new(facts: &TeamFacts, chains: &Chains<'a>) -> Self {
        let mut entries: HashMap<DeviceId, Vec<Ix<Node<'a>>>> = HashMap::new();
        for ix in chains.nodes.places() {
            let entry = chains.nodes[ix].entry;
            let tree = matches!(entry.body, Body::DeviceAdd(..) | Body::DeviceRevoke(_));
            if tree && entry.grant.is_none() {
                entries.entry(entry.device()).or_default().push(ix);
            }
        }
        let mut trees = Self {
            entries,
            plain: HashMap::new(),
            pinned: HashMap::new(),
            empty: Rc::default(),
        };
        for (&user, devices) in &facts.users {
            let roots = [devices.kit, Some(devices.first)];
            let tree = trees.grow(chains, Some(user), roots, &[]);
            trees.plain.insert(SubjectId::User(user), Rc::new(tree));
        }
        for &machine in &facts.machines {
            let tree = trees.grow(chains, None, [None, Some(machine)], &[]);
            trees
                .plain
                .insert(SubjectId::Machine(machine), Rc::new(tree));
        }
        trees
    }

    /// The reading without any pin.
    pub(super) fn plain(&self, who: SubjectId) -> &Rc<Tree<'a>> {
        self.plain.get(&who).unwrap_or(&self.empty)
    }

    /// All plain readings.
    pub(super) fn all_plain(&self) -> impl Iterator<Item = (SubjectId, &Rc<Tree<'a>>)> {
        self.plain.iter().map(|(who, tree)| (*who, tree))
    }

    /// The reading from entries inside every certain pin of a grant, so that whoever was removed
    /// cannot rewrite the past from his kit. An uncertain removal does not bear on it.
    pub(super) fn pinned(
        &mut self,
        facts: &TeamFacts,
        chains: &Chains<'a>,
        who: SubjectId,
        lists: &[&[Pin<'a>]],
    ) -> Rc<Tree<'a>> {
        let strong = || lists.iter().copied().flatten().filter(|pin| pin.strong);
        if strong().next().is_none() {
            return Rc::clone(self.plain(who));
        }
        let mut by: Vec<EntryHash> = strong().map(Pin::by).collect();
        by.sort_unstable();
        by.dedup();
        let key = (who, by);
        if let Some(tree) = self.pinned.get(&key) {
            return Rc::clone(tree);
        }
        let roots = match who {
            SubjectId::User(user) => facts
                .users
                .get(&user)
                .map_or([None; 2], |devices| [devices.kit, Some(devices.first)]),
            SubjectId::Machine(device) => [None, Some(device)],
            SubjectId::Group(_) => [None; 2],
        };
        let pins: Vec<Pin<'a>> = strong().cloned().collect();
        let tree = Rc::new(self.grow(chains, who.user(), roots, &pins));
        self.pinned.insert(key, Rc::clone(&tree));
        tree
    }

    fn grow(
        &self,
        chains: &Chains<'a>,
        user: Option<UserId>,
        roots: [Option<DeviceId>; 2],
        pins: &[Pin<'a>],
    ) -> Tree<'a> {
        let mut tree = Tree::default();
        let mut queue: BTreeMap<Seniority, (DeviceId, Level)> = BTreeMap::new();
        for (place, root) in roots.into_iter().enumerate() {
            let seniority = (0, place, 0, EntryHash::new([0; 32]));
            queue.extend(root.map(|device| (seniority, (device, Level::Sure))));
        }
        let mut cuts: HashMap<DeviceId, Vec<Pin<'a>>> = HashMap::new();
        while let Some(((depth, ..), (id, level))) = queue.pop_first() {
            let place = tree.devices.len();
            // Added twice: the most senior DeviceAdd counts.
            if tree.by_id.contains_key(&id) {
                continue;
            }
            tree.by_id.insert(id, place);
            let own = cuts.remove(&id).unwrap_or_default();
            for &ix in self.entries.get(&id).into_iter().flatten() {
                let entry = chains.nodes[ix].entry;
                let (whose, target) = match &entry.body {
                    Body::DeviceAdd(device, add) => (add.user, *device),
                    Body::DeviceRevoke(revoke) => (revoke.user, revoke.device),
                    _ => continue,
                };
                if Some(whose) != user {
                    continue;
                }
                let worth = chains.inside(ix, &[pins, &own]).at_most(level);
                let mut label = Label::of(worth.level, worth.beyond);
                if matches!(entry.body, Body::DeviceAdd(..)) {
                    // A void device keeps its place: what it revoked stays revoked (rule 6).
                    if worth.level > Level::Out {
                        let seniority = (depth + 1, place, entry.seq(), entry.hash);
                        queue.insert(seniority, (target, worth.level));
                    }
                } else if worth.level > Level::Out {
                    if tree.by_id.contains_key(&target) {
                        // Only a senior device or the kit revokes.
                        label = Label::Void;
                    } else {
                        let strong = worth.level == Level::Sure;
                        let pin = Pin::new(chains, entry, strong);
                        cuts.entry(target).or_default().push(pin);
                    }
                }
                tree.labels.push((ix, label));
            }
            tree.devices.push(Device {
                id,
                level,
                cuts: own,
            });
        }
        tree
    }
}
