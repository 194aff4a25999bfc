import type { Segment } from './segment.ts';

interface Entry {
  readonly log: string;
  readonly segment: Segment;
}

/**
 * The segments that were written or read last. What was just written is what readers of the log, and the stories of events under
 * way, ask for: they need no look into LevelDB.
 */
export class SegmentCache {
  readonly #limit: number;
  /** By log, in the order of places. */
  readonly #logs = new Map<string, Segment[]>();
  /** In the order they came. */
  readonly #queue: Entry[] = [];
  #bytes = 0;

  /** @param limit bytes of all segments together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(log: string, segment: Segment): void {
    const segments = this.#logs.get(log) ?? [];
    const at = countUpTo(segments, segment.from);
    if (segments[at - 1]?.from === segment.from) return;
    segments.splice(at, 0, segment);
    this.#logs.set(log, segments);
    this.#queue.push({ log, segment });
    this.#bytes += segment.value.length;
    while (this.#bytes > this.#limit && this.#queue.length > 1) this.#evict();
  }

  /** The segment that holds the record at this place. */
  holding(log: string, place: number): Segment | undefined {
    const segments = this.#logs.get(log) ?? [];
    const segment = segments[countUpTo(segments, place) - 1];
    return segment !== undefined && place < segment.end ? segment : undefined;
  }

  /** Forgets what lies below a floor. */
  drop(log: string, floor: number): void {
    const segments = this.#logs.get(log) ?? [];
    for (const { from, value } of segments.splice(0, countUpTo(segments, floor - 1))) {
      this.#bytes -= value.length;
      this.#queue.splice(
        this.#queue.findIndex((each) => each.log === log && each.segment.from === from),
        1,
      );
    }
  }

  #evict(): void {
    const oldest = this.#queue.shift();
    if (oldest === undefined) return;
    const segments = this.#logs.get(oldest.log) ?? [];
    segments.splice(countUpTo(segments, oldest.segment.from) - 1, 1);
    if (segments.length === 0) this.#logs.delete(oldest.log);
    this.#bytes -= oldest.segment.value.length;
  }
}

/** How many segments begin at this place or before, by halves. */
function countUpTo(segments: readonly Segment[], place: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.from ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
