// The stand-in's side of the contract: machines.
import type { Id, MachinesView, ShareMachine } from '../contract';
import type { Handlers } from './handlers';
import type { World } from './world';

/** The machines that open a vault. */
export function machinesOn(world: World, vault: Id): ShareMachine[] {
  const on = world.machines.filter((machine) => machine.vaults.some((one) => one.id === vault));
  return on.map(({ id, name, role, owner }) => ({ id, name, role, owner }));
}

export function machineHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
): Partial<Handlers> {
  const offered = () =>
    world.vaults.filter((vault) => !vault.personal).map(({ id, name, colour }) => ({ id, name, colour }));
  const view = (): MachinesView => ({ machines: world.machines, offered: offered() });

  return {
    machine_list: view,
    machine_create: ({ name, vaults, role, path }) => {
      world.machines.push({
        id: world.newId('m'),
        name,
        owner: world.refer('ana'),
        role,
        vaults: offered().filter((vault) => vaults.includes(vault.id)),
        hidden_vaults: 0,
        last_seen_ms: null,
        can_end: true,
      });
      emit('people-changed', null);
      return { path: path ?? '/home/ana/conclave-machine.key', view: view() };
    },
    machine_end: ({ machine }) => {
      world.machines = world.machines.filter((one) => one.id !== machine);
      emit('people-changed', null);
      return view();
    },
  };
}
