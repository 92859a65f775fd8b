// Makes values for passwords. The choice of last time stays for this session.
import { AppError, call, type GenerateMode, type Generated } from '$ipc';
import { session } from './session.svelte';

export const LIMITS: Record<GenerateMode, { min: number; max: number; start: number }> = {
  words: { min: 3, max: 12, start: 5 },
  characters: { min: 8, max: 64, start: 20 },
  pin: { min: 4, max: 12, start: 6 },
};

class GeneratorState {
  mode = $state<GenerateMode>('words');
  lengths = $state<Record<GenerateMode, number>>({
    words: LIMITS.words.start,
    characters: LIMITS.characters.start,
    pin: LIMITS.pin.start,
  });
  capitals = $state(true);
  digit = $state(true);
  symbols = $state(true);
  made = $state.raw<Generated | null>(null);
  problem = $state.raw<AppError | null>(null);
  #asked = 0;

  constructor() {
    session.onWipe(() => (this.made = null));
  }
  get length(): number {
    return this.lengths[this.mode];
  }
  set length(value: number) {
    this.lengths[this.mode] = value;
  }
  async another(): Promise<void> {
    const mine = ++this.#asked;
    try {
      const made = await call('generate', {
        mode: this.mode,
        length: this.length,
        capitals: this.capitals,
        digit: this.digit,
        symbols: this.symbols,
        separator: '-',
      });
      if (mine === this.#asked) this.made = made;
    } catch (cause) {
      this.problem = AppError.from(cause);
    }
  }
}

export const generator = new GeneratorState();
