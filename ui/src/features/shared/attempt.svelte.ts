// What a dialog's button does: once at a time, under way or not, and why it did not work.
import { AppError } from '$ipc';

export class Attempt {
  busy = $state(false);
  problem = $state.raw<AppError | null>(null);

  /** Does it, unless the last one is still under way: a second Enter starts nothing twice. */
  async run(work: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await work();
    } catch (cause) {
      this.problem = AppError.from(cause);
    } finally {
      this.busy = false;
    }
  }
}
