"""The access rule and key epochs, written from docs/format/authority.md alone; part of reader.py.

Rule by rule, looking everything up by searching: for people who want to know what the rules say.
"""

from types import SimpleNamespace as Obj

(GENESIS, LOG_START, DEVICE_ADD, DEVICE_REVOKE, GRANT, REVOKE, REMOVE_USER, LEAVE, SCOPE_CREATE, KEY_EPOCH,
 KEY_BOX_ADD, INVITE, PROFILE, ITEM_REV, WRAP_ADD, TOMBSTONE, ADOPT, POLICY, AUDIT, HEARTBEAT, COMPLAINT) = range(1, 22)  # fmt: skip
AUTHORITY = (GRANT, REVOKE, REMOVE_USER, SCOPE_CREATE)
CRITICAL = {GENESIS, LOG_START, DEVICE_ADD, DEVICE_REVOKE, GRANT, REVOKE, REMOVE_USER, SCOPE_CREATE, KEY_EPOCH, KEY_BOX_ADD, POLICY}
BODILESS = {LEAVE, PROFILE, AUDIT, HEARTBEAT}
# Where in the body the pins are.
REVOCATIONS = {DEVICE_REVOKE: 2, REVOKE: 1, REMOVE_USER: 2}
OUT, FORKED, PROVISIONAL, SURE = range(4)
OWNER, ADMIN, MANAGER, EDITOR, VIEWER, AUDITOR, GUEST = range(7)
RANK = [5, 4, 3, 2, 1, 1, 1]
VAULT, ITEM, GROUP, PERSONAL = range(4)
MISSING = "missing"


class Grant(Obj):
    def rank(self):
        return RANK[self.role]

    def live(self, least=SURE):
        """Live, or with a lower `least`, not surely out."""
        return holds(self.worth, self.pins, least)


def holds(worth, pins, least):
    return worth == SURE and not pins if least == SURE else worth >= least and not any(p.certain for p in pins)


class Judge:
    def __init__(self, facts, entries):
        self.f, self.e, self.labels = facts, {x.hash: x for x in entries}, {}
        self.placed, self.turns, self.under = {}, [], {}
        self.revoked, self.removals, self.revokes, self.claims = {}, [], [], {}
        self.update_needed = False
        at = {}
        for x in self.e.values():
            at.setdefault((x.log, x.seq), set()).add(x.hash)
            if x.prev is not None:
                at.setdefault((x.log, x.seq - 1), set()).add(x.prev)
            if x.kind in AUTHORITY and not x.malformed:
                self.under.setdefault(x.grant, []).append(x)
        self.forks = {}
        for (log, seq), hashes in at.items():
            if len(hashes) > 1:
                self.forks[log] = min(seq, self.forks.get(log, seq))
        scope = lambda kind, parent, worth: Obj(kind=kind, parent=parent, worth=worth, maker=None)
        self.scopes = {x.made: scope(x.body[0], x.body.get(1), OUT) for x in self.all(SCOPE_CREATE)}
        self.scopes[facts.team] = scope("team", None, SURE)
        self.scopes |= {s: scope("built-in", None, SURE) for s in (facts.directory, facts.audit, facts.admins)}
        self.scopes |= {u.scope: scope("own", None, SURE) for u in facts.users.values()}
        self.own = {u.scope: user for user, u in facts.users.items()}
        self.plain = {("user", u): self.tree(("user", u), []) for u in facts.users}
        self.plain |= {("machine", m): self.tree(("machine", m), []) for m in facts.machines}
        self.run_pass([self.root(g, ("user", user), facts.team, SURE, False) for g, user in facts.roots])
        personal = sorted((id, s) for id, s in self.scopes.items() if s.kind == PERSONAL and s.worth > OUT)
        self.run_pass([self.root(id, s.maker, id, s.worth, True) for id, s in personal])
        self.judge_rest()

    def all(self, kind):
        return [x for x in self.e.values() if x.kind == kind and not x.malformed]

    # ---- Chains, pins

    def before(self, x):
        p = self.e.get(x.prev)
        return p if p and (p.log, p.device, p.seq + 1) == (x.log, x.device, x.seq) else None

    def anchored(self, x):
        while x and x.seq:
            x = self.before(x)
        return bool(x) and x.kind == LOG_START and not x.malformed

    def on_branch(self, x, seq, hash):
        if x.seq == seq:
            return SURE if x.hash == hash else OUT
        p = self.e.get(hash)
        if not p or (p.log, p.seq) != (x.log, seq):
            return PROVISIONAL
        while p and p.seq > x.seq + 1:
            p = self.before(p)
        return PROVISIONAL if not p else SURE if p.prev == x.hash else OUT

    def pin(self, x, worth):
        at = {log: (seq, hash) for log, seq, hash, *_ in x.body[REVOCATIONS[x.kind]]}
        return Obj(by=x.hash, at=at, certain=worth == SURE)

    def inside(self, x, pins):
        worth, beyond, healed = SURE, False, False
        for pin in pins:
            seq, hash = pin.at.get(x.log, (-1, None))
            here, far = (self.on_branch(x, seq, hash), False) if seq >= x.seq else (OUT, True)
            healed |= pin.certain and not far
            if not pin.certain:
                here, far = max(here, PROVISIONAL), False
            worth, beyond = min(worth, here), beyond or far
        if x.kind not in REVOCATIONS or x.malformed:
            if not self.anchored(x):
                worth = min(worth, PROVISIONAL)
            if x.seq >= self.forks.get(x.log, x.seq + 1) and not healed:
                worth = min(worth, FORKED)
        return worth, beyond

    # ---- Devices

    def tree(self, subject, pins):
        """Devices by id, most senior first: worth, and the pins that end each."""
        variant, who = subject
        roots = [who] if variant == "machine" else []
        if variant == "user" and who in self.f.users:
            roots = [self.f.users[who].kit, self.f.users[who].first]
        queue = [(0, place, 0, b"", device, SURE) for place, device in enumerate(roots) if device]
        taken, cuts = {}, {}
        while queue:
            depth, _, _, _, device, worth = queue.pop(queue.index(min(queue)))
            if device in taken:
                continue
            place, own = len(taken), cuts.get(device, [])
            taken[device] = Obj(place=place, worth=worth, pins=own)
            for x in self.e.values():
                if x.kind not in (DEVICE_ADD, DEVICE_REVOKE) or x.malformed or x.grant is not None:
                    continue
                if x.device != device or variant != "user" or x.body[0] != who:
                    continue
                at, beyond = self.inside(x, pins + own)
                at = min(at, worth)
                label = self.label_of(at, beyond)
                if at > OUT and x.kind == DEVICE_ADD:
                    queue.append((depth + 1, place, x.seq, x.hash, x.made, at))
                elif at > OUT and x.body[1] in taken:
                    label = "void"
                elif at > OUT:
                    cuts.setdefault(x.body[1], []).append(self.pin(x, at))
                if not pins:
                    self.labels[x.hash] = label
        return taken

    @staticmethod
    def label_of(worth, beyond):
        return {SURE: "valid", PROVISIONAL: "provisional"}.get(worth, "quarantined" if beyond else "void")

    # ---- Scopes, an entry under a grant

    def covers(self, a, b):
        while b in self.scopes:
            if a == b:
                return True
            b = self.scopes[b].parent
        return False

    def kind(self, scope):
        return self.scopes[scope].kind if scope in self.scopes else None

    def under_grant(self, x, g):
        """Worth, whether beyond, and the place of the author's device."""
        subject, pins, most = g.subject, g.pins, g.worth
        if subject[0] == "group" and self.kind(subject[1]) == GROUP:
            m = self.placed.get(x.member)
            if not m or m.scope != subject[1] or m.personal:
                return OUT, False, 0
            subject, pins, most = m.subject, pins + m.pins, min(most, m.worth)
        certain = [p for p in pins if p.certain]
        tree = self.tree(subject, certain) if certain else self.plain.get(subject, {})
        device = tree.get(x.device)
        if not device:
            return OUT, bool(certain) and x.device in self.plain.get(subject, {}), 0
        worth, beyond = self.inside(x, pins + device.pins)
        return min(worth, most, device.worth), beyond, device.place

    # ---- The pass

    def root(self, id, subject, scope, worth, personal):
        return Grant(id=id, subject=subject, scope=scope, role=OWNER, worth=worth, depth=0, personal=personal,
                     parent=None, entry=None, owner=None, pins=[], turn=None)  # fmt: skip

    def run_pass(self, roots):
        queue = []

        def enter(g, turn, place, seq, hash):
            self.placed[g.id] = g
            queue.append(((-g.rank(), g.depth, turn, place, seq, hash), g))

        for place, g in enumerate(roots):
            enter(g, 0, place, 0, b"")
        while queue:
            _, g = queue.pop(queue.index(min(queue, key=lambda q: q[0])))
            g.pins = self.revoked.pop(g.id, []) + [p for p in self.removals if self.removes(p, g)]
            if not self.answers(g):
                del self.placed[g.id]
                continue
            g.turn = len(self.turns)
            self.turns.append(g)
            for x in sorted(self.under.get(g.id, []), key=lambda x: (x.seq, x.hash)):
                worth, beyond, place = self.under_grant(x, g)
                right = self.right(x, g)
                if right == MISSING:
                    worth = min(worth, PROVISIONAL)
                if right is False or (worth > OUT and g.subject[0] == "group"):
                    worth, beyond = OUT, False
                self.labels[x.hash] = self.label_of(worth, beyond)
                if worth == OUT or right == MISSING:
                    continue
                if x.kind == GRANT:
                    owner = x.body[0][1][1] if x.subject[0] == "machine" else None
                    child = Grant(id=x.hash, subject=x.subject, scope=x.body[1], role=x.body[2], worth=worth, depth=g.depth + 1,
                                  personal=g.personal, parent=g, entry=x, owner=owner, pins=[], turn=None)  # fmt: skip
                    enter(child, g.turn, place, x.seq, x.hash)
                elif x.kind == SCOPE_CREATE:
                    scope = self.scopes[x.made]
                    if worth > scope.worth:
                        scope.worth, scope.maker = worth, g.subject
                elif x.kind == REMOVE_USER:
                    pin = self.pin(x, worth)
                    pin.user, pin.scope = x.body[0], x.body[1]
                    self.removals.append(pin)
                elif x.body[0] in self.placed and self.placed[x.body[0]].turn is not None:
                    self.labels[x.hash] = "void"
                else:
                    self.revoked.setdefault(x.body[0], []).append(self.pin(x, worth))
                    self.revokes.append(x)

    def removes(self, pin, g):
        if pin.user not in (g.owner, g.subject[1] if g.subject[0] == "user" else None):
            return False
        cited = g.entry and pin.by in g.entry.body[5] and g.parent.rank() >= 4
        return self.covers(pin.scope, g.scope) and not cited

    def answers(self, g):
        invite = g.entry and g.entry.body.get(6)
        if not invite:
            return True
        claims = self.claims.setdefault(invite, Obj(first=None, unsettled=set()))
        if claims.first not in (None, g.subject):
            self.labels[g.id] = "void"
            return False
        if g.worth == SURE and claims.unsettled - {g.subject}:
            g.worth, self.labels[g.id] = PROVISIONAL, "provisional"
        if g.worth == SURE:
            claims.first = g.subject
        elif g.worth == PROVISIONAL:
            claims.unsettled.add(g.subject)
        return True

    def right(self, x, g):
        b, team = x.body, self.f.team

        def reaches(rank, scope):
            return MISSING if scope not in self.scopes else g.rank() >= rank and self.covers(g.scope, scope)

        if x.kind == REMOVE_USER:
            return reaches(4 if b[1] == team else 3, b[1])
        if x.kind == REVOKE:
            if b[0] in [id for id, _ in self.f.roots]:
                return reaches(3, team)
            target = self.e.get(b[0])
            if target:
                return target.kind == GRANT and not target.malformed and reaches(3, target.body[1])
            return False if b[0] in self.scopes else MISSING
        if x.kind == SCOPE_CREATE:
            kind, parent = b[0], b.get(1)
            if kind == PERSONAL:
                return parent is None and g.subject[0] == "user" and not g.personal
            if parent is None or parent not in self.scopes:
                return False if parent is None else MISSING
            if kind == ITEM:
                return self.kind(parent) in (VAULT, PERSONAL) and reaches(3, parent)
            return parent == team and g.scope == team and g.rank() >= 4
        (variant, who), scope, role = x.subject, b[1], b[2]
        if variant == "group" and who in self.scopes and self.kind(who) != GROUP:
            return False
        known = {"user": self.f.users, "machine": self.f.machines, "group": self.scopes}[variant]
        if who not in known or scope not in self.scopes or any(c not in self.e for c in b[5]):
            return MISSING
        if 6 in b:
            invite = self.e.get(b[6])
            if not invite:
                return MISSING
            own = invite.grant is not None and invite.grant == x.grant
            if invite.kind != INVITE or invite.malformed or not (own or (g.rank() >= 4 and g.scope == team)):
                return False
        gives = {
            "team": role != GUEST and (role != AUDITOR or variant == "user"),
            VAULT: role != AUDITOR,
            ITEM: role in (VIEWER, GUEST),
            GROUP: variant == "user" and role not in (AUDITOR, GUEST),
            PERSONAL: role not in (AUDITOR, GUEST),
        }.get(self.kind(scope), False)
        rank = g.rank() >= 3 and (RANK[role] < g.rank() or g.role == OWNER)
        return rank and self.covers(g.scope, scope) and gives and (variant != "group" or role in (VIEWER, EDITOR))

    # ---- After the pass

    def judge_rest(self):
        for x in self.revokes:
            if x.body[0] not in self.placed:
                self.labels[x.hash] = "void"
        for x in self.e.values():
            g = self.placed.get(x.grant)
            if x.malformed:
                self.labels[x.hash] = "void"
            elif x.grant is None:
                self.without_grant(x)
            elif not g:
                label = self.orphan(x.grant)
                if not known(x):
                    label = "unknown" if not x.critical else "quarantined" if label == "void" else label
                self.labels[x.hash] = label
            elif x.kind not in AUTHORITY:
                worth, beyond, _ = self.under_grant(x, g)
                self.settle(x, *self.data_right(x, g, worth), beyond, g)

    def settle(self, x, worth, right, beyond, g=None):
        if not known(x):
            admin = g and g.rank() >= 4 and g.scope == self.f.team and g.live()
            self.update_needed |= bool(x.critical and admin and worth == SURE)
            fine = not x.critical or (admin and worth == SURE)
            self.labels[x.hash] = "unknown" if fine else "provisional" if admin and worth == PROVISIONAL else "quarantined"
            return
        if right == MISSING:
            worth = min(worth, PROVISIONAL)
        if right is False:
            worth, beyond = OUT, False
        label = self.label_of(worth, beyond)
        late = label == "quarantined" and x.kind in (AUDIT, HEARTBEAT, COMPLAINT)
        self.labels[x.hash] = "late" if late else label

    def without_grant(self, x):
        trees = [t for t in self.plain.values() if x.device in t]

        def worth_in(tree):
            worth, beyond = self.inside(x, tree[x.device].pins)
            return min(worth, tree[x.device].worth), beyond

        if x.kind in (DEVICE_ADD, DEVICE_REVOKE):
            self.labels.setdefault(x.hash, "void")
        elif x.kind == GENESIS or (x.kind == LOG_START and trees):
            self.labels[x.hash] = "valid"
        elif x.kind == HEARTBEAT and trees:
            worth, beyond = max(map(worth_in, trees))
            self.settle(x, worth, True, beyond)
        elif x.kind in (KEY_EPOCH, KEY_BOX_ADD, COMPLAINT):
            tree = self.plain.get(("user", self.own.get(self.epoch_scope(x))), {})
            worth, beyond = worth_in(tree) if x.device in tree else (OUT, False)
            self.settle(x, worth, self.epoch_form(x), beyond)
        else:
            self.settle(x, OUT, False, False)

    def data_right(self, x, g, worth):
        b = x.body
        if x.kind in (ITEM_REV, TOMBSTONE):
            if b[1] not in self.scopes:
                return worth, MISSING
            right = self.kind(b[1]) in (VAULT, PERSONAL) and g.scope == b[1] and g.rank() >= 2
            return min(worth, self.scopes[b[1]].worth), right
        if x.kind in (KEY_EPOCH, KEY_BOX_ADD, COMPLAINT):
            scope = self.epoch_scope(x)
            if scope not in self.scopes:
                return worth, MISSING
            form = self.epoch_form(x)
            return min(worth, self.scopes[scope].worth), self.confers(g, scope) if form is True else form
        if x.kind == WRAP_ADD:
            rev = self.e.get(b[0])
            if not rev or rev.kind != ITEM_REV or rev.malformed:
                return worth, False if rev else MISSING
            return worth, self.confers(g, rev.body[1]) or all(self.confers(g, w[0]) for _, w in b[1])
        if x.kind == ADOPT:
            target = self.e.get(b[0])
            if not target:
                return worth, MISSING
            home = target.body[1] if target.kind in (ITEM_REV, TOMBSTONE) and not target.malformed else None
            return worth, g.rank() >= 4 and self.covers(g.scope, home)
        if x.kind == POLICY:
            return worth, MISSING if b[1] not in self.scopes else g.rank() >= 4 and self.covers(g.scope, b[1])
        if x.kind == INVITE:
            return worth, g.rank() >= 3 and not g.personal
        return worth, x.kind in (LEAVE, PROFILE, AUDIT, HEARTBEAT)

    def epoch_scope(self, x):
        epoch = x if x.kind == KEY_EPOCH else self.e.get(x.body[0])
        return epoch.body[0] if epoch and epoch.kind == KEY_EPOCH and not epoch.malformed else None

    def epoch_form(self, x):
        if x.kind != KEY_EPOCH:
            return True
        parents = [self.e.get(p[0]) for p in x.body[2]]
        if None in parents:
            return MISSING
        fits = all(p.kind == KEY_EPOCH and not p.malformed and p.body[0] == x.body[0] for p in parents)
        return fits and x.body[1] == 1 + max([p.body[1] for p in parents], default=0)

    def orphan(self, grant):
        while True:
            x = self.e.get(grant)
            if not x:
                return "void" if grant in self.scopes else "provisional"
            if x.grant is None or x.grant in self.placed:
                label = self.labels.get(x.hash)
                return label if label in ("provisional", "quarantined") else "void"
            grant = x.grant

    # ---- Readers, key epochs

    def confers(self, g, scope):
        team, kind = g.scope == self.f.team, self.kind(scope)
        if scope == self.f.directory:
            return not g.personal and g.role != GUEST and g.subject[0] != "machine"
        if scope == self.f.audit:
            return team and g.role in (AUDITOR, OWNER)
        if scope == self.f.admins:
            return team and g.rank() >= 4
        if kind == ITEM:
            return g.scope in (scope, self.scopes[scope].parent)
        return kind in (VAULT, GROUP, PERSONAL) and g.scope == scope

    def readers(self, scope, least=SURE):
        counts = lambda s: s in self.scopes and self.scopes[s].worth >= least
        found = set()
        for g in self.turns if counts(scope) else []:
            if g.live(least) and self.confers(g, scope):
                if g.subject[0] != "group":
                    found.add(g.subject)
                elif counts(g.subject[1]):
                    found |= {m.subject for m in self.turns if m.scope == g.subject[1] and m.live(least)}
        return found - {("user", self.f.own0)}

    def devices(self, scope, least=SURE):
        readers = {("user", self.own[scope])} if scope in self.own else self.readers(scope, least)
        found = {who for variant, who in readers if variant == "machine"}
        for subject in readers - {("user", self.f.own0)}:
            if subject[0] == "user":
                found |= {id for id, d in self.plain[subject].items() if holds(d.worth, d.pins, least)}
        return found

    def know(self):
        epochs = {x.hash: x for x in self.all(KEY_EPOCH)}
        boxes = [(h, x.device, box) for h, x in epochs.items() for box in x.body[5]]
        boxes += [(x.body[0], x.device, box) for x in self.all(KEY_BOX_ADD) for box in x.body[1]]
        know, before = {h: {x.device} for h, x in epochs.items()}, None
        while before != (before := sum(map(len, know.values()))):
            for h, by, box in boxes:
                if by in know.get(h, ()):
                    variant, (who, *_) = box[0]
                    know[h] |= know.get(box[1], set()) if 1 in box else {who} if variant == 0 else set()
            for h, x in epochs.items():
                for parent in x.body[2]:
                    if x.device in know.get(parent[0], ()):
                        know[parent[0]] |= know[h]
        return know

    def usable(self):
        """For each scope its usable epochs, best first."""
        found = {}
        for h, knowers in self.know().items():
            scope = self.e[h].body[0]
            if self.labels[h] == "valid" and knowers <= self.devices(scope) | self.devices(scope, PROVISIONAL):
                found.setdefault(scope, []).append(h)
        return {s: sorted(hs, key=lambda h: (-self.e[h].body[1], h)) for s, hs in found.items()}


def known(x):
    return GENESIS <= x.kind <= COMPLAINT
