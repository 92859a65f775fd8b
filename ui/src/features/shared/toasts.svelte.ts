// One short message at a time, at the foot of the detail pane.
import { AppError, call, type ErrorCode } from '$ipc';
import { clock } from '$lib/clock.svelte';
import { m } from '$paraglide/messages';
import { session } from './session.svelte';
import { explain } from './words';

/** Their sentences speak of diagnostics. */
const ASKS_FOR_DIAGNOSTICS: ReadonlySet<ErrorCode> = new Set(['internal', 'database_damaged']);

interface Message {
  text: string;
  tone: 'done' | 'problem';
  until: number;
  clearsAt: number | null;
  action?: { text: string; run: () => void } | undefined;
}

class Toasts {
  #message = $state.raw<Message | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    session.onWipe(() => this.hide());
  }
  get current(): Message | null {
    return this.#message;
  }
  /** “Clears in 28 s”, counting down. */
  get aside(): string | undefined {
    if (!this.#message?.clearsAt) return undefined;
    return m.clears_in({ seconds: Math.max(0, Math.ceil((this.#message.clearsAt - clock.now) / 1000)) });
  }
  #show(message: Message): void {
    this.#message = message;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), message.until - Date.now());
  }
  hide(): void {
    clearTimeout(this.#timer);
    this.#message = null;
  }
  done(text: string): void {
    this.#show({ text, tone: 'done', until: Date.now() + 4_000, clearsAt: null });
  }
  copied(text: string, clearsInSeconds: number): void {
    const now = Date.now();
    const clearsAt = clearsInSeconds > 0 ? now + clearsInSeconds * 1000 : null;
    this.#show({
      text,
      tone: 'done',
      until: now + Math.min(10_000, (clearsInSeconds || 4) * 1000),
      clearsAt,
    });
  }
  undoable(text: string, seconds: number, run: () => void): void {
    const action = {
      text: m.undo(),
      run: () => {
        this.hide();
        run();
      },
    };
    this.#show({ text, tone: 'done', until: Date.now() + seconds * 1000, clearsAt: null, action });
  }
  problem(cause: unknown): void {
    const error = AppError.from(cause);
    const action = ASKS_FOR_DIAGNOSTICS.has(error.code)
      ? { text: m.copy_diagnostics(), run: () => void this.diagnostics() }
      : undefined;
    this.#show({ text: explain(error), tone: 'problem', until: Date.now() + 8_000, clearsAt: null, action });
  }
  /** For work that nobody waits for: that it failed is said all the same. */
  report(work: Promise<unknown>): void {
    work.catch((cause: unknown) => {
      const error = AppError.from(cause);
      // The lock screen says it itself.
      if (error.code !== 'locked') this.problem(error);
    });
  }
  /** Puts counts and codes into the clipboard, for somebody who can help. */
  async diagnostics(): Promise<void> {
    try {
      await call('diagnostics_copy');
      this.done(m.diagnostics_copied());
    } catch (cause) {
      this.problem(cause);
    }
  }
}

export const toasts = new Toasts();
