// What the open window does: which command means what, where the focus goes, and what happens to an
// edit when the person wants to be somewhere else.
import { call, on, send, type ItemView } from '$ipc';
import type VirtualList from '$components/VirtualList.svelte';
import { editor } from '$features/editor/editor.svelte';
import { detail } from '$features/items/detail.svelte';
import { list } from '$features/items/list.svelte';
import { commands } from '$features/shared/commands.svelte';
import { nav } from '$features/shared/nav.svelte';
import { people } from '$features/shared/people.svelte';
import { session } from '$features/shared/session.svelte';
import { sync } from '$features/shared/sync.svelte';
import { toasts } from '$features/shared/toasts.svelte';
import { vaults } from '$features/shared/vaults.svelte';
import { isEditable, isTyping } from '$lib/keys';
import { isCovered } from '$lib/modal.svelte';
import { m } from '$paraglide/messages';

interface Panes {
  search: HTMLInputElement | undefined;
  listbox: VirtualList | undefined;
  detail: HTMLElement | undefined;
  /** What stands in the place of list and detail. */
  page: HTMLElement | undefined;
}
const CONTROL = 'button:not(:disabled), input:not(:disabled)';

export class MainController {
  #panes: () => Panes;

  constructor(panes: () => Panes) {
    this.#panes = panes;
  }

  start(): () => void {
    const stop = [
      vaults.start(),
      people.start(),
      sync.start(),
      list.start(),
      detail.start(),
      on('command', ({ id }) => void commands.run(id)),
      this.#provide(),
    ];
    toasts.report(this.#resumeDraft());
    return () => stop.forEach((off) => off());
  }
  #provide(): () => void {
    const onVault = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [
        `vault_${i + 1}`,
        () => this.#leaveEdit(() => this.#openVault(i)),
      ]),
    );
    return commands.provide({
      ...onVault,
      palette: () => (nav.overlay = { type: 'palette' }),
      shortcuts: () => (nav.overlay = { type: 'shortcuts' }),
      generator: () => this.#generator(),
      search: () => this.#focusSearch(),
      new: () => this.#leaveEdit(() => this.#new()),
      edit: () => this.#edit(),
      save: () => this.save(),
      copy_main: () => this.#copy('@main'),
      copy_username: () => this.#copy('@username'),
      copy_url: () => this.#copy('@url'),
      open_url: () => {
        if (detail.view?.url_field) void detail.openUrl(detail.view.url_field);
      },
      reveal: () => detail.toggleMain(),
      duplicate: () => this.#whileReading(() => detail.duplicate()),
      archive: () => this.#whileReading(() => this.#archive()),
      share: () => this.#share(),
      all_items: () => this.#leaveEdit(() => nav.showItems(null)),
      people: () => this.#leaveEdit(() => (nav.page = 'people')),
      activity: () => this.#leaveEdit(() => (nav.page = 'activity')),
      settings: () => this.#leaveEdit(() => (nav.page = 'settings')),
      new_vault: () => {
        if (!sync.apart) nav.overlay = { type: 'vault', vault: null };
      },
      sync: () => sync.now(),
      lock: () => session.lock(),
      next_pane: () => this.#movePane(1),
      previous_pane: () => this.#movePane(-1),
      back: () => (nav.detailOpen = false),
    });
  }

  keydown(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const dialogOpen = isCovered();
    if (commands.dispatch(event, dialogOpen)) {
      event.preventDefault();
      return;
    }
    if (dialogOpen || isEditable(event.target) || editor.open) return;
    if (event.key === 'Escape') this.#escape();
    // Typing anywhere searches: the field gets the focus before the letter is entered.
    else if (isTyping(event) && nav.page === 'items') this.#panes().search?.focus();
  }
  #escape(): void {
    if (list.query) toasts.report(list.search(''));
    else if (nav.page !== 'items') nav.page = 'items';
    else if (nav.detailOpen) nav.detailOpen = false;
    else this.#panes().listbox?.focus();
  }

  #focusSearch(): void {
    nav.page = 'items';
    nav.detailOpen = false;
    requestAnimationFrame(() => {
      this.#panes().search?.focus();
      this.#panes().search?.select();
    });
  }
  select(index: number): void {
    this.#leaveEdit(() => list.select(index));
  }
  openDetail(): void {
    nav.detailOpen = true;
    requestAnimationFrame(() => this.#panes().detail?.focus());
  }
  #movePane(by: number): void {
    const { search, listbox, detail: item, page } = this.#panes();
    const sidebar = document.querySelector<HTMLElement>('[data-pane=sidebar]');
    const inSidebar =
      sidebar?.querySelector<HTMLElement>('[aria-current]') ?? sidebar?.querySelector('button');
    const inList = list.total > 0 ? listbox : search;
    const inPage = page?.querySelector<HTMLElement>(CONTROL) ?? page;
    // Only what is there: another page has no list, and the narrow layout one pane at a time.
    const panes = [
      { of: sidebar, to: inSidebar },
      { of: search?.closest('section'), to: inList },
      { of: item, to: item },
      { of: page, to: inPage },
    ].filter((pane) => pane.of && pane.to);
    const active = document.activeElement;
    const here = panes.findIndex((pane) => pane.of?.contains(active));
    const from = here < 0 && by < 0 ? 0 : here;
    panes[(from + by + panes.length) % panes.length]?.to?.focus();
  }

  #whileReading(work: () => void | Promise<void>): void {
    if (!editor.open && nav.page === 'items' && !sync.stopped) void work();
  }
  #archive(): Promise<void> {
    return detail.archive();
  }
  #copy(field: '@main' | '@username' | '@url'): void {
    const item = detail.view?.id ?? list.current?.id;
    if (item && nav.page === 'items') void detail.copy(item, field);
  }
  #openVault(index: number): void {
    const vault = vaults.list.vaults[index];
    if (vault) nav.showItems(vault.id);
  }
  #generator(): void {
    const button = document.querySelector<HTMLElement>('form [data-generate]');
    if (editor.open && button) button.click();
    else nav.overlay = { type: 'generator' };
  }
  async copyGenerated(value: string): Promise<void> {
    try {
      const { clears_in_s } = await send('secret_copy', value);
      nav.close();
      toasts.copied(m.copied_generated(), clears_in_s);
    } catch (cause) {
      toasts.problem(cause);
    }
  }
  #share(): void {
    if (nav.page === 'people' || !detail.view) {
      if (people.view?.can_invite && !sync.apart) nav.overlay = { type: 'invite' };
    } else if (!editor.open && !sync.apart) {
      nav.overlay = { type: 'share', scope: { type: 'item', id: detail.view.id } };
    }
  }

  #new(): void {
    const vault = vaults.forNewItem(nav.vault);
    if (!vault || sync.stopped) return;
    nav.page = 'items';
    editor.startNew('login', vault.id);
  }
  #edit(): void {
    if (editor.open || sync.stopped || !detail.view?.can_edit || nav.page !== 'items') return;
    editor.startEdit(detail.view);
    detail.hideAll();
  }
  async save(): Promise<void> {
    if (!editor.open) return;
    const view = await editor.save();
    if (!view) return;
    detail.set(view);
    nav.openItem(view.id);
    await list.refresh();
    requestAnimationFrame(() => this.#panes().listbox?.focus());
  }
  cancelEdit(): void {
    this.#leaveEdit(() => undefined);
  }
  /** Goes on at once where nothing was typed, else asks; the draft stays until then. */
  #leaveEdit(then: () => void): void {
    if (!editor.open || !editor.dirty) {
      if (editor.open) void editor.discard();
      then();
      return;
    }
    nav.overlay = {
      type: 'discard',
      then: () => {
        nav.close();
        void editor.discard();
        then();
      },
    };
  }
  async #resumeDraft(): Promise<void> {
    if (!session.state?.has_draft || editor.open) return;
    const draft = await call('draft_get');
    if (!draft) return;
    if (draft.item) nav.openItem(draft.item);
    editor.resume(draft);
    toasts.done(m.draft_resumed());
  }
  resolved(view: ItemView): void {
    nav.close();
    detail.set(view);
    toasts.report(list.refresh());
    toasts.done(m.conflict_resolved({ item: view.title }));
  }
}
