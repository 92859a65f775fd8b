// @vitest-environment node
// The contrast table, computed from the token file: numbers of WCAG 2.x for every theme.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Tokens = Record<string, string>;
const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8').replace(
  /\/\*.*?\*\//gs,
  '',
);

function block(selector: RegExp): Tokens {
  const out: Tokens = {};
  for (const [, names = '', body = ''] of css.matchAll(/([^{}]+)\{([^}]*)\}/g)) {
    if (!selector.test(names)) continue;
    for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*([^;]+);/g))
      out[name] = value.trim();
  }
  return out;
}
const light = block(/:root/);
const dark = { ...light, ...block(/theme='dark'/) };
const themes = {
  light,
  dark,
  contrast: { ...light, ...block(/theme='contrast'\]/) },
  'contrast-dark': { ...dark, ...block(/^\s*\[data-theme='contrast-dark'\]\s*$/) },
} satisfies Record<string, Tokens>;
type Theme = keyof typeof themes;
const NAMES = Object.keys(themes) as Theme[];

function luminance(hex: string): number {
  const full = hex.length === 4 ? `#${[...hex.slice(1)].map((c) => c + c).join('')}` : hex;
  const channels = [1, 3, 5].map((i) => parseInt(full.slice(i, i + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = channels.map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(theme: Theme, front: string, back: string): number {
  const tokens: Tokens = themes[theme];
  const [a, b] = [front, back].map((name) => luminance(tokens[name] ?? 'missing')) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Front, back, and the measured ratio in light, dark, contrast and contrast-dark. */
const TABLE: [string, string, number, number, number, number][] = [
  ['text', 'surface', 17.13, 14.45, 21.0, 21.0],
  ['text', 'accent-soft', 14.46, 11.29, 17.09, 12.45],
  ['muted', 'surface', 7.3, 7.74, 15.16, 16.68],
  ['muted', 'hover', 5.8, 6.33, 11.9, 11.04],
  ['subtle', 'surface', 5.78, 6.17, 12.66, 14.43],
  ['subtle', 'hover', 4.6, 5.04, 9.94, 9.55],
  ['subtle', 'well', 5.27, 6.48, 11.3, 12.25],
  ['accent-fg', 'accent', 6.66, 8.16, 10.56, 12.83],
  ['accent-text', 'accent-soft', 7.27, 7.99, 11.0, 9.73],
  ['danger', 'surface', 6.54, 7.78, 9.76, 12.35],
  ['danger', 'danger-soft', 5.66, 7.09, 8.24, 9.72],
  ['on-danger', 'danger', 6.54, 8.26, 9.76, 11.53],
  ['on-stop', 'stop', 6.54, 6.66, 9.76, 9.76],
  ['warn', 'surface', 7.33, 9.33, 11.28, 14.64],
  ['warn', 'warn-soft', 6.54, 8.06, 9.91, 9.67],
  ['success', 'success-soft', 5.75, 7.54, 9.18, 10.33],
  ['info', 'surface', 6.72, 8.38, 11.1, 14.25],
];

describe('the contrast table', () => {
  test.each(TABLE)('%s on %s', (front, back, ...measured) => {
    NAMES.forEach((theme, i) => {
      const ratio = contrast(theme, front, back);
      expect(ratio, theme).toBeCloseTo(measured[i] ?? 0, 1);
      expect(ratio, theme).toBeGreaterThanOrEqual(theme.startsWith('contrast') ? 7 : 4.5);
    });
  });
  test('edges of inputs and glyphs reach 3', () => {
    for (const theme of NAMES) {
      for (const back of ['surface', 'bg'])
        expect(contrast(theme, 'border-strong', back)).toBeGreaterThanOrEqual(3);
      for (const colour of ['v1', 'v2', 'v3'])
        expect(contrast(theme, colour, 'sidebar'), `${theme} ${colour}`).toBeGreaterThanOrEqual(3);
    }
  });
  test('kind glyphs and avatar letters are readable on their own ground', () => {
    for (const theme of NAMES) {
      for (const n of [1, 2, 3, 4, 5])
        expect(contrast(theme, `k${n}`, `k${n}b`), `${theme} k${n}`).toBeGreaterThanOrEqual(5.7);
      for (const n of [0, 1, 2, 3, 4, 5, 6])
        expect(contrast(theme, `a${n}`, `a${n}b`), `${theme} a${n}`).toBeGreaterThanOrEqual(4.5);
    }
  });
  test('a theme that forgets a token is caught', () => {
    expect(Object.keys(light).length).toBe(59);
    expect(Object.keys(block(/theme='dark'/)).sort()).toEqual(Object.keys(light).sort());
    for (const theme of NAMES)
      expect(Object.keys(themes[theme])).toEqual(expect.arrayContaining(Object.keys(light)));
  });
});
