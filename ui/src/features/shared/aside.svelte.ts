// Changes that were set aside, and what is decided about them.
import { SvelteMap } from 'svelte/reactivity';
import { call, type AsideRow, type AsideView, type Id } from '$ipc';
import { m } from '$paraglide/messages';
import { Asked } from './asked.svelte';
import { toasts } from './toasts.svelte';

const UNDO_S = 10;

class Aside extends Asked<AsideView> {
  /** The one that is being taken back in. */
  taking = $state<Id | null>(null);
  /** What is left out once its time to undo is over. A lock before that leaves all as it was. */
  #leaving = new SvelteMap<Id, ReturnType<typeof setTimeout>>();

  constructor() {
    super(() => call('aside_list'));
  }
  get rows(): AsideRow[] {
    return (this.view?.rows ?? []).filter((row) => !this.#leaving.has(row.entry));
  }
  override wipe(): void {
    super.wipe();
    for (const entry of [...this.#leaving.keys()]) this.#keep(entry);
    this.taking = null;
  }
  async takeIn(entry: Id): Promise<void> {
    if (this.taking) return;
    this.taking = entry;
    try {
      this.take(await call('aside_adopt', { entry }));
      toasts.done(m.aside_taken_in());
    } catch (cause) {
      toasts.problem(cause);
    } finally {
      this.taking = null;
    }
  }
  leaveOut(entry: Id): void {
    this.#leaving.set(
      entry,
      setTimeout(() => void this.#leave(entry), UNDO_S * 1000),
    );
    toasts.undoable(m.aside_left_out(), UNDO_S, () => this.#keep(entry));
  }
  #keep(entry: Id): void {
    clearTimeout(this.#leaving.get(entry));
    this.#leaving.delete(entry);
  }
  async #leave(entry: Id): Promise<void> {
    try {
      this.take(await call('aside_leave_out', { entry }));
    } catch (cause) {
      toasts.problem(cause);
    } finally {
      this.#keep(entry);
    }
  }
}

export const aside = new Aside();
