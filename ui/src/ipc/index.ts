// Typed calls to the shell. A secret goes in as bytes and comes out as bytes, so that nothing here
// keeps it in a string longer than the widget that shows it.
import type { Commands, Events, RevealCommands, SecretCommands } from './contract';
import { AppError } from './errors';
import { transport } from './transport';

export * from './contract';
export { AppError, ERROR_CODES, type ErrorCode } from './errors';
export { setTransport, type Transport } from './transport';

type Arguments<Request> = Request extends null ? [] : [request: Request];

async function invoke(command: string, args?: Record<string, unknown> | Uint8Array): Promise<unknown> {
  try {
    return await transport().invoke(command, args);
  } catch (cause) {
    throw AppError.from(cause);
  }
}

/** Calls a command with a JSON request. */
export async function call<C extends keyof Commands>(
  command: C,
  ...request: Arguments<Commands[C][0]>
): Promise<Commands[C][1]> {
  const args = request.length ? { req: request[0] } : undefined;
  return (await invoke(command, args)) as Commands[C][1];
}

/** Calls a command whose body is one secret; the bytes are overwritten once they are sent. */
export async function send<C extends keyof SecretCommands>(
  command: C,
  secret: string,
): Promise<SecretCommands[C]> {
  const bytes = new TextEncoder().encode(secret);
  try {
    return (await invoke(command, bytes)) as SecretCommands[C];
  } finally {
    bytes.fill(0);
  }
}

/** Calls a command that answers with one secret, and decodes it. */
export async function reveal<C extends keyof RevealCommands>(
  command: C,
  ...request: Arguments<RevealCommands[C]>
): Promise<string> {
  const args = request.length ? { req: request[0] } : undefined;
  const answer = await invoke(command, args);
  // An older webview hands raw answers over as a list of numbers.
  const bytes = Array.isArray(answer) ? Uint8Array.from(answer) : new Uint8Array(answer as ArrayBuffer);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  bytes.fill(0);
  return text;
}

/** Listens to one event of the shell; the answer stops listening. */
export function on<E extends keyof Events>(event: E, handler: (payload: Events[E]) => void): () => void {
  const stop = transport().listen(event, (payload) => handler(payload as Events[E]));
  return () => void stop.then((off) => off());
}
