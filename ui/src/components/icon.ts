import type { Component } from 'svelte';

/** One Lucide glyph, imported on its own: `import Globe from '@lucide/svelte/icons/globe'`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the library's own component type
export type Glyph = Component<any>;
