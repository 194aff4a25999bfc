import { compareText, type Epoch, type LogId, logKey, type Position } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Identity, Runtime } from '../ports/runtime.ts';
import { extendTip } from './chain.ts';
import { type CheckedRecord, checkRecord } from './checked-record.ts';
import type { OwnItem } from './group.ts';
import type { Heads } from './heads.ts';
import { nextEpoch } from './next-epoch.ts';

export interface OwnLogParts {
  readonly heads: Heads;
  readonly identity: Identity;
  readonly runtime: Runtime;
  /** The epoch of a boot, given a new ULID and this node's earlier epochs. Default `nextEpoch`; a test may plant another, to see that it is found out. */
  readonly epochAfter?: ((fresh: Epoch, earlier: readonly Epoch[]) => Epoch) | undefined;
}

/** The log of this boot: gives each record its place in the chain before it is written. */
export class OwnLog {
  readonly #card: NodeCard;
  readonly #parts: OwnLogParts;
  #epoch: Epoch;

  constructor(card: NodeCard, parts: OwnLogParts) {
    this.#card = card;
    this.#parts = parts;
    this.#epoch = parts.runtime.ulid();
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  get log(): LogId {
    return { origin: this.#parts.identity.peer, epoch: this.#epoch };
  }

  holds(log: LogId): boolean {
    return logKey(log) === logKey(this.log);
  }

  /**
   * A log of an earlier boot came back from others, after a lost disk. Were its epoch the later one, because the clock was set back
   * since, then what this node does from now on would count as done before.
   */
  returned(log: LogId): void {
    if (log.origin === this.log.origin && compareText(log.epoch, this.#epoch) > 0) this.beginAnew();
  }

  /** After the heads are read, and when somebody else wrote to this log with our key: what follows goes to a new one. */
  beginAnew(): void {
    const own = this.#parts.heads.all().filter(({ log }) => log.origin === this.log.origin);
    const earlier = own.map(({ log }) => log.epoch);
    const { runtime, epochAfter = nextEpoch } = this.#parts;
    this.#epoch = epochAfter(runtime.ulid(), earlier);
  }

  /**
   * The record as it will be written; before the first of an epoch its card (L1).
   * @param encoded its bytes, where it was checked and encoded already (`checkRecord`)
   * @throws MeshError `record-invalid`, `record-too-large`.
   */
  add(record: MeshRecord, encoded?: Uint8Array): readonly OwnItem[] {
    const checked = encoded === undefined ? checkRecord(record) : { record, encoded };
    const isFirst = this.#parts.heads.open(this.log).pending.length === 0;
    if (!isFirst || record.type === 'card') return [this.#place(checked)];
    const card = {
      v: WIRE_VERSION,
      type: 'card',
      at: Math.round(this.#parts.runtime.wall()),
      card: this.#card,
    } as const;
    return [this.#place(checkRecord(card)), this.#place(checked)];
  }

  #place({ record, encoded }: CheckedRecord): OwnItem {
    const state = this.#parts.heads.open(this.log);
    const seq = state.pending.length;
    state.pending = extendTip(state.pending, [encoded]);
    return { kind: 'own', log: state.log, seq, record, encoded, tip: state.pending, records: 1, bytes: encoded.length };
  }
}

export function positionOf({ log, seq }: OwnItem): Position {
  return { origin: log.origin, epoch: log.epoch, seq };
}
