// How large something is, in the unit a person would say.

/** “3.1 MB”; “27 bytes”, which no abbreviation makes clearer. */
export function sizeWords(bytes: number): string {
  if (bytes > 0 && bytes < 1000)
    return new Intl.NumberFormat('en', { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes);
  const [unit, of] = bytes < 1_000_000 ? (['kilobyte', 1000] as const) : (['megabyte', 1_000_000] as const);
  return new Intl.NumberFormat('en', { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / of);
}
