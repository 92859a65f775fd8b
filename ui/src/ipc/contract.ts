// The shapes that cross between the shell and the window, and the table of commands and events.
// Times are milliseconds since 1970; absent is null; ids are lower-case hex.

export type Id = string;
export type Text = { key: string; args: Record<string, string> };
export type Phase = 'first_run' | 'locked' | 'waiting' | 'unlocked';
export type Role = 'owner' | 'admin' | 'manager' | 'editor' | 'viewer' | 'guest';
export type Kind =
  | 'login'
  | 'note'
  | 'api_key'
  | 'password'
  | 'passkey'
  | 'card'
  | 'server'
  | 'database'
  | 'ssh_key'
  | 'wifi'
  | 'environment'
  | 'certificate'
  | 'signing_key'
  | 'identity'
  | 'licence'
  | 'unknown';
export type KeyState = 'verified' | 'joined_by_code' | 'not_verified';
export type Person = { user: Id; name: string; colour: number; me: boolean };
export type LockReason = 'start' | 'manual' | 'idle' | 'sleep';
export type KeychainKind = 'touch_id' | 'windows_hello' | 'system_password';
export type Keychain = { state: 'off' | 'on' | 'unavailable'; kind: KeychainKind; reason: Text | null };
export type ThemeChoice = 'system' | 'light' | 'dark' | 'contrast' | 'contrast_dark';
export type Density = 'comfortable' | 'compact';
export type Look = { theme: ThemeChoice; density: Density; text_percent: number; reduce_motion: boolean };
export type Storage = { type: 'none' } | { type: 'folder'; path: string };
export type Strength = { score: number; guess_time: Text; acceptable: boolean };
export type Scope = { type: 'vault'; id: Id } | { type: 'item'; id: Id };
export type VaultRef = { id: Id; name: string; colour: number };

export type AppState = {
  phase: Phase;
  version: string;
  os: 'linux' | 'macos' | 'windows';
  team: { id: Id; name: string } | null;
  me: Person | null;
  device_name: string;
  person_name_hint: string;
  lock_reason: LockReason | null;
  lock_idle_min: number;
  unlock_wait_s: number;
  keychain: Keychain;
  look: Look;
  recovery_saved: boolean;
  has_draft: boolean;
  my_role: Role | null;
  read_only: Text | null;
  clipboard_limited: boolean;
};

export type Place =
  'plain' | 'dropbox' | 'onedrive' | 'google_drive' | 'syncthing' | 'nextcloud' | 'network' | 'icloud';
export type StorageCheck = { ok: boolean; place: Place; existing_team: Id | null };
export type InvitationSource = { type: 'path'; path: string } | { type: 'text'; text: string };
export type InvitationView = {
  invite: Id;
  team_name: string | null;
  inviter_name: string | null;
  invited_name: string | null;
  expires_ms: number | null;
  folder_hint: string | null;
  folder: string | null;
};
export type JoinPreview = {
  team_name: string;
  inviter_name: string;
  invited_name: string;
  role: Role;
  vaults: string[];
  expires_ms: number;
};
export type JoinStatus = {
  state: 'waiting' | 'refused' | 'expired' | 'unreachable';
  team_name: string;
  inviter_name: string;
  sent_ms: number;
  checked_ms: number | null;
};
export type WordCompletion = { words: string[]; exact: boolean; corrected: string | null };

export type ItemState =
  | { type: 'versions'; count: number }
  | { type: 'newer_exists' }
  | { type: 'provisional' }
  | { type: 'flagged' }
  | { type: 'waiting_key' };
export type ItemRow = {
  id: Id;
  title: string;
  subtitle: string;
  kind: Kind;
  vault: Id;
  favourite: boolean;
  state: ItemState | null;
};
export type ItemFilter = 'all' | 'favourites' | 'archived' | 'shared';
export type ItemSort = 'recent' | 'title' | 'changed';
export type ItemListRequest = {
  vault: Id | null;
  filter: ItemFilter;
  query: string;
  sort: ItemSort;
  offset: number;
  limit: number;
};
export type ItemGroup = { start: number; label: Text };
export type ItemPage = {
  total: number;
  offset: number;
  generation: number;
  rows: ItemRow[];
  groups: ItemGroup[];
};
export type FieldRole =
  | 'username'
  | 'password'
  | 'url'
  | 'note'
  | 'key'
  | 'host'
  | 'port'
  | 'database'
  | 'email'
  | 'environment'
  | 'expires'
  | 'text'
  | 'secret';
export type Field = {
  id: string;
  role: FieldRole;
  label: string | null;
  concealed: boolean;
  filled: boolean;
  value: string | null;
};
export type ItemView = {
  id: Id;
  title: string;
  kind: Kind;
  vault: Id;
  vault_name: string;
  favourite: boolean;
  archived: boolean;
  base: string;
  fields: Field[];
  main_field: string | null;
  username_field: string | null;
  url_field: string | null;
  changed_by: Person;
  changed_ms: number;
  changed_device: string;
  created_ms: number;
  can_edit: boolean;
  can_share: boolean;
  people: Person[];
  people_count: number;
  earlier_versions: number;
  versions: number;
  versions_by: Person[];
  strength: Strength | null;
  state: ItemState | null;
};
export type Copied = {
  title: string;
  role: FieldRole;
  label: string | null;
  concealed: boolean;
  clears_in_s: number;
};
export type FieldValue = { type: 'keep' } | { type: 'set'; text: string } | { type: 'draft' };
export type FieldEdit = {
  id: string | null;
  role: FieldRole;
  label: string | null;
  concealed: boolean;
  value: FieldValue;
};
export type ItemSave = {
  item: Id | null;
  base: string | null;
  vault: Id;
  kind: Kind;
  title: string;
  fields: FieldEdit[];
};
export type DraftView = {
  item: Id | null;
  base: string | null;
  vault: Id;
  kind: Kind;
  title: string;
  saved_ms: number;
  fields: (Field & { drafted: boolean })[];
};
export type ChangedName = { role: FieldRole | 'title'; label: string | null };
export type HistoryRow = {
  revision: Id;
  by: Person;
  device: string;
  at_ms: number;
  created: boolean;
  changed: ChangedName[];
};
export type HistoryPage = { total: number; rows: HistoryRow[] };
export type ConflictSide = { revision: Id; by: Person; device: string; at_ms: number };
export type ConflictField = ChangedName & {
  id: string;
  concealed: boolean;
  values: { revision: Id; value: string | null; removed: boolean }[];
};
export type ConflictView = {
  title: string;
  base: string;
  sides: ConflictSide[];
  fields: ConflictField[];
  merged: ChangedName[];
  same_count: number;
};

export type Vault = VaultRef & {
  count: number;
  personal: boolean;
  my_role: Role;
  can_edit: boolean;
  can_manage: boolean;
  people_count: number;
};
export type VaultList = {
  vaults: Vault[];
  all: number;
  favourites: number;
  archived: number;
  shared: number;
};
export type GenerateMode = 'words' | 'characters' | 'pin';
export type GenerateOptions = {
  mode: GenerateMode;
  length: number;
  capitals: boolean;
  digit: boolean;
  symbols: boolean;
  separator: string;
};
export type Generated = { value: string; strength: Strength };

export type PersonRow = Person & {
  key_state: KeyState;
  role: Role;
  devices: number;
  last_seen_ms: number | null;
  vaults: Id[];
};
export type Invite = {
  id: Id;
  name: string;
  colour: number;
  role: Role;
  vaults: Id[];
  created_ms: number;
  expires_ms: number;
  state: 'open' | 'expired';
};
export type RequestProblem = 'code_not_proven' | 'expired' | 'used_twice' | 'cancelled' | 'unreadable';
export type JoinRequest = {
  id: Id;
  invite: Id;
  invited_name: string;
  colour: number;
  person_name: string;
  device_name: string;
  os: string;
  at_ms: number;
  invited_ms: number;
  role: Role;
  vaults: VaultRef[];
  problem: RequestProblem | null;
  details: string;
};
export type PeopleView = {
  people: PersonRow[];
  invites: Invite[];
  requests: JoinRequest[];
  can_invite: boolean;
  roles_offered: Role[];
  vaults_offered: VaultRef[];
};
export type InviteReady = {
  invite: Id;
  name: string;
  colour: number;
  words: string[];
  expires_ms: number;
  file_name: string;
  in_folder: boolean;
};
export type ShareVia = 'direct' | 'vault' | 'creator';
export type ShareEntry = Person & { key_state: KeyState; role: Role; via: ShareVia; can_revoke: boolean };
export type ShareCandidate = Person & { key_state: KeyState };
export type ShareView = {
  scope: Scope;
  title: string;
  kind: Kind | null;
  vault_name: string;
  vault_colour: number;
  can_share: boolean;
  roles: Role[];
  entries: ShareEntry[];
  candidates: ShareCandidate[];
};

export type SyncState =
  'local_only' | 'synced' | 'saving' | 'offline' | 'folder_missing' | 'behind' | 'stopped';
export type StopFact = { label: Text; change: number | null; at_ms: number | null };
export type StopView = {
  kind: 'rollback' | 'fork' | 'own_log' | 'update_needed';
  at_ms: number | null;
  can_put_back: boolean;
  facts: StopFact[];
};
export type SyncView = {
  state: SyncState;
  pending: number;
  last_ms: number | null;
  folder: string | null;
  stop: StopView | null;
  problem: Text | null;
};
export type Prefs = {
  look: Look;
  lock_idle_min: number;
  lock_on_sleep: boolean;
  clipboard_clear_s: number;
};
export type Settings = {
  prefs: Prefs;
  keychain: Keychain;
  storage: Storage;
  data_dir: string;
  version: string;
};
export type RecoverySheet = { path: string; ask: number[] };

/** Commands whose request and answer are JSON: name → [request, answer]. */
export interface Commands {
  app_state: [null, AppState];
  touch: [null, null];
  lock: [null, null];
  unlock_keychain: [null, AppState];
  setup_cancel: [null, null];
  storage_pick_folder: [null, { path: string } | null];
  storage_test: [{ storage: Storage }, StorageCheck];
  team_create: [
    {
      team_name: string;
      person_name: string;
      colour: number;
      device_name: string;
      keychain: boolean;
      storage: Storage;
      personal_vault_name: string;
    },
    AppState,
  ];
  invitation_pick: [null, { path: string } | null];
  invitation_open: [{ source: InvitationSource }, InvitationView];
  join_folder: [{ storage: Storage }, StorageCheck];
  join_send: [{ person_name: string; colour: number; device_name: string; keychain: boolean }, AppState];
  join_status: [null, JoinStatus];
  join_restart: [null, AppState];
  word_complete: [{ prefix: string }, WordCompletion];

  item_list: [ItemListRequest, ItemPage];
  item_get: [{ item: Id }, ItemView];
  item_copy_field: [{ item: Id; field: string; revision: Id | null }, Copied];
  item_open_url: [{ item: Id; field: string }, null];
  item_save: [ItemSave, ItemView];
  item_archive: [{ items: Id[] }, { count: number; undo_s: number }];
  item_restore: [{ items: Id[] }, { count: number }];
  item_favourite: [{ item: Id; on: boolean }, null];
  item_duplicate: [{ item: Id; title: string }, ItemView];
  item_history: [{ item: Id; offset: number; limit: number }, HistoryPage];
  item_conflict: [{ item: Id }, ConflictView];
  item_resolve: [{ item: Id; base: string; choices: { field: string; revision: Id }[] }, ItemView];
  draft_save: [ItemSave, null];
  draft_get: [null, DraftView | null];
  draft_discard: [null, null];

  vault_list: [null, VaultList];
  vault_create: [{ name: string; colour: number }, Vault];
  vault_rename: [{ vault: Id; name: string; colour: number }, Vault];
  generate: [GenerateOptions, Generated];

  people_list: [null, PeopleView];
  invite_create: [{ name: string; role: Role; vaults: Id[] }, InviteReady];
  invite_replace: [{ invite: Id }, InviteReady];
  invite_cancel: [{ invite: Id }, null];
  invite_file_save: [{ invite: Id; path: string | null }, { path: string } | null];
  invite_file_copy: [{ invite: Id }, null];
  invite_code_copy: [{ invite: Id }, { clears_in_s: number }];
  request_admit: [{ request: Id }, PeopleView];
  request_reject: [{ request: Id }, PeopleView];
  share_get: [{ scope: Scope }, ShareView];
  share_grant: [{ scope: Scope; user: Id; role: Role }, ShareView];
  share_revoke: [{ scope: Scope; user: Id }, ShareView];

  sync_status: [null, SyncView];
  sync_now: [null, SyncView];
  stop_put_back: [null, SyncView];
  stop_details_copy: [null, null];
  settings_get: [null, Settings];
  settings_set: [Prefs, Settings];
  storage_set: [{ storage: Storage }, SyncView];
  keychain_disable: [null, Keychain];
  recovery_sheet_save: [{ path: string | null }, RecoverySheet | null];
  text_copy: [{ text: string }, null];
  diagnostics_copy: [null, { lines: number }];
}

/** Commands whose request is the secret itself, as bytes; the answer is JSON. */
export interface SecretCommands {
  unlock: AppState;
  strength: Strength;
  setup_passphrase: Strength;
  join_code: JoinPreview;
  keychain_enable: Keychain;
  recovery_confirm: AppState;
  secret_copy: { clears_in_s: number };
}

/** Commands that answer with the bytes of one secret. */
export interface RevealCommands {
  passphrase_suggest: null;
  item_reveal_field: { item: Id; field: string; revision: Id | null };
  draft_reveal_field: { field: string };
}

/** Events pushed by the shell: name → payload. */
export interface Events {
  'state-changed': AppState;
  'items-changed': { generation: number; items: Id[] | null };
  'vaults-changed': null;
  'people-changed': null;
  'requests-changed': { count: number };
  'sync-status': SyncView;
  clipboard: { state: 'copied' | 'cleared'; clears_in_s: number };
  'lock-soon': { in_s: number };
  'file-dropped': { path: string };
  command: { id: string };
}
