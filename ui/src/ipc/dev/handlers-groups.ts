// The stand-in's side of the contract: groups.
import type { GroupView, Id } from '../contract';
import { AppError } from '../errors';
import type { Handlers } from './handlers';
import type { StoredGroup, World } from './world';

/** The names of the groups through which somebody opens a vault. */
export function groupsThrough(world: World, user: Id, vault: Id): string[] {
  const opens = world.groups.filter((g) => g.members.includes(user) && g.vaults.some((v) => v.id === vault));
  return opens.map((group) => group.name);
}

export function groupHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
): Partial<Handlers> {
  const find = (id: Id): StoredGroup => {
    const group = world.groups.find((one) => one.id === id);
    if (!group) throw new AppError('not_found', 'no such group');
    return group;
  };
  const chip = (id: Id) => {
    const { name, colour } = world.vaults.find((one) => one.id === id)!;
    return { id, name, colour };
  };
  const view = (group: StoredGroup): GroupView => ({
    id: group.id,
    name: group.name,
    colour: group.colour,
    members: group.members.map((user) => ({
      ...world.refer(user),
      key_state: world.personRow(user).key_state,
      manages: group.managers.includes(user),
      can_remove: user !== 'ana',
    })),
    vaults: group.vaults.map(({ id, role }) => ({ ...chip(id), role, expires_ms: null, can_change: true })),
    hidden_vaults: 0,
    can_manage: true,
    candidates: world.people
      .filter((person) => !group.members.includes(person.user))
      .map((person) => ({ ...world.refer(person.user), key_state: person.key_state })),
    offered: world.vaults
      .filter((vault) => !vault.personal && !group.vaults.some((one) => one.id === vault.id))
      .map(({ id }) => chip(id)),
  });
  const changed = (group: StoredGroup): GroupView => {
    emit('people-changed', null);
    return view(group);
  };

  return {
    group_list: () => ({
      groups: world.groups.map((group) => ({
        id: group.id,
        name: group.name,
        colour: group.colour,
        members: group.members.map((user) => world.refer(user)),
        vaults: group.vaults.length,
      })),
      can_create: true,
    }),
    group_get: ({ group }) => view(find(group)),
    group_create: ({ name }) => {
      const members = ['ana'];
      const group = { id: world.newId('g'), name, colour: 2, members, managers: [...members], vaults: [] };
      world.groups.push(group);
      return changed(group);
    },
    group_rename: ({ group, name }) => {
      find(group).name = name;
      return changed(find(group));
    },
    group_add: ({ group, user }) => {
      const { key_state, name } = world.personRow(user);
      if (key_state === 'not_verified') throw new AppError('key_not_verified', 'not verified', { name });
      find(group).members.push(user);
      return changed(find(group));
    },
    group_remove_member: ({ group, user }) => {
      const found = find(group);
      found.members = found.members.filter((one) => one !== user);
      return changed(found);
    },
    group_give: ({ group, vault, role }) => {
      const found = find(group);
      found.vaults = [...found.vaults.filter((one) => one.id !== vault), { id: vault, role }];
      return changed(found);
    },
    group_take: ({ group, vault }) => {
      const found = find(group);
      found.vaults = found.vaults.filter((one) => one.id !== vault);
      return changed(found);
    },
  };
}
