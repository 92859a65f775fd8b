// Where the person is: page, place, and what lies on top of it.
import type {
  GroupView,
  Id,
  InviteReady,
  ItemFilter,
  KeyChange,
  MachineRow,
  Person,
  Scope,
  VaultChip,
} from '$ipc';
import { session } from './session.svelte';

export type Page = 'items' | 'people' | 'activity' | 'settings';
export type Overlay =
  | { type: 'palette' }
  | { type: 'shortcuts' }
  | { type: 'vault'; vault: VaultChip | null }
  | { type: 'share'; scope: Scope; chosen?: Id }
  | { type: 'history'; item: Id }
  | { type: 'conflict'; item: Id }
  | { type: 'invite' }
  | { type: 'invite_ready'; ready: InviteReady }
  | { type: 'request'; request: Id }
  | { type: 'person'; user: Id }
  | { type: 'group'; group: Id; person?: Id; vault?: Id }
  | { type: 'machine' }
  | { type: 'machine_end'; machine: MachineRow }
  | { type: 'group_name'; group: Pick<GroupView, 'id' | 'name'> | null }
  | { type: 'remove'; user: Id; vault: Id | null }
  | { type: 'recovery' }
  | { type: 'team_sheet' }
  | { type: 'last_resort' }
  | { type: 'key_changed'; person: Person; change: KeyChange }
  | { type: 'verify'; person: Person; back: Overlay }
  | { type: 'keychain' }
  | { type: 'passphrase' }
  | { type: 'limits' }
  | { type: 'storage' }
  | { type: 'generator' }
  | { type: 'discard'; then: () => void };

class Nav {
  page = $state<Page>('items');
  vault = $state<Id | null>(null);
  filter = $state<ItemFilter>('all');
  selected = $state<Id | null>(null);
  overlay = $state.raw<Overlay | null>(null);
  /** In the narrow layout: the detail covers the list. */
  detailOpen = $state(false);

  constructor() {
    session.onWipe(() => this.reset());
  }
  reset(): void {
    this.page = 'items';
    this.vault = null;
    this.filter = 'all';
    this.selected = null;
    this.overlay = null;
    this.detailOpen = false;
  }
  showItems(vault: Id | null, filter: ItemFilter = 'all'): void {
    this.page = 'items';
    this.vault = vault;
    this.filter = filter;
    this.detailOpen = false;
  }
  openItem(item: Id): void {
    this.page = 'items';
    this.selected = item;
    this.detailOpen = true;
    this.overlay = null;
  }
  close(): void {
    this.overlay = null;
  }
}

export const nav = new Nav();
