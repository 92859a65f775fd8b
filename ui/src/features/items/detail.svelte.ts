// The item in front of the person: its fields, and for thirty seconds a value that was asked for.
import { SvelteMap } from 'svelte/reactivity';
import { AppError, call, on, reveal, type Field, type Id, type ItemView } from '$ipc';
import { nav } from '$features/shared/nav.svelte';
import { session } from '$features/shared/session.svelte';
import { toasts } from '$features/shared/toasts.svelte';
import { fieldInSentence } from '$features/shared/fields';
import { m } from '$paraglide/messages';

const SHOWN_FOR_MS = 30_000;

class Detail {
  view = $state.raw<ItemView | null>(null);
  problem = $state.raw<AppError | null>(null);
  /** Values on screen: field id → text. They leave after thirty seconds, on blur, on another item, on lock. */
  shown = new SvelteMap<string, string>();
  /** The field whose value lies in the clipboard, and until when. */
  copied = $state.raw<{ item: Id; field: string; from: number; until: number } | null>(null);
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #asked = 0;
  /** What was asked for last: on its way, or here. */
  #wanted: Id | null = null;

  constructor() {
    session.onWipe(() => this.clear());
  }
  start(): () => void {
    const stop = [
      on('items-changed', ({ items }) => {
        if (this.#wanted && (items === null || items.includes(this.#wanted))) void this.refresh();
      }),
      on('clipboard', ({ state }) => {
        if (state === 'cleared') this.copied = null;
      }),
    ];
    const hide = () => this.hideAll();
    window.addEventListener('blur', hide);
    return () => {
      stop.forEach((off) => off());
      window.removeEventListener('blur', hide);
    };
  }
  clear(): void {
    this.#asked += 1;
    this.#wanted = null;
    this.hideAll();
    this.view = null;
    this.problem = null;
    this.copied = null;
  }

  async open(item: Id | null): Promise<void> {
    const mine = ++this.#asked;
    this.#wanted = item;
    if (item !== this.view?.id) this.hideAll();
    if (!item) return this.clear();
    try {
      const view = await call('item_get', { item });
      if (mine !== this.#asked) return;
      // A value on screen is that of the version it was read from, and of no later one.
      if (view.base !== this.view?.base) this.hideAll();
      this.view = view;
      this.problem = null;
    } catch (cause) {
      if (mine !== this.#asked) return;
      this.view = null;
      this.problem = AppError.from(cause);
    }
  }
  async refresh(): Promise<void> {
    if (this.#wanted) await this.open(this.#wanted);
  }
  set(view: ItemView): void {
    this.#asked += 1;
    this.#wanted = view.id;
    this.hideAll();
    this.view = view;
    this.problem = null;
  }

  /** Copies in the shell. `field` may be `@main`, `@username` or `@url`. */
  async copy(item: Id, field: string, revision: Id | null = null): Promise<void> {
    try {
      const done = await call('item_copy_field', { item, field, revision });
      const id = field.startsWith('@') ? this.#resolve(field) : field;
      const now = Date.now();
      this.copied =
        id && done.clears_in_s > 0
          ? { item, field: id, from: now, until: now + done.clears_in_s * 1000 }
          : null;
      toasts.copied(m.copied_field({ field: fieldInSentence(done), item: done.title }), done.clears_in_s);
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  #resolve(field: string): string | null {
    if (field === '@main') return this.view?.main_field ?? null;
    if (field === '@username') return this.view?.username_field ?? null;
    return this.view?.url_field ?? null;
  }

  async toggle(field: Field): Promise<void> {
    if (this.shown.has(field.id)) return this.hide(field.id);
    const item = this.view?.id;
    if (!item) return;
    try {
      const text = await reveal('item_reveal_field', { item, field: field.id, revision: null });
      if (this.view?.id !== item) return;
      this.shown.set(field.id, text);
      this.#timers.set(
        field.id,
        setTimeout(() => this.hide(field.id), SHOWN_FOR_MS),
      );
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  async toggleMain(): Promise<void> {
    const main = this.view?.fields.find((field) => field.id === this.view?.main_field);
    if (main?.concealed) await this.toggle(main);
  }
  hide(field: string): void {
    clearTimeout(this.#timers.get(field));
    this.#timers.delete(field);
    this.shown.delete(field);
  }
  hideAll(): void {
    for (const field of [...this.shown.keys()]) this.hide(field);
  }

  async openUrl(field: string): Promise<void> {
    if (!this.view) return;
    try {
      await call('item_open_url', { item: this.view.id, field });
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  async favourite(): Promise<void> {
    if (!this.view) return;
    const on = !this.view.favourite;
    try {
      await call('item_favourite', { item: this.view.id, on });
      await this.refresh();
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  async archive(): Promise<void> {
    const view = this.view;
    if (!view || view.archived || !view.can_edit) return;
    try {
      const { undo_s } = await call('item_archive', { items: [{ item: view.id, base: view.base }] });
      toasts.undoable(m.archived_item({ item: view.title }), undo_s, () => void this.restore(view.id));
      if (nav.selected === view.id) nav.selected = null;
    } catch (cause) {
      toasts.problem(cause);
      // An edit that was not on screen is not ended with what was: here it is.
      if (AppError.from(cause).code === 'changed_meanwhile') await this.refresh();
    }
  }
  async restore(item: Id): Promise<void> {
    try {
      await call('item_restore', { items: [item] });
      nav.openItem(item);
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  async duplicate(): Promise<void> {
    const view = this.view;
    if (!view) return;
    try {
      const made = await call('item_duplicate', { item: view.id, title: m.copy_of({ item: view.title }) });
      nav.openItem(made.id);
      toasts.done(m.duplicated({ item: view.title }));
    } catch (cause) {
      toasts.problem(cause);
    }
  }
}

export const detail = new Detail();
