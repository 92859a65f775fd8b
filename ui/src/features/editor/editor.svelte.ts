// Editing in place. What is typed is kept every two seconds as an encrypted draft by the shell, so that
// neither an automatic lock nor a crash loses it. A hidden value that nobody touches never comes here.
import {
  AppError,
  call,
  reveal,
  type DraftView,
  type FieldEdit,
  type FieldRole,
  type FileView,
  type ValueEdit,
  type Id,
  type ItemSave,
  type ItemView,
  type Kind,
} from '$ipc';
import { isBuiltIn, template } from '$features/shared/kinds';
import { session } from '$features/shared/session.svelte';
import { toasts } from '$features/shared/toasts.svelte';
import { m } from '$paraglide/messages';

const DRAFT_EVERY_MS = 2_000;
const SAVING_AFTER_MS = 400;

export interface FormField {
  key: string;
  id: string | null;
  role: FieldRole;
  label: string | null;
  concealed: boolean;
  /** keep: the stored value, unseen; set: what `text` says; draft: what the stored draft says, unseen. */
  state: ValueEdit['type'];
  text: string;
  shown: boolean;
  builtIn: boolean;
}

let counter = 0;
const newKey = () => `f${(counter += 1)}`;

class Editor {
  open = $state(false);
  item = $state<Id | null>(null);
  base = $state<string | null>(null);
  vault = $state<Id>('');
  kind = $state<Kind>('login');
  title = $state('');
  fields = $state<FormField[]>([]);
  files = $state.raw<FileView[]>([]);
  dirty = $state(false);
  draftKept = $state(false);
  saving = $state(false);
  slow = $state(false);
  problem = $state.raw<AppError | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    session.onWipe(() => this.#close());
    session.onBeforeLock(() => this.flush());
  }

  startNew(kind: Kind, vault: Id): void {
    this.#begin({ item: null, base: null, vault, kind, title: '' });
    this.fields = template(kind).map((slot) => this.#empty(slot.role, slot.concealed));
  }
  /** Another kind for an item that is still new; what fits is carried over. */
  async changeKind(kind: Kind): Promise<void> {
    if (!(await this.#settlePlaces())) return;
    const written = this.fields.filter((field) => field.text || !field.builtIn);
    this.kind = kind;
    this.fields = template(kind).map(
      (slot) => written.find((field) => field.role === slot.role) ?? this.#empty(slot.role, slot.concealed),
    );
    for (const field of written) {
      if (!this.fields.includes(field))
        this.fields.push({ ...field, builtIn: false, label: field.label ?? '' });
    }
    for (const slot of template(kind)) {
      const field = this.fields.find((one) => one.role === slot.role && one.builtIn);
      if (field) field.concealed = slot.concealed;
    }
    this.changed();
  }
  startEdit(view: ItemView): void {
    this.#begin(view);
    this.item = view.id;
    this.fields = this.#withTemplate(
      view.kind,
      view.fields.map((field) => ({
        key: newKey(),
        id: field.id,
        role: field.role,
        label: field.label,
        concealed: field.concealed,
        state: field.concealed && field.filled ? 'keep' : 'set',
        text: field.value ?? '',
        shown: false,
        builtIn: !field.label && isBuiltIn(view.kind, field.role),
      })),
    );
  }
  resume(draft: DraftView): void {
    this.#begin(draft);
    // Exactly the draft's own order: an unseen value is named by its place in the stored draft.
    this.fields = draft.fields.map((field) => ({
      key: newKey(),
      id: field.id || null,
      role: field.role,
      label: field.label,
      concealed: field.concealed,
      state: !field.concealed ? 'set' : field.drafted ? 'draft' : field.filled ? 'keep' : 'set',
      text: field.value ?? '',
      shown: false,
      builtIn: !field.label && isBuiltIn(draft.kind, field.role),
    }));
    this.dirty = true;
    this.draftKept = true;
  }
  #begin(
    from: Pick<ItemSave, 'base' | 'vault' | 'kind' | 'title'> & { item?: Id | null; files?: FileView[] },
  ): void {
    clearTimeout(this.#timer);
    this.open = true;
    this.item = from.item ?? null;
    this.base = from.base;
    this.vault = from.vault;
    this.kind = from.kind;
    this.title = from.title;
    this.files = from.files ?? [];
    this.dirty = false;
    this.draftKept = false;
    this.problem = null;
  }
  #empty(role: FieldRole, concealed: boolean): FormField {
    return {
      key: newKey(),
      id: null,
      role,
      label: null,
      concealed,
      state: 'set',
      text: '',
      shown: false,
      builtIn: true,
    };
  }
  /** The fields a kind always offers stand even where they are empty, in the kind's own order. */
  #withTemplate(kind: Kind, fields: FormField[]): FormField[] {
    const slots = template(kind).map(
      (slot) =>
        fields.find((field) => field.builtIn && field.role === slot.role) ??
        this.#empty(slot.role, slot.concealed),
    );
    const rest = fields.filter((field) => !slots.includes(field));
    const note = slots.findIndex((field) => field.role === 'note');
    return note < 0 ? [...slots, ...rest] : [...slots.slice(0, note), ...rest, ...slots.slice(note)];
  }

  changed(): void {
    this.dirty = true;
    this.problem = null;
    this.draftKept = false;
    if (this.#timer === undefined) this.#timer = setTimeout(() => void this.flush(), DRAFT_EVERY_MS);
  }
  write(field: FormField, text: string): void {
    field.text = text;
    field.state = 'set';
    this.changed();
  }
  /** Places shift when fields come and go: first bring what is named by its place, or let none shift. */
  async #settlePlaces(): Promise<boolean> {
    for (const field of this.fields.filter((one) => one.state === 'draft')) {
      if (!(await this.show(field))) return false;
      field.state = 'set';
    }
    return true;
  }
  async addField(concealed: boolean): Promise<void> {
    if (!(await this.#settlePlaces())) return;
    const field = { ...this.#empty(concealed ? 'secret' : 'text', concealed), label: '', builtIn: false };
    const note = this.fields.findIndex((one) => one.role === 'note' && one.builtIn && this.kind !== 'note');
    this.fields.splice(note < 0 ? this.fields.length : note, 0, field);
    this.changed();
  }
  async removeField(field: FormField): Promise<void> {
    if (!(await this.#settlePlaces())) return;
    this.fields = this.fields.filter((one) => one.key !== field.key);
    this.changed();
  }
  setFiles(files: FileView[]): void {
    this.files = files;
    this.changed();
  }
  /** Fetches an unseen value once the person asks to see it, so that it can be changed letter by letter. */
  async show(field: FormField): Promise<boolean> {
    if (field.state === 'set') return true;
    const { state } = field;
    try {
      const text =
        state === 'draft'
          ? await reveal('draft_reveal_field', { field: field.id ?? String(this.fields.indexOf(field)) })
          : await reveal('item_reveal_field', {
              item: this.item ?? '',
              field: field.id ?? '',
              revision: null,
            });
      if (field.state === state) field.text = text;
      return true;
    } catch (cause) {
      field.shown = false;
      toasts.problem(cause);
      return false;
    }
  }
  /** A value that was only looked at goes from memory again. */
  hide(field: FormField): void {
    if (field.state !== 'set') field.text = '';
  }

  #snapshot(): ItemSave {
    const fields = this.fields.map<FieldEdit>((field) => ({
      id: field.id,
      role: field.role,
      label: field.label?.trim() || null,
      concealed: field.concealed,
      value: field.state === 'set' ? { type: 'set', text: field.text } : { type: field.state },
    }));
    return {
      item: this.item,
      base: this.base,
      vault: this.vault,
      kind: this.kind,
      title: this.title.trim(),
      fields,
      files: this.files.map((file) => file.id),
    };
  }
  /** Keeps the draft now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.open || !this.dirty || this.draftKept || this.saving) return;
    try {
      await call('draft_save', this.#snapshot());
      this.draftKept = this.#timer === undefined;
    } catch (cause) {
      this.problem = AppError.from(cause);
    }
  }
  async save(): Promise<ItemView | null> {
    if (this.saving) return null;
    if (!this.title.trim()) {
      this.problem = new AppError('empty', 'no title', { field: 'title' });
      return null;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.saving = true;
    const timer = setTimeout(() => (this.slow = true), SAVING_AFTER_MS);
    try {
      const view = await call('item_save', this.#snapshot());
      this.#close();
      toasts.done(m.saved_item({ item: view.title }));
      return view;
    } catch (cause) {
      this.problem = AppError.from(cause);
      return null;
    } finally {
      clearTimeout(timer);
      this.saving = false;
      this.slow = false;
    }
  }
  async discard(): Promise<void> {
    const hadDraft = this.dirty;
    this.#close();
    if (hadDraft) await call('draft_discard').catch(() => undefined);
  }
  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.open = false;
    this.item = null;
    this.fields = [];
    this.files = [];
    this.title = '';
    this.dirty = false;
    this.draftKept = false;
    this.problem = null;
  }
}

export const editor = new Editor();
