// Lints that hold the house rules of the UI: tiers, the one door to the shell, no literal words,
// nothing inline, no raw markup.
import noUnsanitized from 'eslint-plugin-no-unsanitized';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import noLiteralText from './eslint/no-literal-text.js';
import svelteConfig from './svelte.config.js';

const TAURI = { group: ['@tauri-apps/*'], message: 'Only src/ipc talks to the shell.' };
const FAKE = {
  group: ['$ipc/dev', '$ipc/dev/*', '**/ipc/dev/*'],
  message: 'The stand-in is for main.ts and tests.',
};
const UP = {
  group: ['../../*', '../*'],
  message: 'Name the tier: $components, $features, $ipc, $lib, $views.',
};

const tier = (files, patterns) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns: [TAURI, FAKE, UP, ...patterns] }] },
});

export default ts.config(
  { ignores: ['dist', 'dist-*', '.pseudo', 'src/paraglide', 'src/ipc/bindings', 'node_modules'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  noUnsanitized.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node, __FAKE__: 'readonly' } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    plugins: { conclave: { rules: { 'no-literal-text': noLiteralText } } },
    rules: {
      'conclave/no-literal-text': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'error',
      'svelte/require-each-key': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      'max-lines': ['error', 300],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'max-lines': ['error', 600] } },
  {
    // The words of src/paraglide come through one door as well, so that a message cannot be built by hand.
    files: ['scripts/**', 'eslint/**', '*.config.*'],
    rules: { 'no-console': 'off' },
  },
  tier(
    ['src/lib/**'],
    [
      {
        group: ['$components/*', '$features/*', '$views/*', '$ipc', '$ipc/*'],
        message: 'lib knows no domain.',
      },
    ],
  ),
  tier(
    ['src/components/**'],
    [{ group: ['$features/*', '$views/*', '$ipc', '$ipc/*'], message: 'Components know no domain.' }],
  ),
  tier(
    ['src/features/**'],
    [
      { group: ['$views/*'], message: 'Features do not know views.' },
      {
        group: ['$features/*', '!$features/shared', '!$features/shared/**'],
        message: 'Features meet only in $features/shared.',
      },
    ],
  ),
  tier(['src/views/**'], []),
  {
    files: ['src/main.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [TAURI] }] },
  },
);
