// One group on screen: who or what is about to be added, and what came of it.
import { AppError, call, type GroupView, type Id, type Person, type Role } from '$ipc';
import { groups } from '$features/shared/groups.svelte';
import { people } from '$features/shared/people.svelte';
import { vaults } from '$features/shared/vaults.svelte';

/** A group manages nothing. */
export const GROUP_LEVELS = ['viewer', 'editor'] as const satisfies readonly Role[];
export type GroupLevel = (typeof GROUP_LEVELS)[number];

/** A group's colour as a tile's tone. */
export const groupTone = (colour: number): 1 | 2 | 3 => (colour === 2 || colour === 3 ? colour : 1);

export class GroupState {
  view = $state.raw<GroupView | null>(null);
  problem = $state.raw<AppError | null>(null);
  /** What to say where the person may not do this. */
  refusal = $state('');
  busy = $state(false);
  /** Who is being added, before the button is pressed; or else which vault. */
  person = $state<Id | null>(null);
  vault = $state<Id | null>(null);
  role = $state<GroupLevel>('viewer');
  readonly group: Id;

  constructor(group: Id) {
    this.group = group;
  }
  /** Who or what is chosen as soon as it is known what can be. */
  async load(person?: Id, vault?: Id): Promise<void> {
    await this.#run('', () => call('group_get', { group: this.group }));
    if (this.view?.candidates.some((one) => one.user === person)) this.person = person ?? null;
    else if (this.view?.offered.some((one) => one.id === vault)) this.vault = vault ?? null;
  }
  /** Whose key is to be confirmed first: the one being added, or a member who would be given a vault. */
  get unverified(): Person | null {
    const sealedTo = this.vault
      ? this.view?.members.filter((one) => !one.me)
      : this.view?.candidates.filter((one) => one.user === this.person);
    return sealedTo?.find((one) => one.key_state === 'not_verified') ?? null;
  }
  choosePerson(user: Id): void {
    this.drop();
    this.person = user;
  }
  chooseVault(vault: Id): void {
    this.drop();
    this.vault = vault;
    this.role = 'viewer';
  }
  drop(): void {
    this.person = null;
    this.vault = null;
    this.problem = null;
  }
  async add(refusal: string): Promise<boolean> {
    const user = this.person;
    if (!user) return false;
    return this.#change(refusal, () => call('group_add', { group: this.group, user }));
  }
  async give(refusal: string): Promise<boolean> {
    const vault = this.vault;
    if (!vault) return false;
    return this.level(vault, this.role, refusal);
  }
  async level(vault: Id, role: GroupLevel, refusal: string): Promise<boolean> {
    return this.#change(refusal, () => call('group_give', { group: this.group, vault, role }));
  }
  async remove(user: Id, refusal: string): Promise<boolean> {
    return this.#change(refusal, () => call('group_remove_member', { group: this.group, user }));
  }
  async take(vault: Id, refusal: string): Promise<boolean> {
    return this.#change(refusal, () => call('group_take', { group: this.group, vault }));
  }
  async #change(refusal: string, work: () => Promise<GroupView>): Promise<boolean> {
    if (!(await this.#run(refusal, work))) return false;
    this.drop();
    await Promise.all([groups.refresh(), people.refresh(), vaults.refresh()]);
    return true;
  }
  async #run(refusal: string, work: () => Promise<GroupView>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    this.refusal = refusal;
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
