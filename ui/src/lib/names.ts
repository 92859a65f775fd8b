// The letter that stands for a person.

/** First letter of a name, as a reader would say it: one grapheme, upper-case. */
export function initial(name: string): string {
  const trimmed = name.trim();
  if (!trimmed) return '?';
  const first = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    .segment(trimmed)
    [Symbol.iterator]();
  return first.next().value?.segment.toLocaleUpperCase() ?? '?';
}

/** The given name, for sentences: “Mara” of “Mara Lindqvist”. */
export function given(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

/** A steady colour (1 to 6) for a person whose colour nobody has chosen yet. */
export function colourOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 6007;
  return (sum % 6) + 1;
}
