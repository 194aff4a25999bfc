import { comparePositions, type Position } from '../../protocols/ids.ts';
import type { Decoded, MeshRecord } from '../../protocols/record.ts';
import type { TableOp } from '../ports/tables.ts';
import { COUNTERS } from './project-events.ts';
import { put, type RowReader, remove } from './projection.ts';

/** What the counters counted of records that are dropped, moved to where a rebuild leaves it (L5). */
export class CutCounts {
  readonly #counts = new Map<string, number>();

  add(position: Position, decoded: Decoded, rows: RowReader): void {
    if (decoded.ok) this.#addRecord(position, decoded.record, rows);
    else this.#count(COUNTERS.unreadable);
  }

  #addRecord(position: Position, record: MeshRecord, rows: RowReader): void {
    this.#count(COUNTERS.records(record.type));
    if (record.type !== 'event') return;
    const counted = rows.get('ids', record.event.id);
    if (counted === undefined || comparePositions(counted, position) !== 0) return;
    this.#count(COUNTERS.events);
    this.#count(COUNTERS.kind(record.event.kind));
  }

  ops(rows: RowReader): readonly TableOp[] {
    return [...this.#counts].flatMap(([key, by]) => {
      const left = (rows.get('counters', key) ?? 0) - by;
      const cut = (rows.get('counters', COUNTERS.cut(key)) ?? 0) + by;
      return [
        left === 0 ? remove('counters', key) : put('counters', key, left),
        put('counters', COUNTERS.cut(key), cut),
      ];
    });
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
