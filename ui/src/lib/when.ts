// Points in time in the words of the reader's language, from the platform's own tables.

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The reader's own way of writing dates, as long as it is in the language of the words around them. */
function locale(): string {
  const own = (globalThis.navigator?.languages ?? []).find((tag) => /^en-/.test(tag));
  return own ?? 'en-GB';
}

/** When the day of `ms` began where the reader is. */
export function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** “09:41”. */
export function clock(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    ms,
  );
}

/** Whole days from `now` back to `ms`; negative ahead. */
export function daysAgo(ms: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(ms)) / DAY);
}

/** “12 May”, and the year where it is another one. */
export function day(ms: number, now: number): string {
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: sameYear ? 'long' : 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(ms);
}

/** “Thursday”. */
export function weekday(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: 'long' }).format(ms);
}

export type Ago =
  { unit: 'now' } | { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number } | { unit: 'date' };

/** How long ago, in the unit a person would say. */
export function ago(ms: number, now: number): Ago {
  const gone = Math.max(0, now - ms);
  if (gone < 5_000) return { unit: 'now' };
  if (gone < MINUTE) return { unit: 'seconds', count: Math.floor(gone / 1000) };
  if (gone < 60 * MINUTE) return { unit: 'minutes', count: Math.floor(gone / MINUTE) };
  const days = daysAgo(ms, now);
  if (days === 0) return { unit: 'hours', count: Math.floor(gone / (60 * MINUTE)) };
  if (days <= 30) return { unit: 'days', count: days };
  return { unit: 'date' };
}
