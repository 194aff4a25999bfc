import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, type Row, rangeRows } from '../replica/rows.ts';

/** An effect as records tell of it. */
export interface Act {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly key: EffectKey;
  readonly kind: string;
  readonly target: EffectTarget;
}

/** What is known here of a key, of any node. */
export interface Standing {
  /** How often somebody meant to write it. */
  readonly intents: number;
  /** Who did. */
  readonly by: readonly PeerId[];
  /** It is there, as somebody recorded. */
  readonly ref?: EffectRef;
}

/** The memory of effects. It is the log: nothing beside it may say that something was done. */
export interface EffectLedger {
  look(act: Pick<Act, 'eventId' | 'slot' | 'key'>): Standing;
  /** Resolves once the intention is on disk: only then anything may be written outside. */
  intend(act: Act): Promise<void>;
  /** Resolves once it is on disk that the effect is there. */
  record(act: Act, ref: EffectRef, removed: number): Promise<void>;
  /** Acts of this node since `since` (wall-clock milliseconds) that may stand there twice, or that nobody saw end. */
  doubtful(since: number): Promise<readonly Act[]>;
}

export interface LogLedgerParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
}

export class LogLedger implements EffectLedger {
  readonly #self: PeerId;
  readonly #parts: LogLedgerParts;

  constructor(options: { readonly self: PeerId }, parts: LogLedgerParts) {
    this.#self = options.self;
    this.#parts = parts;
  }

  look({ eventId, slot, key }: Pick<Act, 'eventId' | 'slot' | 'key'>): Standing {
    const row = getRow(this.#parts.tables, 'effects', tableKey(eventId, slot, key));
    if (row === undefined) return { intents: 0, by: [] };
    return { intents: row.intents, by: row.by, ...(row.done && { ref: row.done.ref }) };
  }

  async intend(act: Act): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(), type: 'intended', ...fieldsOf(act) });
  }

  async record(act: Act, ref: EffectRef, removed: number): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(), type: 'effect', ...fieldsOf(act), ref, removed });
  }

  async doubtful(since: number): Promise<readonly Act[]> {
    const rows = await rangeRows(this.#parts.tables, 'effects');
    const isOpen = (row: Row<'effects'>) => row.intents > 1 || row.done === undefined;
    return rows.flatMap(([, row]) => (row.at >= since && row.by.includes(this.#self) && isOpen(row) ? [row] : []));
  }

  #head() {
    return { v: WIRE_VERSION, at: Math.max(0, Math.round(this.#parts.runtime.wall())) } as const;
  }
}

function fieldsOf({ eventId, slot, key, kind, target }: Act) {
  return { eventId, slot, key, kind, target: { ...target } };
}
