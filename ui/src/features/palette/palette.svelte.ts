// Everything that can be done from here, found by typing a few letters.
import Archive from '@lucide/svelte/icons/archive';
import ArrowUpRight from '@lucide/svelte/icons/arrow-up-right';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Dices from '@lucide/svelte/icons/dices';
import Eye from '@lucide/svelte/icons/eye';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Layers from '@lucide/svelte/icons/layers';
import Link from '@lucide/svelte/icons/link';
import Lock from '@lucide/svelte/icons/lock';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import User from '@lucide/svelte/icons/user';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Users from '@lucide/svelte/icons/users';
import { startOfDay } from '$lib/when';
import { call, type ItemRow } from '$ipc';
import type { Glyph } from '$components/icon';
import { commands, SPECS } from '$features/shared/commands.svelte';
import { nav } from '$features/shared/nav.svelte';
import { sync } from '$features/shared/sync.svelte';
import { vaults } from '$features/shared/vaults.svelte';
import { m } from '$paraglide/messages';

export interface Entry {
  id: string;
  text: string;
  aside: string;
  keys: string | undefined;
  item: ItemRow | null;
  icon: Glyph | null;
  /** Colour of a vault, else 0. */
  swatch: number;
  run: () => void;
}
export interface Section {
  title: string;
  entries: Entry[];
}

const ICONS: Record<string, Glyph> = {
  search: Search,
  new: Plus,
  edit: Pencil,
  copy_main: Copy,
  copy_username: User,
  copy_url: Link,
  open_url: ArrowUpRight,
  reveal: Eye,
  duplicate: CopyPlus,
  archive: Archive,
  share: UserPlus,
  generator: Dices,
  all_items: Layers,
  people: Users,
  settings: Settings,
  new_vault: Plus,
  sync: RefreshCw,
  lock: Lock,
  shortcuts: Keyboard,
};
const ITEMS = 6;
const EXCLUDED: ReadonlySet<string> = new Set(['palette', 'next_pane', 'previous_pane', 'back', 'save']);

/** What makes something for others. */
const TO_THE_TEAM: ReadonlySet<string> = new Set(['new_vault', 'share']);

/** Every word that was typed begins somewhere in the text. */
export function fits(text: string, query: string): boolean {
  const lower = text.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

/** The matching start of the text, to be set in bold. */
export function split(text: string, query: string): [before: string, hit: string, after: string] {
  const word = query.trim().split(/\s+/)[0] ?? '';
  const at = word ? text.toLocaleLowerCase().indexOf(word.toLocaleLowerCase()) : -1;
  return at < 0
    ? [text, '', '']
    : [text.slice(0, at), text.slice(at, at + word.length), text.slice(at + word.length)];
}

export class PaletteState {
  query = $state('');
  active = $state(0);
  #items = $state.raw<ItemRow[]>([]);
  #asked = 0;

  get sections(): Section[] {
    const query = this.query.trim();
    const sections: Section[] = [
      { title: m.palette_do(), entries: this.#commands(query, ['item']) },
      { title: m.items(), entries: query ? this.#items.map((item) => this.#item(item)) : [] },
      { title: m.vaults(), entries: this.#vaults(query) },
      { title: m.palette_go(), entries: this.#commands(query, ['go', 'app']) },
    ];
    return sections.filter((section) => section.entries.length > 0);
  }
  get flat(): Entry[] {
    return this.sections.flatMap((section) => section.entries);
  }
  async search(query: string): Promise<void> {
    this.query = query;
    this.active = 0;
    const mine = ++this.#asked;
    if (!query.trim()) {
      this.#items = [];
      return;
    }
    const page = await call('item_list', {
      vault: null,
      filter: 'all',
      query,
      sort: 'recent',
      offset: 0,
      limit: ITEMS,
      today_ms: startOfDay(Date.now()),
    });
    if (mine === this.#asked) this.#items = page.rows;
  }
  move(by: number): void {
    const count = this.flat.length;
    if (count) this.active = (this.active + by + count) % count;
  }
  runActive(): void {
    const entry = this.flat[this.active];
    if (!entry) return;
    nav.close();
    entry.run();
  }

  #commands(query: string, sections: readonly string[]): Entry[] {
    return SPECS.filter(
      (spec) =>
        sections.includes(spec.section) &&
        !EXCLUDED.has(spec.id) &&
        !(sync.apart && TO_THE_TEAM.has(spec.id)) &&
        commands.has(spec.id) &&
        fits(spec.name(), query),
    ).map((spec) => ({
      id: spec.id,
      text: spec.name(),
      aside: '',
      keys: commands.shown(spec.id),
      item: null,
      icon: ICONS[spec.id] ?? null,
      swatch: 0,
      run: () => void commands.run(spec.id),
    }));
  }
  #vaults(query: string): Entry[] {
    if (!query) return [];
    return vaults.list.vaults
      .filter((vault) => fits(vault.name, query))
      .map((vault) => ({
        id: vault.id,
        text: vault.name,
        aside: m.items_count({ count: vault.count }),
        keys: undefined,
        item: null,
        icon: null,
        swatch: vault.personal ? 3 : vault.colour,
        run: () => nav.showItems(vault.id),
      }));
  }
  #item(item: ItemRow): Entry {
    return {
      id: item.id,
      text: item.title,
      aside: vaults.byId(item.vault)?.name ?? '',
      keys: undefined,
      item,
      icon: null,
      swatch: 0,
      run: () => nav.openItem(item.id),
    };
  }
}
