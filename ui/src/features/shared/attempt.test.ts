import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '$ipc';
import { Attempt } from './attempt.svelte';

afterEach(() => vi.useRealTimers());

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

  it('lasts when it is not done at once', async () => {
    vi.useFakeTimers();
    const attempt = new Attempt();
    let finish = (): void => undefined;
    const done = attempt.run(() => new Promise<void>((end) => (finish = end)));
    vi.advanceTimersByTime(399);
    expect(attempt.lasts).toBe(false);
    vi.advanceTimersByTime(1);
    expect(attempt.lasts).toBe(true);
    finish();
    expect([await done, attempt.lasts]).toEqual([true, false]);
  });
});
