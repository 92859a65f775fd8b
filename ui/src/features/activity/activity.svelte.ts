// The record of who opened, copied, used and saved what, a window of it at a time.
import { AppError, call, type ActivityRow, type Id, type Person } from '$ipc';

const LIMIT = 100;

export class Activity {
  /** The person here is told; null until that is known. */
  told = $state<boolean | null>(null);
  /** Of whom there is something. */
  people = $state.raw<Person[]>([]);
  rows = $state.raw<ActivityRow[]>([]);
  more = $state(false);
  problem = $state.raw<AppError | null>(null);
  #user: Id | null = null;
  #asked = 0;

  /** From the newest on: of one person, or of everybody. */
  async show(user: Id | null): Promise<void> {
    this.#user = user;
    await this.#ask(null);
  }
  async earlier(): Promise<void> {
    await this.#ask(this.rows.at(-1)?.id ?? null);
  }
  async #ask(after: Id | null): Promise<void> {
    const mine = ++this.#asked;
    try {
      const page = await call('activity_list', { user: this.#user, after, limit: LIMIT });
      if (mine !== this.#asked) return;
      this.rows = after ? [...this.rows, ...page.rows] : page.rows;
      this.people = page.people;
      this.more = page.more;
      this.problem = null;
      this.told = page.told;
    } catch (cause) {
      if (mine === this.#asked) this.problem = AppError.from(cause);
    }
  }
}
