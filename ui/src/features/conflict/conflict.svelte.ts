// Two edits at once: both stand until somebody chooses, field by field.
import { SvelteMap } from 'svelte/reactivity';
import { AppError, call, reveal, type ConflictField, type ConflictView, type Id, type ItemView } from '$ipc';
import { session } from '$features/shared/session.svelte';

const SHOWN_FOR_MS = 30_000;

export class ConflictState {
  view = $state.raw<ConflictView | null>(null);
  problem = $state.raw<AppError | null>(null);
  busy = $state(false);
  /** Field id → the revision whose value is to be used. Nothing is chosen before somebody chooses it. */
  choices = $state<Record<string, Id>>({});
  /** `field/revision` → the value, while it is shown: thirty seconds, until blur, close or lock. */
  shown = new SvelteMap<string, string>();
  revealed = $state(false);
  readonly item: Id;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(item: Id) {
    this.item = item;
  }
  /** Loads what differs, and hides what was shown whenever nobody looks. Answers the function that stops. */
  start(): () => void {
    void this.load();
    const hide = () => this.hide();
    const off = session.onWipe(hide);
    window.addEventListener('blur', hide);
    return () => {
      off();
      window.removeEventListener('blur', hide);
      this.hide();
    };
  }
  async load(): Promise<void> {
    try {
      this.view = await call('item_conflict', { item: this.item });
    } catch (cause) {
      this.problem = AppError.from(cause);
    }
  }
  get complete(): boolean {
    return this.view?.fields.every((field) => this.choices[field.id]) ?? false;
  }
  get hasHidden(): boolean {
    return this.view?.fields.some((field) => field.concealed) ?? false;
  }
  valueOf(field: ConflictField, revision: Id): string | null {
    const stored = field.values.find((value) => value.revision === revision);
    return stored?.value ?? this.shown.get(`${field.id}/${revision}`) ?? null;
  }
  isRemoved(field: ConflictField, revision: Id): boolean {
    return field.values.find((value) => value.revision === revision)?.removed ?? true;
  }
  async toggleHidden(): Promise<void> {
    if (this.revealed) return this.hide();
    const mine = ++this.#asked;
    try {
      for (const field of this.view?.fields ?? []) {
        if (!field.concealed) continue;
        for (const { revision, removed } of field.values) {
          if (removed) continue;
          const text = await reveal('item_reveal_field', { item: this.item, field: field.id, revision });
          // Nobody looks any more.
          if (mine !== this.#asked) return;
          this.shown.set(`${field.id}/${revision}`, text);
        }
      }
      this.revealed = true;
      this.#timer = setTimeout(() => this.hide(), SHOWN_FOR_MS);
    } catch (cause) {
      this.hide();
      this.problem = AppError.from(cause);
    }
  }
  hide(): void {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.shown.clear();
    this.revealed = false;
  }
  useAll(revision: Id): void {
    for (const field of this.view?.fields ?? []) this.choices[field.id] = revision;
  }
  async resolve(): Promise<ItemView | null> {
    if (!this.view || !this.complete || this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      const choices = this.view.fields.map((field) => ({
        field: field.id,
        revision: this.choices[field.id] ?? '',
      }));
      const { base } = this.view;
      return await call('item_resolve', { item: this.item, base, choices });
    } catch (cause) {
      this.problem = AppError.from(cause);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
