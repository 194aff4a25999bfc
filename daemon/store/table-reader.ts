import type { Range, TableName, Tables } from '../../roles/ports/tables.ts';
import type { AbsenceFilters } from './absence.ts';
import { readFailure } from './failures.ts';
import { endOf, type Sublevels } from './tables.ts';

/** The projections in LevelDB. They are written by the disk only, together with the records they come from. */
export class LevelTables implements Tables {
  readonly #dir: string;
  readonly #sublevels: Sublevels;
  readonly #absence: AbsenceFilters | undefined;

  constructor(dir: string, sublevels: Sublevels, absence?: AbsenceFilters) {
    this.#absence = absence;
    this.#dir = dir;
    this.#sublevels = sublevels;
  }

  get(table: TableName, key: string): unknown {
    if (this.#absence?.isAbsent(table, key)) return undefined;
    try {
      return this.#sublevels.table(table).getSync(key);
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  async range(table: TableName, range: Range = {}): Promise<readonly (readonly [key: string, value: unknown])[]> {
    const { prefix = '', after, limit } = range;
    if (this.#absence?.isRangeAbsent(table, prefix)) return [];
    const bounds = {
      ...(after !== undefined && after >= prefix ? { gt: after } : { gte: prefix }),
      ...(prefix !== '' && { lt: endOf(prefix) }),
      ...(limit !== undefined && { limit }),
    };
    try {
      return await this.#sublevels.table(table).iterator(bounds).all();
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }
}
