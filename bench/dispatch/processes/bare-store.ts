import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';

/** LevelDB with one synced batch in flight; what arrives meanwhile is the next. */
export class BareStore {
  readonly #db: Level<string, string>;
  readonly #dir: string;
  #next: { rows: string[]; waiting: (() => void)[] } = { rows: [], waiting: [] };
  #count = 0;
  #isWriting = false;

  private constructor(db: Level<string, string>, dir: string) {
    this.#db = db;
    this.#dir = dir;
  }

  static async open(): Promise<BareStore> {
    const dir = await mkdtemp(join(tmpdir(), 'mindmesh-bare-'));
    const db = new Level<string, string>(dir);
    await db.open();
    return new BareStore(db, dir);
  }

  /** Resolves once the rows are synced. */
  append(...rows: string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#next.rows.push(...rows);
    this.#next.waiting.push(resolve);
    if (!this.#isWriting) void this.#write();
    return promise;
  }

  async close(): Promise<void> {
    await this.#db.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    // A group begins when the turn of the event loop has brought all it has.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#next.waiting.length > 0) {
      const { rows, waiting } = this.#next;
      this.#next = { rows: [], waiting: [] };
      const batch = this.#db.batch();
      for (const row of rows) batch.put(String(this.#count++).padStart(12, '0'), row);
      await batch.write({ sync: true });
      for (const resolve of waiting) resolve();
    }
    this.#isWriting = false;
  }
}
