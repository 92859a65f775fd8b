// @vitest-environment node
// The lints hold: each rule of the house is broken once, and must be reported.
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const eslint = new ESLint({ cwd: new URL('..', import.meta.url).pathname });
async function rules(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map((message) => message.ruleId);
}
const LITERAL = 'conclave/no-literal-text';
const VIEW = 'src/views/Planted.svelte';

test.each([
  ['text', '<p>Hello there</p>'],
  ['an accessible name', '<button type="button" aria-label="Close"></button>'],
  ['a placeholder', '<input placeholder="Search" />'],
  ['a property of a component', '<Button label="Save" />'],
  ['a literal in braces', "<p>{'Hello'}</p>"],
  ['a choice of literals', "<p>{open ? 'Open' : 'Closed'}</p>"],
  ['a template in an attribute', '<p aria-label={`Item ${n}`}></p>'],
])('literal words are refused: %s', async (_, code) => {
  expect(await rules(VIEW, code)).toContain(LITERAL);
});
test('punctuation, numbers and messages are not words', async () => {
  const code = `<script lang="ts">import { m } from '$paraglide/messages';</script>\n<p aria-label={m.close()}>{m.open()} · 3 – {'…'}</p>`;
  expect(await rules(VIEW, code)).not.toContain(LITERAL);
});
test.each([
  ['a style attribute', '<p style="color: red"></p>', 'svelte/no-inline-styles'],
  ['raw markup', '<p>{@html text}</p>', 'svelte/no-at-html-tags'],
  ['a button without a type', '<button></button>', 'svelte/button-has-type'],
  ['a file over 300 lines', `<p></p>\n`.repeat(301), 'max-lines'],
])('%s is refused', async (_, code, rule) => {
  expect(await rules(VIEW, code)).toContain(rule);
});
test.each([
  ['src/views/Planted.svelte', "import { invoke } from '@tauri-apps/api/core';"],
  ['src/features/items/planted.ts', "import { listen } from '@tauri-apps/api/event';"],
  ['src/lib/planted.ts', "import { call } from '$ipc';"],
  ['src/components/planted.ts', "import { nav } from '$features/shared/nav.svelte';"],
  ['src/features/items/planted.ts', "import { editor } from '$features/editor/editor.svelte';"],
  ['src/features/items/planted.ts', "import App from '$views/App.svelte';"],
  ['src/views/planted.ts', "import { Fake } from '$ipc/dev';"],
  ['src/views/planted.ts', "import { Fake } from '../ipc/dev';"],
])('%s may not say: %s', async (file, line) => {
  const code = file.endsWith('.svelte') ? `<script lang="ts">${line}</script>` : line;
  expect(await rules(file, code)).toContain('no-restricted-imports');
});
test('what the tiers allow is allowed', async () => {
  const code = "import { nav } from '$features/shared/nav.svelte';\nexport const page = nav.page;\n";
  expect(await rules('src/features/items/planted.ts', code)).toEqual([]);
});
