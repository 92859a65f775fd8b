// The machines of the team.
import { call, on, type MachinesView } from '$ipc';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

class Machines {
  view = $state.raw<MachinesView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    toasts.report(this.refresh());
    return on('people-changed', () => toasts.report(this.refresh()));
  }
  async refresh(): Promise<void> {
    this.view = await call('machine_list');
  }
}

export const machines = new Machines();
