// Choosing the team's folder: in the settings, and wherever something cannot be done without one.
import { AppError, call } from '$ipc';
import { m } from '$paraglide/messages';
import { toasts } from './toasts.svelte';

export class FolderChoice {
  path = $state('');
  error = $state.raw<AppError | null>(null);
  works = $state(false);
  busy = $state(false);

  async pick(): Promise<void> {
    try {
      const picked = await call('storage_pick_folder');
      if (!picked) return;
      this.path = picked.path;
    } catch (cause) {
      this.error = AppError.from(cause);
      return;
    }
    await this.test();
  }
  async test(): Promise<void> {
    this.works = false;
    this.error = null;
    try {
      await call('storage_test', { storage: { type: 'folder', path: this.path.trim() } });
      this.works = true;
    } catch (cause) {
      this.error = AppError.from(cause);
    }
  }
  /** True once the team is kept there. */
  async use(): Promise<boolean> {
    this.busy = true;
    try {
      await this.test();
      if (this.error) return false;
      await call('storage_set', { storage: { type: 'folder', path: this.path.trim() } });
      toasts.done(m.storage_moved());
      return true;
    } catch (cause) {
      this.error = AppError.from(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** What needs a folder leads to choosing one where there is none, and then goes on. */
export class FolderFirst {
  needed = $state(false);
  readonly choice = new FolderChoice();

  async through(work: () => Promise<void>): Promise<void> {
    if (this.needed) {
      if (!(await this.choice.use())) return;
      this.needed = false;
    }
    try {
      await work();
    } catch (cause) {
      const error = AppError.from(cause);
      if (error.code !== 'no_folder') throw error;
      this.needed = true;
    }
  }
}
