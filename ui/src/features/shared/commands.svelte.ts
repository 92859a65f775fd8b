// Every command of the window: one list for the keys, the palette, the shortcut sheet and the native menu.
import { isEditable, matches, showChord } from '$lib/keys';
import { m } from '$paraglide/messages';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

interface Spec {
  id: string;
  name: () => string;
  /** The first chord is the one that is shown. */
  chords: readonly string[];
  section: 'go' | 'item' | 'app';
  /** Also while a text field has the cursor. */
  inFields?: boolean;
  /** Also while a dialog is open. */
  overDialogs?: boolean;
}

export const SPECS = [
  { id: 'palette', name: m.command_palette, chords: ['mod+k'], section: 'go', inFields: true },
  { id: 'search', name: m.command_search, chords: ['mod+f'], section: 'go', inFields: true },
  { id: 'new', name: m.command_new, chords: ['mod+n'], section: 'item', inFields: true },
  { id: 'edit', name: m.command_edit, chords: ['mod+e'], section: 'item', inFields: true },
  { id: 'save', name: m.command_save, chords: ['mod+s'], section: 'item', inFields: true },
  { id: 'copy_main', name: m.command_copy_main, chords: ['mod+c'], section: 'item' },
  { id: 'copy_username', name: m.command_copy_username, chords: ['mod+b'], section: 'item', inFields: true },
  { id: 'copy_url', name: m.command_copy_url, chords: ['mod+u'], section: 'item', inFields: true },
  { id: 'open_url', name: m.command_open_url, chords: ['mod+shift+u'], section: 'item', inFields: true },
  { id: 'reveal', name: m.command_reveal, chords: ['mod+shift+c'], section: 'item', inFields: true },
  { id: 'duplicate', name: m.command_duplicate, chords: ['mod+d'], section: 'item', inFields: true },
  { id: 'archive', name: m.command_archive, chords: ['delete'], section: 'item' },
  { id: 'share', name: m.command_share, chords: ['mod+i'], section: 'item', inFields: true },
  { id: 'generator', name: m.command_generator, chords: ['mod+g'], section: 'app', inFields: true },
  { id: 'all_items', name: m.command_all_items, chords: [], section: 'go' },
  { id: 'people', name: m.command_people, chords: [], section: 'go' },
  { id: 'activity', name: m.command_activity, chords: [], section: 'go' },
  { id: 'settings', name: m.command_settings, chords: ['mod+,'], section: 'go', inFields: true },
  { id: 'new_vault', name: m.command_new_vault, chords: [], section: 'app' },
  {
    id: 'sync',
    name: m.command_sync,
    chords: ['mod+r'],
    section: 'app',
    inFields: true,
    overDialogs: true,
  },
  {
    id: 'lock',
    name: m.command_lock,
    chords: ['mod+l', 'mod+shift+l'],
    section: 'app',
    inFields: true,
    overDialogs: true,
  },
  { id: 'next_pane', name: m.command_next_pane, chords: ['f6'], section: 'go', inFields: true },
  { id: 'previous_pane', name: m.command_previous_pane, chords: ['shift+f6'], section: 'go', inFields: true },
  { id: 'back', name: m.command_back, chords: ['alt+arrowleft', 'mod+['], section: 'go' },
  { id: 'shortcuts', name: m.command_shortcuts, chords: ['mod+/', '?'], section: 'app' },
] as const satisfies readonly Spec[];

export type CommandId = (typeof SPECS)[number]['id'] | `vault_${number}`;
type Handler = () => unknown;

/** Ctrl+C belongs to the text while any is selected. */
function textIsSelected(): boolean {
  return (globalThis.getSelection?.()?.toString() ?? '') !== '';
}

/** A search field with nothing selected in it: its Ctrl+C is for the hit that Enter would open. */
function isIdleSearch(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement &&
    'copies' in target.dataset &&
    target.selectionStart === target.selectionEnd
  );
}

class Commands {
  #handlers = $state.raw(new Map<string, Handler>());

  /** Offers commands while a screen is there; the answer takes them back. */
  provide(handlers: Partial<Record<CommandId, Handler>>): () => void {
    const mine = Object.entries(handlers);
    this.#handlers = new Map([...this.#handlers, ...(mine as [string, Handler][])]);
    return () => {
      this.#handlers = new Map([...this.#handlers].filter(([id, run]) => handlers[id as CommandId] !== run));
    };
  }
  has(id: string): boolean {
    return this.#handlers.has(id);
  }
  run(id: string): boolean {
    const handler = this.#handlers.get(id);
    if (!handler) return false;
    toasts.report(Promise.resolve(handler()));
    return true;
  }
  /** The chord as this platform writes it, for a key cap. */
  shown(id: CommandId): string | undefined {
    const chord = (SPECS as readonly Spec[]).find((spec) => spec.id === id)?.chords[0];
    return chord ? showChord(chord, session.os) : undefined;
  }
  /** Finds and runs the command of a key event; says whether there was one. */
  dispatch(event: KeyboardEvent, dialogOpen: boolean): boolean {
    const writing = isEditable(event.target);
    for (const spec of SPECS as readonly Spec[]) {
      if (!spec.chords.some((chord) => matches(event, chord, session.os))) continue;
      if (dialogOpen && !spec.overDialogs) return false;
      const copies = spec.id === 'copy_main';
      if (writing && !spec.inFields && !(copies && isIdleSearch(event.target))) return false;
      if (copies && textIsSelected()) return false;
      return this.run(spec.id);
    }
    const digit = /^[1-9]$/.test(event.key) && matches(event, `mod+${event.key}`, session.os);
    return digit && !dialogOpen ? this.run(`vault_${event.key}`) : false;
  }
}

export const commands = new Commands();
