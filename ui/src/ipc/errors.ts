// What a refused command looks like to the window: a code to act on, never a sentence to show.

import type { Code as ErrorCode } from './bindings';

export type { ErrorCode };

// Every code once: a key that is missing or too many does not compile.
const KNOWN: Record<ErrorCode, true> = {
  wrong_passphrase: true,
  wait: true,
  weak_passphrase: true,
  passphrase_missing: true,
  keychain_unavailable: true,
  keychain_denied: true,
  keychain_missing: true,
  locked: true,
  database_damaged: true,
  database_newer: true,
  disk_full: true,
  file_refused: true,
  file_not_written: true,
  already_running: true,
  empty: true,
  too_long: true,
  invalid_name: true,
  not_found: true,
  not_allowed: true,
  read_only: true,
  writing_stopped: true,
  changed_meanwhile: true,
  field_empty: true,
  clipboard_unavailable: true,
  url_refused: true,
  folder_not_found: true,
  folder_not_writable: true,
  folder_full: true,
  folder_has_team: true,
  folder_not_this_team: true,
  no_folder: true,
  test_failed: true,
  storage_failed: true,
  day_over: true,
  not_compared: true,
  storage_stale: true,
  invitation_unreadable: true,
  invitation_expired: true,
  invitation_used: true,
  invitation_cancelled: true,
  invitation_not_here: true,
  code_wrong: true,
  code_incomplete: true,
  request_unproven: true,
  key_changed: true,
  key_not_verified: true,
  no_key: true,
  recovery_words_wrong: true,
  kit_not_here: true,
  pairing_not_here: true,
  storage_behind: true,
  update_needed: true,
  file_unreadable: true,
  file_too_large: true,
  file_not_here: true,
  file_altered: true,
  busy: true,
  internal: true,
};

const isKnown = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(KNOWN, code);

/** A refusal by the shell. `message` is for Details and logs; the words on screen come from `code`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly args: Record<string, string>;

  constructor(code: ErrorCode, message: string, args: Record<string, string> = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.args = args;
  }

  /** Reads whatever a command rejected with; anything unknown becomes `internal`. */
  static from(cause: unknown): AppError {
    if (cause instanceof AppError) return cause;
    if (typeof cause === 'object' && cause !== null && 'code' in cause) {
      const { code, message, args } = cause as { code: unknown; message?: unknown; args?: unknown };
      return new AppError(
        isKnown(code) ? code : 'internal',
        typeof message === 'string' ? message : String(code),
        typeof args === 'object' && args !== null ? (args as Record<string, string>) : {},
      );
    }
    return new AppError('internal', cause instanceof Error ? cause.message : String(cause));
  }
}

export const ERROR_CODES: readonly ErrorCode[] = Object.keys(KNOWN) as ErrorCode[];
