// Coming back with the recovery sheet: the folder, the words, a name for this computer.
import { AppError, call, send, type RecoverPreview } from '$ipc';
import { session } from '$features/shared/session.svelte';
import { setup } from './setup.svelte';

class Recover {
  preview = $state.raw<RecoverPreview | null>(null);

  /** The words go to the shell and are forgotten here, whether they were right or not. */
  async look(words: string): Promise<boolean> {
    const path = setup.folder.trim();
    if (!path || !words.trim()) {
      setup.error = new AppError('empty', path ? 'no words' : 'no folder');
      return false;
    }
    await setup.run(async () => {
      await call('recover_folder', { storage: { type: 'folder', path } });
      this.preview = await send('recover_words', words);
      setup.personName = this.preview.person_name;
      setup.go(1);
    });
    return setup.error === null;
  }
  async start(): Promise<void> {
    const state = await call('recover_start', {
      device_name: setup.deviceName.trim(),
      keychain: setup.keychain,
      without_keychain: setup.withoutKeychain,
    });
    this.preview = null;
    session.apply(state);
  }
}

export const recover = new Recover();
