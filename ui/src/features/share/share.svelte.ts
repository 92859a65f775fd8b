// Who can open one vault or one item, and letting one more person do so.
import { AppError, call, type Id, type Role, type Scope, type ShareView } from '$ipc';

export class ShareState {
  view = $state.raw<ShareView | null>(null);
  problem = $state.raw<AppError | null>(null);
  busy = $state(false);
  query = $state('');
  /** The person being added, before the button is pressed. */
  chosen = $state<Id | null>(null);
  role = $state<Role>('viewer');
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }
  async load(): Promise<void> {
    await this.#run(() => call('share_get', { scope: this.scope }));
  }
  get found() {
    const query = this.query.trim().toLocaleLowerCase();
    return (this.view?.candidates ?? []).filter((person) => person.name.toLocaleLowerCase().includes(query));
  }
  get candidate() {
    return this.view?.candidates.find((person) => person.user === this.chosen) ?? null;
  }
  choose(user: Id): void {
    this.chosen = this.chosen === user ? null : user;
    this.problem = null;
    const offered = this.view?.roles ?? [];
    if (!offered.includes(this.role)) this.role = offered[0] ?? 'viewer';
  }
  async grant(): Promise<boolean> {
    const user = this.chosen;
    if (!user) return false;
    const done = await this.#run(() => call('share_grant', { scope: this.scope, user, role: this.role }));
    if (done) {
      this.chosen = null;
      this.query = '';
    }
    return done;
  }
  async revoke(user: Id): Promise<boolean> {
    return this.#run(() => call('share_revoke', { scope: this.scope, user }));
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
