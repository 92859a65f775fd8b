import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { writePseudo } from './scripts/pseudo.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Modes: `production` talks to the shell. `fake` and `pseudo` run in a plain browser against the
// in-memory stand-in of src/ipc/dev, for working on screens and for pictures of them; `pseudo`
// stretches every message by 40 % besides. `stretched` talks to the shell in that language.
const isPseudo = (mode: string) => mode === 'pseudo' || mode === 'stretched';
const usesShell = (mode: string) => mode === 'production' || mode === 'stretched';

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [
    tailwindcss(),
    paraglideVitePlugin({
      project: isPseudo(mode) ? writePseudo() : './project.inlang',
      outdir: isPseudo(mode) ? './.pseudo/paraglide' : './src/paraglide',
      strategy: ['baseLocale'],
      outputStructure: 'locale-modules',
      emitTsDeclarations: true,
      emitReadme: false,
    }),
    svelte(),
    svelteTesting(),
  ],
  resolve: {
    alias: {
      $ipc: here('./src/ipc'),
      $lib: here('./src/lib'),
      $components: here('./src/components'),
      $features: here('./src/features'),
      $views: here('./src/views'),
      $paraglide: here(isPseudo(mode) ? './.pseudo/paraglide' : './src/paraglide'),
    },
  },
  define: { __FAKE__: JSON.stringify(!usesShell(mode)) },
  build: {
    outDir: mode === 'production' ? 'dist' : `dist-${mode}`,
    emptyOutDir: true,
    target: ['safari16.4', 'chrome120'],
    // The content security policy allows files of our own and nothing inlined.
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 900,
  },
  server: { port: 1420, strictPort: true, host: '127.0.0.1' },
  clearScreen: false,
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['./tests/setup.ts'],
    css: false,
    // A click through several screens with axe takes seconds on a busy machine.
    testTimeout: 20_000,
  },
}));
