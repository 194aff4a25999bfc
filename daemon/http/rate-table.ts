import type { RateLimit, RateOptions } from './rate-limit.ts';

/** What all listeners of a port share: how many requests came from whom. */
export interface RateTable {
  readonly memory: SharedArrayBuffer;
  /** Of this boot, so that nobody can choose addresses that fall together. */
  readonly seed: number;
}

/** Sources that are counted at once; with more than these the one whose window ends first is forgotten. */
const SLOTS = 16_384;
/** Where a source may lie, from the slot of its hash on. */
const PROBES = 8;
/** A slot: who, the end of its window (milliseconds, modulo 2^32), and the requests in it. */
const WIDTH = 3;

export function createRateTable(seed: number): RateTable {
  return { memory: new SharedArrayBuffer(SLOTS * WIDTH * Int32Array.BYTES_PER_ELEMENT), seed };
}

/**
 * Windows of `burst` requests, as long as `perSource` takes for them, counted for all threads together.
 * @param now milliseconds of a clock that the threads share
 */
export function sharedRateLimit({ perSource, burst }: RateOptions, table: RateTable, now: () => number): RateLimit {
  const slots = new Int32Array(table.memory);
  const windowMs = Math.ceil((burst / perSource) * 1_000);
  return {
    limited: (source) => {
      const time = now() | 0;
      const at = slotOf(slots, hashOf(source, table.seed), time, windowMs);
      const left = (Atomics.load(slots, at + 1) - time) | 0;
      return Atomics.add(slots, at + 2, 1) < burst ? 0 : Math.max(1, Math.ceil(left / 1_000));
    },
  };
}

interface Source {
  readonly first: number;
  readonly tag: number;
}

/** Where the source is counted; begins a window where none runs. */
function slotOf(slots: Int32Array, source: Source, time: number, windowMs: number): number {
  let victim = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let probe = 0; probe < PROBES; probe++) {
    const at = ((source.first + probe) & (SLOTS - 1)) * WIDTH;
    const end = Atomics.load(slots, at + 1);
    const left = (end - time) | 0;
    // A clock that was set back must not keep anybody out for longer than a window.
    const isOver = left <= 0 || left > windowMs;
    if (Atomics.load(slots, at) === source.tag) {
      if (isOver) begin(slots, at, end, time + windowMs);
      return at;
    }
    const rest = isOver ? 0 : left;
    if (rest < least) {
      least = rest;
      victim = at;
    }
  }
  return claim(slots, victim, source, time + windowMs);
}

/** Another thread may claim the slot at the same moment: for the same source both count there, else the later one has it. */
function claim(slots: Int32Array, at: number, { tag }: Source, windowEnd: number): number {
  const end = Atomics.load(slots, at + 1);
  Atomics.store(slots, at, tag);
  begin(slots, at, end, windowEnd);
  return at;
}

/** Of threads that find a window over at the same moment one begins the next, and what the others count meanwhile is kept. */
function begin(slots: Int32Array, at: number, end: number, windowEnd: number): void {
  const old = Atomics.load(slots, at + 2);
  if (Atomics.compareExchange(slots, at + 1, end, windowEnd | 0) === end) Atomics.sub(slots, at + 2, old);
}

/** Two hashes of a text (FNV-1a with different primes), both begun with the seed. */
function hashOf(text: string, seed: number): Source {
  let first = 0x811c9dc5 ^ seed;
  let tag = 0x9e3779b9 ^ Math.imul(seed, 0x85ebca6b);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193);
    tag = Math.imul(tag ^ unit, 0xc2b2ae35);
    tag ^= tag >>> 13;
  }
  first ^= first >>> 15;
  // Zero is an empty slot.
  return { first: first >>> 0, tag: tag | 1 };
}
