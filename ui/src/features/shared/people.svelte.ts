// Who is in the team, who is invited, and who is at the door.
import { call, on, type Id, type PeopleView, type PersonRow } from '$ipc';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

class People {
  view = $state.raw<PeopleView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    toasts.report(this.refresh());
    const stop = [
      on('people-changed', () => toasts.report(this.refresh())),
      on('requests-changed', () => toasts.report(this.refresh())),
    ];
    return () => stop.forEach((off) => off());
  }
  async refresh(): Promise<void> {
    this.view = await call('people_list');
  }
  get waiting(): number {
    return this.view?.requests.length ?? 0;
  }
  byId(user: Id): PersonRow | null {
    return this.view?.people.find((person) => person.user === user) ?? null;
  }
}

export const people = new People();
