// Puts the stand-in in the place of the shell. The scene comes from the address: `?scene=locked`.
import { AppError } from '../errors';
import { setTransport, type Transport } from '../transport';
import { itemHandlers, revealItem, strengthOf } from './handlers';
import { deviceHandlers, deviceSecrets } from './handlers-devices';
import { secretHandlers, suggestion, teamHandlers } from './handlers-team';
import { MARKER, World, type Scene } from './world';

export { MARKER, World, type Scene } from './world';
export { SHEET } from './handlers-devices';
export { CODE } from './handlers-team';

export class Fake implements Transport {
  readonly world: World;
  /** Every command that was called, for tests. */
  readonly calls: { command: string; args: unknown }[] = [];
  #listeners = new Map<string, Set<(payload: unknown) => void>>();
  #json: Record<string, (request: never) => unknown>;
  #secret: Record<string, (secret: string) => unknown>;

  constructor(scene: Scene) {
    this.world = new World(scene);
    const emit = (event: string, payload: unknown) => this.emit(event, payload);
    this.#json = {
      ...itemHandlers(this.world, emit),
      ...deviceHandlers(this.world, emit, scene),
      ...teamHandlers(this.world, emit, scene === 'refused'),
    };
    this.#secret = {
      ...secretHandlers(this.world, emit),
      ...deviceSecrets(this.world),
      strength: strengthOf,
      setup_passphrase: (secret) => {
        const strength = strengthOf(secret);
        if (!strength.acceptable) throw new AppError('weak_passphrase', 'weak');
        return strength;
      },
    };
    if (scene === 'draft') {
      const item = this.world.items[0]!;
      this.world.draft = {
        item: item.id,
        base: null,
        vault: item.vault,
        kind: item.kind,
        title: item.title,
        files: null,
        fields: item.fields.map(({ id, role, label, concealed, value }) => ({
          id,
          role,
          label,
          concealed,
          value: { type: 'set', text: role === 'username' ? 'typed before the lock' : value },
        })),
      };
    }
  }
  emit(event: string, payload: unknown): void {
    for (const handler of this.#listeners.get(event) ?? []) handler(payload);
  }
  async invoke(command: string, args?: Record<string, unknown> | Uint8Array): Promise<unknown> {
    this.calls.push({ command, args: ArrayBuffer.isView(args) ? 'bytes' : structuredClone(args) });
    await Promise.resolve();
    const bytes = (text: string) => new TextEncoder().encode(text).slice().buffer;
    if (ArrayBuffer.isView(args)) {
      const handler = this.#secret[command];
      if (!handler) throw new AppError('internal', `${MARKER}: no ${command}`);
      return structuredClone(handler(new TextDecoder().decode(args)));
    }
    const request = args?.req as never;
    if (command === 'passphrase_suggest') return bytes(suggestion());
    if (command === 'item_reveal_field') return bytes(revealItem(this.world, request));
    if (command === 'draft_reveal_field') {
      const { field } = request as { field: string };
      const found = this.world.draft?.fields.find((one, i) => one.id === field || String(i) === field);
      return bytes(found?.value.type === 'set' ? found.value.text : '');
    }
    const handler = this.#json[command];
    if (!handler) throw new AppError('internal', `${MARKER}: no ${command}`);
    return structuredClone(handler(request));
  }
  async listen(event: string, handler: (payload: unknown) => void): Promise<() => void> {
    const handlers = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, handlers.add(handler));
    return () => handlers.delete(handler);
  }
}

/** Installs the stand-in; the scene and the look come from the address. */
export function installFake(search = globalThis.location?.search ?? ''): Fake {
  const params = new URLSearchParams(search);
  const fake = new Fake((params.get('scene') ?? 'main') as Scene);
  const theme = params.get('theme');
  const density = params.get('density');
  const look = {
    ...fake.world.state.look,
    ...(theme ? { theme: theme as never } : {}),
    ...(density ? { density: density as never } : {}),
    ...(params.has('percent') ? { text_percent: Number(params.get('percent')) } : {}),
  };
  fake.world.state = { ...fake.world.state, look };
  fake.world.settings = { ...fake.world.settings, prefs: { ...fake.world.settings.prefs, look } };
  setTransport(fake);
  return fake;
}
