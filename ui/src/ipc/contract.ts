// The table of commands and events. The shapes are written from the Rust types by
// `cargo xtask bindings`; times are milliseconds since 1970, absent is null, ids are lower-case hex.
import type {
  GroupCreate,
  GroupGive,
  GroupPerson,
  GroupRef,
  GroupRename,
  GroupsView,
  GroupTake,
  GroupView,
  MachineCreate,
  MachineMade,
  MachineRef,
  MachinesView,
  ActivityPage,
  ActivityRequest,
  AsideRef,
  AsideView,
  PersonRef,
  PersonView,
  Removal,
  RemovalPreview,
  RemovalTarget,
  RoleChange,
  AppState,
  Archived,
  CodeCopied,
  ConflictView,
  Copied,
  DeviceAsked,
  DeviceCode,
  DeviceRef,
  DevicesView,
  DiagnosticsCopied,
  DraftFieldRef,
  DraftView,
  FieldRef,
  FileAdd,
  FileSave,
  FileSaved,
  FileView,
  Generated,
  GenerateOptions,
  HistoryPage,
  HistoryRequest,
  InvitationOpen,
  InvitationView,
  InviteCreate,
  InviteReady,
  InviteRef,
  InviteSave,
  ItemArchive,
  ItemDuplicate,
  ItemFavourite,
  ItemListRequest,
  ItemPage,
  ItemRef,
  ItemRefs,
  ItemResolve,
  ItemSave,
  ItemView,
  JoinPreview,
  JoinSend,
  JoinStatus,
  Keychain,
  LastResortUse,
  LastResortView,
  LeaveView,
  PeopleView,
  Picked,
  Prefs,
  RecoverFinish,
  RecoverPreview,
  RecoverStart,
  RecoverView,
  RecoverySaved,
  RequestRef,
  Restored,
  SafetyWords,
  SheetSave,
  Settings,
  StartOver,
  ShareGrant,
  ShareLevel,
  ShareUntil,
  ShareRequest,
  ShareRevoke,
  ShareView,
  StateWords,
  StorageCheck,
  StorageRequest,
  Strength,
  StorageView,
  SyncView,
  TeamCreate,
  TextCopy,
  UrlRef,
  Vault,
  VaultCreate,
  VaultList,
  VaultRename,
  VerifyRef,
  VerifySet,
  WordMatches,
  WordPrefix,
} from './bindings';

export type * from './bindings';
export type Id = string;

/** Commands whose request and answer are JSON: name → [request, answer]. */
export interface Commands {
  app_state: [null, AppState];
  touch: [null, null];
  lock: [null, null];
  unlock_keychain: [null, AppState];
  setup_cancel: [null, null];
  storage_pick_folder: [null, Picked | null];
  storage_test: [StorageRequest, StorageCheck];
  team_create: [TeamCreate, AppState];
  invitation_pick: [null, Picked | null];
  invitation_open: [InvitationOpen, InvitationView];
  join_folder: [StorageRequest, StorageCheck];
  join_send: [JoinSend, AppState];
  join_status: [null, JoinStatus];
  start_over: [StartOver, AppState];
  device_list: [null, DevicesView];
  device_revoke: [DeviceRef, DevicesView];
  state_words: [null, StateWords];
  safety_words: [VerifyRef, SafetyWords];
  safety_confirm: [VerifySet, SafetyWords];
  device_code: [null, DeviceCode];
  device_asked: [null, DeviceAsked];
  device_admit: [null, DevicesView];
  device_cancel: [null, null];
  pair_folder: [StorageRequest, StorageCheck];
  pair_start: [RecoverStart, AppState];
  recover_folder: [StorageRequest, StorageCheck];
  recover_start: [RecoverStart, AppState];
  recover_view: [null, RecoverView];
  recover_finish: [RecoverFinish, AppState];
  last_resort_use: [LastResortUse, PeopleView];
  last_resort_close: [null, null];
  last_resort_seen: [null, PeopleView];
  word_complete: [WordPrefix, WordMatches];

  item_list: [ItemListRequest, ItemPage];
  item_get: [ItemRef, ItemView];
  item_copy_field: [FieldRef, Copied];
  item_open_url: [UrlRef, null];
  item_save: [ItemSave, ItemView];
  item_archive: [ItemArchive, Archived];
  item_restore: [ItemRefs, Restored];
  item_favourite: [ItemFavourite, null];
  item_duplicate: [ItemDuplicate, ItemView];
  item_history: [HistoryRequest, HistoryPage];
  item_conflict: [ItemRef, ConflictView];
  item_resolve: [ItemResolve, ItemView];
  draft_save: [ItemSave, null];
  draft_get: [null, DraftView | null];
  draft_discard: [null, null];
  file_add: [FileAdd, FileView | null];
  file_save: [FileSave, FileSaved | null];

  vault_list: [null, VaultList];
  vault_create: [VaultCreate, Vault];
  vault_rename: [VaultRename, Vault];
  generate: [GenerateOptions, Generated];

  people_list: [null, PeopleView];
  invite_create: [InviteCreate, InviteReady];
  invite_replace: [InviteRef, InviteReady];
  invite_cancel: [InviteRef, null];
  invite_file_save: [InviteSave, Picked | null];
  invite_file_copy: [InviteRef, null];
  request_admit: [RequestRef, PeopleView];
  request_reject: [RequestRef, PeopleView];
  share_get: [ShareRequest, ShareView];
  share_grant: [ShareGrant, ShareView];
  share_level: [ShareLevel, ShareView];
  share_until: [ShareUntil, ShareView];
  share_revoke: [ShareRevoke, ShareView];
  leave_get: [null, LeaveView];
  leave_ask: [null, LeaveView];
  person_get: [PersonRef, PersonView];
  role_change: [RoleChange, PersonView];
  removal_preview: [RemovalTarget, RemovalPreview];
  person_remove: [Removal, PeopleView];
  aside_list: [null, AsideView];
  aside_adopt: [AsideRef, AsideView];
  aside_leave_out: [AsideRef, AsideView];

  group_list: [null, GroupsView];
  group_get: [GroupRef, GroupView];
  group_create: [GroupCreate, GroupView];
  group_rename: [GroupRename, GroupView];
  group_add: [GroupPerson, GroupView];
  group_remove_member: [GroupPerson, GroupView];
  group_give: [GroupGive, GroupView];
  group_take: [GroupTake, GroupView];

  activity_list: [ActivityRequest, ActivityPage];
  machine_list: [null, MachinesView];
  machine_create: [MachineCreate, MachineMade | null];
  machine_end: [MachineRef, MachinesView];

  sync_status: [null, SyncView];
  sync_now: [null, SyncView];
  storage_get: [null, StorageView];
  stop_details_copy: [null, null];
  stop_go_on: [null, SyncView];
  notices_seen: [null, SyncView];
  settings_get: [null, Settings];
  settings_set: [Prefs, Settings];
  storage_set: [StorageRequest, SyncView];
  keychain_disable: [null, Keychain];
  recovery_sheet_save: [SheetSave, RecoverySaved | null];
  text_copy: [TextCopy, null];
  diagnostics_copy: [null, DiagnosticsCopied];
}

/** Commands whose request is the secret itself, as bytes; the answer is JSON. */
export interface SecretCommands {
  unlock: AppState;
  strength: Strength;
  setup_passphrase: Strength;
  join_code: JoinPreview;
  recover_words: RecoverPreview;
  last_resort_words: LastResortView;
  pair_words: RecoverPreview;
  keychain_enable: Keychain;
  passphrase_change: null;
  recovery_confirm: AppState;
  team_sheet_confirm: AppState;
  secret_copy: CodeCopied;
}

/** Commands that answer with the bytes of one secret. */
export interface RevealCommands {
  passphrase_suggest: null;
  item_reveal_field: FieldRef;
  draft_reveal_field: DraftFieldRef;
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
