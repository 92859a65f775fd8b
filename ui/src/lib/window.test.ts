import { describe, expect, test } from 'vitest';
import { indexAt, moveBy, offsetOf, scrollFor, totalHeight, visible, type Layout } from './window';

const layout: Layout = { count: 100, row: 52, head: 32, heads: [0, 3, 10] };

describe('layout of a long list', () => {
  test('a row lies below the heads before it', () => {
    expect(offsetOf(layout, 0)).toBe(32);
    expect(offsetOf(layout, 2)).toBe(2 * 52 + 32);
    expect(offsetOf(layout, 3)).toBe(3 * 52 + 64);
    expect(totalHeight(layout)).toBe(100 * 52 + 96);
  });
  test('the index at a distance is the inverse of the offset', () => {
    for (let i = 0; i < 100; i += 1) {
      expect(indexAt(layout, offsetOf(layout, i))).toBe(i);
      expect(indexAt(layout, offsetOf(layout, i) + 51)).toBe(i);
    }
  });
  test('only what is in sight is drawn, however long the list', () => {
    const long = { ...layout, count: 100_000 };
    const range = visible(long, 52 * 50_000, 700);
    expect(range.last - range.first).toBeLessThan(40);
    expect(range.first).toBeLessThanOrEqual(50_000);
  });
  test('nothing to draw', () => {
    expect(visible({ ...layout, count: 0, heads: [] }, 0, 700)).toEqual({ first: 0, last: -1 });
  });
  test('scrolling shows the whole row and the head above it', () => {
    expect(scrollFor(layout, 3, 1000, 500)).toBe(offsetOf(layout, 3) - 32);
    expect(scrollFor(layout, 50, 0, 500)).toBe(offsetOf(layout, 50) + 52 - 500);
    expect(scrollFor(layout, 1, 0, 500)).toBe(0);
  });
});
test.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 4, 5],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 0, 0],
  ['ArrowUp', -1, 9],
  ['PageDown', 2, 7],
  ['PageUp', 2, 0],
  ['Home', 7, 0],
  ['End', 2, 9],
  ['a', 2, null],
])('%s from %i', (key, from, expected) => {
  expect(moveBy(key, from, 10, 5)).toBe(expected);
  expect(moveBy(key, -1, 0, 5)).toBeNull();
});
