import type { Tables } from '../ports/tables.ts';
import { getRow } from '../replica/rows.ts';

/** Counts the events of each subject, from 0 (W2). What is recorded lies in a table; only what is on its way is held here. */
export class SubjectNumbers {
  readonly #tables: Tables;
  readonly #given = new Map<string, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  next(subject: string): number {
    return Math.max(this.#given.get(subject) ?? -1, getRow(this.#tables, 'subjects', subject) ?? -1) + 1;
  }

  give(subject: string): number {
    const number = this.next(subject);
    this.#given.set(subject, number);
    return number;
  }

  /** A distribution with this number is in the log now. */
  recorded(subject: string, number: number): void {
    if ((this.#given.get(subject) ?? Number.POSITIVE_INFINITY) <= number) this.#given.delete(subject);
  }
}
