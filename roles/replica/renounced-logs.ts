import { messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey, type Position } from '../../protocols/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { positionKey } from './projection.ts';
import { reissue } from './reissue.ts';

export interface RenouncedLogsParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'log'>;
}

/** Own logs that are given up (L2), and where what they said of open events lies now. */
export class RenouncedLogs {
  readonly #parts: RenouncedLogsParts;
  readonly #logs = new Set<string>();
  readonly #moved = new Map<string, Position>();

  constructor(parts: RenouncedLogsParts) {
    this.#parts = parts;
  }

  /** Writes what the log says of open events anew, once. Never rejects. */
  async add(log: LogId): Promise<void> {
    const key = logKey(log);
    if (this.#logs.has(key)) return;
    this.#logs.add(key);
    const { journal, tables, runtime } = this.#parts;
    try {
      const moved = (from: Position, to: Position) => this.#moved.set(positionKey(from), to);
      const records = await reissue(log, { journal, tables, moved });
      if (records > 0) runtime.log.warn({ log: key, records }, 'a log is given up: its open events are written anew');
    } catch (error) {
      // A failed write ends the process; the next start, or the peer that refuses the log, asks for it again.
      runtime.log.error({ log: key, problem: messageOf(error) }, 'open events of a log were not written anew');
    }
  }

  /** Where a record of one of them was written anew, else where it is. */
  placeOf(position: Position): Position {
    return this.#moved.get(positionKey(position)) ?? position;
  }
}
