//! Random acts, mostly sensible ones.

use conclave_core::{
    body::{self, ScopeKind, Wrap},
    id::{EntryHash, GrantId, InviteId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};
use rand_core::Rng;

use super::{By, Given, Story};

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the kind of entry of its name")]
pub enum Act {
    Grant,
    Revoke,
    RemoveUser,
    ScopeCreate,
    ItemRev,
    DeviceAdd,
    DeviceRevoke,
    Audit,
    Adopt,
    /// A receipt beside an entry that is there already.
    Fork,
    Invite,
    /// A grant that answers an invitation.
    Admit,
    Policy,
    WrapAdd,
    /// Profile, Leave, Heartbeat, Tombstone or Complaint.
    Other,
    /// A kind that this version does not know.
    Unknown,
    /// A known kind whose body is nonsense.
    Nonsense,
}

/// As often as each occurs in a life.
const USUAL: &[(Act, usize)] = &[
    (Act::Grant, 6),
    (Act::Revoke, 3),
    (Act::RemoveUser, 2),
    (Act::ScopeCreate, 2),
    (Act::ItemRev, 4),
    (Act::DeviceAdd, 1),
    (Act::DeviceRevoke, 1),
    (Act::Audit, 1),
    (Act::Adopt, 1),
    (Act::Fork, 1),
];
const FURTHER: &[(Act, usize)] = &[
    (Act::Invite, 2),
    (Act::Admit, 3),
    (Act::Policy, 1),
    (Act::WrapAdd, 1),
    (Act::Other, 2),
    (Act::Unknown, 1),
    (Act::Nonsense, 1),
];
const ROLES: [Role; 7] = [
    Role::Owner,
    Role::Admin,
    Role::Manager,
    Role::Editor,
    Role::Viewer,
    Role::Auditor,
    Role::Guest,
];

impl Story {
    /// Two vaults, a group, an admin, a manager: so that random acts find something to act on.
    #[must_use]
    pub fn start(mut self) -> Self {
        let team = self.facts.team_scope();
        let founder = By::under(self.first(1), self.roots()[1]);
        let vault = self.scope(founder, ScopeKind::Vault, Some(team));
        let other = self.scope(founder, ScopeKind::Vault, Some(team));
        let group = self.scope(founder, ScopeKind::Group, Some(team));
        let user = |story: &Self, number| SubjectId::User(story.user(number));
        let admin = self.grant(founder, user(&self, 2), team, Role::Admin, &[]);
        let by = By::under(self.first(2), admin.into());
        self.grant(by, user(&self, 3), vault, Role::Manager, &[]);
        self.grant(by, SubjectId::Group(group), other, Role::Editor, &[]);
        self.grant(by, user(&self, 4), group, Role::Viewer, &[]);
        self.grant(founder, user(&self, 5), vault, Role::Editor, &[]);
        self
    }

    /// Some random acts.
    #[must_use]
    pub fn fill(mut self, acts: usize) -> Self {
        for _ in 0..acts {
            self.step(None, None, None);
        }
        self
    }

    fn weighted(&mut self) -> Act {
        let mut bag = Vec::new();
        let further = if self.everything { FURTHER } else { &[] };
        for (act, weight) in USUAL.iter().chain(further) {
            bag.extend(vec![*act; *weight]);
        }
        self.pick(&bag).unwrap_or(Act::Audit)
    }

    /// One random act; with `actor` only under that person's grants, with `after` as a fork.
    pub fn step(
        &mut self,
        actor: Option<UserId>,
        act: Option<Act>,
        after: Option<(u64, EntryHash)>,
    ) -> Option<EntryHash> {
        let act = match act {
            Some(act) => act,
            None => self.weighted(),
        };
        let need = match act {
            Act::Grant | Act::Revoke | Act::RemoveUser | Act::ScopeCreate => 3,
            Act::Invite | Act::Admit => 3,
            Act::Adopt | Act::Policy => 4,
            Act::ItemRev => 2,
            _ => 1,
        };
        let mut grant = self.plausible(actor, need)?;
        let mut member = None;
        let mut who = grant.subject;
        if act == Act::ItemRev
            && self.chance(40)
            && let Some((through, of)) = self.membership(actor)
        {
            (grant, member, who) = (through, Some(of.id), of.subject);
        }
        let devices = match who {
            SubjectId::User(user) => self.devices.get(&user).cloned().unwrap_or_default(),
            _ => vec![self.machine],
        };
        let device = self.pick(&devices)?;
        let second = after.is_none() && self.chance(20);
        let by = By::under(device, grant.id)
            .through(member)
            .after(after)
            .log(u8::from(second));
        self.perform(act, by, grant, who)
    }

    /// A grant under which the act may well be right.
    fn plausible(&mut self, actor: Option<UserId>, need: u8) -> Option<Given> {
        let subject = |g: &Given| match actor {
            Some(actor) => g.subject == SubjectId::User(actor),
            None => !matches!(g.subject, SubjectId::Group(_)),
        };
        let all: Vec<Given> = self.grants.iter().filter(|g| subject(g)).copied().collect();
        let fit: Vec<Given> = all
            .iter()
            .filter(|g| g.role.rank() >= need)
            .copied()
            .collect();
        let list = if fit.is_empty() || self.chance(9) {
            &all
        } else {
            &fit
        };
        let list = list.clone();
        self.pick(&list)
    }

    /// A group's grant and a membership in the group.
    fn membership(&mut self, actor: Option<UserId>) -> Option<(Given, Given)> {
        let group = |s: ScopeId| {
            self.scopes
                .iter()
                .any(|made| made.id == s && made.kind == Some(ScopeKind::Group))
        };
        let mut pairs = Vec::new();
        for of in self.grants.iter().filter(|of| group(of.scope)) {
            let Some(user) = of.subject.user() else {
                continue;
            };
            if actor.is_none_or(|actor| actor == user) {
                let groups = self
                    .grants
                    .iter()
                    .filter(|g| g.subject == SubjectId::Group(of.scope));
                pairs.extend(groups.map(|g| (*g, *of)));
            }
        }
        self.pick(&pairs)
    }

    fn somebody(&mut self) -> UserId {
        let users = self.users.get(2..).unwrap_or_default().to_vec();
        self.pick(&users).unwrap_or(self.facts.founder)
    }

    fn devices_of(&self, who: SubjectId) -> Vec<conclave_core::id::DeviceId> {
        match who {
            SubjectId::User(user) => self.devices.get(&user).cloned().unwrap_or_default(),
            SubjectId::Machine(device) => vec![device],
            SubjectId::Group(_) => self.devices.values().flatten().copied().collect(),
        }
    }

    fn covered(&self, scope: ScopeId) -> Vec<ScopeId> {
        let all = self.scopes.iter().map(|made| made.id);
        all.filter(|s| self.inside(scope, *s)).collect()
    }

    fn perform(&mut self, act: Act, by: By, grant: Given, who: SubjectId) -> Option<EntryHash> {
        let all: Vec<ScopeId> = self.scopes.iter().map(|made| made.id).collect();
        let covered = self.covered(grant.scope);
        match act {
            Act::Grant | Act::Admit => {
                let scope = if self.chance(90) { &covered } else { &all };
                let scope = scope.clone();
                let scope = self.pick(&scope)?;
                let subject = self.a_subject()?;
                let role = self.a_role(grant.role, subject, scope)?;
                let cites = self.removals_of(subject);
                let cites = if self.chance(40) { cites } else { vec![] };
                let invite = if act == Act::Admit {
                    self.some(Kind::Invite)
                } else {
                    None
                };
                Some(self.grant_for(by, (subject, scope, role), &cites, invite))
            }
            Act::Revoke => {
                let near: Vec<Given> = self
                    .grants
                    .iter()
                    .copied()
                    .filter(|t| t.id != grant.id && covered.contains(&t.scope))
                    .collect();
                let any: Vec<Given> = self.grants.clone();
                let target = if self.chance(90) {
                    self.pick(&near)
                } else {
                    self.pick(&any)
                };
                let target = target.unwrap_or(grant);
                let pins = self.pins(&self.devices_of(target.subject), 30);
                Some(self.revoke(by, target.id, pins))
            }
            Act::RemoveUser => {
                let user = self.somebody();
                let mut devices = self.devices_of(SubjectId::User(user));
                if self.chance(50) {
                    devices.push(self.machine);
                }
                let pins = self.pins(&devices, 30);
                let scope = self.pick(&covered)?;
                Some(self.remove(by, user, scope, pins))
            }
            Act::ScopeCreate => self.make_scope(by, &covered, who),
            Act::ItemRev => {
                let home = if self.chance(90) {
                    Some(grant.scope)
                } else {
                    self.pick(&all)
                };
                Some(self.item(by, home?))
            }
            Act::DeviceAdd => {
                let user = who.user()?;
                let number = self.rng.next_u64() % 3;
                let own = if self.everything && self.chance(10) {
                    by
                } else {
                    by.without_grant()
                };
                self.add_device(own, user, number);
                self.entries.last().map(|entry| entry.hash)
            }
            Act::DeviceRevoke => {
                let user = who.user()?;
                let devices = self.devices_of(who);
                let device = self.pick(&devices)?;
                let pins = self.pins(&[device], 30);
                Some(self.cut_device(by.without_grant(), user, device, pins))
            }
            Act::Audit => Some(self.audit(by)),
            Act::Adopt => {
                let entry = self.some(Kind::ItemRev)?;
                Some(self.say(by, Kind::Adopt, &body::Adopt { entry }))
            }
            Act::Fork => {
                let own = self
                    .entries
                    .iter()
                    .filter(|e| e.seq() > 0 && e.device() == by.device());
                let own: Vec<(u64, Option<EntryHash>)> =
                    own.map(|e| (e.seq(), e.header.prev)).collect();
                let (seq, prev) = self.pick(&own)?;
                Some(self.audit(by.log(0).after(Some((seq - 1, prev?)))))
            }
            _ => self.perform_further(act, by, grant, &covered),
        }
    }

    /// Acts of kinds that the model of the rules leaves out.
    fn perform_further(
        &mut self,
        act: Act,
        by: By,
        grant: Given,
        covered: &[ScopeId],
    ) -> Option<EntryHash> {
        match act {
            Act::Invite => {
                let mut id = [0; 32];
                self.rng.fill_bytes(&mut id);
                let invite = body::Invite {
                    invite: InviteId::new(id),
                    key: id,
                    expires_ms: 0,
                };
                Some(self.say(by, Kind::Invite, &invite))
            }
            Act::Policy => {
                let scope = self.pick(covered)?;
                let policy = body::Policy {
                    policy: 1,
                    scope,
                    value: 1,
                    replaces: vec![],
                };
                Some(self.say(by, Kind::Policy, &policy))
            }
            Act::WrapAdd => {
                let revision = self.some(Kind::ItemRev)?;
                let epoch = self.some(Kind::KeyEpoch).unwrap_or(revision);
                let wrap = Wrap::Held {
                    scope: grant.scope,
                    epoch,
                    wrapped: [0; 136],
                };
                let add = body::WrapAdd {
                    revision,
                    wraps: vec![wrap],
                };
                Some(self.say(by, Kind::WrapAdd, &add))
            }
            Act::Other => {
                let by = if self.chance(20) {
                    by.without_grant()
                } else {
                    by
                };
                let kinds = [Kind::Profile, Kind::Leave, Kind::Heartbeat, Kind::Complaint];
                match self.pick(&kinds)? {
                    Kind::Complaint => {
                        let epoch = self.some(Kind::KeyEpoch)?;
                        Some(self.say(by, Kind::Complaint, &body::Complaint { epoch }))
                    }
                    kind => Some(self.say_nothing(by, kind)),
                }
            }
            Act::Unknown => {
                let critical = self.chance(50);
                Some(self.write_raw(by, (900, critical), Some(vec![0xa0]), false))
            }
            _ => {
                let kinds = [Kind::Grant, Kind::Revoke, Kind::ItemRev, Kind::DeviceAdd];
                let kind = self.pick(&kinds)?;
                let header = (kind.number(), kind.is_critical());
                Some(self.write_raw(by, header, Some(vec![0xa0]), false))
            }
        }
    }

    fn a_subject(&mut self) -> Option<SubjectId> {
        let users = self.users.iter().skip(1).chain(self.users.iter().skip(2));
        let mut list: Vec<SubjectId> = users.map(|user| SubjectId::User(*user)).collect();
        list.push(SubjectId::Machine(self.machine));
        let groups = self
            .scopes
            .iter()
            .filter(|made| made.kind == Some(ScopeKind::Group));
        let groups: Vec<SubjectId> = groups.map(|made| SubjectId::Group(made.id)).collect();
        list.extend(groups.iter().chain(&groups));
        self.pick(&list)
    }

    fn a_role(&mut self, by: Role, subject: SubjectId, scope: ScopeId) -> Option<Role> {
        let wild = self.chance(10);
        let mut roles: Vec<Role> = ROLES.to_vec();
        roles.retain(|role| wild || by == Role::Owner || role.rank() < by.rank());
        if matches!(subject, SubjectId::Group(_)) && self.chance(80) {
            roles = vec![Role::Viewer, Role::Editor];
        }
        let item = self
            .scopes
            .iter()
            .any(|s| s.id == scope && s.kind == Some(ScopeKind::Item));
        if item && self.chance(80) {
            roles = vec![Role::Viewer, Role::Guest];
        }
        self.pick(&roles).or(Some(Role::Viewer))
    }

    /// The removals that a re-admission of this subject would cite.
    #[must_use]
    pub fn removals_of(&self, subject: SubjectId) -> Vec<EntryHash> {
        let removals = self.entries.iter().filter_map(|entry| match &entry.body {
            body::Body::RemoveUser(r) if SubjectId::User(r.user) == subject => Some(entry.hash),
            _ => None,
        });
        removals.collect()
    }

    fn some(&mut self, kind: Kind) -> Option<EntryHash> {
        let list = self
            .entries
            .iter()
            .filter(|entry| entry.kind() == Some(kind));
        let list: Vec<EntryHash> = list.map(|entry| entry.hash).collect();
        self.pick(&list)
    }

    fn make_scope(&mut self, by: By, covered: &[ScopeId], who: SubjectId) -> Option<EntryHash> {
        let kinds = [
            ScopeKind::Vault,
            ScopeKind::Vault,
            ScopeKind::Group,
            ScopeKind::Item,
            ScopeKind::Personal,
        ];
        let kind = self.pick(&kinds)?;
        let fits = |within: Option<ScopeKind>| match kind {
            ScopeKind::Vault | ScopeKind::Group => within.is_none(),
            ScopeKind::Item => {
                matches!(within, Some(ScopeKind::Vault | ScopeKind::Personal))
            }
            ScopeKind::Personal => false,
        };
        let parents: Vec<ScopeId> = self
            .scopes
            .iter()
            .filter(|made| fits(made.kind) && covered.contains(&made.id))
            .map(|made| made.id)
            .collect();
        let parent = self.pick(&parents);
        if kind != ScopeKind::Personal && parent.is_none() {
            return None;
        }
        let id = self.scope(by, kind, parent);
        if kind == ScopeKind::Personal && who.user().is_some() {
            // The implicit owner grant.
            let grant = GrantId::from(id);
            self.grants.push(Given {
                id: grant,
                subject: who,
                scope: id,
                role: Role::Owner,
            });
        }
        self.entries.last().map(|entry| entry.hash)
    }
}
