// Makes the stretched pseudo-language: English, 40 % longer and accented, so that a label that would
// burst in German or Finnish bursts here first. Placeholders, key names and markup stay as they are.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ACCENTS = {
  a: 'à',
  e: 'é',
  i: 'ï',
  o: 'ö',
  u: 'ü',
  A: 'Å',
  E: 'È',
  I: 'Ì',
  O: 'Ø',
  U: 'Û',
  c: 'ç',
  n: 'ñ',
  y: 'ÿ',
};
const FILL = ' lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor';

/** Stretches one message; text inside braces is left alone. */
export function stretch(text) {
  const accented = text
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? part : part.replace(/[aeiouAEIOUcny]/g, (c) => ACCENTS[c])))
    .join('');
  const letters = text.replace(/\{[^}]*\}/g, '').length;
  if (letters < 3) return accented;
  const more = Math.max(1, Math.round(letters * 0.4));
  const filler = more < 3 ? '~'.repeat(more) : FILL.slice(0, more);
  return accented + filler;
}

function walk(value) {
  if (typeof value === 'string') return stretch(value);
  if (Array.isArray(value)) return value.map((v) => (v && v.match ? { ...v, match: walk(v.match) } : v));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v)]));
}

/** Writes `.pseudo/` beside package.json and returns the path of its inlang project. */
export function writePseudo() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const english = JSON.parse(readFileSync(`${root}/messages/en.json`, 'utf8'));
  const { $schema, ...messages } = english;
  mkdirSync(`${root}/.pseudo/project.inlang`, { recursive: true });
  writeFileSync(`${root}/.pseudo/en.json`, JSON.stringify({ $schema, ...walk(messages) }, null, 2));
  const settings = JSON.parse(readFileSync(`${root}/project.inlang/settings.json`, 'utf8'));
  settings.modules = settings.modules.map((m) => `../${m.replace(/^\.\//, '')}`);
  settings['plugin.inlang.messageFormat'] = { pathPattern: './{locale}.json' };
  writeFileSync(`${root}/.pseudo/project.inlang/settings.json`, JSON.stringify(settings, null, 2));
  return './.pseudo/project.inlang';
}
