// A handful of words, enough to try completion with.
export const WORDS =
  'anchor velvet harbor crisp meadow tunnel otter canyon brisk marble hazel quarry lantern copper ribbon saddle willow ember glacier pebble orchid falcon timber walnut violet sparrow cactus domino engine fabric gravel hammer island jungle kettle ladder magnet needle oyster pepper quiver rocket shovel turtle umpire vacuum wagon yogurt zipper anchovy velcro'.split(
    ' ',
  );

/** Words from the list, chosen by the browser's own randomness. */
export function pick(count: number): string[] {
  const numbers = crypto.getRandomValues(new Uint32Array(count));
  return [...numbers].map((n) => WORDS[n % WORDS.length]!);
}
