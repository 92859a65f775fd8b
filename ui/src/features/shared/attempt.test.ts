import { describe, expect, it } from 'vitest';
import { AppError } from '$ipc';
import { Attempt } from './attempt.svelte';

describe('an attempt', () => {
  it('starts nothing twice', async () => {
    const attempt = new Attempt();
    let started = 0;
    let finish = (): void => undefined;
    const work = () => {
      started += 1;
      return new Promise<void>((done) => (finish = done));
    };
    const first = attempt.run(work);
    await attempt.run(work);
    expect([started, attempt.busy]).toEqual([1, true]);
    finish();
    await first;
    expect(attempt.busy).toBe(false);
  });

  it('keeps why it did not work until the next one', async () => {
    const attempt = new Attempt();
    await attempt.run(() => Promise.reject(new AppError('empty', 'no name')));
    expect([attempt.problem?.code, attempt.busy]).toEqual(['empty', false]);
    await attempt.run(() => Promise.resolve());
    expect(attempt.problem).toBeNull();
  });
});
