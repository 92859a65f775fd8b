// Whether the app is fresh, locked or open, and who is in front of it.
import { AppError, call, on, type AppState, type Phase } from '$ipc';
import { applyLook } from './theme';

const TOUCH_EVERY_MS = 5_000;

class Session {
  state = $state.raw<AppState | null>(null);
  problem = $state.raw<AppError | null>(null);
  lockSoon = $state(0);
  #wipers = new Set<() => void>();
  #beforeLock = new Set<() => Promise<void>>();
  #touched = 0;

  get phase(): Phase | null {
    return this.state?.phase ?? null;
  }
  get os() {
    return this.state?.os ?? 'linux';
  }

  /** Asks the shell where things stand, and listens from then on. Answers the function that stops. */
  async start(): Promise<() => void> {
    const stop = [
      on('state-changed', (state) => this.apply(state)),
      on('lock-soon', ({ in_s }) => {
        this.lockSoon = in_s;
        if (in_s > 0) void this.#flush();
      }),
    ];
    try {
      this.apply(await call('app_state'));
    } catch (cause) {
      this.problem = AppError.from(cause);
    }
    return () => stop.forEach((off) => off());
  }

  apply(state: AppState): void {
    const wasOpen = this.phase === 'unlocked';
    this.state = state;
    this.lockSoon = 0;
    applyLook(state.look);
    if (wasOpen && state.phase !== 'unlocked') this.wipe();
  }

  /** Runs `forget` whenever the app locks: whatever was shown must go. */
  onWipe(forget: () => void): () => void {
    this.#wipers.add(forget);
    return () => this.#wipers.delete(forget);
  }
  /** Runs `keep` before the app locks by the person's wish, so that no typing is lost. */
  onBeforeLock(keep: () => Promise<void>): void {
    this.#beforeLock.add(keep);
  }
  wipe(): void {
    for (const forget of this.#wipers) forget();
  }
  async #flush(): Promise<void> {
    await Promise.allSettled([...this.#beforeLock].map((keep) => keep()));
  }
  async lock(): Promise<void> {
    await this.#flush();
    this.wipe();
    await call('lock');
  }

  /** Tells the shell that somebody is there, at most every five seconds. */
  touch(): void {
    const now = Date.now();
    if (this.phase !== 'unlocked' && this.phase !== 'waiting') return;
    if (now - this.#touched < TOUCH_EVERY_MS && this.lockSoon === 0) return;
    this.#touched = now;
    this.lockSoon = 0;
    void call('touch').catch(() => undefined);
  }
}

export const session = new Session();
