// What a role lets somebody do, in the team and in one vault: said before it is given.
import type { PersonAccess, Role } from '$ipc';
import { m } from '$paraglide/messages';

type Said = (place: { vault: string }) => string;

const IN_TEAM: Record<Role, () => string> = {
  owner: m.role_means_owner,
  admin: m.role_means_admin,
  manager: m.role_means_manager,
  editor: m.role_means_member,
  viewer: m.role_means_member,
  auditor: m.role_auditor_text,
  guest: m.role_means_member,
};
const IN_VAULT: Record<Role, Said> = {
  owner: m.role_vault_owner,
  admin: m.role_vault_admin,
  manager: m.role_vault_manager,
  editor: m.role_vault_editor,
  viewer: m.role_vault_viewer,
  auditor: m.role_vault_viewer,
  guest: m.role_vault_viewer,
};

export const roleMeans = (role: Role, vault: PersonAccess['vault']): string =>
  vault ? IN_VAULT[role]({ vault: vault.name }) : IN_TEAM[role]();
