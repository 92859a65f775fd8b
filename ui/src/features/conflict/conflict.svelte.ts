// Two edits at once: both stand until somebody chooses, field by field.
import { SvelteMap } from 'svelte/reactivity';
import { AppError, call, reveal, type ConflictField, type ConflictView, type Id, type ItemView } from '$ipc';

export class ConflictState {
  view = $state.raw<ConflictView | null>(null);
  problem = $state.raw<AppError | null>(null);
  busy = $state(false);
  /** Field id → the revision whose value is to be used. */
  choices = $state<Record<string, Id>>({});
  /** `field/revision` → the value, while it is shown. */
  shown = new SvelteMap<string, string>();
  revealed = $state(false);
  readonly item: Id;

  constructor(item: Id) {
    this.item = item;
  }
  async load(): Promise<void> {
    try {
      const view = await call('item_conflict', { item: this.item });
      this.view = view;
      const mine = view.sides.find((side) => side.by.me) ?? view.sides[0];
      this.choices = Object.fromEntries(view.fields.map((field) => [field.id, mine?.revision ?? '']));
    } catch (cause) {
      this.problem = AppError.from(cause);
    }
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
    try {
      for (const field of this.view?.fields ?? []) {
        if (!field.concealed) continue;
        for (const { revision, removed } of field.values) {
          if (removed) continue;
          const text = await reveal('item_reveal_field', { item: this.item, field: field.id, revision });
          this.shown.set(`${field.id}/${revision}`, text);
        }
      }
      this.revealed = true;
    } catch (cause) {
      this.hide();
      this.problem = AppError.from(cause);
    }
  }
  hide(): void {
    this.shown.clear();
    this.revealed = false;
  }
  useAll(revision: Id): void {
    for (const field of this.view?.fields ?? []) this.choices[field.id] = revision;
  }
  async resolve(): Promise<ItemView | null> {
    if (!this.view) return null;
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
