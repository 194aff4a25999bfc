import type { UsageRecord } from '../../protocols/agent-records.ts';
import { comparePositions, type Position } from '../../protocols/ids.ts';
import type { Decoded, MeshRecord } from '../../protocols/record.ts';
import type { TableOp } from '../ports/tables.ts';
import { COUNTERS } from './project-events.ts';
import { cutUsage } from './project-usage.ts';
import { factKey } from './project-work.ts';
import { put, type RowReader, remove } from './projection.ts';
import { eventIdOfRecord } from './story.ts';

/**
 * The rows that change when records are dropped below a floor (L5): where they lay is forgotten, and what the counters counted of
 * them moves to where a rebuild leaves it.
 */
export class CutRows {
  readonly #facts: TableOp[] = [];
  readonly #counts = new Map<string, number>();
  readonly #usage: UsageRecord[] = [];

  add(position: Position, decoded: Decoded, rows: RowReader): void {
    if (decoded.ok) this.#addRecord(position, decoded.record, rows);
    else this.#count(COUNTERS.unreadable);
  }

  #addRecord(position: Position, record: MeshRecord, rows: RowReader): void {
    const eventId = eventIdOfRecord(record);
    if (eventId !== undefined) this.#facts.push(remove('facts', factKey(eventId, record, position)));
    this.#count(COUNTERS.records(record.type));
    if (record.type === 'usage') this.#usage.push(record);
    if (record.type !== 'event') return;
    const counted = rows.get('ids', record.event.id);
    if (counted === undefined || comparePositions(counted, position) !== 0) return;
    this.#count(COUNTERS.events);
    this.#count(COUNTERS.kind(record.event.kind));
  }

  ops(rows: RowReader): readonly TableOp[] {
    const counts = [...this.#counts].flatMap(([key, by]) => {
      const left = (rows.get('counters', key) ?? 0) - by;
      const cut = (rows.get('counters', COUNTERS.cut(key)) ?? 0) + by;
      return [
        left === 0 ? remove('counters', key) : put('counters', key, left),
        put('counters', COUNTERS.cut(key), cut),
      ];
    });
    return [...this.#facts, ...counts, ...cutUsage(this.#usage, rows)];
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
