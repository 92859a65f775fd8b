// Who can open one vault or one item, and letting one more person or group do so.
import {
  call,
  type Candidate,
  type Id,
  type Role,
  type Scope,
  type ShareEntry,
  type ShareView,
  type Who,
} from '$ipc';
import { dateField, endOf, lastMoment, type EndChoice } from '$lib/ends';
import { Attempt } from '$features/shared/attempt.svelte';

const inAWeek = () => dateField(Date.now() + 7 * 86_400_000);

export class ShareState {
  view = $state.raw<ShareView | null>(null);
  /** One change at a time: what was answered to the first is what the second must be about. */
  readonly attempt = new Attempt();
  query = $state('');
  /** The person or group being added, before the button is pressed. */
  chosen = $state<Id | null>(null);
  role = $state<Role>('viewer');
  /** The one who is in and whose end is being moved, before the button is pressed. */
  moving = $state<Id | null>(null);
  ends = $state<EndChoice>('none');
  date = $state(inAWeek());
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }
  /** `wanted` is chosen as soon as it is known who can be. */
  async load(wanted?: Id): Promise<void> {
    await this.#run(() => call('share_get', { scope: this.scope }));
    const found = this.view?.candidates.find((one) => one.who.id === wanted);
    if (found && !found.key_change) this.choose(found);
  }
  get found(): Candidate[] {
    const query = this.query.trim().toLocaleLowerCase();
    return (this.view?.candidates ?? []).filter((one) => one.name.toLocaleLowerCase().includes(query));
  }
  get candidate(): Candidate | null {
    return this.view?.candidates.find((one) => one.who.id === this.chosen) ?? null;
  }
  /** Nothing is sealed to a key that nobody has confirmed. */
  get unverified(): boolean {
    return this.candidate?.key_state === 'not_verified';
  }
  /** When it would end; undefined for a day that is none. */
  get end(): number | null | undefined {
    return endOf(this.ends, this.date, Date.now());
  }
  /** The button has something that it can do. */
  get ready(): boolean {
    return this.end !== undefined && (this.moving !== null || (this.chosen !== null && !this.unverified));
  }
  get moved(): ShareEntry | null {
    return this.view?.entries.find((one) => one.who.id === this.moving) ?? null;
  }
  choose(candidate: Candidate): void {
    if (this.moving) this.#clear();
    this.chosen = this.chosen === candidate.who.id ? null : candidate.who.id;
    this.attempt.problem = null;
    if (!candidate.roles.includes(this.role)) this.role = candidate.roles[0] ?? 'viewer';
    // A guest's access always ends.
    if (this.role === 'guest' && this.ends === 'none') this.ends = 'month';
  }
  /** Begins or stops moving the end of somebody who is in. */
  move(entry: ShareEntry): void {
    const { who, expires_ms: end, over } = entry;
    const again = this.moving === who.id;
    this.#clear();
    this.attempt.problem = null;
    if (again) return;
    this.moving = who.id;
    if (end === null) return;
    this.ends = over ? 'month' : 'date';
    if (!over) this.date = dateField(lastMoment(end));
  }
  async grant(): Promise<boolean> {
    const who = this.candidate?.who;
    const end = this.end;
    if (!who || end === undefined || !this.ready) return false;
    const { scope, role } = this;
    const done = await this.#run(() => call('share_grant', { scope, who, role, expires_ms: end }));
    if (done) {
      this.query = '';
      this.#clear();
    }
    return done;
  }
  async until(): Promise<boolean> {
    const who = this.moved?.who;
    const end = this.end;
    if (!who || end === undefined) return false;
    const done = await this.#run(() => call('share_until', { scope: this.scope, who, expires_ms: end }));
    if (done) this.#clear();
    return done;
  }
  async level(entry: ShareEntry, role: Role): Promise<boolean> {
    return this.#run(() => call('share_level', { scope: this.scope, who: entry.who, role }));
  }
  async revoke(who: Who): Promise<boolean> {
    return this.#run(() => call('share_revoke', { scope: this.scope, who }));
  }
  #clear(): void {
    this.chosen = null;
    this.moving = null;
    this.ends = 'none';
    this.date = inAWeek();
  }
  #run(work: () => Promise<ShareView>): Promise<boolean> {
    return this.attempt.run(async () => {
      this.view = await work();
    });
  }
}
