// The vaults this person can open, with their counts.
import { call, on, type Id, type Vault, type VaultList } from '$ipc';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

const NONE: VaultList = { vaults: [], all: 0, favourites: 0, archived: 0, shared: 0, over: [] };

class Vaults {
  list = $state.raw<VaultList>(NONE);
  loaded = $state(false);

  constructor() {
    session.onWipe(() => {
      this.list = NONE;
      this.loaded = false;
    });
  }
  start(): () => void {
    toasts.report(this.refresh());
    return on('vaults-changed', () => toasts.report(this.refresh()));
  }
  async refresh(): Promise<void> {
    this.list = await call('vault_list');
    this.loaded = true;
  }
  byId(id: Id | null): Vault | null {
    return this.list.vaults.find((vault) => vault.id === id) ?? null;
  }
  /** Where a new item goes: the vault on screen if it may be written, else the first that may. */
  forNewItem(shown: Id | null): Vault | null {
    const writable = this.list.vaults.filter((vault) => vault.can_edit);
    return (
      writable.find((vault) => vault.id === shown) ??
      writable.find((vault) => !vault.personal) ??
      writable[0] ??
      null
    );
  }
}

export const vaults = new Vaults();
