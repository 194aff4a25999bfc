import { type Epoch, epochOf } from '../../protocols/ids.ts';
import type { Logger, Meter, Runtime } from '../../roles/ports/runtime.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly phrase: string;
  readonly facts: object;
}

export interface ManualRuntime extends Runtime {
  /** Everything logged, oldest first. */
  readonly lines: readonly LogLine[];
  /** Moves both clocks, runs what becomes due in its order, and lets what waits for promises run to its end after each. */
  advance(ms: number): Promise<void>;
}

export interface ManualOptions {
  readonly seed?: number;
  /** Wall clock at the beginning, milliseconds. */
  readonly wall?: number;
  /** Shared by all nodes of a simulation, so that their timers run in one order. */
  readonly clock?: ManualClock;
}

/** A clock that moves only when told. */
export class ManualClock {
  #now = 0;
  #order = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const id = this.#order++;
    this.#timers.set(id, { at: this.#now + ms, run });
    return () => this.#timers.delete(id);
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#timers.delete(next.id);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settled();
    }
    this.#now = until;
  }

  #due(until: number) {
    return [...this.#timers]
      .map(([id, timer]) => ({ id, ...timer }))
      .filter(({ at }) => at <= until)
      .sort((a, b) => a.at - b.at || a.id - b.id)[0];
  }
}

export function manualRuntime(options: ManualOptions = {}): ManualRuntime {
  const clock = options.clock ?? new ManualClock();
  const random = seeded(options.seed ?? 1);
  const lines: LogLine[] = [];
  const wall = () => (options.wall ?? 1_700_000_000_000) + clock.now;
  return {
    monotonic: () => clock.now,
    wall,
    random,
    ulid: () => ulidOf(wall(), random),
    after: (ms, run) => clock.after(ms, run),
    log: collector(lines, {}),
    lines,
    advance: (ms) => clock.advance(ms),
  };
}

/** mulberry32: the same numbers for the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in another order, each order as likely as any. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}

/** Lets everything that waits only for promises run to its end. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface CountingMeter extends Meter {
  /** Sum of a counter over all labels, or over those given. */
  total(name: string, labels?: Readonly<Record<string, string>>): number;
}

export function countingMeter(): CountingMeter {
  const counted: { name: string; labels: Readonly<Record<string, string>>; by: number }[] = [];
  return {
    count: (name, labels, by = 1) => counted.push({ name, labels: labels ?? {}, by }),
    observe: () => {},
    total: (name, labels = {}) =>
      counted
        .filter(
          (each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
        )
        .reduce((sum, { by }) => sum + by, 0),
  };
}

const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function ulidOf(time: number, random: () => number): Epoch {
  const digits: string[] = [];
  for (let rest = time, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) digits.unshift(ULID_DIGITS[rest % 32] ?? '0');
  for (let i = 0; i < 16; i++) digits.push(ULID_DIGITS[Math.floor(random() * 32)] ?? '0');
  return epochOf(digits.join(''));
}

function collector(lines: LogLine[], bound: object): Logger {
  const at = (level: LogLine['level']) => (facts: object, phrase: string) => {
    lines.push({ level, phrase, facts: { ...bound, ...facts } });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => collector(lines, { ...bound, ...facts }),
  };
}
