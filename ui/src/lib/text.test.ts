import { describe, expect, test } from 'vitest';
import { colourOf, given, initial } from './names';
import { spans, worthMarking } from './spans';
import { ago, daysAgo } from './when';

describe('secrets in colour', () => {
  test('letters, digits and signs are told apart', () => {
    expect(spans('ab1-c').map(({ kind, text }) => [kind, text])).toEqual([
      ['letter', 'ab'],
      ['digit', '1'],
      ['sign', '-'],
      ['letter', 'c'],
    ]);
  });
  test('only what differs is marked', () => {
    const marked = spans('db-1.internal', 'db-2.internal').filter((span) => span.differs);
    expect(marked.map((span) => span.text)).toEqual(['1']);
    expect(worthMarking('db-1.internal', 'db-2.internal')).toBe(true);
    expect(worthMarking('correct horse', 'entirely otherwise')).toBe(false);
  });
});
describe('names', () => {
  test.each([
    ['mara Lindqvist', 'M'],
    ['  élodie', 'É'],
    ['👩‍🚀 crew', '👩‍🚀'],
    ['', '?'],
    ['محمد', 'م'],
  ])('%s', (name, letter) => expect(initial(name)).toBe(letter));
  test('the given name and a steady colour', () => {
    expect(given('Mara Lindqvist')).toBe('Mara');
    expect(colourOf('Mara')).toBe(colourOf('Mara'));
    for (const name of ['a', 'Ana', '王芳', 'x'.repeat(10_000)]) {
      expect(colourOf(name)).toBeGreaterThanOrEqual(1);
      expect(colourOf(name)).toBeLessThanOrEqual(6);
    }
  });
});
describe('points in time', () => {
  const now = new Date(2026, 4, 24, 12, 0).getTime();
  test.each([
    [1_000, 'now'],
    [12_000, 'seconds'],
    [5 * 60_000, 'minutes'],
    [3 * 3_600_000, 'hours'],
    [26 * 3_600_000, 'days'],
    [90 * 86_400_000, 'date'],
  ])('%i ms ago is said in %s', (gone, unit) => expect(ago(now - gone, now).unit).toBe(unit));
  test('yesterday is a matter of midnight, not of 24 hours', () => {
    expect(daysAgo(new Date(2026, 4, 23, 23, 59).getTime(), now)).toBe(1);
    expect(daysAgo(new Date(2026, 4, 24, 0, 1).getTime(), now)).toBe(0);
  });
  test('a clock that runs ahead does not count backwards', () =>
    expect(ago(now + 60_000, now).unit).toBe('now'));
});
