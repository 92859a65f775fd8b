// What a person may change about the app on this computer. Every change is saved at once.
import { AppError, call, send, type Look, type Prefs, type Settings } from '$ipc';
import { session } from '$features/shared/session.svelte';
import { applyLook } from '$features/shared/theme';
import { toasts } from '$features/shared/toasts.svelte';
import { m } from '$paraglide/messages';

class SettingsState {
  current = $state.raw<Settings | null>(null);
  folder = $state('');
  folderError = $state.raw<AppError | null>(null);
  folderWorks = $state(false);
  busy = $state(false);

  constructor() {
    session.onWipe(() => (this.current = null));
  }
  async load(): Promise<void> {
    try {
      this.#take(await call('settings_get'));
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  #take(settings: Settings): void {
    this.current = settings;
    this.folder = settings.storage.type === 'folder' ? settings.storage.path : '';
  }
  async change(part: Partial<Prefs>): Promise<void> {
    if (!this.current) return;
    const prefs = { ...this.current.prefs, ...part };
    this.current = { ...this.current, prefs };
    applyLook(prefs.look);
    try {
      this.#take(await call('settings_set', prefs));
      session.apply(await call('app_state'));
    } catch (cause) {
      toasts.problem(cause);
      await this.load();
    }
  }
  async changeLook(part: Partial<Look>): Promise<void> {
    if (this.current) await this.change({ look: { ...this.current.prefs.look, ...part } });
  }
  async enableKeychain(passphrase: string): Promise<void> {
    const keychain = await send('keychain_enable', passphrase);
    if (this.current) this.current = { ...this.current, keychain };
    session.apply(await call('app_state'));
  }
  async disableKeychain(): Promise<void> {
    try {
      const keychain = await call('keychain_disable');
      if (this.current) this.current = { ...this.current, keychain };
      session.apply(await call('app_state'));
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  async pickFolder(): Promise<void> {
    try {
      const picked = await call('storage_pick_folder');
      if (!picked) return;
      this.folder = picked.path;
    } catch (cause) {
      this.folderError = AppError.from(cause);
      return;
    }
    await this.testFolder();
  }
  async testFolder(): Promise<void> {
    this.folderWorks = false;
    this.folderError = null;
    try {
      await call('storage_test', { storage: { type: 'folder', path: this.folder.trim() } });
      this.folderWorks = true;
    } catch (cause) {
      this.folderError = AppError.from(cause);
    }
  }
  async useFolder(): Promise<void> {
    this.busy = true;
    try {
      await this.testFolder();
      if (this.folderError) return;
      await call('storage_set', { storage: { type: 'folder', path: this.folder.trim() } });
      toasts.done(m.storage_moved());
      await this.load();
    } catch (cause) {
      this.folderError = AppError.from(cause);
    } finally {
      this.busy = false;
    }
  }
}

export const settings = new SettingsState();
