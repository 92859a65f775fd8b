// The groups of the team.
import { call, on, type GroupsView } from '$ipc';
import { session } from './session.svelte';

class Groups {
  view = $state.raw<GroupsView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    void this.refresh();
    return on('people-changed', () => void this.refresh());
  }
  async refresh(): Promise<void> {
    this.view = await call('group_list');
  }
}

export const groups = new Groups();
