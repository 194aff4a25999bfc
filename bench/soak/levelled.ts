/** One look at a mesh that is at rest for a moment. */
export interface SoakSample {
  /** Since the start of the load, seconds. */
  readonly seconds: number;
  /** Acknowledged so far. */
  readonly events: number;
  /** Of all nodes, MiB: live heap after a collection, resident memory, data directories. */
  readonly heapMib: number;
  readonly rssMib: number;
  readonly diskMib: number;
}

export interface Verdict {
  readonly heap: boolean;
  readonly rss: boolean;
  readonly disk: boolean;
}

/** Memory may grow by this much from the second to the last quarter of the samples: what a mean of a few looks may be off by. */
const MEMORY_SHARE = 1.1;
const MEMORY_MIB = 8;
/** Of what the mesh had on disk when it was as old as its retention: what is dropped waits for a compaction. */
const DISK_SHARE = 1.5;

/** What levels off, by these rules, which the document repeats. */
export const LEVEL_RULE =
  'Heap and resident memory level off when their mean over the last quarter of the samples is at most 1.1 × that over the ' +
  'second quarter + 8 MiB. The disk does when, in the last half, it never holds more than 1.5 × what it held when the run was ' +
  'as old as the retention: by then nothing had been dropped, so that is one retention of data.';

/** @param keepSeconds how long a settled event is kept */
export function levelled(samples: readonly SoakSample[], keepSeconds: number): Verdict {
  return {
    heap: staysFlat(samples.map(({ heapMib }) => heapMib)),
    rss: staysFlat(samples.map(({ rssMib }) => rssMib)),
    disk: staysBelow(samples, keepSeconds),
  };
}

function staysFlat(values: readonly number[]): boolean {
  const quarter = Math.floor(values.length / 4);
  if (quarter === 0) return false;
  const second = mean(values.slice(quarter, 2 * quarter));
  const last = mean(values.slice(-quarter));
  return last <= second * MEMORY_SHARE + MEMORY_MIB;
}

/** A run that ends before its retention shows nothing. */
function staysBelow(samples: readonly SoakSample[], keepSeconds: number): boolean {
  const full = samples.find(({ seconds }) => seconds >= keepSeconds);
  const after = samples.slice(Math.floor(samples.length / 2)).filter(({ seconds }) => seconds > keepSeconds);
  if (full === undefined || after.length < 2) return false;
  return after.every(({ diskMib }) => diskMib <= full.diskMib * DISK_SHARE);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
