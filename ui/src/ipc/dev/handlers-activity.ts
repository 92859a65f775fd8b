// The stand-in's side of the contract: the record of use.
import type { ActivityRow } from '../contract';
import type { Handlers } from './handlers';
import type { World } from './world';

const HOUR = 3_600_000;

function record(world: World): ActivityRow[] {
  const [first, second] = world.items;
  if (!first || !second || !world.people.some((one) => one.user === 'mara')) return [];
  const vault = { id: 'v-production', name: 'Production', colour: 1 };
  const password = { role: 'password' as const, label: null };
  const shown = { title: first.title, vault, part: password };
  const by = world.refer('mara');
  const row = { by, device: 'mara-x1', machine: false, item: first.id, shown, late: false };
  const machine = { by: world.refer('jonas'), device: 'Nightly build', machine: true };
  const hidden = { item: '3f2a9c1e77', shown: null };
  const gone = { title: second.title, vault, part: null };
  return [
    { ...row, id: 'a-5', did: 'copied', at_ms: world.now - HOUR / 4 },
    { ...row, ...machine, id: 'a-4', did: 'used', at_ms: world.now - HOUR },
    { ...row, ...hidden, id: 'a-3', did: 'opened', at_ms: world.now - 30 * HOUR, late: true },
    {
      ...row,
      id: 'a-2',
      by: world.refer('ana'),
      device: 'ana-desk',
      did: 'saved',
      at_ms: world.now - 31 * HOUR,
      shown: gone,
    },
    { ...row, id: 'a-1', did: null, item: null, shown: null, at_ms: world.now - 200 * HOUR },
  ];
}

export function activityHandlers(world: World): Partial<Handlers> {
  return {
    activity_list: ({ user, after, limit }) => {
      const told = world.state.my_role === 'owner' || world.state.my_role === 'auditor';
      const all = told ? record(world) : [];
      const of = all.filter((row) => !user || row.by.user === user);
      const from = of.findIndex((row) => row.id === after) + 1;
      return {
        told,
        people: [...new Map(all.map(({ by }) => [by.user, by])).values()],
        rows: of.slice(from, from + limit),
        more: of.length > from + limit,
      };
    },
  };
}
