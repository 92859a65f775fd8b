// What the shell was asked for and a page shows: the last answer, or why there is no newer one. A page
// says that there is nothing only of an answer, never while it waits or after a refusal.
import { AppError, on } from '$ipc';
import { session } from './session.svelte';

type Told = 'people-changed' | 'requests-changed';

export class Asked<View> {
  view = $state.raw<View | null>(null);
  problem = $state.raw<AppError | null>(null);
  readonly #ask: () => Promise<View>;
  readonly #events: readonly Told[];
  #asked = 0;

  constructor(ask: () => Promise<View>, events: readonly Told[] = ['people-changed']) {
    this.#ask = ask;
    this.#events = events;
    session.onWipe(() => this.wipe());
  }
  wipe(): void {
    this.#asked += 1;
    this.view = null;
    this.problem = null;
  }
  start(): () => void {
    void this.refresh();
    const stop = this.#events.map((event) => on(event, () => void this.refresh()));
    return () => stop.forEach((off) => off());
  }
  /** Asks again. What was there stays until something newer is; an answer that is late is dropped. */
  async refresh(): Promise<void> {
    const mine = ++this.#asked;
    try {
      const view = await this.#ask();
      if (mine === this.#asked) this.take(view);
    } catch (cause) {
      if (mine === this.#asked) this.problem = AppError.from(cause);
    }
  }
  /** Shows what another command answered; what is still being asked for is older than that. */
  take(view: View): void {
    this.#asked += 1;
    this.view = view;
    this.problem = null;
  }
}
