// Keys and codes that the shell decides, turned into sentences.
import type { AppError, ErrorCode, KeyChange, KeychainKind, FolderPlace, Role, Text } from '$ipc';
import { given } from '$lib/names';
import { ago, clock, day, daysAgo, weekday } from '$lib/when';
import { m } from '$paraglide/messages';
import { session } from './session.svelte';

const TEXTS: Record<string, (args: Record<string, string>) => string> = {
  guess_instant: () => m.guess_instant(),
  guess_seconds: () => m.guess_seconds(),
  guess_minutes: () => m.guess_minutes(),
  guess_hours: () => m.guess_hours(),
  guess_days: () => m.guess_days(),
  guess_months: () => m.guess_months(),
  guess_years: () => m.guess_years(),
  guess_centuries: () => m.guess_centuries(),
  group_today: () => m.group_today(),
  group_yesterday: () => m.group_yesterday(),
  group_week: () => m.group_week(),
  group_month: () => m.group_month(),
  group_older: () => m.group_older(),
  keychain_reason_no_bus: () => m.keychain_reason_no_bus(),
  keychain_reason_locked: () => m.keychain_reason_locked(),
  keychain_reason_no_service: () => m.keychain_reason_no_service(),
  keychain_reason_refused: () => m.keychain_reason_refused(),
  keychain_reason_not_built: () => m.keychain_reason_not_built(),
  read_only_update: () => m.read_only_update(),
  read_only_update_text: () => m.read_only_update_text(),
  read_only_ended: () => m.read_only_ended(),
  read_only_ended_text: () => m.read_only_ended_text(),
  out_by: ({ name }) => m.out_by({ name: name || m.somebody() }),
  out_by_mutual: ({ name }) => m.out_by_mutual({ name: name || m.somebody() }),
  device_why_kit: () => m.device_why_kit(),
  device_why_this: () => m.device_why_this(),
  device_why_senior: () => m.device_why_senior(),
  sync_problem_denied: () => m.sync_problem_denied(),
  sync_problem_full: () => m.sync_problem_full(),
  sync_problem_gone: () => m.sync_problem_gone(),
  sync_problem_other: () => m.sync_problem_other(),
  sync_problem_waiting_files: ({ count }) => m.sync_problem_waiting_files({ count: Number(count ?? 1) }),
  removal_yourself: () => m.removal_yourself(),
  removal_not_here: () => m.removal_not_here(),
  removal_rank: () => m.removal_rank(),
  removal_senior: () => m.removal_senior(),
  leave_not_here: () => m.leave_not_here(),
  leave_last_owner: () => m.leave_last_owner(),
  leave_nobody_above: () => m.leave_nobody_above(),
  removal_stale_stopped: () => m.removal_stale_stopped(),
  removal_stale_local: () => m.removal_stale_local(),
  removal_stale_behind: () => m.removal_stale_behind(),
  removal_stale_old: () => m.removal_stale_old(),
  notice_put_back: () => m.notice_put_back(),
  notice_put_back_text: () => m.notice_put_back_text(),
  notice_seen_differs: ({ by, of }) =>
    m.notice_seen_differs({ by: by || m.somebody(), of: of || m.somebody() }),
  notice_seen_differs_text: () => m.notice_seen_differs_text(),
  notice_gives_away: ({ name, device }) =>
    m.notice_gives_away({ name: name || m.somebody(), device: device || m.device_unnamed() }),
  notice_gives_away_text: () => m.notice_gives_away_text(),
  notice_keys: () => m.notice_keys(),
  notice_keys_text: () => m.notice_keys_text(),
  notice_newer: () => m.notice_newer(),
  notice_newer_text: () => m.notice_newer_text(),
  notice_waiting: () => m.notice_waiting(),
  notice_waiting_text: () => m.notice_waiting_text(),
  stop_fact_storage: () => m.stop_fact_storage(),
  stop_fact_here: () => m.stop_fact_here(),
  stop_fact_parts: ({ name }) => m.stop_fact_parts({ name: name || m.somebody() }),
  stop_fact_other: ({ name }) => m.stop_fact_other({ name: name ?? '' }),
};

/** The sentence for a key of the shell; an unknown key says only that there is something. */
export function say(text: Text): string {
  return (TEXTS[text.key] ?? (() => m.text_unknown()))(text.args);
}

export const TEXT_KEYS: readonly string[] = Object.keys(TEXTS);

/** How loud a refusal is: under the field, in a toast, in a banner, or a red stop. */
export type Severity = 'field' | 'toast' | 'banner' | 'stop';

interface ErrorWords {
  title: (args: Record<string, string>) => string;
  severity: Severity;
}

const on = (title: ErrorWords['title'], severity: Severity): ErrorWords => ({ title, severity });

export const ERRORS: Record<ErrorCode, ErrorWords> = {
  wrong_passphrase: on(() => m.error_wrong_passphrase(), 'field'),
  wait: on(({ wait_s }) => m.error_wait({ seconds: Number(wait_s ?? 1) }), 'field'),
  weak_passphrase: on(() => m.error_weak_passphrase(), 'field'),
  passphrase_missing: on(() => m.error_passphrase_missing(), 'banner'),
  keychain_unavailable: on(() => m.error_keychain_unavailable(), 'field'),
  keychain_denied: on(() => m.error_keychain_denied(), 'field'),
  keychain_missing: on(() => m.error_keychain_missing(), 'banner'),
  locked: on(() => m.error_locked(), 'toast'),
  database_damaged: on(() => m.error_database_damaged(), 'banner'),
  database_newer: on(() => m.error_database_newer(), 'banner'),
  disk_full: on(() => m.error_disk_full(), 'toast'),
  file_refused: on(() => m.error_file_refused(), 'toast'),
  file_not_written: on(() => m.error_file_not_written(), 'toast'),
  already_running: on(() => m.error_already_running(), 'banner'),
  empty: on(() => m.error_empty(), 'field'),
  too_long: on(({ max }) => m.error_too_long({ max: max ?? '' }), 'field'),
  invalid_name: on(() => m.error_invalid_name(), 'field'),
  not_found: on(() => m.error_not_found(), 'toast'),
  not_allowed: on(() => m.error_not_allowed(), 'toast'),
  read_only: on(() => m.error_read_only(), 'toast'),
  writing_stopped: on(() => m.error_writing_stopped(), 'toast'),
  changed_meanwhile: on(() => m.error_changed_meanwhile(), 'toast'),
  field_empty: on(() => m.error_field_empty(), 'toast'),
  clipboard_unavailable: on(() => m.error_clipboard_unavailable(), 'toast'),
  url_refused: on(() => m.error_url_refused(), 'toast'),
  folder_not_found: on(() => m.error_folder_not_found(), 'field'),
  folder_not_writable: on(() => m.error_folder_not_writable(), 'field'),
  folder_full: on(() => m.error_folder_full(), 'field'),
  folder_has_team: on(() => m.error_folder_has_team(), 'field'),
  folder_not_this_team: on(() => m.error_folder_not_this_team(), 'field'),
  no_folder: on(() => m.error_no_folder(), 'banner'),
  test_failed: on(() => m.error_test_failed(), 'field'),
  storage_failed: on(() => m.error_storage_failed(), 'banner'),
  day_over: on(() => m.error_day_over(), 'field'),
  storage_stale: on(() => m.error_storage_stale(), 'banner'),
  invitation_unreadable: on(() => m.error_invitation_unreadable(), 'field'),
  invitation_expired: on(() => m.error_invitation_expired(), 'stop'),
  invitation_used: on(() => m.error_invitation_used(), 'stop'),
  invitation_cancelled: on(() => m.error_invitation_cancelled(), 'stop'),
  invitation_not_here: on(() => m.error_invitation_not_here(), 'field'),
  code_wrong: on(() => m.error_code_wrong(), 'stop'),
  code_incomplete: on(() => m.error_code_incomplete(), 'field'),
  request_unproven: on(() => m.error_request_unproven(), 'stop'),
  key_changed: on(({ name }) => m.error_key_changed({ name: name ?? '' }), 'stop'),
  key_not_verified: on(({ name }) => m.error_key_not_verified({ name: name ?? '' }), 'banner'),
  not_compared: on(({ name }) => m.error_not_compared({ name: name ?? '' }), 'banner'),
  no_key: on(() => m.error_no_key(), 'banner'),
  kit_not_here: on(() => m.error_kit_not_here(), 'field'),
  pairing_not_here: on(() => m.error_pairing_not_here(), 'field'),
  storage_behind: on(() => m.error_storage_behind(), 'banner'),
  recovery_words_wrong: on(() => m.error_recovery_words_wrong(), 'field'),
  update_needed: on(() => m.error_update_needed(), 'banner'),
  file_unreadable: on(() => m.error_file_unreadable(), 'field'),
  file_too_large: on(({ max }) => m.error_file_too_large({ max: max ?? '' }), 'field'),
  file_not_here: on(() => m.error_file_not_here(), 'field'),
  file_altered: on(() => m.error_file_altered(), 'stop'),
  busy: on(() => m.error_busy(), 'toast'),
  internal: on(() => m.error_internal(), 'toast'),
};

/** The sentence for a refusal. */
export function explain(error: AppError): string {
  return ERRORS[error.code].title(error.args);
}

const ROLES: Record<Role, () => string> = {
  owner: m.role_owner,
  admin: m.role_admin,
  manager: m.role_manager,
  editor: m.role_editor,
  viewer: m.role_viewer,
  auditor: m.role_auditor,
  guest: m.role_guest,
};
export const roleName = (role: Role): string => ROLES[role]();

const LEVELS: Record<Role, () => string> = {
  owner: m.level_manage,
  admin: m.level_manage,
  manager: m.level_manage,
  editor: m.level_change,
  viewer: m.level_see,
  auditor: m.level_see,
  guest: m.level_see,
};
/** What a role means for one vault or item: “See and copy”, “Change”, “Manage”. */
export const levelName = (role: Role): string => LEVELS[role]();

/** The name of a person, and a word for somebody whose name a guest is not told. */
export const personName = (person: { name: string; me: boolean }): string =>
  person.name || (person.me ? session.state?.me?.name : undefined) || m.somebody();

/** The same inside a sentence: “Mara”. */
export const givenName = (person: { name: string; me: boolean }): string =>
  person.name ? given(person.name) : personName(person);

const PLACES: Record<FolderPlace, () => string | null> = {
  plain: () => null,
  network: () => m.place_network(),
  dropbox: () => 'Dropbox',
  onedrive: () => 'OneDrive',
  google_drive: () => 'Google Drive',
  syncthing: () => 'Syncthing',
  nextcloud: () => 'Nextcloud',
  icloud: () => 'iCloud Drive',
};
export const placeName = (place: FolderPlace): string | null => PLACES[place]();

const KEYCHAINS: Record<KeychainKind, () => string> = {
  touch_id: () => 'Touch ID',
  windows_hello: () => 'Windows Hello',
  system_password: () => m.keychain_system(),
};
export const keychainName = (kind: KeychainKind): string => KEYCHAINS[kind]();

const STRENGTHS = [m.strength_0, m.strength_1, m.strength_2, m.strength_3, m.strength_4];
export const strengthName = (score: number): string => (STRENGTHS[score] ?? m.strength_0)();

/** “Production, Staging and Web”. */
export function listWords(names: string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

/** “through the group Operations”: how somebody comes to something. */
export const throughWords = (groups: string[]): string =>
  m.groups_through({ groups: listWords(groups), count: groups.length });

/** “3 days ago”, inside a sentence. */
export function agoWords(ms: number, now: number): string {
  const gone = ago(ms, now);
  switch (gone.unit) {
    case 'now':
      return m.ago_now();
    case 'seconds':
      return m.ago_seconds({ count: gone.count });
    case 'minutes':
      return m.ago_minutes({ count: gone.count });
    case 'hours':
      return m.ago_today();
    case 'days':
      return gone.count === 1 ? m.ago_yesterday() : m.ago_days({ count: gone.count });
    case 'date':
      return m.ago_date({ date: day(ms, now) });
  }
}

/** What of a person is not as it was confirmed, and when that was. */
export function keyChangeWords(change: KeyChange, name: string): string {
  const date = change.confirmed_ms === null ? null : day(change.confirmed_ms, Date.now());
  if (date === null) return m.key_changed_undated({ name: given(name) });
  if (change.was_called !== null) return m.key_changed_name({ name, was: change.was_called, date });
  return m.key_changed_since({ name: given(name), date });
}

/** “Today”, “Yesterday”, “12 May”: what a day is called above what happened on it. */
export function dayWords(ms: number, now: number): string {
  const days = daysAgo(ms, now);
  if (days === 0) return m.group_today();
  return days === 1 ? m.group_yesterday() : day(ms, now);
}

/** “Today 09:41”, “Yesterday”, “12 May”: a point in time in a table. */
export function momentWords(ms: number, now: number): string {
  if (now - ms < 120_000 && now >= ms) return m.moment_now();
  const days = daysAgo(ms, now);
  if (days === 0) return m.moment_today({ time: clock(ms) });
  if (days === 1) return m.moment_yesterday();
  return day(ms, now);
}

/** “Thursday 10:00” within the week, else with the date: an end that lies ahead. */
export function untilWords(ms: number, now: number): string {
  const days = -daysAgo(ms, now);
  if (days === 0) return m.until_today({ time: clock(ms) });
  if (days < 7) return m.until_day({ day: weekday(ms), time: clock(ms) });
  return m.until_day({ day: day(ms, now), time: clock(ms) });
}
