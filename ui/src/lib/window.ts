// Where the rows of a long list lie, without measuring any: rows and heads have fixed heights.

export interface Layout {
  count: number;
  row: number;
  head: number;
  /** Indices of the rows that a head stands before, ascending. */
  heads: readonly number[];
}

/** Heads that stand before row `index` or directly above it. */
function headsUpTo(layout: Layout, index: number): number {
  let low = 0;
  let high = layout.heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((layout.heads[middle] ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distance of the row's upper edge from the top of the list. */
export function offsetOf(layout: Layout, index: number): number {
  return index * layout.row + headsUpTo(layout, index) * layout.head;
}

export function totalHeight(layout: Layout): number {
  return layout.count * layout.row + layout.heads.length * layout.head;
}

/** The row at a distance from the top; a head belongs to the row below it. */
export function indexAt(layout: Layout, y: number): number {
  let low = 0;
  let high = Math.max(0, layout.count - 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(layout, middle) + layout.row > y) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** First and last row to draw, with a few to spare on both sides. */
export function visible(
  layout: Layout,
  top: number,
  height: number,
  spare = 6,
): { first: number; last: number } {
  if (layout.count === 0) return { first: 0, last: -1 };
  return {
    first: Math.max(0, indexAt(layout, top) - spare),
    last: Math.min(layout.count - 1, indexAt(layout, top + height) + spare),
  };
}

/** The nearest scroll position that shows the whole row, with its head where it has one. */
export function scrollFor(layout: Layout, index: number, top: number, height: number): number {
  const hasHead = layout.heads.includes(index);
  const upper = offsetOf(layout, index) - (hasHead ? layout.head : 0);
  const lower = offsetOf(layout, index) + layout.row;
  if (upper < top) return upper;
  if (lower > top + height) return lower - height;
  return top;
}

/** Where a key moves the choice to; null where the key is not for the list. */
export function moveBy(key: string, from: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return from < 0 ? 0 : Math.min(last, from + 1);
    case 'ArrowUp':
      return from < 0 ? last : Math.max(0, from - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, from) + page);
    case 'PageUp':
      return Math.max(0, from - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
