// What a person may change about the app on this computer. Every change is saved at once.
import { call, send, type Look, type Prefs, type Settings } from '$ipc';
import { FolderChoice } from '$features/shared/folder.svelte';
import { session } from '$features/shared/session.svelte';
import { applyLook } from '$features/shared/theme';
import { toasts } from '$features/shared/toasts.svelte';

class SettingsState {
  current = $state.raw<Settings | null>(null);
  readonly folder = new FolderChoice();

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
    this.folder.path = settings.storage.type === 'folder' ? settings.storage.path : '';
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
  async useFolder(): Promise<void> {
    if (await this.folder.use()) await this.load();
  }
}

export const settings = new SettingsState();
