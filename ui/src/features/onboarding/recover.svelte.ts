// A known person at a new computer, by their sheet or by another computer: the folder, the words, a
// name for this one.
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
      const pair = setup.path === 'pair';
      await call(pair ? 'pair_folder' : 'recover_folder', { storage: { type: 'folder', path } });
      this.preview = await send(pair ? 'pair_words' : 'recover_words', words);
      setup.personName = this.preview.person_name;
      setup.go(1);
    });
    return setup.error === null;
  }
  async start(): Promise<void> {
    const state = await call(setup.path === 'pair' ? 'pair_start' : 'recover_start', {
      device_name: setup.deviceName.trim(),
      keychain: setup.keychain,
      without_keychain: setup.withoutKeychain,
    });
    this.preview = null;
    session.apply(state);
  }
}

export const recover = new Recover();
