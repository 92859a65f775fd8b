// The stand-in's side of the contract: who can open what, people and groups, until when; and leaving.
import type { Candidate, LeaveView, Party, Role, Scope, ShareEntry, ShareView, Who } from '../contract';
import { AppError } from '../errors';
import type { Handlers } from './handlers';
import { machinesOn } from './handlers-machines';
import { DAY, type World } from './world';

interface Given {
  scope: Scope;
  group: string;
  role: Role;
  expires_ms: number | null;
}

export function shareHandlers(world: World): Handlers {
  let given: Given[] = [];
  let asked: number | null = null;
  const ends = new Map<string, number>();
  const ended: { scope: string; user: string; at_ms: number }[] = [
    { scope: 'v-marketing', user: 'tomas', at_ms: world.now - 2 * DAY },
  ];
  const at = (user: string, scope: Scope) => `${user} ${scope.id}`;
  const person = (user: string): Party => {
    const { name, colour, me } = world.refer(user);
    return { who: { type: 'person', id: user }, name, colour, me, people: null };
  };
  const group = (id: string): Party => {
    const found = world.groups.find((one) => one.id === id)!;
    const { name, colour } = found;
    return { who: { type: 'group', id }, name, colour, me: false, people: found.members.length };
  };
  const row = (user: string, role: Role, via: ShareEntry['via'], part: Partial<ShareEntry>): ShareEntry => ({
    ...person(user),
    key_state: world.personRow(user).key_state,
    role,
    via,
    through: null,
    levels: [],
    expires_ms: null,
    over: false,
    can_revoke: false,
    ...part,
  });
  const view = (scope: Scope): ShareView => {
    const item = scope.type === 'item' ? world.items.find((one) => one.id === scope.id) : undefined;
    const vault = world.vaults.find((one) => one.id === (item?.vault ?? scope.id))!;
    const on = (id: string) => world.grants.filter((g) => g.scope.id === id);
    const fixed = on(vault.id).map((g) =>
      row(
        g.user,
        g.role,
        g.role === 'owner' ? 'creator' : item ? 'vault' : 'direct',
        item || g.role === 'owner'
          ? {}
          : {
              levels: ['viewer', 'editor', 'manager'],
              can_revoke: true,
              expires_ms: ends.get(at(g.user, scope)) ?? null,
            },
      ),
    );
    const direct = item
      ? on(item.id).map((g) =>
          row(g.user, g.role, 'direct', {
            can_revoke: true,
            expires_ms: ends.get(at(g.user, scope)) ?? null,
          }),
        )
      : [];
    const crews = given.filter((one) => one.scope.id === scope.id);
    const rows = crews.map((one) => ({
      ...row('ana', one.role, 'direct', { can_revoke: true, expires_ms: one.expires_ms }),
      ...group(one.group),
      key_state: null,
      levels: item ? [] : (['viewer', 'editor'] satisfies Role[]),
    }));
    const entries: ShareEntry[] = [...fixed, ...direct, ...rows];
    for (const one of crews)
      for (const user of world.groups.find((g) => g.id === one.group)!.members)
        if (!entries.some((entry) => entry.who.id === user))
          entries.push(row(user, one.role, 'group', { through: group(one.group).name }));
    const free = (id: string) => !entries.some((entry) => entry.who.id === id && entry.via !== 'group');
    const candidates: Candidate[] = [
      ...world.people
        .filter((one) => free(one.user))
        .map((one) => ({
          ...person(one.user),
          key_state: one.key_state,
          key_change: one.key_change ?? null,
          roles: (item ? ['viewer'] : ['viewer', 'editor', 'manager']) as Role[],
        })),
      ...world.groups
        .filter((one) => free(one.id))
        .map((one) => ({
          ...group(one.id),
          key_state: null,
          key_change: null,
          roles: (item ? ['viewer'] : ['viewer', 'editor']) as Role[],
        })),
    ];
    return {
      scope,
      title: item?.title ?? vault.name,
      kind: item?.kind ?? null,
      vault_name: vault.name,
      vault_colour: vault.colour,
      can_share: !vault.personal,
      entries,
      machines: machinesOn(world, vault.id),
      candidates,
      ended: ended.filter((one) => one.scope === scope.id).map((one) => ({ ...person(one.user), ...one })),
    };
  };
  const same = (scope: Scope, who: Who) => (g: { scope: Scope; user?: string; group?: string }) =>
    g.scope.id === scope.id && (g.user ?? g.group) === who.id;
  const leave = (): LeaveView => ({
    asked_ms: asked,
    why_not: world.state.my_role === 'owner' ? { key: 'leave_last_owner', args: {} } : null,
    confirmers: [world.refer('jonas')],
  });

  return {
    share_get: ({ scope }) => view(scope),
    share_grant: ({ scope, who, role, expires_ms }) => {
      if (who.type === 'group') given.push({ scope, group: who.id, role, expires_ms });
      else {
        if (world.personRow(who.id).key_state === 'not_verified')
          throw new AppError('key_not_verified', 'not verified', { name: world.refer(who.id).name });
        world.grants.push({ scope, user: who.id, role });
        if (expires_ms !== null) ends.set(at(who.id, scope), expires_ms);
      }
      return view(scope);
    },
    share_level: ({ scope, who, role }) => {
      for (const one of [...world.grants, ...given].filter(same(scope, who))) one.role = role;
      return view(scope);
    },
    share_until: ({ scope, who, expires_ms }) => {
      for (const one of given.filter(same(scope, who))) one.expires_ms = expires_ms;
      if (expires_ms === null) ends.delete(at(who.id, scope));
      else ends.set(at(who.id, scope), expires_ms);
      return view(scope);
    },
    share_revoke: ({ scope, who }) => {
      world.grants = world.grants.filter((g) => !same(scope, who)(g));
      given = given.filter((g) => !same(scope, who)(g));
      return view(scope);
    },
    leave_get: leave,
    leave_ask: () => {
      asked = Date.now();
      return leave();
    },
  };
}
