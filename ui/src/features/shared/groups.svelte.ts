// The groups of the team.
import { call, on, type GroupsView } from '$ipc';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

class Groups {
  view = $state.raw<GroupsView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    toasts.report(this.refresh());
    return on('people-changed', () => toasts.report(this.refresh()));
  }
  async refresh(): Promise<void> {
    this.view = await call('group_list');
  }
}

export const groups = new Groups();
