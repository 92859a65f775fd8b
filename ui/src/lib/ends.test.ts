import { expect, test } from 'vitest';
import { dateField, endOf, lastMoment } from './ends';

const now = new Date(2026, 10, 24, 19, 30).getTime();
const last = (end: number | null | undefined) => dateField(lastMoment(end!));

test('a day belongs to it whole', () => {
  expect(last(endOf('day', '', now))).toBe('2026-11-25');
  expect(last(endOf('week', '', now))).toBe('2026-12-01');
  expect(last(endOf('month', '', now))).toBe('2026-12-24');
  expect(last(endOf('date', '2026-12-01', now))).toBe('2026-12-01');
  expect(last(endOf('date', '2026-11-24', now))).toBe('2026-11-24');
  expect(endOf('none', '', now)).toBeNull();
});
test('what is no day, or lies behind, is no end', () => {
  for (const date of ['', '1 December', '2026-02-30', '2026-13-01', '2026-11-23'])
    expect(endOf('date', date, now)).toBeUndefined();
});
