// The one door to the shell. Everything else in the window calls the functions of index.ts.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

export interface Transport {
  invoke(command: string, args?: Record<string, unknown> | Uint8Array): Promise<unknown>;
  listen(event: string, handler: (payload: unknown) => void): Promise<() => void>;
}

const shell: Transport = {
  invoke: (command, args) => invoke(command, args),
  listen: (event, handler) => listen(event, (message) => handler(message.payload)),
};

let current: Transport = shell;

/** Replaces the shell, in tests and in the browser-only build modes. */
export function setTransport(transport: Transport): void {
  current = transport;
}

export function transport(): Transport {
  return current;
}
