import { createHash } from 'node:crypto';
import { compareText, type Epoch, type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import { NOTHING_WANTED, PARTS } from '../../protocols/log-sync.ts';
import type { SignedHead } from '../../protocols/record.ts';
import { emptyTip, type Tip } from './chain.ts';

/** What this node knows of one log. */
export interface LogState {
  readonly log: LogId;
  /** What is synced: all that others may be told of. */
  committed: Tip;
  /** The end of what is checked and on its way to the disk: where the next batch has to begin. */
  pending: Tip;
  /** The head behind which it begins; absent while it begins at its first record (L5). */
  floor: SignedHead | undefined;
  /** Two heads that its origin signed disagree: it grows no more (L2). */
  quarantined: boolean;
}

/** Length, and the beginning of the hash of the chain there. */
export type LogEnd = readonly [PeerId, Epoch, number, string];

/** The newest epoch of each origin, the others, and the digest of those. */
export interface Digest {
  readonly open: readonly LogEnd[];
  readonly closed: readonly LogEnd[];
  readonly hash: string;
}

const HASH_DIGITS = 16;
/** Of the digest of one part: 48 bits. */
const PART_DIGITS = 12;

/** The map (origin, epoch) → length that is a node's state (L4). Lengths only grow. */
export class Heads {
  readonly #states = new Map<string, LogState>();

  load(head: SignedHead): void {
    const state = this.open(head);
    state.committed = { length: head.length, hash: head.hash };
    state.pending = state.committed;
  }

  get(log: LogId): LogState | undefined {
    return this.#states.get(logKey(log));
  }

  /** The state of a log that may be new. */
  open(log: LogId): LogState {
    const key = logKey(log);
    const known = this.#states.get(key);
    if (known) return known;
    const id = { origin: log.origin, epoch: log.epoch };
    const empty = emptyTip(id);
    const state = { log: id, committed: empty, pending: empty, floor: undefined, quarantined: false };
    this.#states.set(key, state);
    return state;
  }

  commit(head: SignedHead): void {
    const state = this.open(head);
    if (head.length > state.committed.length) state.committed = { length: head.length, hash: head.hash };
  }

  all(): readonly LogState[] {
    return [...this.#states.values()];
  }

  /** In the order of positions, so that two nodes with the same logs say the same. */
  have(): readonly LogEnd[] {
    return this.all()
      .filter(({ committed, quarantined }) => committed.length > 0 || quarantined)
      .map(endOf)
      .sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]));
  }

  /** The same in short: closed epochs, of which a node has one for each start it ever had, by one digest (L4). */
  digest(): Digest {
    const ends = this.have();
    const open = ends.filter(([origin], i) => ends[i + 1]?.[0] !== origin);
    const closed = ends.filter(([origin], i) => ends[i + 1]?.[0] === origin);
    return { open, closed, hash: digestOfEnds(closed, HASH_DIGITS) };
  }
}

/** In which part of the open logs those of an origin are: FNV-1a, because all of them are asked at each exchange. */
export function partOf(origin: PeerId): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < origin.length; i++) hash = Math.imul(hash ^ origin.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % PARTS;
}

/** A digest of each part of the open logs. */
export function partDigests(open: readonly LogEnd[]): readonly string[] {
  const parts = Array.from({ length: PARTS }, (): LogEnd[] => []);
  for (const end of open) parts[partOf(end[0])]?.push(end);
  return parts.map((ends) => (ends.length === 0 ? '' : digestOfEnds(ends, PART_DIGITS)));
}

function digestOfEnds(ends: readonly LogEnd[], digits: number): string {
  return createHash('sha256').update(JSON.stringify(ends)).digest('hex').slice(0, digits);
}

function endOf({ log: { origin, epoch }, committed, quarantined }: LogState): LogEnd {
  if (quarantined) return [origin, epoch, NOTHING_WANTED, ''];
  return [origin, epoch, committed.length, Buffer.from(committed.hash).toString('hex').slice(0, HASH_DIGITS)];
}
