// What a refused command looks like to the window: a code to act on, never a sentence to show.

const CODES = [
  'wrong_passphrase',
  'wait',
  'weak_passphrase',
  'passphrase_missing',
  'keychain_unavailable',
  'keychain_denied',
  'keychain_missing',
  'locked',
  'database_damaged',
  'database_newer',
  'disk_full',
  'already_running',
  'empty',
  'too_long',
  'invalid_name',
  'not_found',
  'not_allowed',
  'read_only',
  'writing_stopped',
  'changed_meanwhile',
  'field_empty',
  'clipboard_unavailable',
  'url_refused',
  'folder_not_found',
  'folder_not_writable',
  'folder_full',
  'folder_has_team',
  'folder_not_this_team',
  'storage_failed',
  'invitation_unreadable',
  'invitation_expired',
  'invitation_used',
  'invitation_cancelled',
  'invitation_not_here',
  'code_wrong',
  'code_incomplete',
  'request_unproven',
  'key_changed',
  'key_not_verified',
  'gate_stale',
  'recovery_words_wrong',
  'update_needed',
  'busy',
  'internal',
] as const;

export type ErrorCode = (typeof CODES)[number];

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
      const known = CODES.find((c) => c === code);
      return new AppError(
        known ?? 'internal',
        typeof message === 'string' ? message : String(code),
        typeof args === 'object' && args !== null ? (args as Record<string, string>) : {},
      );
    }
    return new AppError('internal', cause instanceof Error ? cause.message : String(cause));
  }
}

export const ERROR_CODES: readonly ErrorCode[] = CODES;
