// Who is in the team, who is invited, and who is at the door.
import { call, type Id, type PeopleView, type PersonRow } from '$ipc';
import { aside } from './aside.svelte';
import { Asked } from './asked.svelte';

class People extends Asked<PeopleView> {
  constructor() {
    super(() => call('people_list'), ['people-changed', 'requests-changed']);
  }
  override start(): () => void {
    const stop = [super.start(), aside.start()];
    return () => stop.forEach((off) => off());
  }
  /** How much waits for an answer: requests, wishes to leave, changes set aside. */
  get waiting(): number {
    const { requests = [], leaving = [] } = this.view ?? {};
    return requests.length + leaving.length + aside.rows.length;
  }
  byId(user: Id): PersonRow | null {
    return this.view?.people.find((person) => person.user === user) ?? null;
  }
}

export const people = new People();
