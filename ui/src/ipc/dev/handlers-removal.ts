// The stand-in's side of the contract: one person, taking them out, what is set aside.
import type { AsideView, LastUse, PersonView } from '../contract';
import { AppError } from '../errors';
import type { Handlers } from './handlers';
import { groupsThrough } from './handlers-groups';
import { DAY, type World } from './world';

export function removalHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
  list: () => unknown,
): Partial<Handlers> {
  const chip = (id: string) => {
    const { name, colour } = world.vaults.find((one) => one.id === id)!;
    return { id, name, colour };
  };
  const open = (user: string, vault: string | null) => {
    const theirs = world.grants.filter((g) => g.user === user && g.scope.type === 'vault');
    const ids = theirs.map((g) => g.scope.id).filter((id) => vault === null || id === vault);
    return ids.filter((id) => !world.vaults.find((one) => one.id === id)?.personal);
  };
  const person = (user: string): PersonView => {
    const row = world.personRow(user);
    const roles = row.me ? [] : (['owner', 'admin', 'manager', 'editor', 'viewer'] as const);
    return {
      ...world.refer(user),
      key_state: row.key_state,
      key_change: row.key_change ?? null,
      devices: [
        { id: `d-${user}`, name: `${row.name.split(' ')[0]}’s laptop`, last_seen_ms: row.last_seen_ms },
      ],
      access: [
        { vault: null, role: row.role, roles: [...roles], can_remove: !row.me, through: [] },
        ...open(user, null).map((id) => ({
          vault: chip(id),
          role: world.grants.find((g) => g.user === user && g.scope.id === id)!.role,
          roles: [...roles],
          can_remove: !row.me,
          through: groupsThrough(world, user, id),
        })),
      ],
      why_not: row.me ? { key: 'removal_yourself', args: {} } : null,
    };
  };
  const stale = () => world.sync.last_ms === null || world.sync.last_ms < Date.now() - DAY;
  const weight = (last: LastUse | null) => (last === null ? 2 : last.what === 'copied' ? 0 : 1);
  const aside = (): AsideView => ({ rows: world.aside });

  return {
    person_get: ({ user }) => person(user),
    role_change: ({ user, vault, role }) => {
      if (vault === null) world.people.find((one) => one.user === user)!.role = role;
      else world.grants.find((g) => g.user === user && g.scope.id === vault)!.role = role;
      return person(user);
    },
    removal_preview: ({ user, vault }) => {
      const vaults = open(user, vault);
      const still = vault === null ? [] : groupsThrough(world, user, vault);
      return {
        ...world.refer(user),
        vault: vault === null ? null : chip(vault),
        could_open: world.items
          .filter((item) => vaults.includes(item.vault))
          .map(({ id, title, kind, vault: home }) => ({
            id,
            title,
            kind,
            vault: chip(home),
            last_use: world.uses[id] ?? null,
          }))
          .sort((a, b) => weight(a.last_use) - weight(b.last_use)),
        beyond_items: world.beyond.items,
        beyond_vaults: world.beyond.vaults,
        recorded: world.recorded,
        still_through: still,
        machines: world.machines.filter((one) => one.owner.user === user).map((one) => one.name),
        new_keys: still.length ? 0 : vaults.length,
        why_not: null,
        stale: stale() ? { key: 'removal_stale_old', args: {} } : null,
        synced_ms: world.sync.last_ms,
        unseen: stale() ? 2 : 0,
      };
    },
    person_remove: ({ user, vault, emergency }) => {
      if (stale() && !emergency) throw new AppError('storage_stale', 'stale');
      world.grants = world.grants.filter((g) => g.user !== user || (vault !== null && g.scope.id !== vault));
      if (vault === null) {
        world.people = world.people.filter((one) => one.user !== user);
        for (const group of world.groups) group.members = group.members.filter((one) => one !== user);
      }
      emit('people-changed', null);
      return list() as never;
    },
    aside_list: aside,
    aside_adopt: ({ entry }) => {
      world.aside = world.aside.filter((row) => row.entry !== entry);
      return aside();
    },
    aside_leave_out: ({ entry }) => {
      world.aside = world.aside.filter((row) => row.entry !== entry);
      return aside();
    },
  };
}
