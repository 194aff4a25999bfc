import * as z from 'zod';
import { type BlobName, BlobNameSchema, blobNameOf, partsOf } from '../../protocols/blob.ts';
import { EventIdSchema } from '../../protocols/ids.ts';
import type { BlobNote, BlobStore } from '../../roles/ports/blobs.ts';
import { readFailure, writeFailure } from './failures.ts';
import { type Database, endOf, type Sublevels } from './tables.ts';

const NoteSchema = z.object({ at: z.int(), bytes: z.int().nonnegative(), eventId: EventIdSchema });

export interface LevelBlobsParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
}

/** Blobs in LevelDB, a row a part. */
export class LevelBlobs implements BlobStore {
  readonly #dir: string;
  readonly #parts: LevelBlobsParts;

  constructor(dir: string, parts: LevelBlobsParts) {
    this.#dir = dir;
    this.#parts = parts;
  }

  async put(name: BlobName, bytes: Uint8Array, note: BlobNote): Promise<void> {
    const { db, sublevels } = this.#parts;
    if (sublevels.blobNotes.getSync(name) !== undefined) return;
    try {
      const batch = db.batch();
      for (const [i, part] of partsOf(bytes).entries()) {
        batch.put(partKey(name, i), Buffer.from(part), { sublevel: sublevels.blobs });
      }
      await batch.put<string, unknown>(name, note, { sublevel: sublevels.blobNotes }).write({ sync: true });
    } catch (error) {
      throw writeFailure(error, this.#dir);
    }
  }

  async get(name: BlobName): Promise<Uint8Array | undefined> {
    try {
      const parts = await this.#parts.sublevels.blobs.values({ gte: partKey(name, 0), lt: endOf(`${name}/`) }).all();
      const body = Buffer.concat(parts);
      return parts.length > 0 && blobNameOf(body) === name ? body : undefined;
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  async notes(): Promise<readonly (readonly [name: BlobName, note: BlobNote])[]> {
    try {
      const rows = await this.#parts.sublevels.blobNotes.iterator().all();
      return rows.map(([key, value]) => [BlobNameSchema.parse(key), NoteSchema.parse(value)]);
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  async remove(names: readonly BlobName[]): Promise<void> {
    const { db, sublevels } = this.#parts;
    try {
      const batch = db.batch();
      for (const name of names) {
        batch.del(name, { sublevel: sublevels.blobNotes });
        const range = { gte: partKey(name, 0), lt: endOf(`${name}/`) };
        for (const key of await sublevels.blobs.keys(range).all()) batch.del(key, { sublevel: sublevels.blobs });
      }
      await batch.write({ sync: true });
    } catch (error) {
      throw writeFailure(error, this.#dir);
    }
  }
}

function partKey(name: BlobName, index: number): string {
  return `${name}/${String(index).padStart(4, '0')}`;
}
