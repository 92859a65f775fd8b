// How the copy on this computer and the shared folder stand to each other.
import { call, on, type SyncView } from '$ipc';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

class Sync {
  view = $state.raw<SyncView | null>(null);

  constructor() {
    session.onWipe(() => (this.view = null));
  }
  start(): () => void {
    toasts.report(this.refresh());
    return on('sync-status', (view) => (this.view = view));
  }
  async refresh(): Promise<void> {
    this.view = await call('sync_status');
  }
  async now(): Promise<void> {
    this.view = await call('sync_now');
  }
  /** Nothing reaches the team from here: writing has stopped, or the person was taken out of it. */
  get apart(): boolean {
    return this.stopped || (session.state?.removed ?? false);
  }
  /** Reading goes on, writing does not: two histories were found, or an update is needed. */
  get stopped(): boolean {
    return this.view?.state === 'stopped' || (session.state?.read_only ?? null) !== null;
  }
  /** Ending somebody's rights waits for no update: it may be they who asked for it. */
  get mayEnd(): boolean {
    const why = session.state?.read_only?.key;
    return this.view?.state !== 'stopped' && (why === undefined || why === 'read_only_update');
  }
}

export const sync = new Sync();
