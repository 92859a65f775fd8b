// The first run: a new team, or an invitation. Passphrase and code go to the shell as soon as they are
// typed and are not kept here.
import {
  AppError,
  call,
  on,
  reveal,
  send,
  type InvitationSource,
  type InvitationView,
  type JoinPreview,
  type Storage,
  type StorageCheck,
  type Strength,
} from '$ipc';
import { session } from '$features/shared/session.svelte';
import { colourOf } from '$lib/names';
import { m } from '$paraglide/messages';
import { recover } from './recover.svelte';

export type Step =
  'welcome' | 'file' | 'code' | 'you' | 'passphrase' | 'storage' | 'sheet' | 'pair' | 'device';
export type Path = 'start' | 'join' | 'sheet' | 'pair';
const START: readonly Step[] = ['welcome', 'you', 'passphrase', 'storage'];
const JOIN: readonly Step[] = ['welcome', 'file', 'code', 'you', 'passphrase'];
const SHEET: readonly Step[] = ['welcome', 'sheet', 'device', 'passphrase'];
const PAIR: readonly Step[] = ['welcome', 'pair', 'device', 'passphrase'];
const STEPS: Record<Path, readonly Step[]> = { start: START, join: JOIN, sheet: SHEET, pair: PAIR };
const PROGRESS_AFTER_MS = 400;

/** A path on this computer, or the invitation itself pasted as text? */
export function sourceOf(input: string): InvitationSource {
  const text = input.trim();
  const isPath = /^(\/|~|\.{1,2}\/|[A-Za-z]:[\\/]|\\\\)/.test(text) || /\.conclave$/i.test(text);
  return isPath ? { type: 'path', path: text } : { type: 'text', text };
}

class Setup {
  path = $state<Path>('start');
  step = $state<Step>('welcome');
  error = $state.raw<AppError | null>(null);
  busy = $state(false);
  /** Shown only when the work takes longer than a blink. */
  slow = $state(false);

  personName = $state('');
  teamName = $state('');
  deviceName = $state('');
  keychain = $state(false);
  /** The person has read what it means that this computer has no key store. */
  withoutKeychain = $state(false);

  suggestion = $state('');
  own = $state<string | null>(null);
  strength = $state.raw<Strength | null>(null);

  storageKind = $state<Storage['type']>('none');
  folder = $state('');
  check = $state.raw<StorageCheck | null>(null);

  invitationInput = $state('');
  invitation = $state.raw<InvitationView | null>(null);
  preview = $state.raw<JoinPreview | null>(null);
  #strengthAsked = 0;
  /** The test of the folder that stands in the field, under way or passed. */
  #test: { folder: string; done: Promise<void> } | null = null;

  get steps(): readonly Step[] {
    return STEPS[this.path];
  }
  get number(): number {
    return this.steps.indexOf(this.step) + 1;
  }
  get colour(): number {
    return colourOf(this.personName);
  }
  get storage(): Storage {
    return this.storageKind === 'folder' ? { type: 'folder', path: this.folder.trim() } : { type: 'none' };
  }

  start(): () => void {
    this.deviceName ||= session.state?.device_name ?? '';
    this.personName ||= session.state?.person_name_hint ?? '';
    const stop = on('file-dropped', ({ path }) => {
      if (this.step !== 'welcome' && this.step !== 'file') return;
      this.path = 'join';
      this.step = 'file';
      this.invitationInput = path;
      void this.openInvitation();
    });
    return () => {
      stop();
      this.reset();
    };
  }
  choose(path: Path): void {
    this.path = path;
    this.go(1);
  }
  back(): void {
    this.go(-1);
    if (this.step === 'welcome') void call('setup_cancel').catch(() => undefined);
  }
  go(by: number): void {
    this.error = null;
    this.step = this.steps[this.number - 1 + by] ?? 'welcome';
    if (this.step === 'passphrase' && !this.suggestion) void this.suggest();
  }

  /** Runs one call to the shell, with the error and the progress shown on the step. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    const timer = setTimeout(() => (this.slow = true), PROGRESS_AFTER_MS);
    try {
      await work();
    } catch (cause) {
      this.error = AppError.from(cause);
    } finally {
      clearTimeout(timer);
      this.busy = false;
      this.slow = false;
    }
  }

  async confirmYou(): Promise<void> {
    const missing = [this.personName, this.deviceName, this.path === 'start' ? this.teamName : 'x'].some(
      (text) => !text.trim(),
    );
    if (missing) this.error = new AppError('empty', 'a field is empty');
    else this.go(1);
  }

  async suggest(): Promise<void> {
    try {
      this.suggestion = await reveal('passphrase_suggest');
      await this.#rate(this.suggestion);
    } catch (cause) {
      this.error = AppError.from(cause);
    }
  }
  writeOwn(): void {
    this.own = '';
    this.strength = null;
    this.error = null;
  }
  useSuggested(): void {
    this.own = null;
    this.error = null;
    void this.#rate(this.suggestion);
  }
  async rateOwn(): Promise<void> {
    await this.#rate(this.own ?? '');
  }
  async #rate(text: string): Promise<void> {
    const mine = ++this.#strengthAsked;
    const strength = text ? await send('strength', text) : null;
    if (mine === this.#strengthAsked) this.strength = strength;
  }
  async confirmPassphrase(): Promise<void> {
    await this.run(async () => {
      await send('setup_passphrase', this.own ?? this.suggestion);
      this.own = null;
      this.suggestion = '';
      this.strength = null;
      if (this.path === 'start') this.go(1);
      else await (this.path === 'join' ? this.#join() : recover.start());
    });
  }

  async pickFolder(): Promise<void> {
    await this.run(async () => {
      const picked = await call('storage_pick_folder');
      if (picked) this.folder = picked.path;
    });
    if (this.folder) await this.testFolder();
  }
  /** Writes, reads and deletes a test file, so that trouble shows here and not on Monday. */
  async testFolder(): Promise<void> {
    const folder = this.folder.trim();
    if (this.storageKind !== 'folder' || !folder) return;
    if (this.#test?.folder !== folder) this.#test = { folder, done: this.#testOnce(folder) };
    await this.#test.done;
  }
  async #testOnce(path: string): Promise<void> {
    this.check = null;
    this.error = null;
    try {
      // Not `busy`: that would take the button away from under the click that left the field.
      this.check = await call('storage_test', { storage: { type: 'folder', path } });
    } catch (cause) {
      this.error = AppError.from(cause);
    }
    // What failed is tried again, since the folder may have been made meanwhile.
    if (!this.check) this.#test = null;
  }
  async finish(): Promise<void> {
    if (this.storageKind === 'folder') {
      if (!this.folder.trim()) {
        this.error = new AppError('empty', 'no folder');
        return;
      }
      // Leaving the field began a test already; a click does not overtake it.
      await this.testFolder();
      if (!this.check) return;
    }
    await this.run(async () => {
      const state = await call('team_create', {
        team_name: this.teamName.trim(),
        person_name: this.personName.trim(),
        colour: this.colour,
        device_name: this.deviceName.trim(),
        keychain: this.keychain,
        storage: this.storage,
        personal_vault_name: m.personal_vault(),
        without_keychain: this.withoutKeychain,
      });
      session.apply(state);
    });
  }

  async pickInvitation(): Promise<void> {
    await this.run(async () => {
      const picked = await call('invitation_pick');
      if (picked) this.invitationInput = picked.path;
    });
    if (this.invitationInput) await this.openInvitation();
  }
  async openInvitation(): Promise<InvitationView | null> {
    this.invitation = null;
    if (!this.invitationInput.trim()) {
      this.error = new AppError('empty', 'no invitation');
      return null;
    }
    await this.run(async () => {
      this.invitation = await call('invitation_open', { source: sourceOf(this.invitationInput) });
      this.folder = this.invitation.folder || this.folder || this.invitation.folder_hint || '';
      this.personName = this.invitation.invited_name ?? this.personName;
    });
    return this.invitation;
  }
  async confirmInvitation(): Promise<void> {
    if (!this.invitation) {
      const opened = await this.openInvitation();
      // Its first look may bring up the question for the folder.
      if (!opened?.folder) return;
    }
    const folder = this.folder.trim();
    if (!folder) {
      this.error = new AppError('empty', 'no folder');
      return;
    }
    await this.run(async () => {
      await call('join_folder', { storage: { type: 'folder', path: folder } });
      this.go(1);
    });
  }
  /** Back to the file, with nothing left of this one. */
  anotherInvitation(): void {
    this.invitation = null;
    this.invitationInput = '';
    this.go(-1);
  }
  async confirmCode(words: readonly string[]): Promise<void> {
    if (words.some((word) => !word)) {
      this.error = new AppError('code_incomplete', 'six words');
      return;
    }
    await this.run(async () => {
      this.preview = await send('join_code', words.join(' '));
      this.personName ||= this.preview.invited_name;
      this.go(1);
    });
  }
  async #join(): Promise<void> {
    session.apply(
      await call('join_send', {
        person_name: this.personName.trim(),
        colour: this.colour,
        device_name: this.deviceName.trim(),
        keychain: this.keychain,
        personal_vault_name: m.personal_vault(),
        without_keychain: this.withoutKeychain,
      }),
    );
  }
  /** Forgets what was entered here; the shell forgets passphrase, invitation and code by itself. */
  reset(): void {
    this.path = 'start';
    this.step = 'welcome';
    this.error = null;
    this.personName = '';
    this.teamName = '';
    this.deviceName = '';
    this.keychain = false;
    this.withoutKeychain = false;
    this.suggestion = '';
    this.own = null;
    this.strength = null;
    this.storageKind = 'none';
    this.folder = '';
    this.check = null;
    this.#test = null;
    this.invitationInput = '';
    this.invitation = null;
    this.preview = null;
  }
}

export const setup = new Setup();
