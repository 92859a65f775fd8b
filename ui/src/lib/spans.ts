// Splits a secret into runs of letters, digits and signs, so that each can be told apart by colour
// and an O is never taken for a 0.

export type SpanKind = 'letter' | 'digit' | 'sign';
export type Span = { kind: SpanKind; text: string; differs: boolean };

function kindOf(char: string): SpanKind {
  if (/\p{N}/u.test(char)) return 'digit';
  if (/[\p{L}\p{M}\s]/u.test(char)) return 'letter';
  return 'sign';
}

/** Runs of one kind; `other`, where given, marks the characters that differ at the same place. */
export function spans(text: string, other: string | null = null): Span[] {
  const theirs = other === null ? null : [...other];
  const out: Span[] = [];
  [...text].forEach((char, i) => {
    const kind = kindOf(char);
    const differs = theirs !== null && theirs[i] !== char;
    const last = out.at(-1);
    if (last && last.kind === kind && last.differs === differs) last.text += char;
    else out.push({ kind, text: char, differs });
  });
  return out;
}

/** True where so little differs that underlining helps to find it. */
export function worthMarking(a: string, b: string): boolean {
  const left = [...a];
  const right = [...b];
  if (left.length !== right.length) return false;
  return left.filter((char, i) => right[i] !== char).length <= Math.max(3, left.length / 3);
}
