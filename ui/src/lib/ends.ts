// Days on which access ends. A day belongs to it whole: it is over when the next one begins.
import { startOfDay } from './when';

export type EndChoice = 'none' | 'day' | 'week' | 'month' | 'date';

/** The beginning of the day after so many days (and months) from `now`. */
function after(now: number, days: number, months = 0): number {
  const at = new Date(startOfDay(now));
  at.setMonth(at.getMonth() + months);
  at.setDate(at.getDate() + days + 1);
  return at.getTime();
}

/** “2026-12-01” where the reader is, for the field that takes a date. */
export function dateField(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** When a choice ends; null for no end, undefined for a date that is none or lies behind. */
export function endOf(choice: EndChoice, date: string, now: number): number | null | undefined {
  switch (choice) {
    case 'none':
      return null;
    case 'day':
      return after(now, 1);
    case 'week':
      return after(now, 7);
    case 'month':
      return after(now, 0, 1);
    case 'date': {
      const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date.trim());
      if (!parts) return undefined;
      const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
      const at = new Date(year, month - 1, day);
      if (at.getMonth() !== month - 1 || at.getDate() !== day) return undefined;
      const end = after(at.getTime(), 0);
      return end > now ? end : undefined;
    }
  }
}

/** The last moment of access, for words that name its day. */
export const lastMoment = (end: number): number => end - 1;
