// What a dialog's button does: once at a time, under way or not, and why it did not work.
import { AppError } from '$ipc';

/** Before that, a word about what is going on would only flicker. */
const LASTS_AFTER_MS = 400;

export class Attempt {
  busy = $state(false);
  /** Under way for so long that the person wants to know with what. */
  lasts = $state(false);
  problem = $state.raw<AppError | null>(null);

  /** Does it, unless the last one is still under way: a second Enter starts nothing twice. True if done. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    const late = setTimeout(() => (this.lasts = true), LASTS_AFTER_MS);
    try {
      await work();
      return true;
    } catch (cause) {
      this.problem = AppError.from(cause);
      return false;
    } finally {
      clearTimeout(late);
      this.busy = this.lasts = false;
    }
  }
}
