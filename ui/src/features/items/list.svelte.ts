// The list of items: a window onto what the shell finds, however long that is.
import { startOfDay } from '$lib/when';
import { call, on, type Id, type ItemFilter, type ItemGroup, type ItemRow, type ItemSort } from '$ipc';
import { nav } from '$features/shared/nav.svelte';
import { session } from '$features/shared/session.svelte';
import { toasts } from '$features/shared/toasts.svelte';
import { say } from '$features/shared/words';

const PAGE = 100;

class ItemList {
  query = $state('');
  sort = $state<ItemSort>('recent');
  total = $state(0);
  groups = $state.raw<ItemGroup[]>([]);
  index = $state(-1);
  loaded = $state(false);
  #pages = $state.raw<Record<number, ItemRow[]>>({});
  #wanted = new Set<number>();
  #asked = 0;
  #range = { first: 0, last: 0 };
  #place: { vault: Id | null; filter: ItemFilter } = { vault: null, filter: 'all' };

  constructor() {
    session.onWipe(() => this.reset());
  }
  reset(): void {
    this.#asked += 1;
    this.query = '';
    this.total = 0;
    this.groups = [];
    this.index = -1;
    this.loaded = false;
    this.#pages = {};
    this.#wanted.clear();
    this.#place = { vault: null, filter: 'all' };
  }
  start(): () => void {
    return on('items-changed', () => toasts.report(this.refresh()));
  }

  get heads(): { start: number; text: string }[] {
    return this.groups.map((group) => ({ start: group.start, text: say(group.label) }));
  }
  row(index: number): ItemRow | null {
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE] ?? null;
  }
  get current(): ItemRow | null {
    return this.row(this.index);
  }

  /** Shows another vault or filter, from its top. */
  async show(vault: Id | null, filter: ItemFilter): Promise<void> {
    this.#place = { vault, filter };
    this.index = -1;
    this.#range = { first: 0, last: 0 };
    await this.refresh();
    this.#keepSelection();
  }
  async search(query: string): Promise<void> {
    this.query = query;
    this.index = -1;
    this.#range = { first: 0, last: 0 };
    await this.refresh();
    // The first hit is the answer until the person moves: Enter opens it, Ctrl+C copies from it.
    if (query && this.total > 0 && this.query === query) this.select(0);
    else this.#keepSelection();
  }
  async sortBy(sort: ItemSort): Promise<void> {
    this.sort = sort;
    await this.refresh();
    this.#keepSelection();
  }

  /** Asks again for what is in sight; older answers that arrive late are dropped. */
  async refresh(): Promise<void> {
    const mine = ++this.#asked;
    const first = Math.floor(this.#range.first / PAGE);
    const last = Math.floor(Math.max(this.#range.first, this.#range.last) / PAGE);
    const pages: Record<number, ItemRow[]> = {};
    for (let page = first; page <= last; page += 1) {
      const answer = await this.#fetch(page);
      if (mine !== this.#asked) return;
      pages[page] = answer.rows;
      this.total = answer.total;
      this.groups = answer.groups;
    }
    this.#pages = pages;
    this.#wanted.clear();
    this.loaded = true;
    if (this.index >= this.total) this.index = this.total - 1;
    this.#follow();
  }
  #fetch(page: number) {
    return call('item_list', {
      ...this.#place,
      query: this.query,
      sort: this.sort,
      offset: page * PAGE,
      limit: PAGE,
      today_ms: startOfDay(Date.now()),
    });
  }
  /** Loads the pages that the rows in sight need. */
  ensure(first: number, last: number): void {
    this.#range = { first, last };
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last) / PAGE); page += 1) {
      if (!this.loaded || this.#pages[page] || this.#wanted.has(page) || page * PAGE >= this.total) continue;
      this.#wanted.add(page);
      const mine = this.#asked;
      const work = this.#fetch(page).then((answer) => {
        if (mine === this.#asked) this.#pages = { ...this.#pages, [page]: answer.rows };
      });
      toasts.report(work.finally(() => this.#wanted.delete(page)));
    }
  }

  select(index: number): void {
    this.index = index;
    const row = this.row(index);
    if (row) nav.selected = row.id;
  }
  /** After the rows moved, the choice stays with its item. */
  #follow(): void {
    if (!nav.selected) return;
    const found = this.indexOf(nav.selected);
    if (found >= 0) this.index = found;
  }
  indexOf(id: Id): number {
    for (const [page, rows] of Object.entries(this.#pages)) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return Number(page) * PAGE + at;
    }
    return -1;
  }
  #keepSelection(): void {
    const found = nav.selected ? this.indexOf(nav.selected) : -1;
    if (found >= 0) this.index = found;
    else if (this.total > 0) this.select(0);
    else nav.selected = null;
  }
}

export const list = new ItemList();
