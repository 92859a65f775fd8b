// @vitest-environment node
// Every word is a message, every message is used, and the stretched language keeps the places for values.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stretch } from '../scripts/pseudo.mjs';
import { ERROR_CODES } from '../src/ipc';
import { ERRORS, say, TEXT_KEYS } from '../src/features/shared/words';

const root = new URL('../', import.meta.url);
const messages = JSON.parse(readFileSync(new URL('messages/en.json', root), 'utf8')) as Record<
  string,
  unknown
>;
const keys = Object.keys(messages).filter((key) => !key.startsWith('$'));
const source = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !name.startsWith('paraglide'))
  .map((name) => readFileSync(new URL(`src/${name}`, root), 'utf8'))
  .join('\n');

test('every message is used', () => {
  expect(keys.filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(source))).toEqual([]);
});
test('messages are sentence case, without exclamation or “are you sure”', () => {
  const texts = JSON.stringify(messages);
  expect(texts).not.toMatch(/!"|[Aa]re you sure|[Pp]lease wait/);
});
test('every error code has a sentence', () => {
  expect(Object.keys(ERRORS).sort()).toEqual([...ERROR_CODES].sort());
  for (const code of ERROR_CODES)
    expect(ERRORS[code].title({ name: 'Mara', max: '200', wait_s: '3' })).toMatch(/\w+.*\./);
});
test('every key of the shell has a sentence, and an unknown one does not break the screen', () => {
  for (const key of TEXT_KEYS) expect(say({ key, args: { name: 'Jonas', count: '2' } })).not.toBe('');
  expect(say({ key: 'from_a_newer_version', args: {} })).not.toBe('');
});

describe('the stretched language', () => {
  test('is longer by 40 %', () => {
    const text = 'Only your team can read them.';
    expect(stretch(text).length / text.length).toBeGreaterThan(1.35);
  });
  test('keeps the places for values', () => {
    expect(stretch('Shared {what} with {name}')).toMatch(/^Shàréd \{what\} wïth \{name\}/);
  });
});
