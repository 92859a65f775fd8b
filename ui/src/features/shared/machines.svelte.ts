// The machines of the team.
import { call, on, type MachinesView } from '$ipc';
import { session } from './session.svelte';

class Machines {
  view = $state.raw<MachinesView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    void this.refresh();
    return on('people-changed', () => void this.refresh());
  }
  async refresh(): Promise<void> {
    this.view = await call('machine_list');
  }
}

export const machines = new Machines();
