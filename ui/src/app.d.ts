/// <reference types="svelte" />
/// <reference types="vite/client" />

/** True in every build but production: the in-memory stand-in takes the place of the shell. */
declare const __FAKE__: boolean;
