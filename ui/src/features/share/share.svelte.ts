// Who can open one vault or one item, and letting one more person or group do so.
import {
  AppError,
  call,
  type Candidate,
  type Id,
  type Role,
  type Scope,
  type ShareEntry,
  type ShareView,
  type Who,
} from '$ipc';
import { dateField, endOf, type EndChoice } from '$lib/ends';

export class ShareState {
  view = $state.raw<ShareView | null>(null);
  problem = $state.raw<AppError | null>(null);
  busy = $state(false);
  query = $state('');
  /** The person or group being added, before the button is pressed. */
  chosen = $state<Id | null>(null);
  role = $state<Role>('viewer');
  ends = $state<EndChoice>('none');
  date = $state(dateField(Date.now() + 7 * 86_400_000));
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }
  async load(): Promise<void> {
    await this.#run(() => call('share_get', { scope: this.scope }));
  }
  get found(): Candidate[] {
    const query = this.query.trim().toLocaleLowerCase();
    return (this.view?.candidates ?? []).filter((one) => one.name.toLocaleLowerCase().includes(query));
  }
  get candidate(): Candidate | null {
    return this.view?.candidates.find((one) => one.who.id === this.chosen) ?? null;
  }
  /** When it would end; undefined for a day that is none. */
  get end(): number | null | undefined {
    return endOf(this.ends, this.date, Date.now());
  }
  choose(candidate: Candidate): void {
    this.chosen = this.chosen === candidate.who.id ? null : candidate.who.id;
    this.problem = null;
    if (!candidate.roles.includes(this.role)) this.role = candidate.roles[0] ?? 'viewer';
  }
  async grant(): Promise<boolean> {
    const who = this.candidate?.who;
    const end = this.end;
    if (!who || end === undefined) return false;
    const { scope, role } = this;
    const done = await this.#run(() => call('share_grant', { scope, who, role, expires_ms: end }));
    if (done) {
      this.chosen = null;
      this.query = '';
      this.ends = 'none';
    }
    return done;
  }
  async level(entry: ShareEntry, role: Role): Promise<boolean> {
    return this.#run(() => call('share_level', { scope: this.scope, who: entry.who, role }));
  }
  async revoke(who: Who): Promise<boolean> {
    return this.#run(() => call('share_revoke', { scope: this.scope, who }));
  }
  async #run(work: () => Promise<ShareView>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      this.view = await work();
      return true;
    } catch (cause) {
      this.problem = AppError.from(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
